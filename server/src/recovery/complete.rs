//! The last step: the new password. One transaction ends the recovery, changes address and password together, ends every session,
//! forgets the tries, and tells both mailboxes — or nothing of it (R7, security 45, 79).

use super::mailbox::address_of;
use super::{AWAITS, State, case, step};
use crate::account::Account;
use crate::account::identifier::{EmailAddress, LoginName};
use crate::audit::{self, Entry, Event};
use crate::clock::HOUR;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::{Message, masked};
use crate::mail::notice;
use crate::password::judge;
use crate::refused::{Fault, Refused};
use crate::reset::complete::forget_attack;
use crate::secret::Purpose;
use crate::session::{self, Opened, OpenedBy};
use crate::settings::Settings;
use crate::settings::recovery::Approval;
use crate::store::{RecoveryRow, Write};
use app::outcome::Refusal;

/// What came of it.
pub enum Completed {
    /// The account is recovered; with a session where the settings sign people in.
    Done { session: Option<Opened> },
    /// Staff decide; the receipt tells how.
    Awaiting { receipt: String },
}

/// Sets the new password together with the proven address.
///
/// Who showed a recovery code does not wait for approval: the code was made with the account's password, which no fact was.
///
/// # Errors
/// [`Refusal::RecoveryNotValid`] for every reason there is no such recovery, or its address is not proven or taken meanwhile;
/// [`Refused::Password`] ends nothing (security 46).
pub async fn complete(
    latchkey: &Latchkey,
    visitor: &Visitor,
    handle: &str,
    password: &str,
) -> Result<Completed, Refused> {
    let row = step(latchkey, visitor, handle).await?;
    if row.proved_at == 0 {
        return Err(Refusal::RecoveryNotValid.into());
    }
    let account = latchkey.store.account(&row.account_id).await?;
    let account = account.ok_or(Refusal::RecoveryNotValid)?;
    let settings = latchkey.settings().await?;
    let hash = judge::hashed(&latchkey.hasher, &settings, &account, password).await?;

    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let waits = settings.recovery.approval == Approval::Staff || case::needs_two(&settings, &account);
    if waits && row.code_id.is_empty() {
        let sealed = latchkey.keys.seal(Purpose::Recovery, &row.id, &hash);
        let finished = write
            .finish_recovery(&row, State::Awaiting, &sealed, now + AWAITS, now)
            .await?;
        if !finished {
            return Err(Refusal::RecoveryNotValid.into());
        }
        let entry = Entry::success(Event::RecoveryAwaiting, &account.id).about(&row.id);
        audit::record(&mut write, visitor, now, entry);
        write.commit().await?;
        return Ok(Completed::Awaiting { receipt: row.receipt });
    }
    // Whatever was true above is asked again here: only this statement decides who wins.
    let finished = write
        .finish_recovery(&row, State::Completed, "", row.expires_at, now)
        .await?;
    if !finished {
        return Err(Refusal::RecoveryNotValid.into());
    }
    hand_over(latchkey, &mut write, Some(visitor), &settings, &row, &account, &hash).await?;
    let entry = Entry::success(Event::RecoveryCompleted, &account.id).about(&row.id);
    audit::record(&mut write, visitor, now, entry);
    let session = if settings.recovery.sign_in {
        let by = OpenedBy::Recovery;
        let opened = session::open(latchkey, &mut write, visitor, &settings, &account.id, by).await?;
        let entry = Entry::success(Event::SignedIn, &account.id).about(&row.id);
        audit::record(&mut write, visitor, now, entry);
        Some(opened)
    } else {
        None
    };
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(Completed::Done { session })
}

/// Changes address and password together and tells both mailboxes, within the transaction that ended the recovery.
///
/// # Errors
/// [`Refusal::RecoveryNotValid`] when the account has changed or the address belongs to somebody else by now: then the transaction must
/// not be committed.
pub(super) async fn hand_over(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: Option<&Visitor>,
    settings: &Settings,
    row: &RecoveryRow,
    account: &Account,
    hash: &str,
) -> Result<(), Refused> {
    let now = latchkey.now();
    let address = address_of(latchkey, row)?;
    if !row.code_id.is_empty() && !write.spend_recovery_code(&row.code_id, now).await? {
        return Err(Refusal::RecoveryNotValid.into());
    }
    if !write
        .recover_account(&account.id, &address, hash, row.credential_version)
        .await?
    {
        return Err(Refusal::RecoveryNotValid.into());
    }
    write.release_identifiers(&account.id).await?;
    let keys = identifiers(&account.login_name, Some(&address))?;
    if write.claim_identifiers(&account.id, &keys).await?.is_some() {
        return Err(Refusal::RecoveryNotValid.into());
    }
    let old = account.email.clone().unwrap_or_default();
    let undo_hours = settings.recovery.undo_hours;
    let kept = latchkey.keys.seal(Purpose::Recovery, &kept_at(&row.id), &old);
    write.keep_undo(&row.id, &kept, now + undo_hours * HOUR).await?;
    write.end_open_recoveries(&account.id, now).await?;
    if account.recovery_locked() {
        audit::record_own(write, now, Entry::success(Event::RecoveryUnlocked, &account.id));
    }
    if write.end_sessions(&account.id).await? > 0 {
        audit::record_own(write, now, Entry::success(Event::SessionsRevoked, &account.id));
    }
    forget_attack(latchkey, write, account).await?;
    let new = Account {
        email: Some(address.clone()),
        ..account.clone()
    };
    for (mailbox, to_new) in [(account, false), (&new, true)] {
        // Whoever proved the present address once more is told once.
        if !to_new && new.email == account.email {
            continue;
        }
        let message = Message::RecoveryCompleted {
            occasion: notice::occasion(latchkey, visitor),
            recovery: row.id.clone(),
            new_address: masked(&address),
            to_new,
            undo_hours: u32::try_from(undo_hours).unwrap_or_default(),
        };
        notice::tell(latchkey, write, mailbox, message).await?;
    }
    Ok(())
}

/// Where the old address is sealed: another place than the new one's, so that one never opens as the other.
pub(super) fn kept_at(id: &str) -> String {
    format!("{id}:old")
}

/// What an account is found by.
pub(super) fn identifiers(login_name: &str, email: Option<&str>) -> Result<Vec<String>, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::Other(format!("stored name or address: {error}"));
    let login = LoginName::parse(login_name).map_err(|error| broken(&error))?;
    let mut keys = vec![login.key().to_owned()];
    if let Some(email) = email {
        let address = EmailAddress::parse(email).map_err(|error| broken(&error))?;
        keys.push(address.key().to_owned());
    }
    keys.dedup();
    Ok(keys)
}
