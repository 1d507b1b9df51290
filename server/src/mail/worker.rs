//! The background half of the outbox: a few tasks that take due rows until told to stop.

use super::outbox::{Turn, try_next};
use crate::latchkey::SharedLatchkey;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Rows on their way at the same time: a stalled mail server holds up this many, not everything (security 148).
const LANES: usize = 4;

/// How often the outbox is looked at when nobody rings: retries and rows of other servers are found this late at most.
const LOOK: Duration = Duration::from_secs(1);

/// Starts the worker on `tracker`. After `stop`, rows on their way are finished and no new one is taken.
pub fn start(latchkey: &SharedLatchkey, tracker: &TaskTracker, stop: &CancellationToken) {
    for _ in 0..LANES {
        tracker.spawn(lane(latchkey.clone(), stop.clone()));
    }
}

async fn lane(latchkey: SharedLatchkey, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match try_next(&latchkey).await {
            Ok(Turn::Idle) => rest(&latchkey, &stop).await,
            // More may be due, and another lane may be resting.
            Ok(_) => latchkey.mail_queued.notify_one(),
            Err(fault) => {
                tracing::error!(%fault, "the outbox cannot be read");
                rest(&latchkey, &stop).await;
            }
        }
    }
}

async fn rest(latchkey: &SharedLatchkey, stop: &CancellationToken) {
    tokio::select! {
        () = latchkey.mail_queued.notified() => {}
        () = tokio::time::sleep(LOOK) => {}
        () = stop.cancelled() => {}
    }
}
