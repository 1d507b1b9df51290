//! Floods, for `make flood`: too long for every test run. What comes in by the thousand is answered, bounded, and forgotten
//! (security 65, 165). Loopback only.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "support/mod.rs"]
mod support;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::json;
use server::housekeeping::prune;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use support::{Engine, Setup, TestApp};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;
use tower::ServiceExt as _;

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Asks for a hash and hangs up.
async fn hang_up(app: &TestApp, number: usize) {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("127.0.0.{}:0", 2 + number % 4).parse().unwrap())
        .unwrap();
    let mut stream = socket.connect(app.address).await.unwrap();
    let body = json!({ "identifier": format!("nobody{number}"), "password": "a long enough password" }).to_string();
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
}

// security 65, 166
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make flood"]
async fn five_hundred_sign_ins_that_hang_up_slow_nobody_down() {
    let app = Setup::on(Engine::Sqlite).start().await;
    app.set("limits.enabled", json!(false)).await;
    let before = resident_megabytes();
    let mut taken = Vec::new();
    for round in 0..10 {
        let hang_ups = (0..500).map(|number| hang_up(&app, round * 500 + number));
        futures_util::future::join_all(hang_ups).await;
        for _ in 0..20 {
            let began = Instant::now();
            app.program().get("/healthz").await.expect(200);
            taken.push(began.elapsed());
        }
    }
    taken.sort();
    let p99 = taken[taken.len() * 99 / 100 - 1];
    let grown = resident_megabytes().saturating_sub(before);
    let cores = std::thread::available_parallelism().unwrap().get() as u64;
    println!("health p99 {p99:?}, {grown} MiB more than before");
    assert!(p99 < Duration::from_millis(250), "{p99:?}");
    assert!(grown < cores * 19 + 150, "{grown} MiB");
}

// security 165
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make flood"]
async fn a_million_addresses_leave_a_bounded_table_that_is_forgotten() {
    let clients: u32 = std::env::var("LATCHKEY_FLOOD_CLIENTS").map_or(1_000_000, |text| text.parse().unwrap());
    let app = Setup::on(Engine::Sqlite).start().await;
    for client in 0..clients {
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
        let status = app.router.clone().oneshot(request).await.unwrap().status().as_u16();
        assert!(status == 202 || status == 429, "{status}");
    }
    let (requests, counters) = (app.count("reset_requests").await, app.count("limits").await);
    println!("{requests} requests and {counters} counters of {clients} clients");
    assert!(requests <= 6_000, "everybody together has a budget: {requests}");
    assert!(counters <= i64::from(clients) + 10, "{counters}");
    app.drain().await;
    app.advance(4 * 24 * 3_600_000);
    prune(&app.latchkey).await.unwrap();
    assert_eq!(
        (app.count("reset_requests").await, app.count("limits").await),
        (0, 0),
        "nothing of it stays"
    );
}
