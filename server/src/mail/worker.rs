//! The background half of the outbox: a few tasks that take due rows until told to stop.

use super::outbox::{self, Then};
use crate::latchkey::SharedLatchkey;
use crate::refused::Fault;
use crate::store::Engine;
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
        match step(&latchkey, &stop).await {
            Ok(true) => {}
            Ok(false) => rest(&latchkey, &stop).await,
            Err(fault) => {
                tracing::error!(%fault, "the outbox cannot be read");
                rest(&latchkey, &stop).await;
            }
        }
    }
}

/// Brings out a row, and those that are taken as it ends. False when none was due; one that another lane was faster to take is no
/// reason to rest.
async fn step(latchkey: &SharedLatchkey, stop: &CancellationToken) -> Result<bool, Fault> {
    if !latchkey.store.outbox_due(latchkey.now()).await? {
        return Ok(false);
    }
    let mut next = outbox::take(latchkey).await?;
    let missed = next.is_none();
    if !missed {
        // More may be due, and another lane may be resting.
        latchkey.mail_queued.notify_one();
    }
    // Only where there is one writer anyway: elsewhere whoever ends a row would hold the next one, which all lanes ask for, until its
    // audit row has had its turn.
    let one_writer = latchkey.store.engine() == Engine::Sqlite;
    while let Some(row) = next {
        let then = || {
            if one_writer && !stop.is_cancelled() {
                Then::TakeNext
            } else {
                Then::Stop
            }
        };
        (_, next) = outbox::bring(latchkey, row, then).await?;
    }
    // Where the next row is taken as one ends, the last of them has looked already.
    Ok(missed || !one_writer)
}

async fn rest(latchkey: &SharedLatchkey, stop: &CancellationToken) {
    tokio::select! {
        () = latchkey.mail_queued.notified() => {}
        () = tokio::time::sleep(LOOK) => {}
        () = stop.cancelled() => {}
    }
}
