//! Completed resets a second, beside what the same machine hashes when it does nothing else. Their ratio is the number: everything
//! around the hash should cost next to nothing.

use crate::instance::{Running, known};
use crate::report::{Report, note};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Rounds of both, in turn, so that a machine that changes its speed changes it for both.
const ROUNDS: usize = 3;
const RESETS: usize = 200;
const LANES: usize = 8;

#[expect(clippy::cast_precision_loss, reason = "counts")]
pub async fn measure(running: &Running, report: &mut Report) {
    let client = reqwest::Client::new();
    let (mut raw, mut completed, mut processor) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let tokens = ask_for_links(&client, running, round).await;
        raw.push(tokio::task::spawn_blocking(raw_rate).await.expect("hashing"));
        let (started, before) = (Instant::now(), running.processor_milliseconds());
        complete_all(&client, running, tokens).await;
        processor.push((running.processor_milliseconds() - before) / RESETS as f64);
        completed.push(RESETS as f64 / started.elapsed().as_secs_f64());
    }
    let ratios: Vec<f64> = completed
        .iter()
        .zip(&raw)
        .map(|(completed, raw)| completed / raw)
        .collect();
    let median = |values: &[f64]| crate::statistics::median(&mut values.to_vec());
    note("argon2id alone, all cores", median(&raw), "hashes/s");
    note("processor time of the server for a reset", median(&processor), "ms");
    note("resets completed", median(&completed), "resets/s");
    report.at_least("resets per hash (ratio of the two)", median(&ratios), 0.9, "");
}

async fn ask_for_links(client: &reqwest::Client, running: &Running, round: usize) -> Vec<String> {
    let names: Vec<String> = (0..RESETS).map(|index| known(3_000 + round * RESETS + index)).collect();
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
    let end = Instant::now() + Duration::from_mins(1);
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

async fn complete_all(client: &reqwest::Client, running: &Running, tokens: Vec<String>) {
    let per_lane = tokens.len().div_ceil(LANES);
    let lanes: Vec<_> = tokens
        .chunks(per_lane)
        .map(|tokens| {
            let (client, url, tokens) = (
                client.clone(),
                running.url("/api/v1/password-reset/complete"),
                tokens.to_vec(),
            );
            tokio::spawn(async move {
                for token in tokens {
                    let body =
                        serde_json::json!({ "token": token, "password": format!("quiet lanterns {}", &token[..8]) });
                    let answer = client.post(&url).json(&body).send().await.expect("an answer");
                    assert_eq!(answer.status().as_u16(), 204);
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("a lane");
    }
}

/// Hashes a second with the server's own parameters on all cores, for two seconds.
#[expect(clippy::cast_precision_loss, reason = "counts")]
fn raw_rate() -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let end = Instant::now() + Duration::from_secs(2);
    let started = Instant::now();
    let lanes: Vec<_> = (0..cores)
        .map(|_| {
            std::thread::spawn(move || {
                let argon2 = argon2::Argon2::default();
                let mut count = 0_usize;
                while Instant::now() < end {
                    argon2
                        .hash_password_into(b"quiet lanterns", b"sixteen bytes...", &mut [0; 32])
                        .expect("a hash");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let hashes: usize = lanes.into_iter().map(|lane| lane.join().expect("a lane")).sum();
    hashes as f64 / started.elapsed().as_secs_f64()
}
