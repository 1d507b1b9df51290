//! Requests for a reset: how many a second, and how long they take at a steady 500 a second.

use crate::instance::{Running, known, unknown};
use crate::report::{Report, note};
use crate::statistics::percentile;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const RATE: usize = 500;
const SECONDS: usize = 10;
const CONNECTIONS: usize = 16;
/// Milliseconds that 99 of 100 must keep within.
const BUDGET: f64 = 25.0;

pub async fn measure(running: &Running, report: &mut Report) {
    let client = reqwest::Client::builder()
        .pool_max_idle_per_host(256)
        .build()
        .expect("a client");
    let url = running.url("/api/v1/password-reset");

    let taken = steady(&client, &url).await;
    let of = |parity| taken.iter().copied().skip(parity).step_by(2).collect::<Vec<f64>>();
    let (mut of_known, mut of_unknown) = (of(0), of(1));
    report.below(
        "forgot at 500/s, p99, known",
        percentile(&mut of_known, 0.99),
        BUDGET,
        "ms",
    );
    report.below(
        "forgot at 500/s, p99, unknown",
        percentile(&mut of_unknown, 0.99),
        BUDGET,
        "ms",
    );
    note("forgot at 500/s, median, known", percentile(&mut of_known, 0.5), "ms");
    note(
        "forgot at 500/s, median, unknown",
        percentile(&mut of_unknown, 0.5),
        "ms",
    );
    say_when_slow(&taken);
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

/// Many slow ones within few moments are the machine's pauses, on which whoever is asked then waits; slow ones all along are ours.
#[expect(clippy::cast_precision_loss, reason = "counts")]
fn say_when_slow(taken: &[f64]) {
    let tenths = taken.chunks(RATE / 10);
    let slow: Vec<usize> = tenths
        .map(|tenth| tenth.iter().filter(|taken| **taken >= BUDGET).count())
        .collect();
    note(
        "forgot at 500/s, beyond the budget",
        slow.iter().sum::<usize>() as f64,
        "requests",
    );
    note(
        "these began within",
        slow.iter().filter(|count| **count > 0).count() as f64,
        "of 100 tenths of a second",
    );
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
