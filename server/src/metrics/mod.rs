//! Numbers for monitoring. Labels are names of our own — routes, events, outcomes — and never what somebody sent, so nobody outside can
//! make them many, or write into them (security 152, 165). Served on a listener of their own and nowhere else.

mod happened;
pub mod listener;
pub mod observe;

pub use happened::Happened;

use crate::guard::violation::Directive;
use crate::latchkey::Latchkey;
use axum::http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Bounds of the latency histogram, in seconds. A page takes a few milliseconds, a password hash some tens, a test mail seconds.
const BOUNDS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Through {
    door: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Violated {
    directive: &'static str,
}

/// Everything that is counted since this process started, and what is looked up when somebody asks.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Through, Histogram, fn() -> Histogram>,
    rate_limited: Counter,
    violations: Family<Violated, Counter>,
    connections: Gauge,
    turned_away: Counter,
    hashes_running: Gauge,
    hashes_waiting: Gauge,
    mails_waiting: Gauge,
    mails_oldest: Gauge,
    database_up: Gauge,
}

/// A connection while it is open.
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// `happened` counts what the audit trail records.
    #[must_use]
    pub fn new(happened: &Happened) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("latchkey"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            rate_limited: Counter::default(),
            violations: Family::default(),
            connections: Gauge::default(),
            turned_away: Counter::default(),
            hashes_running: Gauge::default(),
            hashes_waiting: Gauge::default(),
            mails_waiting: Gauge::default(),
            mails_oldest: Gauge::default(),
            database_up: Gauge::default(),
        };
        metrics.register();
        happened.register(&mut metrics.registry);
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", build);
        registry.register(
            "requests",
            "Requests answered, by route and class of status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time to answer a request",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "rate_limited",
            "Answers that said too many requests",
            self.rate_limited.clone(),
        );
        registry.register(
            "content_violations",
            "Reports of browsers that a page tried what its policy forbids",
            self.violations.clone(),
        );
        registry.register("connections", "Connections open", self.connections.clone());
        registry.register(
            "connections_turned_away",
            "Connections closed at once because their client had too many",
            self.turned_away.clone(),
        );
        registry.register("hashes_running", "Passwords being hashed", self.hashes_running.clone());
        registry.register(
            "hashes_waiting",
            "Passwords waiting to be hashed",
            self.hashes_waiting.clone(),
        );
        registry.register("mails_waiting", "Mails in the queue", self.mails_waiting.clone());
        registry.register_with_unit(
            "mails_oldest_age",
            "How long the oldest mail in the queue has been waiting",
            Unit::Seconds,
            self.mails_oldest.clone(),
        );
        registry.register("database_up", "Whether the database answers", self.database_up.clone());
    }

    /// Counts an answer. `route` is one of the router's own patterns.
    pub fn answered(&self, route: &str, status: StatusCode, limited: bool, took: Duration) {
        let answered = Answered {
            route: route.to_owned(),
            status: class(status),
        };
        self.requests.get_or_create(&answered).inc();
        let through = Through {
            door: observe::door(route),
        };
        self.seconds.get_or_create(&through).observe(took.as_secs_f64());
        if limited {
            self.rate_limited.inc();
        }
    }

    /// Counts a report of a browser.
    pub fn violated(&self, directive: Directive) {
        let violated = Violated {
            directive: directive.as_str(),
        };
        self.violations.get_or_create(&violated).inc();
    }

    /// Counts a connection as open until the answer is dropped.
    #[must_use]
    pub fn connection(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    pub fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// Everything, in the text format of Prometheus.
    pub async fn text(&self, latchkey: &Latchkey) -> String {
        let waiting = latchkey.store.outbox_waiting().await;
        self.database_up.set(waiting.is_ok().into());
        // Old numbers would look like good ones; without a database there is one line that says so.
        let (waiting, oldest) = waiting.unwrap_or_default();
        self.mails_waiting.set(waiting);
        self.mails_oldest
            .set(oldest.map_or(0, |oldest| (latchkey.now() - oldest).max(0) / crate::clock::SECOND));
        let (running, waiting) = latchkey.hasher.load();
        self.hashes_running.set(i64::try_from(running).unwrap_or(i64::MAX));
        self.hashes_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

const fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
