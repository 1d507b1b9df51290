//! Measures the release build over loopback: throughput, latency, memory, bytes, and whether time tells who has an account.
//! Only rate limits are lifted. Prints each number with its unit and budget; exits with 1 when a budget is missed.
//!
//! `LATCHKEY_BENCH_PAIRS` (default 2000) sets the pairs of the timing measurement. Words on the command line choose parts: `bytes`,
//! `throughput`, `resets`, and the endpoints of the timing, such as `forgot`; without any, all are measured.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measurement that breaks must stop, loudly"
)]

mod bytes;
mod client;
mod host;
mod instance;
mod report;
mod resets;
mod statistics;
mod throughput;
mod timing;

use instance::Instance;
use report::{Report, note};
use std::time::Duration;

/// What can be measured by itself, beside the timing of each endpoint.
const PARTS: [&str; 3] = ["bytes", "throughput", "resets"];

#[tokio::main]
async fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if let Some(word) = chosen.iter().find(|word| !is_part(word)) {
        eprintln!("There is nothing to measure that is called {word:?}.");
        std::process::exit(2);
    }
    let wanted = |part: &str| chosen.is_empty() || chosen.iter().any(|word| word == part);
    let mut report = Report::default();
    // What the build left to be written goes to the disk first, or its writing is measured too.
    let _ = std::process::Command::new("sync").status();
    let instance = Instance::prepare().await;

    report.below("cold start (median of 5)", instance.cold_start(5).await, 300.0, "ms");
    let running = instance.start().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    report.below("memory, idle", running.resident_megabytes(), 64.0, "MiB");

    if wanted("bytes") {
        bytes::measure(&running, &mut report).await;
    }
    if wanted("throughput") {
        throughput::measure(&running, &mut report).await;
        running.drained().await;
    }
    if wanted("resets") {
        resets::measure(&running, &mut report).await;
        running.drained().await;
    }
    note("memory, highest under load", running.peak_megabytes(), "MiB");

    timing::measure(&running, &timing::ENDPOINTS, wanted, &mut report);
    running.stop();
    let running = instance.start_asking(instance::TWO_NUMBERS).await;
    timing::measure(&running, &timing::ENDPOINTS_OF_TWO_NUMBERS, wanted, &mut report);
    running.stop();
    // Leaving does not remove its folders: hundreds of megabytes of mails, some of them in memory.
    drop(instance);
    std::process::exit(report.finish());
}

fn is_part(word: &str) -> bool {
    let mut endpoints = timing::ENDPOINTS.iter().chain(&timing::ENDPOINTS_OF_TWO_NUMBERS);
    PARTS.contains(&word) || endpoints.any(|endpoint| endpoint.name == word)
}
