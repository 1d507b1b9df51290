//! Does the time of an answer tell whether an account exists? Interleaved pairs over one connection at a time, in random order, each
//! name used once (security 156). Two controls: the same kind on both sides must pass, a planted 2 ms must fail.
//!
//! The order is drawn for all requests of a connection at once, and the first of one kind then makes a pair with the first of the other.
//! So what came before, and what it left behind (a mail that was just written), is the same for both kinds. With the order drawn within
//! each pair, three of four requests would follow one of the other kind.

use crate::client::Connection;
use crate::instance::{Running, known, refused, refused_numbers, unknown, unknown_numbers};
use crate::report::Report;
use crate::statistics::{Random, area_under_curve, median, median_interval};
use std::time::Duration;

const WARM_UP: usize = 200;

/// Pairs over one connection, and requests that are not counted before them: the server ends connections that are ten minutes old.
const PAIRS_OF_A_CONNECTION: usize = 500;
const WARM_UP_OF_A_CONNECTION: usize = 10;

/// A way to name somebody, and what one request costs beyond its answer.
pub struct Endpoint {
    pub name: &'static str,
    path: &'static str,
    known: fn(usize) -> String,
    /// The same kind, others.
    another: fn(usize) -> String,
    unknown: fn(usize) -> String,
    body: fn(&str) -> String,
    /// Time for the worker to begin and finish what the request caused, so that it is not measured with the next one: mails wait
    /// 20 ms for company.
    pause: Duration,
}

/// What is asked while recovery wants an address and a number.
pub const ENDPOINTS: [Endpoint; 3] = [
    Endpoint {
        name: "forgot",
        path: "/api/v1/password-reset",
        known,
        another: another_known,
        unknown,
        body: |name| format!(r#"{{"identifier":"{name}"}}"#),
        pause: Duration::from_millis(40),
    },
    Endpoint {
        name: "sign-in",
        path: "/api/v1/sessions",
        known,
        another: another_known,
        unknown,
        body: |name| format!(r#"{{"identifier":"{name}","password":"not the right password"}}"#),
        pause: Duration::from_millis(1),
    },
    // Somebody, refused for each of the reasons in turn, against nobody (security 70): two slow hashes each.
    Endpoint {
        name: "recovery",
        path: "/api/v1/recovery",
        known: refused,
        another: another_refused,
        unknown,
        body: |name| format!(r#"{{"facts":{{"email":"{name}","social_security_number":"999-99-9999"}}}}"#),
        pause: Duration::from_millis(40),
    },
];

/// What is asked while recovery wants two numbers: they may fit two people, which is one more reason.
pub const ENDPOINTS_OF_TWO_NUMBERS: [Endpoint; 1] = [Endpoint {
    name: "recovery by two numbers",
    path: "/api/v1/recovery",
    known: refused_numbers,
    another: another_refused_numbers,
    unknown: unknown_numbers,
    body: |numbers| {
        let (number, licence) = numbers.split_once('/').expect("two numbers");
        format!(r#"{{"facts":{{"social_security_number":"{number}","drivers_licence":"{licence}"}}}}"#)
    },
    pause: Duration::from_millis(40),
}];

/// Measures what of `endpoints` is wanted.
pub fn measure(running: &Running, endpoints: &[Endpoint], wanted: impl Fn(&str) -> bool, report: &mut Report) {
    let pairs = std::env::var("LATCHKEY_BENCH_PAIRS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2000);
    for endpoint in endpoints.iter().filter(|endpoint| wanted(endpoint.name)) {
        tokio::task::block_in_place(|| compare(&running.address, endpoint, pairs, report));
    }
}

fn compare(address: &str, endpoint: &Endpoint, pairs: usize, report: &mut Report) {
    drop(warm(address, endpoint, WARM_UP));
    let pair = |a: fn(usize) -> String, b: fn(usize) -> String, count, planted| {
        measure_pairs(address, endpoint, a, b, count, planted)
    };
    let mut expect = |what: &str, equal: bool, outcome: Outcome| {
        report.holds(
            &format!("{what} ({})", endpoint.name),
            outcome.equal() == equal,
            &outcome.to_string(),
        );
    };
    expect(
        "time: known and unknown are equal",
        true,
        pair(endpoint.known, endpoint.unknown, pairs, 0),
    );
    expect(
        "  control: known and known",
        true,
        pair(endpoint.known, endpoint.another, pairs / 2, 0),
    );
    expect(
        "  control: 2 ms planted",
        false,
        pair(endpoint.known, endpoint.unknown, pairs / 4, 2),
    );
}

/// A connection over which that many requests have gone.
fn warm(address: &str, endpoint: &Endpoint, requests: usize) -> Connection {
    let mut connection = Connection::open(address);
    for index in 0..requests {
        connection.post(endpoint.path, &(endpoint.body)(&(endpoint.unknown)(90_000 + index)));
        std::thread::sleep(endpoint.pause);
    }
    connection
}

fn another_known(index: usize) -> String {
    known(2_000 + index)
}

fn another_refused(index: usize) -> String {
    refused(2_000 + index)
}

fn another_refused_numbers(index: usize) -> String {
    refused_numbers(2_000 + index)
}

fn measure_pairs(
    address: &str,
    endpoint: &Endpoint,
    a: fn(usize) -> String,
    b: fn(usize) -> String,
    pairs: usize,
    planted: u64,
) -> Outcome {
    let mut random = Random(42);
    let (mut times_a, mut times_b) = (Vec::new(), Vec::new());
    for first in (0..pairs).step_by(PAIRS_OF_A_CONNECTION) {
        let mut connection = warm(address, endpoint, WARM_UP_OF_A_CONNECTION);
        let end = pairs.min(first + PAIRS_OF_A_CONNECTION);
        for take_a in random.order(end - first) {
            let (times, name) = if take_a { (&mut times_a, a) } else { (&mut times_b, b) };
            let name = name(times.len());
            times.push(connection.post(endpoint.path, &(endpoint.body)(&name)).as_secs_f64() * 1000.0);
            std::thread::sleep(endpoint.pause);
        }
    }
    let planted = Duration::from_millis(planted).as_secs_f64() * 1000.0;
    for time in &mut times_b {
        *time += planted;
    }
    Outcome::of(&times_a, &times_b)
}

struct Outcome {
    pairs: usize,
    median: f64,
    low: f64,
    high: f64,
    area: f64,
}

impl Outcome {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let mut differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
        let (low, high) = median_interval(&differences);
        Self {
            pairs: a.len(),
            median: median(&mut differences),
            low,
            high,
            area: area_under_curve(a, b),
        }
    }

    /// Equivalence, not "no significant difference": many pairs make any difference significant.
    fn equal(&self) -> bool {
        self.low > -1.0 && self.high < 1.0 && (0.45..=0.55).contains(&self.area)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            pairs,
            median,
            low,
            high,
            area,
        } = self;
        write!(
            f,
            "{pairs} pairs, median {median:+.3} ms [{low:+.3}, {high:+.3}], AUC {area:.3}"
        )
    }
}
