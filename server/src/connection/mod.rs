//! Connections: how many there are at once, and how long each may take for what (security 164). Whoever is slow on purpose holds a
//! place for a moment and never the last one.

mod alive;
mod share;

use crate::metrics::Metrics;
use alive::Alive;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use share::Shares;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Bytes of a request's head: line, headers, cookies.
const HEAD_BYTES: usize = 64 * 1024;
/// The same in HTTP/2, where they are counted uncompressed.
const HEAD_BYTES_H2: u32 = 32 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Bytes of one stream, and of one connection, that a client may send before somebody reads them.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// Streams that a client may open and reset before anything is done for them (the "rapid reset" attack).
const RESET_STREAMS: usize = 20;
/// A silent HTTP/2 client is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// Wait after a connection could not be taken for want of something, such as file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// What connections may cost.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Connections at once. One client has half of them at most, unless it is a trusted proxy.
    pub connections: usize,
    /// For the head of a request, counted from the end of the one before.
    pub head: Duration,
    /// For a request, a slow body included.
    pub request: Duration,
    /// Without one byte in either direction.
    pub silence: Duration,
    /// For the whole connection; then it takes no further request.
    pub age: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connections: 768,
            head: Duration::from_secs(30),
            request: Duration::from_secs(20),
            silence: Duration::from_mins(1),
            age: Duration::from_mins(10),
        }
    }
}

/// Takes connections until `stop`, each answered by a task of its own, and waits for the last of them. Beyond the limit they wait in the system's queue.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    pace: Pace,
    proxies: Vec<IpNet>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) {
    let tracker = TaskTracker::new();
    let places = Arc::new(Semaphore::new(pace.connections));
    let shares = Shares::new(pace.connections.div_ceil(2), proxies);
    loop {
        let permit = tokio::select! {
            () = stop.cancelled() => break,
            permit = Arc::clone(&places).acquire_owned() => permit,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(PAUSE).await;
                continue;
            }
        };
        let Some(share) = shares.take(peer.ip()) else {
            metrics.turned_away();
            continue;
        };
        let open = metrics.connection();
        let talk = converse(stream, peer, router.clone(), pace, stop.clone());
        tracker.spawn(async move {
            talk.await;
            drop((permit, share, open));
        });
    }
    drop(listener);
    tracker.close();
    tracker.wait().await;
}

/// One connection from its first byte to its last. After `stop`, or when it is too old, the request under way is its last.
async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, pace: Pace, stop: CancellationToken) {
    // Answers are written whole; waiting for more of them would only make the last packet late.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let builder = builder(pace);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(Alive::new(stream, pace.silence)), service));
    tokio::select! {
        ended = connection.as_mut() => return log(ended),
        () = stop.cancelled() => {}
        () = sleep(pace.age) => {}
    }
    connection.as_mut().graceful_shutdown();
    if let Ok(ended) = timeout(pace.request + pace.head, connection).await {
        log(ended);
    }
}

/// Who hangs up, stalls or does not speak HTTP is no news.
fn log<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

fn builder(pace: Pace) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(pace.head)
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES_H2)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_pending_accept_reset_streams(RESET_STREAMS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(pace.head);
    builder
}
