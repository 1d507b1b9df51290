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

pub async fn measure(running: &Running, report: &mut Report) {
    let client = reqwest::Client::builder()
        .pool_max_idle_per_host(256)
        .build()
        .expect("a client");
    let url = running.url("/api/v1/password-reset");

    let (mut of_known, mut of_unknown) = steady(&client, &url).await;
    report.below(
        "forgot at 500/s, p99, known",
        percentile(&mut of_known, 0.99),
        25.0,
        "ms",
    );
    report.below(
        "forgot at 500/s, p99, unknown",
        percentile(&mut of_unknown, 0.99),
        25.0,
        "ms",
    );
    note("forgot at 500/s, median, known", percentile(&mut of_known, 0.5), "ms");
    note(
        "forgot at 500/s, median, unknown",
        percentile(&mut of_unknown, 0.5),
        "ms",
    );
    running.drained().await;
    note(
        "forgot, as many as possible",
        flat_out(&client, &url).await,
        "requests/s",
    );
}

/// Starts a request every 2 ms, whether or not earlier ones have come back, so that a slow server cannot slow the clock down.
async fn steady(client: &reqwest::Client, url: &str) -> (Vec<f64>, Vec<f64>) {
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
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for (index, asked) in asked.into_iter().enumerate() {
        let taken = asked.await.expect("a request").as_secs_f64() * 1000.0;
        if index % 2 == 0 {
            of_known.push(taken);
        } else {
            of_unknown.push(taken);
        }
    }
    (of_known, of_unknown)
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
