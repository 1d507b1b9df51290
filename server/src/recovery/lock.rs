//! Locking recovery by facts, and what unlocks it: a reset that succeeds, whoever began it, or staff; nothing else (R8, R9). Signing in
//! and mailed resets know nothing of it (security 74).

use crate::account::search::existing;
use crate::audit::{self, Entry, Event};
use crate::clock::{DAY, UnixMillis};
use crate::latchkey::Latchkey;
use crate::mail::message::{Said, StaffAction};
use crate::mail::notice;
use crate::mail::outbox::RECOVERY_LOOK;
use crate::refused::{Fault, Refused};
use crate::secret::{Purpose, new_id};
use crate::staff::{Permission, Staff};
use crate::store::{NewMail, OutboxRow, Write};

/// A new password is there: what was under way relied on the old one, and with it went the tries against the account. `was_locked`:
/// the trail says that they locked it no longer.
///
/// # Errors
/// When the database does not answer.
pub async fn released(write: &mut Write, now: UnixMillis, account_id: &str, was_locked: bool) -> Result<(), Fault> {
    write.end_open_recoveries(account_id, now).await?;
    if was_locked {
        audit::record_own(write, now, Entry::success(Event::RecoveryUnlocked, account_id));
    }
    Ok(())
}

/// Unlocks recovery for somebody who asks support for it, and tells the owner.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), [`Refusal::NotFound`](app::outcome::Refusal::NotFound).
pub async fn unlock(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<(), Refused> {
    staff.require(Permission::UnlockRecovery)?;
    let account = existing(latchkey, id).await?;
    staff.require_touch(&account)?;
    let mut write = latchkey.store.write().await?;
    if write.release_recovery(&account.id).await? {
        notice::staff_acted(latchkey, &mut write, &account, StaffAction::RecoveryUnlocked).await?;
    }
    let entry = Entry::success(Event::RecoveryUnlocked, &account.id);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

/// Leaves the worker a row to look at, with the accounts that a try has locked, if any. Every refused try leaves one: to write a mail
/// for some of them only would take time that tells (security 157).
///
/// # Errors
/// When the database does not answer.
pub async fn queue_look(latchkey: &Latchkey, write: &mut Write, locked: &[String]) -> Result<(), Fault> {
    let (id, now) = (new_id(), latchkey.now());
    let payload = latchkey.keys.seal(Purpose::Outbox, &id, &locked.join(" "));
    write
        .queue_mail(&NewMail {
            id: &id,
            kind: RECOVERY_LOOK,
            account_id: None,
            request_id: None,
            payload: &payload,
            recipient: "",
            created_at: now,
            expires_at: now + DAY,
        })
        .await
}

/// What becomes of such a row: every owner is told, once for each lock (security 155).
///
/// # Errors
/// When the database does not answer, or the row cannot be opened with this server's key.
pub async fn look(latchkey: &Latchkey, write: &mut Write, row: &OutboxRow) -> Result<(), Fault> {
    let locked = latchkey.keys.open(Purpose::Outbox, &row.id, &row.payload)?;
    for id in locked.split_whitespace() {
        let Some(account) = write.account(id).await? else {
            continue;
        };
        if account.recovery_locked() {
            audit::record_own(
                write,
                latchkey.now(),
                Entry::failure(Event::RecoveryLocked, "attempts", id),
            );
            notice::said(latchkey, write, None, &account, Said::Locked).await?;
        }
    }
    Ok(())
}
