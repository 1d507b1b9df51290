//! Requests for a reset: how many a second, and how long they take at a steady 500 a second.

use crate::host::ProcessorTime;
use crate::instance::{Running, known, unknown};
use crate::report::{Report, note};
use crate::statistics::{median, percentile};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const RATE: usize = 500;
const SECONDS: usize = 10;
/// One pause of the machine for a hundred milliseconds is enough to miss the budget within ten seconds, so no single ten seconds decide.
const WINDOWS: usize = 3;
const CONNECTIONS: usize = 16;
/// Milliseconds that 99 of 100 must keep within.
const BUDGET: f64 = 25.0;

/// Ten seconds of requests.
struct Window {
    known: Latency,
    unknown: Latency,
    /// How many took longer than they may.
    slow: usize,
    /// Within how many tenths of a second those began: few are pauses, and many are ours where the host took nothing.
    moments: usize,
    /// Percent of the machine's processor time that its host gave to others.
    stolen: f64,
}

/// Milliseconds.
struct Latency {
    median: f64,
    p99: f64,
}

impl Window {
    async fn measure(client: &reqwest::Client, url: &str) -> Self {
        let before = ProcessorTime::now();
        let taken = steady(client, url).await;
        let of = |parity| Latency::of(taken.iter().copied().skip(parity).step_by(2).collect());
        let slow = |taken: &[f64]| taken.iter().filter(|taken| **taken >= BUDGET).count();
        Self {
            known: of(0),
            unknown: of(1),
            slow: slow(&taken),
            moments: taken.chunks(RATE / 10).filter(|tenth| slow(tenth) > 0).count(),
            stolen: before.stolen_since(),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            known,
            unknown,
            slow,
            moments,
            stolen,
        } = self;
        write!(
            out,
            "p99 {:.1} and {:.1} ms; {slow} over {BUDGET} ms, begun in {moments} of {} tenths of a second; {stolen:.1} % stolen by the host",
            known.p99,
            unknown.p99,
            10 * SECONDS,
        )
    }
}

impl Latency {
    fn of(mut taken: Vec<f64>) -> Self {
        Self {
            median: percentile(&mut taken, 0.5),
            p99: percentile(&mut taken, 0.99),
        }
    }
}

pub async fn measure(running: &Running, report: &mut Report) {
    let client = reqwest::Client::builder()
        .pool_max_idle_per_host(256)
        .build()
        .expect("a client");
    let url = running.url("/api/v1/password-reset");

    let mut windows = Vec::new();
    for _ in 0..WINDOWS {
        windows.push(Window::measure(&client, &url).await);
    }
    let of = |number: fn(&Window) -> f64| median(&mut windows.iter().map(number).collect::<Vec<f64>>());
    report.below(
        "forgot at 500/s, p99, known (median of 3)",
        of(|window| window.known.p99),
        BUDGET,
        "ms",
    );
    report.below(
        "forgot at 500/s, p99, unknown (median of 3)",
        of(|window| window.unknown.p99),
        BUDGET,
        "ms",
    );
    note("forgot at 500/s, median, known", of(|window| window.known.median), "ms");
    note(
        "forgot at 500/s, median, unknown",
        of(|window| window.unknown.median),
        "ms",
    );
    for window in &windows {
        println!("  {window}");
    }
    running.drained().await;
    note(
        "forgot, as many as possible",
        flat_out(&client, &url).await,
        "requests/s",
    );
}

/// Milliseconds of each request, in the order they were begun: of somebody and of nobody in turn. One begins every 2 ms, whether or not
/// earlier ones have come back, so that a slow server cannot slow the clock down.
async fn steady(client: &reqwest::Client, url: &str) -> Vec<f64> {
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / RATE as u64));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut asked = Vec::new();
    for index in 0..RATE * SECONDS {
        ticks.tick().await;
        let (client, url) = (client.clone(), url.to_owned());
        let name = if index % 2 == 0 {
            known(index / 2)
        } else {
            unknown(index / 2)
        };
        asked.push(tokio::spawn(async move { ask(&client, &url, &name).await }));
    }
    let mut taken = Vec::new();
    for asked in asked {
        taken.push(asked.await.expect("a request").as_secs_f64() * 1000.0);
    }
    taken
}

async fn ask(client: &reqwest::Client, url: &str, name: &str) -> Duration {
    let started = Instant::now();
    let body = serde_json::json!({ "identifier": name });
    let response = client.post(url).json(&body).send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 202);
    response.bytes().await.expect("a body");
    started.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "counts")]
async fn flat_out(client: &reqwest::Client, url: &str) -> f64 {
    let next = Arc::new(AtomicUsize::new(0));
    let end = Instant::now() + Duration::from_secs(5);
    let lanes: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (client, url, next) = (client.clone(), url.to_owned(), next.clone());
            tokio::spawn(async move {
                while Instant::now() < end {
                    ask(&client, &url, &unknown(next.fetch_add(1, Ordering::Relaxed) % 90_000)).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("a lane");
    }
    next.load(Ordering::Relaxed) as f64 / 5.0
}
