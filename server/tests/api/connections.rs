//! Slow, silent and greedy clients: each is let go of in time, and none of them is noticed by anybody else (security 164).

use crate::support::client::Client;
use crate::support::{Engine, Setup, TestApp};
use server::connection::Pace;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

/// Everything so short that a test can wait for its end.
const SHORT: Pace = Pace {
    connections: 8,
    head: Duration::from_millis(400),
    request: Duration::from_secs(1),
    silence: Duration::from_millis(1_500),
    age: Duration::from_secs(30),
};

async fn app(pace: Pace) -> TestApp {
    Setup::on(Engine::Sqlite).pace(pace).start().await
}

async fn connect(app: &TestApp, from: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(app.address).await.unwrap()
}

/// What comes until the server hangs up, and how long that takes.
async fn to_the_end(stream: &mut TcpStream) -> (String, Duration) {
    let began = Instant::now();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    drop(read.expect("the server hangs up"));
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

async fn is_well(app: &TestApp) -> bool {
    timeout(Duration::from_secs(1), app.program().get("/healthz"))
        .await
        .is_ok_and(|answer| answer.status == 200)
}

// security 164
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_never_ends_is_not_waited_for() {
    let app = app(SHORT).await;
    for beginning in ["GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", "G"] {
        let mut stream = connect(&app, "127.0.0.1").await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        assert!(is_well(&app).await);
        let (_, took) = to_the_end(&mut stream).await;
        assert!(took < Duration::from_secs(3), "{beginning:?}: {took:?}");
    }
    // A byte now and then changes nothing.
    let stream = connect(&app, "127.0.0.1").await;
    let (mut reader, mut writer) = stream.into_split();
    let dripping = tokio::spawn(async move {
        let _ = writer.write_all(b"GET / HTTP/1.1\r\nX: ").await;
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(3), reader.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "a dripping head is cut off");
    dripping.abort();
}

// security 164
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_ends_a_connection_whatever_was_begun() {
    let app = app(SHORT).await;
    for beginning in [&b""[..], b"PRI * HT", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = connect(&app, "127.0.0.1").await;
        stream.write_all(beginning).await.unwrap();
        let (_, took) = to_the_end(&mut stream).await;
        assert!(took < Duration::from_secs(4), "{beginning:?}: {took:?}");
    }
}

// security 128, 164
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_never_ends_is_answered_in_time() {
    let app = app(SHORT).await;
    for path in ["/api/v1/sessions", "/form/sign_in"] {
        let mut stream = connect(&app, "127.0.0.1").await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let (answer, took) = to_the_end(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
}

// security 164
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_does_not_live_for_ever() {
    let age = Duration::from_millis(500);
    let app = app(Pace { age, ..SHORT }).await;
    let mut stream = connect(&app, "127.0.0.1").await;
    let began = Instant::now();
    let mut told_to_go = false;
    while began.elapsed() < Duration::from_secs(3) && !told_to_go {
        if stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .is_err()
        {
            break;
        }
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap_or(0);
        told_to_go = length == 0 || String::from_utf8_lossy(&answer[..length]).contains("connection: close");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

// security 164, 165
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_never_takes_all_places() {
    let (head, silence) = (Duration::from_secs(20), Duration::from_secs(20));
    let app = app(Pace { head, silence, ..SHORT }).await;
    let mut greedy = Vec::new();
    for _ in 0..4 {
        greedy.push(connect(&app, "127.0.0.9").await);
    }
    let mut fifth = connect(&app, "127.0.0.9").await;
    let (answer, took) = to_the_end(&mut fifth).await;
    assert_eq!(answer, "");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(is_well(&app).await, "others are answered");
    greedy.pop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let again = Client::program(app.address, "127.0.0.9").get("/healthz").await;
    assert_eq!(again.status, 200, "what was given back may be taken again");
}

// security 164: beyond the limit connections wait, and are answered when there is room
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_all_places_taken_a_client_waits() {
    let (head, silence) = (Duration::from_secs(20), Duration::from_secs(20));
    let app = app(Pace { head, silence, ..SHORT }).await;
    let mut open = Vec::new();
    for from in ["127.0.0.8", "127.0.0.9"] {
        for _ in 0..4 {
            open.push(connect(&app, from).await);
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!is_well(&app).await);
    drop(open);
    assert!(is_well(&app).await);
}

// security 164: what HTTP/2 lets a client do at once, as the server announces it
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_is_bounded() {
    let app = app(SHORT).await;
    let mut stream = connect(&app, "127.0.0.1").await;
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "SETTINGS come first");
    let mut settings = vec![0; usize::from(frame[1]) << 8 | usize::from(frame[2])];
    stream.read_exact(&mut settings).await.unwrap();
    let told = |id: u8| {
        let setting = settings.chunks(6).find(|setting| setting[..2] == [0, id]);
        setting.map(|setting| u32::from_be_bytes(setting[2..].try_into().unwrap()))
    };
    assert_eq!(told(3), Some(64), "streams at once");
    assert_eq!(told(4), Some(64 << 10), "bytes of one stream ahead");
    assert_eq!(told(6), Some(32 << 10), "bytes of headers");
}
