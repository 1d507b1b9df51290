//! Recoveries that wait for a decision (R12): an administrator sees who it is about and which facts fitted, never what they are, and says
//! yes or, with a reason, no. Until then nothing has changed: password and address wait sealed.

use super::State;
use super::complete::hand_over;
use super::mailbox::address_of;
use crate::account::change::refuse_own;
use crate::account::{Account, Role};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::mail::message::Message;
use crate::mail::notice;
use crate::refused::{Fault, Refused};
use crate::reset::receipt::typed_receipt;
use crate::secret::{Purpose, has_id_shape};
use crate::settings::Settings;
use crate::staff::{Permission, Staff};
use crate::store::{After, RecoveryRow, SeenRecovery, Signals, Write};
use app::outcome::Refusal;
use app::phrase;
use app::view::CaseState;

/// Longest reason, in characters: it is mailed to the person.
pub const LONGEST_REASON: usize = 200;

/// Recoveries, the newest first; nothing given means all.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn list(
    latchkey: &Latchkey,
    staff: &Staff,
    state: Option<State>,
    after: &After,
    limit: i64,
) -> Result<Vec<SeenRecovery>, Refused> {
    staff.require(Permission::DecideRecoveries)?;
    Ok(latchkey.store.recoveries(state, after, limit).await?)
}

/// One recovery.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`].
pub async fn show(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<SeenRecovery, Refused> {
    staff.require(Permission::DecideRecoveries)?;
    let seen = latchkey.store.seen_recovery(id).await?;
    Ok(seen.ok_or(Refusal::NotFound)?)
}

/// What else helps to decide: traces that the account's owner left before.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn signals(latchkey: &Latchkey, staff: &Staff, seen: &SeenRecovery) -> Result<Signals, Refused> {
    staff.require(Permission::DecideRecoveries)?;
    Ok(latchkey.store.recovery_signals(seen).await?)
}

/// Whether one administrator is not enough for this account: whoever gets it decides about everybody's.
#[must_use]
pub fn needs_two(settings: &Settings, account: &Account) -> bool {
    settings.recovery.four_eyes && account.role != Role::User
}

/// How far a yes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    /// The account is recovered.
    Done,
    /// It was the first of two.
    Seconded,
}

/// Says yes: address and password change now, as they would have without approval, and both mailboxes are told. Where two have to agree,
/// the first yes only waits for the second, which must be somebody else's.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`]; [`Refused::Field`], a conflict, when it does not wait any more, is about oneself, or the
/// account has changed since.
pub async fn approve(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<Approved, Refused> {
    let settings = latchkey.settings().await?;
    let seen = show(latchkey, staff, id).await?;
    let about = latchkey
        .store
        .account(&seen.account_id)
        .await?
        .ok_or(Refusal::NotFound)?;
    if needs_two(&settings, &about) && second(latchkey, staff, &seen, &about).await? {
        return Ok(Approved::Seconded);
    }
    let (mut write, row) = decide(latchkey, staff, id, State::Completed, "", needs_two(&settings, &about)).await?;
    let account = write.account(&row.account_id).await?.ok_or(Refusal::NotFound)?;
    staff.require_touch(&account)?;
    refuse_own(staff, &account, "")?;
    let hash = latchkey.keys.open(Purpose::Recovery, &row.id, &row.password_sealed)?;
    let handed_over = hand_over(latchkey, &mut write, None, &settings, &row, &account, &hash).await;
    handed_over.map_err(|refused| match refused {
        Refused::Because(Refusal::RecoveryNotValid) => Refused::conflict("", phrase!(problem.case_changed)),
        other => other,
    })?;
    let entry = Entry::success(Event::RecoveryApproved, &account.id).about(&row.id);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(Approved::Done)
}

/// The first of two yeses. False when somebody else has said the first one.
async fn second(latchkey: &Latchkey, staff: &Staff, seen: &SeenRecovery, about: &Account) -> Result<bool, Refused> {
    staff.require_touch(about)?;
    refuse_own(staff, about, "")?;
    if seen.seconded_by == staff.actor() {
        return Err(Refused::conflict("", phrase!(problem.case_approved)));
    }
    let mut write = latchkey.store.write().await?;
    if !write.second_recovery(&seen.id, &staff.actor(), latchkey.now()).await? {
        return Ok(false);
    }
    let entry = Entry::success(Event::RecoverySeconded, &about.id).about(&seen.id);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    Ok(true)
}

/// Says no. The reason is mailed to the new address, which is proven.
///
/// # Errors
/// As [`approve`]; [`Refusal::Invalid`] for `reason`.
pub async fn refuse(latchkey: &Latchkey, staff: &Staff, id: &str, reason: &str) -> Result<(), Refused> {
    staff.require(Permission::DecideRecoveries)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        let problem = phrase!(problem.up_to_plain_characters, count = LONGEST_REASON);
        return Err(Refused::invalid("reason", problem));
    }
    let (mut write, row) = decide(latchkey, staff, id, State::Refused, reason, false).await?;
    let account = write.account(&row.account_id).await?.ok_or(Refusal::NotFound)?;
    staff.require_touch(&account)?;
    let now = latchkey.now();
    let address = address_of(latchkey, &row)?;
    let message = Message::RecoveryDenied {
        occasion: notice::occasion(latchkey, None),
        reason: reason.to_owned(),
    };
    let new = Account {
        email: Some(address),
        ..account.clone()
    };
    notice::tell(latchkey, &mut write, &new, message).await?;
    write.keep_undo(&row.id, "", now).await?;
    let entry = Entry::success(Event::RecoveryDenied, &account.id).about(&row.id);
    audit::record_staff(&mut write, staff, now, entry.saying(reason));
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

/// One conditional statement: of two who decide at once, one does. Where two have to agree, the one who did first cannot be the other.
async fn decide(
    latchkey: &Latchkey,
    staff: &Staff,
    id: &str,
    state: State,
    reason: &str,
    by_two: bool,
) -> Result<(Write, RecoveryRow), Refused> {
    staff.require(Permission::DecideRecoveries)?;
    if !has_id_shape(id) {
        return Err(Refusal::NotFound.into());
    }
    let mut write = latchkey.store.write().await?;
    let actor = staff.actor();
    let first = if by_two { actor.as_str() } else { "" };
    let decided = write
        .decide_recovery(id, state, &actor, reason, first, latchkey.now())
        .await?;
    match decided {
        Some(row) => Ok((write, row)),
        None if write.recovery_exists(id).await? => Err(Refused::conflict("", phrase!(problem.case_closed))),
        None => Err(Refusal::NotFound.into()),
    }
}

/// What staff decided, for whoever has the receipt.
///
/// # Errors
/// [`Refusal::NotFound`] also for what never waited.
pub async fn state(latchkey: &Latchkey, receipt: &str) -> Result<CaseState, Refused> {
    let receipt = typed_receipt(receipt).ok_or(Refusal::NotFound)?;
    let found = latchkey.store.recovery_of_receipt(&receipt).await?;
    let (state, expires_at) = found.ok_or(Refusal::NotFound)?;
    Ok(match state.parse::<State>().map_err(Fault::from)? {
        State::Awaiting if expires_at >= latchkey.now() => CaseState::Awaiting,
        State::Completed => CaseState::Approved,
        State::Refused => CaseState::Refused,
        State::Open => return Err(Refusal::NotFound.into()),
        State::Awaiting | State::Stopped | State::Undone | State::Over => CaseState::Over,
    })
}
