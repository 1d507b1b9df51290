//! The background half of the outbox: a bell that says when to look, and a few lanes that take due rows until told to stop.
//!
//! ```text
//! mail queued ──▶ bell ── a moment ──▶ lane ── takes, sends, takes the next … ──▶ rests
//! every second ──▶ bell ── due? ─────▶  │
//!                                       └─ held up: the next lane goes on beside it
//! ```

use super::outbox::{self, Then};
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::refused::Fault;
use crate::store::Engine;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Rows on their way at the same time: a stalled mail server holds up this many, not everything (security 148).
const LANES: usize = 4;

/// How often the outbox is looked at when nobody rings: retries and rows of other servers are found this late at most.
const LOOK: Duration = Duration::from_secs(1);

/// How long mails wait for company after the first one rang. Nobody notices, and those that are taken together share the wait for the
/// disk: a lane takes the next row in the transaction that ends the one before.
const GATHER: Duration = Duration::from_millis(20);

/// How long a lane may be busy with one row before another one goes on with those behind it.
const HELD_UP: Duration = Duration::from_millis(50);

/// Starts the worker on `tracker`. After `stop`, rows on their way are finished and no new one is taken.
pub fn start(latchkey: &SharedLatchkey, tracker: &TaskTracker, stop: &CancellationToken) {
    let due = Arc::new(Notify::new());
    for _ in 0..LANES {
        let (latchkey, due, stop) = (latchkey.clone(), due.clone(), stop.clone());
        tracker.spawn(async move { lane(&latchkey, &due, &stop).await });
    }
    let (latchkey, stop) = (latchkey.clone(), stop.clone());
    tracker.spawn(async move { stop.run_until_cancelled(bell(&latchkey, &due)).await });
}

/// Wakes a lane when there is something to do.
async fn bell(latchkey: &Latchkey, due: &Notify) {
    loop {
        match look(latchkey).await {
            Ok(true) => due.notify_one(),
            Ok(false) => {}
            Err(fault) => tracing::error!(%fault, "the outbox cannot be read"),
        }
    }
}

/// Waits for a mail to be queued, or for the next look. Whether a row is due.
async fn look(latchkey: &Latchkey) -> Result<bool, Fault> {
    tokio::select! {
        () = latchkey.mail_queued.notified() => {
            sleep(GATHER).await;
            Ok(true)
        }
        () = sleep(LOOK) => latchkey.store.outbox_due(latchkey.now()).await,
    }
}

async fn lane(latchkey: &Latchkey, due: &Notify, stop: &CancellationToken) {
    while stop.run_until_cancelled(due.notified()).await.is_some() {
        if let Err(fault) = work_off(latchkey, due, stop).await {
            tracing::error!(%fault, "the outbox cannot be read");
        }
    }
}

/// Brings out what is due, one row after the other.
async fn work_off(latchkey: &Latchkey, due: &Notify, stop: &CancellationToken) -> Result<(), Fault> {
    // Only where there is one writer anyway: elsewhere whoever ends a row would hold the next one, which all lanes ask for, until its
    // audit row has had its turn.
    let one_writer = latchkey.store.engine() == Engine::Sqlite;
    let then = || {
        if one_writer && !stop.is_cancelled() {
            Then::TakeNext
        } else {
            Then::Stop
        }
    };
    while !stop.is_cancelled() {
        let mut next = outbox::take(latchkey).await?;
        // Another lane may have been faster to take one while more are due.
        if next.is_none() && (one_writer || !latchkey.store.outbox_due(latchkey.now()).await?) {
            return Ok(());
        }
        while let Some(row) = next {
            let mut bringing = pin!(outbox::bring(latchkey, row, then));
            (_, next) = tokio::select! {
                brought = &mut bringing => brought?,
                () = sleep(HELD_UP) => {
                    due.notify_one();
                    bringing.await?
                }
            };
        }
        // Where the next row is taken as one ends, the last of them has looked already.
        if one_writer {
            return Ok(());
        }
    }
    Ok(())
}
