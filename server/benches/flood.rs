//! Floods, measured by `make flood`. What comes in by the thousand is answered, bounded, and forgotten
//! (security 65, 165). Loopback only.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that misses its bound ends by panicking"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures_util::StreamExt as _;
use serde_json::json;
use server::housekeeping::prune;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::{Client, Engine, Setup, TestApp};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;
use tower::ServiceExt as _;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    support::log::keep_nothing();
    five_hundred_sign_ins_that_hang_up_slow_nobody_down().await;
    a_million_addresses_leave_a_bounded_table_that_is_forgotten().await;
}

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Asks for a hash and hangs up.
async fn hang_up(address: SocketAddr, number: usize) {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("127.0.0.{}:0", 2 + number % 4).parse().unwrap())
        .unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let body = json!({ "identifier": format!("nobody{number}"), "password": "a long enough password" }).to_string();
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// How long others wait for their pages, until told to stop, and the most memory seen meanwhile.
async fn others(visitor: Client, stop: Arc<AtomicBool>) -> (Vec<Duration>, u64) {
    let (mut taken, mut peak) = (Vec::new(), 0);
    while !stop.load(Ordering::Relaxed) {
        for page in ["/healthz", "/forgot", "/sign-in", "/api/v1/captcha"] {
            let began = Instant::now();
            visitor.get(page).await.expect(200);
            taken.push(began.elapsed());
            peak = resident_megabytes().max(peak);
        }
    }
    taken.sort();
    (taken, peak)
}

fn p99(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() * 99 / 100]
}

// security 65, 166
async fn five_hundred_sign_ins_that_hang_up_slow_nobody_down() {
    let app = Setup::on(Engine::Sqlite).start().await;
    app.set("limits.enabled", json!(false)).await;
    app.program().get("/forgot").await.expect(200);
    let before = resident_megabytes();
    let began = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    let others = tokio::spawn(others(app.program_from("127.0.0.9"), stop.clone()));
    for round in 0..10 {
        let hang_ups = (0..500).map(|number| hang_up(app.address, round * 500 + number));
        futures_util::future::join_all(hang_ups).await;
    }
    // Until what was begun is done.
    while app.latchkey.hasher.load() != (0, 0) {
        app.program().get("/healthz").await.expect(200);
    }
    stop.store(true, Ordering::Relaxed);
    let (taken, peak) = others.await.unwrap();
    let (p99, after) = (p99(&taken), resident_megabytes());
    let cores = std::thread::available_parallelism().unwrap().get() as u64;
    println!(
        "5000 sign-ins in {:.1?}, {} hashes; {} other pages, p50 {:.1?}, p99 {p99:.1?}, longest {:.1?}; MiB before, peak, after: {before}, {peak}, {after}",
        began.elapsed(),
        app.latchkey.hasher.work(),
        taken.len(),
        taken[taken.len() / 2],
        taken[taken.len() - 1],
    );
    assert!(p99 < Duration::from_millis(250), "{p99:?}");
    assert!(peak - before < cores * 19 + 150, "{peak} MiB");
}

/// Asks for a reset from an address of its own.
async fn ask(router: axum::Router, client: u32) -> u16 {
    let address = Ipv4Addr::from(0x0b00_0000 + client);
    let mut request = Request::post("/api/v1/password-reset")
        .header("content-type", "application/json")
        .body(Body::from(
            json!({ "identifier": format!("nobody{client}") }).to_string(),
        ))
        .unwrap();
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from((address, 1))));
    router.oneshot(request).await.unwrap().status().as_u16()
}

// security 165, 196
async fn a_million_addresses_leave_a_bounded_table_that_is_forgotten() {
    let clients: u32 = std::env::var("LATCHKEY_FLOOD_CLIENTS").map_or(1_000_000, |text| text.parse().unwrap());
    let app = Setup::on(Engine::Sqlite).start().await;
    app.program().get("/forgot").await.expect(200);
    let before = resident_megabytes();
    let began = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    let others = tokio::spawn(others(app.program_from("127.0.0.9"), stop.clone()));
    let mut refused = 0;
    let asked = futures_util::stream::iter(0..clients).map(|client| ask(app.router.clone(), client));
    let mut asked = asked.buffer_unordered(AT_ONCE);
    while let Some(status) = asked.next().await {
        assert!(status == 202 || status == 429, "{status}");
        refused += u32::from(status == 429);
    }
    drop(asked);
    let took = began.elapsed();
    stop.store(true, Ordering::Relaxed);
    let (taken, peak) = others.await.unwrap();
    let rows = tables(&app).await;
    println!(
        "{clients} clients in {took:.0?} ({:.0}/s), {refused} refused; {rows:?}; p99 of {} other pages {:.1?}; MiB before, peak, after: {before}, {peak}, {}",
        f64::from(clients) / took.as_secs_f64(),
        taken.len(),
        p99(&taken),
        resident_megabytes(),
    );
    // The clock stands still: all of it is one window of the budget of everybody, which bounds every table.
    assert!(rows.into_iter().all(|(_, rows)| rows <= 6_000 * 2 + 10), "{rows:?}");
    assert!(peak - before < 150, "{peak} MiB");
    assert!(p99(&taken) < Duration::from_millis(250));
    app.drain().await;
    app.advance(4 * 24 * 3_600_000);
    let pruning = Instant::now();
    prune(&app.latchkey).await.unwrap();
    println!("pruned in {:.1?}: {:?}", pruning.elapsed(), tables(&app).await);
    assert_eq!(
        (app.count("reset_requests").await, app.count("limits").await),
        (0, 0),
        "nothing of it stays"
    );
    app.advance(366 * 24 * 3_600_000);
    prune(&app.latchkey).await.unwrap();
    let rows = tables(&app).await;
    assert!(
        rows.into_iter().all(|(_, rows)| rows <= 10),
        "not even what was recorded: {rows:?}"
    );
}

/// Requests that are under way at the same time.
const AT_ONCE: usize = 64;

/// What grows.
async fn tables(app: &TestApp) -> [(&'static str, i64); 4] {
    let mut tables = ["reset_requests", "limits", "outbox", "audit"].map(|table| (table, 0));
    for (table, rows) in &mut tables {
        *rows = app.count(table).await;
    }
    tables
}
