//! Completed resets a second, beside what the same machine hashes when it does nothing else. Their ratio is the number: everything
//! around the hash should cost next to nothing.
//!
//! A reset is complete when its notice is on its way: the clock runs until the last answer has come and the last notice is written.
//! People's programs are not ours to measure, so their part is as small as it can be: a few lines over connections that stay open. The
//! raw rate is that of the library with the server's parameters, in memory that is taken once, as a program gets it that does nothing
//! special. The server's own lies in large pages where the system allows (see `main.rs`), which can save it a few percent.

use crate::client::Connection;
use crate::host::ProcessorTime;
use crate::instance::{Running, known};
use crate::report::{Report, note};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Rounds, each between two measurements of the raw rate, so that a machine that changes its speed changes it for both.
const ROUNDS: usize = 5;
/// Enough that beginning and end, where a core has nothing to do, do not count: the last hash is alone, and its notice waits for company,
/// which together take 40 to 80 ms.
const RESETS: usize = 2_000;
/// People who reset at the same time.
const LANES: usize = 8;

#[expect(clippy::cast_precision_loss, reason = "counts")]
pub async fn measure(running: &Running, report: &mut Report) {
    let client = reqwest::Client::new();
    let (mut raws, mut rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut times, mut beside) = (Vec::new(), Vec::new());
    let machine = ProcessorTime::now();
    for round in 0..ROUNDS {
        let tokens = ask_for_links(&client, running, round).await;
        let first = raw_rate();
        let before = running.processor_milliseconds();
        let rate = RESETS as f64 / complete_all(running, &tokens).as_secs_f64();
        let time = (running.processor_milliseconds() - before) / RESETS as f64;
        let raw = f64::midpoint(first, raw_rate());
        raws.push(raw);
        rates.push(rate);
        ratios.push(rate / raw);
        times.push(time);
        // Too little where the host takes time away: a hash alone is charged for that, too.
        beside.push(time - 1000.0 * cores() as f64 / raw);
    }
    let median = |values: &[f64]| crate::statistics::median(&mut values.to_vec());
    note("argon2id alone, all cores", median(&raws), "hashes/s");
    note("processor time of the server for a reset", median(&times), "ms");
    note("of that, more than a hash alone takes", median(&beside), "ms");
    note("resets completed", median(&rates), "resets/s");
    report.at_least("resets per hash (ratio of the two)", median(&ratios), 0.9, "");
    // How far a single round can be trusted: on a machine that is shared, its pace changes within seconds.
    note(
        "the same, worst round",
        ratios.iter().copied().fold(f64::INFINITY, f64::min),
        "",
    );
    note("the same, best round", ratios.iter().copied().fold(0.0, f64::max), "");
    note("stolen by the host meanwhile", machine.stolen_since(), "%");
}

async fn ask_for_links(client: &reqwest::Client, running: &Running, round: usize) -> Vec<String> {
    let names: Vec<String> = (0..RESETS).map(|index| known(2_500 + round * RESETS + index)).collect();
    for name in &names {
        let body = serde_json::json!({ "identifier": name });
        let asked = client
            .post(running.url("/api/v1/password-reset"))
            .json(&body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(asked.status().as_u16(), 202);
    }
    let end = Instant::now() + Duration::from_mins(2);
    loop {
        let newest: HashMap<String, String> = running.tokens().into_iter().collect();
        let tokens: Vec<String> = names.iter().filter_map(|name| newest.get(name).cloned()).collect();
        if tokens.len() == RESETS {
            return tokens;
        }
        assert!(Instant::now() < end, "only {} of {RESETS} mails came", tokens.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Completes all, and waits for the notices.
fn complete_all(running: &Running, tokens: &[String]) -> Duration {
    let (mails, next) = (running.mail_count(), AtomicUsize::new(0));
    let connections: Vec<Connection> = (0..LANES).map(|_| Connection::open(&running.address)).collect();
    let started = Instant::now();
    std::thread::scope(|scope| {
        for mut connection in connections {
            let next = &next;
            scope.spawn(move || {
                while let Some(token) = tokens.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let body = format!(r#"{{"token":"{token}","password":"{}"}}"#, passphrase(token));
                    connection.post_expecting("/api/v1/password-reset/complete", &body, 204);
                }
            });
        }
    });
    while running.mail_count() < mails + tokens.len() {
        assert!(started.elapsed() < Duration::from_mins(2), "notices are missing");
        std::thread::sleep(Duration::from_millis(2));
    }
    started.elapsed()
}

/// Words, as people are told to choose; another one for each token.
fn passphrase(token: &str) -> String {
    let letters = token.bytes().take(8).map(|byte| char::from(b'a' + byte % 26));
    format!("quiet lanterns {}", letters.collect::<String>())
}

/// Hashes a second with the server's own parameters on all cores, for two seconds.
#[expect(clippy::cast_precision_loss, reason = "counts")]
fn raw_rate() -> f64 {
    let end = Instant::now() + Duration::from_secs(2);
    let started = Instant::now();
    let lanes: Vec<_> = (0..cores())
        .map(|_| std::thread::spawn(move || hash_until(end)))
        .collect();
    let hashes: usize = lanes.into_iter().map(|lane| lane.join().expect("a lane")).sum();
    hashes as f64 / started.elapsed().as_secs_f64()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn hash_until(end: Instant) -> usize {
    let argon2 = argon2::Argon2::default();
    let mut memory = vec![argon2::Block::default(); argon2.params().block_count()];
    let mut count = 0;
    while Instant::now() < end {
        argon2
            .hash_password_into_with_memory(b"quiet lanterns", b"sixteen bytes...", &mut [0; 32], &mut memory)
            .expect("a hash");
        count += 1;
    }
    count
}
