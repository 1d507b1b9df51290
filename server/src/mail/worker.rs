//! The background half of the outbox: a bell that says when to look, and a worker that takes what is due until told to stop.
//!
//! ```text
//! mail queued ── a moment ──┐
//! every second ── due? ─────┴─ bell ──▶ take ──▶ on the way, each in a task of its own
//!                                        ▲                      │
//!                                        └── settle ◀── ended ──┘   where more are due, in the same transaction
//! ```

use super::outbox::{self, Brought, Ended};
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::refused::Fault;
use crate::settings::snapshot;
use crate::store::OutboxRow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Rows on their way at the same time: a stalled mail server holds up this many, not everything (security 148).
const AT_ONCE: usize = 8;

/// How often the outbox is looked at when nobody rings: retries and rows of other servers are found this late at most.
const LOOK: Duration = Duration::from_secs(1);

/// How long a mail waits for company, and how long all of them while more keep coming. Nobody notices, and those that are taken
/// together share the wait for the disk.
const GATHER: Duration = Duration::from_millis(20);
const GATHER_ALL: Duration = Duration::from_millis(60);

/// How long a row that has ended waits for those on their way, to be settled with them.
const LINGER: Duration = Duration::from_millis(10);

/// Starts the worker on `tracker`. After `stop`, rows on their way are finished and no new one is taken.
pub fn start(latchkey: &SharedLatchkey, tracker: &TaskTracker, stop: &CancellationToken) {
    let due = Arc::new(Notify::new());
    let worker = Worker {
        latchkey: latchkey.clone(),
        due: due.clone(),
        stop: stop.clone(),
        on_the_way: JoinSet::new(),
        more: false,
    };
    tracker.spawn(worker.run());
    let (latchkey, stop) = (latchkey.clone(), stop.clone());
    tracker.spawn(async move { stop.run_until_cancelled(bell(&latchkey, &due)).await });
}

/// Rings when there is something to take.
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
    let queued = &latchkey.mail_queued;
    tokio::select! {
        () = queued.notified() => {
            let quiet = async { while timeout(GATHER, queued.notified()).await.is_ok() {} };
            let _ = timeout(GATHER_ALL, quiet).await;
            Ok(true)
        }
        () = sleep(LOOK) => latchkey.store.outbox_due(latchkey.now()).await,
    }
}

struct Worker {
    latchkey: SharedLatchkey,
    due: Arc<Notify>,
    stop: CancellationToken,
    /// What ends as nothing is settled already.
    on_the_way: JoinSet<Option<Ended>>,
    /// Whether there were as many to take as there was room for: then others wait behind them.
    more: bool,
}

impl Worker {
    async fn run(mut self) {
        loop {
            let stopped = self.stop.is_cancelled();
            if stopped && self.on_the_way.is_empty() {
                return;
            }
            if let Err(fault) = self.turn(stopped).await {
                tracing::error!(%fault, "the outbox cannot be read");
            }
        }
    }

    /// Waits for what happens first, and does what follows from it. Whether it was `stopped` is asked once: there is always something to
    /// wait for, even if that changes right now.
    async fn turn(&mut self, stopped: bool) -> Result<(), Fault> {
        let room = self.room();
        tokio::select! {
            Some(first) = self.on_the_way.join_next() => {
                let ended = self.with_company(first.ok().flatten()).await;
                let room = if self.more { self.room() } else { 0 };
                let rows = outbox::settle_and_take(&self.latchkey, &ended, room).await?;
                self.send_off(rows, room).await
            }
            () = self.due.notified(), if room > 0 => {
                let rows = outbox::take(&self.latchkey, room).await?;
                self.send_off(rows, room).await
            }
            () = self.stop.cancelled(), if !stopped => Ok(()),
        }
    }

    /// How many more may go on their way.
    fn room(&self) -> usize {
        if self.stop.is_cancelled() {
            0
        } else {
            AT_ONCE.saturating_sub(self.on_the_way.len())
        }
    }

    /// With those that end a moment later.
    async fn with_company(&mut self, first: Option<Ended>) -> Vec<Ended> {
        let mut ended = Vec::from_iter(first);
        let others = async {
            while let Some(next) = self.on_the_way.join_next().await {
                ended.extend(next.ok().flatten());
            }
        };
        let _ = timeout(LINGER, others).await;
        ended
    }

    /// Each in a task of its own, all under the settings of the moment. There was room for so many.
    async fn send_off(&mut self, rows: Vec<OutboxRow>, room: usize) -> Result<(), Fault> {
        if room > 0 {
            self.more = rows.len() == room;
        }
        if rows.is_empty() {
            return Ok(());
        }
        let settings = self.latchkey.settings().await?;
        for row in rows {
            let work = bring(self.latchkey.clone(), row);
            self.on_the_way.spawn(snapshot::under(settings.clone(), work));
        }
        Ok(())
    }
}

async fn bring(latchkey: SharedLatchkey, row: OutboxRow) -> Option<Ended> {
    match outbox::bring(&latchkey, row).await {
        Ok(Brought::Ended(ended)) => Some(ended),
        Ok(Brought::Settled(_)) => None,
        Err(fault) => {
            tracing::error!(%fault, "what became of a mail cannot be written down");
            None
        }
    }
}
