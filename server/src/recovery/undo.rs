//! The link in the mails to the old address. While a recovery is under way it stops it; after its end it takes it back: the old address
//! counts again, everybody is signed out, the password that a stranger may have chosen is gone, and recovery by facts is locked —
//! whoever did this knows the facts (R10, security 77, 154). Opening the link does nothing of this; posting it does, once.

use super::State;
use super::complete::{identifiers, kept_at};
use super::token::has_shape;
use crate::account::Account;
use crate::audit::{self, Entry, Event};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::Said;
use crate::mail::notice;
use crate::refused::Refused;
use crate::secret::{Purpose, digest};
use crate::store::{RecoveryRow, Write};
use app::outcome::Refusal;

/// Whether a link is still worth something. Spends nothing (security 30).
///
/// # Errors
/// [`Refusal::LinkNotValid`] for every reason it is not.
pub async fn look(latchkey: &Latchkey, token: &str) -> Result<RecoveryRow, Refused> {
    if !has_shape(token) {
        return Err(Refusal::LinkNotValid.into());
    }
    let row = latchkey
        .store
        .undoable_recovery("", &digest(token), latchkey.now())
        .await?;
    Ok(row.ok_or(Refusal::LinkNotValid)?)
}

/// Stops the recovery, or takes it back.
///
/// # Errors
/// [`Refusal::LinkNotValid`] for every reason the link is worthless, also when somebody was faster.
pub async fn undo(latchkey: &Latchkey, visitor: &Visitor, token: &str) -> Result<(), Refused> {
    let row = look(latchkey, token).await?;
    let account = latchkey.store.account(&row.account_id).await?;
    let account = account.ok_or(Refusal::LinkNotValid)?;
    let now = latchkey.now();
    let completed = row.state == State::Completed.as_str();
    let (state, event) = if completed {
        (State::Undone, Event::RecoveryUndone)
    } else {
        (State::Stopped, Event::RecoveryStopped)
    };
    let mut write = latchkey.store.write().await?;
    if !write.undo_recovery(&row, state, now).await? {
        return Err(Refusal::LinkNotValid.into());
    }
    if completed {
        take_back(latchkey, &mut write, visitor, &row, &account).await?;
    } else {
        write.lock_recovery(&account.id, now).await?;
        notice::said(latchkey, &mut write, Some(visitor), &account, Said::Undone).await?;
    }
    write.end_open_recoveries(&account.id, now).await?;
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::success(event, &account.id).about(&row.id),
    );
    let locked = Entry::failure(Event::RecoveryLocked, "owner", &account.id);
    audit::record(&mut write, visitor, now, locked.about(&row.id));
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

async fn take_back(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: &Visitor,
    row: &RecoveryRow,
    account: &Account,
) -> Result<(), Refused> {
    let now = latchkey.now();
    let kept = latchkey
        .keys
        .open(Purpose::Recovery, &kept_at(&row.id), &row.old_address_sealed)?;
    let mut old = Some(kept.to_string()).filter(|old| !old.is_empty());
    write.release_identifiers(&account.id).await?;
    let keys = identifiers(&account.login_name, old.as_deref())?;
    if write.claim_identifiers(&account.id, &keys).await?.is_some() {
        // Somebody else was given the old address meanwhile. Then the account has none, rather than the stranger's.
        old = None;
    }
    write.restore_account(&account.id, old.as_deref(), now).await?;
    if write.end_sessions(&account.id).await? > 0 {
        audit::record_own(write, now, Entry::success(Event::SessionsRevoked, &account.id));
    }
    notice::said(latchkey, write, Some(visitor), account, Said::UndoneNew).await?;
    let restored = Account {
        email: old,
        ..account.clone()
    };
    notice::said(latchkey, write, Some(visitor), &restored, Said::Undone).await?;
    Ok(())
}
