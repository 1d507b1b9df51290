//! Signing in. Every way to fail costs the same statements and the same hash work, and gets the same answer (security 1, 157).

use super::{Opened, OpenedBy, open};
use crate::account::Account;
use crate::account::identifier::Identifier;
use crate::audit::{self, Entry, Event};
use crate::directory;
use crate::guard::captcha::{self, Brought};
use crate::guard::limits::{SIGN_IN_BY_CLIENT, SIGN_IN_BY_IDENTIFIER, SIGN_IN_BY_PAIR, SIGN_IN_BY_PAIR_UNDER_ATTACK};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::password::Password;
use crate::password::hash::Verified;
use crate::refused::Refused;
use crate::secret::Purpose;
use crate::settings::Settings;
use crate::settings::limits::Limits;
use app::outcome::Refusal;

/// Opens a session for whoever knows login name or address, and the password.
///
/// # Errors
/// [`Refusal::SignInRefused`] for every way to be wrong; [`Refused::Captcha`] after a few of them; [`Refused::TooMany`] counts what was typed, not what exists;
/// [`Refusal::Busy`] when the server hashes as much as it can.
pub async fn sign_in(
    latchkey: &Latchkey,
    visitor: &Visitor,
    typed: &str,
    password: &str,
    captcha: Brought<'_>,
) -> Result<Opened, Refused> {
    if typed.trim().is_empty() {
        return Err(Refusal::IdentifierMissing.into());
    }
    let identifier = Identifier::parse(typed).map_err(|_| Refusal::SignInRefused)?;
    // Too long to be anyone's password: refused before any work, whoever is named (security 56).
    let password = Password::new(password).map_err(|violation| Refused::Password(vec![violation]))?;
    let settings = latchkey.settings().await?;
    let mac = latchkey.keys.mac_text(Purpose::Limit, &[identifier.canonical()]);
    // Shed before anything is counted: what cannot be looked at costs no writing either (security 65, 165).
    latchkey.hasher.require_place()?;
    captcha::sign_in::require(latchkey, visitor, &settings, &mac, captcha).await?;
    if settings.limits.enabled {
        count_try(latchkey, visitor, &settings.limits, &mac).await?;
    }
    let account = directory::find(&latchkey.store, &identifier).await?;
    let stored = account.as_ref().and_then(Account::comparable_hash);
    let verified = latchkey.hasher.verify(&password, stored).await?;
    match (account, verified) {
        (Some(account), Verified::Yes) => admit(latchkey, visitor, &settings, &mac, &account, None).await,
        (Some(account), Verified::YesNeedsUpgrade) => {
            let stronger = latchkey.hasher.hash(&password).await?;
            admit(latchkey, visitor, &settings, &mac, &account, Some(&stronger)).await
        }
        (account, _) => refuse(latchkey, visitor, &mac, account.as_ref()).await,
    }
}

/// One client and one name, for counting.
fn pair(mac: &str, visitor: &Visitor) -> String {
    format!("{mac}:{}", visitor.network())
}

/// Uses the budgets before anything is looked up: what exists and what does not is counted alike (security 4, 160).
async fn count_try(latchkey: &Latchkey, visitor: &Visitor, limits: &Limits, mac: &str) -> Result<(), Refused> {
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let mut taken = limits
        .of(SIGN_IN_BY_CLIENT)
        .take(&mut write, &visitor.network(), now)
        .await?;
    let mut ran_out = taken.just_ran_out();
    // Who is over the own budget leaves no counters of further names (security 165).
    if taken.within() {
        let by_identifier = limits.of(SIGN_IN_BY_IDENTIFIER).take(&mut write, mac, now).await?;
        let budget = if by_identifier.within() {
            SIGN_IN_BY_PAIR
        } else {
            SIGN_IN_BY_PAIR_UNDER_ATTACK
        };
        taken = limits.of(budget).take(&mut write, &pair(mac, visitor), now).await?;
        // The pair may have been over the smaller number when that began to count: then this is where it is recorded.
        ran_out = by_identifier.just_ran_out() || taken.just_ran_out();
    }
    if ran_out {
        let entry = Entry::failure(Event::RateLimited, "sign_in", "").about(mac);
        audit::record(&mut write, visitor, now, entry);
    }
    write.commit().await?;
    taken.check()
}

async fn admit(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    mac: &str,
    account: &Account,
    stronger: Option<&str>,
) -> Result<Opened, Refused> {
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    // The account may have been disabled, or its password reset, while the hash was computed.
    if !write.hold_account(&account.id, account.credential_version).await? {
        return Err(Refusal::SignInRefused.into());
    }
    if let Some(stronger) = stronger {
        write
            .upgrade_hash(&account.id, &account.password_hash, stronger)
            .await?;
    }
    SIGN_IN_BY_PAIR.clear(&mut write, &pair(mac, visitor)).await?;
    captcha::sign_in::succeeded(latchkey, &mut write, visitor, settings, mac).await?;
    let opened = open(latchkey, &mut write, visitor, settings, &account.id, OpenedBy::Password).await?;
    audit::record(&mut write, visitor, now, Entry::success(Event::SignedIn, &account.id));
    write.commit().await?;
    Ok(opened)
}

async fn refuse(
    latchkey: &Latchkey,
    visitor: &Visitor,
    mac: &str,
    account: Option<&Account>,
) -> Result<Opened, Refused> {
    let account_id = account.map_or("", |account| account.id.as_str());
    let mut write = latchkey.store.write().await?;
    let entry = Entry::failure(Event::SignInRefused, "refused", account_id).about(mac);
    audit::record(&mut write, visitor, latchkey.now(), entry);
    write.commit().await?;
    Err(Refusal::SignInRefused.into())
}
