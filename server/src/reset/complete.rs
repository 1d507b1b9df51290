//! The new password. One transaction spends the token, stores the hash, ends every session, and queues the notice to the owner: all
//! of it or nothing, also under `kill -9` (security 20, 44, 45).

use super::proof::{Proof, Proved, prove};
use super::token::token_digest;
use super::{Outcome, target};
use crate::account::Account;
use crate::account::identifier::Identifier;
use crate::audit::{self, Entry, Event};
use crate::guard::limits::SIGN_IN_BY_IDENTIFIER;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::Change;
use crate::mail::notice;
use crate::password::judge;
use crate::recovery::lock;
use crate::refused::Refused;
use crate::secret::Purpose;
use crate::session::{self, Opened, OpenedBy};
use crate::settings::reset::SignIn;
use crate::store::{NewPassword, SpentToken};
use app::outcome::Refusal;

/// What comes after.
pub struct Completed {
    /// Open where the settings sign people in (F17).
    pub session: Option<Opened>,
    /// Where the person goes on; nothing for nowhere in particular.
    pub target: Option<String>,
}

/// Sets a new password with a proof. `login_name`, when given, must be the owner's: a program that mixes up two people changes
/// nobody's password (F13).
///
/// # Errors
/// [`Refusal::LinkNotValid`] for every reason a proof can be worthless; [`Refused::Password`] spends nothing (security 46).
pub async fn complete(
    latchkey: &Latchkey,
    visitor: &Visitor,
    proof: &Proof,
    password: &str,
    login_name: Option<&str>,
) -> Result<Completed, Refused> {
    let Proved {
        token, owner: account, ..
    } = prove(latchkey, visitor, proof).await?;
    if login_name.is_some_and(|name| !is_login_of(&account, name)) {
        return Err(Refusal::LinkNotValid.into());
    }
    let settings = latchkey.settings().await?;
    let hash = judge::hashed(&latchkey.hasher, &settings, &account, password).await?;

    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let new = NewPassword {
        account_id: &account.id,
        hash: &hash,
        version: account.credential_version,
    };
    // Whatever was true above is asked again here: only this decides who wins.
    let spent = write.spend_token_on(&token_digest(&token), now, &new).await?;
    let (spent, ended) = spent.ok_or(Refusal::LinkNotValid)?;
    let SpentToken {
        account_id,
        request_id,
        target: wished,
        recovery_locked,
    } = spent;
    write
        .end_request(&request_id, Outcome::Completed, Some(&account_id))
        .await?;
    forget_attack(latchkey, &mut write, &account).await?;
    lock::released(&mut write, now, &account_id, recovery_locked > 0).await?;
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::success(Event::ResetCompleted, &account_id).about(&request_id),
    );
    if ended > 0 {
        audit::record(
            &mut write,
            visitor,
            now,
            Entry::success(Event::SessionsRevoked, &account_id),
        );
    }
    let session = match settings.reset.sign_in {
        SignIn::Never => None,
        SignIn::AfterReset | SignIn::OnLink => {
            let opened = session::open(latchkey, &mut write, visitor, &settings, &account_id, OpenedBy::Reset).await?;
            let entry = Entry::success(Event::SignedIn, &account_id).about(&request_id);
            audit::record(&mut write, visitor, now, entry);
            Some(opened)
        }
    };
    notice::password_changed(latchkey, &mut write, visitor, &account, Change::Reset).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    let target = target::after(&settings, &wished);
    Ok(Completed { session, target })
}

/// Compares canonical forms, so that "Ada" is the owner of "ada".
fn is_login_of(account: &Account, typed: &str) -> bool {
    match (Identifier::parse(typed), Identifier::parse(&account.login_name)) {
        (Ok(typed), Ok(own)) => typed.canonical() == own.canonical(),
        _ => false,
    }
}

/// The owner has a new password: tries counted against the old one mean nothing any more.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_attack(
    latchkey: &Latchkey,
    write: &mut crate::store::Write,
    account: &Account,
) -> Result<(), Refused> {
    let mac = |own: &str| {
        let identifier = Identifier::parse(own).ok()?;
        Some(latchkey.keys.mac_text(Purpose::Limit, &[identifier.canonical()]))
    };
    let login = mac(&account.login_name).unwrap_or_default();
    let email = account.email.as_deref().and_then(mac).unwrap_or_default();
    Ok(SIGN_IN_BY_IDENTIFIER.clear_both(write, [&login, &email]).await?)
}
