//! Changing the password while signed in: the current one is asked, everything else that was open is closed (P6, security 52).

use super::{Password, judge};
use crate::account::Account;
use crate::audit::{self, Entry, Event};
use crate::guard::limits::CHANGE_BY_ACCOUNT;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::Change;
use crate::mail::notice;
use crate::password::hash::Verified;
use crate::recovery::lock;
use crate::refused::Refused;
use crate::session::{self, Opened, OpenedBy, Session};
use crate::store::NewPassword;
use app::outcome::Refusal;

/// Whether the old password is asked for: not of somebody who proved the mailbox instead, because the link would have given them a
/// new one as well (F17).
#[must_use]
pub fn needs_current(session: &Session) -> bool {
    session.opened_by != OpenedBy::MailLink.as_str()
}

/// Changes the password of the signed-in person. The session it is done in goes on under a new token; all others end (security 96).
///
/// # Errors
/// [`Refusal::CurrentPasswordWrong`], [`Refused::Password`], [`Refused::TooMany`]; [`Refusal::NotSignedIn`] when the session ended
/// meanwhile.
pub async fn change(
    latchkey: &Latchkey,
    visitor: &Visitor,
    session: &Session,
    current: Option<&str>,
    password: &str,
) -> Result<Opened, Refused> {
    let account = latchkey
        .store
        .account(&session.account_id)
        .await?
        .ok_or(Refusal::NotSignedIn)?;
    if needs_current(session) {
        require_current(latchkey, visitor, &account, current.unwrap_or_default()).await?;
    }
    let settings = latchkey.settings().await?;
    let hash = judge::hashed(&latchkey.hasher, &settings, &account, password).await?;

    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let was_locked = write.recovery_locked(&account.id).await?;
    // A reset or another change was faster, and ended this session.
    let new = NewPassword {
        account_id: &account.id,
        hash: &hash,
        version: account.credential_version,
    };
    write.set_password(&new).await?.ok_or(Refusal::NotSignedIn)?;
    let opened = session::open(
        latchkey,
        &mut write,
        visitor,
        &settings,
        &account.id,
        OpenedBy::Password,
    )
    .await?;
    CHANGE_BY_ACCOUNT.clear(&mut write, &account.id).await?;
    lock::released(&mut write, now, &account.id, was_locked).await?;
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::success(Event::PasswordChanged, &account.id),
    );
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::success(Event::SessionsRevoked, &account.id),
    );
    notice::password_changed(latchkey, &mut write, visitor, &account, Change::Owner).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(opened)
}

/// Checks the password of somebody who is signed in, within a budget of tries.
///
/// # Errors
/// [`Refusal::CurrentPasswordWrong`], [`Refused::TooMany`].
pub async fn require_current(
    latchkey: &Latchkey,
    visitor: &Visitor,
    account: &Account,
    current: &str,
) -> Result<(), Refused> {
    let now = latchkey.now();
    let limits = latchkey.settings().await?.limits.clone();
    if limits.enabled {
        let mut write = latchkey.store.write().await?;
        let taken = limits.of(CHANGE_BY_ACCOUNT).take(&mut write, &account.id, now).await?;
        write.commit().await?;
        taken.check()?;
    }
    let current = Password::new(current).map_err(|_| Refusal::CurrentPasswordWrong)?;
    match latchkey.hasher.verify(&current, account.comparable_hash()).await? {
        Verified::Yes | Verified::YesNeedsUpgrade => Ok(()),
        Verified::No => {
            let mut write = latchkey.store.write().await?;
            let entry = Entry::failure(Event::PasswordChanged, "current_password_wrong", &account.id);
            audit::record(&mut write, visitor, now, entry);
            write.commit().await?;
            Err(Refusal::CurrentPasswordWrong.into())
        }
    }
}
