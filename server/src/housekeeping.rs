//! Forgetting what is no longer needed: sessions, tokens, requests, mails, counters, old audit rows (F18, security 199). Every step is
//! one idempotent delete, so several servers doing it at once do no harm.

use crate::account::import::job;
use crate::clock::{DAY, HOUR};
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::refused::Fault;
use crate::session::idle_since;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A dead token is kept this long for whoever asks support why it did not work.
const TOKEN_AFTERLIFE: i64 = DAY;

/// What a person typed is kept this long, for "send it again".
const IDENTIFIER_LIFETIME: i64 = HOUR;

/// Removes what its retention no longer covers. Answers how many rows.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(latchkey: &Latchkey) -> Result<u64, Fault> {
    let settings = latchkey.settings().await?;
    let retention = &settings.retention;
    let now = latchkey.now();
    let mut write = latchkey.store.write_behind().await?;
    let pruned = write.prune_sessions(now, idle_since(&settings, now)).await?
        + write.prune_tokens(now - TOKEN_AFTERLIFE).await?
        + write.wipe_identifiers(now - IDENTIFIER_LIFETIME).await?
        + write.prune_requests(now - retention.request_days * DAY).await?
        + write.prune_outbox(now - retention.outbox_days * DAY).await?
        + write.prune_recoveries(now - retention.request_days * DAY, now).await?
        + write.prune_limits(now).await?
        + write.prune_captchas(now).await?
        + write.prune_idempotency(now - DAY).await?
        + write.prune_jobs(now - job::KEPT).await?
        + write.prune_audit(now - retention.audit_days * DAY).await?;
    write.commit().await?;
    Ok(pruned)
}

/// Prunes at start and then at every interval, until told to stop.
pub async fn run(latchkey: SharedLatchkey, stop: CancellationToken) {
    loop {
        match prune(&latchkey).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "pruned"),
            Err(fault) => tracing::error!(%fault, "pruning failed, will be tried again"),
        }
        let minutes = latchkey
            .settings()
            .await
            .map_or(15, |settings| settings.retention.interval_minutes);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(minutes.unsigned_abs() * 60)) => {}
            () = stop.cancelled() => return,
        }
    }
}
