//! The one source of time. Everything takes a [`Clock`]; nothing else may ask the system (enforced by `clippy.toml`).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Unix time in milliseconds, UTC.
pub type UnixMillis = i64;

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

pub trait Clock: Send + Sync {
    fn now(&self) -> UnixMillis;
}

pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    fn now(&self) -> UnixMillis {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still until it is moved: for tests.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    #[must_use]
    pub fn at(now: UnixMillis) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now)))
    }

    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        self.0.load(Ordering::SeqCst)
    }
}

/// The machine's clock, moved by the number of milliseconds written in a file: lets end-to-end tests see a link expire without
/// waiting. Not part of a release: compiled with the feature `test-clock` only (security 120).
#[cfg(feature = "test-clock")]
pub struct MovedClock(pub std::path::PathBuf);

#[cfg(feature = "test-clock")]
impl Clock for MovedClock {
    fn now(&self) -> UnixMillis {
        let moved = std::fs::read_to_string(&self.0)
            .ok()
            .and_then(|text| text.trim().parse::<i64>().ok());
        SystemClock.now() + moved.unwrap_or(0)
    }
}

/// RFC 3339 in UTC with seconds, as REST and logs show times.
#[must_use]
pub fn rfc3339(at: UnixMillis) -> String {
    time::OffsetDateTime::from_unix_timestamp(at.div_euclid(SECOND))
        .ok()
        .and_then(|moment| moment.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_default()
}

/// The same, or nothing for 0: it has not happened.
#[must_use]
pub fn rfc3339_or_none(at: UnixMillis) -> Option<String> {
    (at != 0).then(|| rfc3339(at))
}

/// A moment as programs write it (RFC 3339), or a day (`2026-03-09`), which stands for its beginning in UTC.
#[must_use]
pub fn moment(text: &str) -> Option<UnixMillis> {
    let whole = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    let moment = time::OffsetDateTime::parse(&whole, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}
