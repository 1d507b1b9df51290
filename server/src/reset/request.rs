//! Asking for a reset. Stores what was asked for and looks nobody up: known and unknown names take the same statements, so neither
//! answer nor time can tell them apart (security 1, 2, 157).

use super::availability::missing;
use super::receipt::{new_receipt, typed_receipt};
use super::target;
use crate::account::identifier::Identifier;
use crate::audit::{self, Entry, Event};
use crate::clock::{MINUTE, UnixMillis};
use crate::guard::captcha::{Brought, Place, require};
use crate::guard::limits::{RESET_BY_ALL, RESET_BY_CLIENT};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::outbox::RESET_REQUEST;
use crate::refused::{Fault, Refused};
use crate::secret::{Purpose, new_id};
use crate::settings::Settings;
use crate::settings::limits::Limits;
use crate::store::{NewMail, NewRequest, Write};
use app::outcome::Refusal;
use app::phrase;

/// Stores a request and queues its handling, together or not at all (security 142). Answers the receipt.
///
/// # Errors
/// [`Refusal::ResetUnavailable`], [`Refusal::IdentifierMissing`], [`Refusal::IdentifierMalformed`]; [`Refusal::Invalid`] for a target
/// that is not allowed; [`Refused::Captcha`]; [`Refused::TooMany`] for budgets that have nothing to do with the account.
pub async fn request(
    latchkey: &Latchkey,
    visitor: &Visitor,
    typed: &str,
    target: Option<&str>,
    captcha: Brought<'_>,
) -> Result<String, Refused> {
    let settings = latchkey.settings().await?;
    require_available(latchkey, &settings)?;
    let target = match target {
        None => String::new(),
        Some(target) => target::allowed(&settings.reset, target)
            .ok_or_else(|| Refused::invalid("target", phrase!(problem.target)))?,
    };
    if typed.trim().is_empty() {
        return Err(Refusal::IdentifierMissing.into());
    }
    let identifier = Identifier::parse(typed).map_err(|_| Refusal::IdentifierMalformed)?;
    require(latchkey, visitor, &settings, Place::Forgot, captcha).await?;
    store(latchkey, visitor, &settings, identifier.canonical(), &target).await
}

/// Asks again for what a receipt asked for, so that nobody types it twice (WCAG 3.3.7). Answers a new receipt.
///
/// # Errors
/// As [`request`]; [`Refusal::LinkNotValid`] for a receipt that is unknown or too old.
pub async fn resend(latchkey: &Latchkey, visitor: &Visitor, receipt: &str) -> Result<String, Refused> {
    let settings = latchkey.settings().await?;
    require_available(latchkey, &settings)?;
    let receipt = typed_receipt(receipt).ok_or(Refusal::LinkNotValid)?;
    let earlier = latchkey
        .store
        .request_by_receipt(&receipt)
        .await?
        .ok_or(Refusal::LinkNotValid)?;
    if earlier.identifier_sealed.is_empty() {
        return Err(Refusal::LinkNotValid.into());
    }
    let canonical = latchkey
        .keys
        .open(Purpose::Identifier, &earlier.id, &earlier.identifier_sealed)?;
    store(latchkey, visitor, &settings, &canonical, &earlier.target).await
}

/// Whether there is a reset at all; what is missing goes to the log.
///
/// # Errors
/// [`Refusal::ResetUnavailable`].
pub fn require_available(latchkey: &Latchkey, settings: &Settings) -> Result<(), Refused> {
    let missing = missing(latchkey, settings);
    if missing.is_empty() {
        return Ok(());
    }
    for what in missing {
        tracing::warn!(reason = %what.in_words(), mend = what.command(), "reset is unavailable");
    }
    Err(Refusal::ResetUnavailable.into())
}

async fn store(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    canonical: &str,
    target: &str,
) -> Result<String, Refused> {
    let now = latchkey.now();
    let id = new_id();
    let receipt = new_receipt();
    let identifier_mac = latchkey.keys.mac_text(Purpose::Limit, &[canonical]);
    let lifetime = i64::from(settings.reset.link_expiry_minutes.unwrap_or_default()) * MINUTE;

    let mut write = latchkey.store.write().await?;
    if settings.limits.enabled
        && let Err(refused) = spend(&mut write, visitor, &settings.limits, now).await?
    {
        write.commit().await?;
        return Err(refused);
    }
    write
        .add_request(&NewRequest {
            id: &id,
            receipt: &receipt,
            identifier_sealed: &latchkey.keys.seal(Purpose::Identifier, &id, canonical),
            identifier_mac: &identifier_mac,
            locale: &visitor.locale,
            client_address: &visitor.client.to_string(),
            user_agent: &visitor.user_agent,
            requested_at: now,
            target,
            account_id: None,
            started_by: "",
        })
        .await?;
    write
        .queue_mail(&NewMail {
            id: &new_id(),
            kind: RESET_REQUEST,
            account_id: None,
            request_id: Some(&id),
            payload: "",
            recipient: "",
            created_at: now,
            expires_at: now + lifetime,
        })
        .await?;
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::success(Event::ResetRequested, "").about(&identifier_mac),
    );
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(receipt)
}

/// Uses the budgets. Everybody's comes first: once it is used up, further clients leave not even a counter (security 165). Who is over
/// the own budget gives that of everybody back, so that nobody alone can use it up (security 162).
async fn spend(
    write: &mut Write,
    visitor: &Visitor,
    limits: &Limits,
    now: UnixMillis,
) -> Result<Result<(), Refused>, Fault> {
    let by_all = limits.of(RESET_BY_ALL);
    let mut taken = by_all.take(write, "", now).await?;
    if taken.within() {
        taken = limits.of(RESET_BY_CLIENT).take(write, &visitor.network(), now).await?;
        if !taken.within() {
            by_all.give_back(write, "", now).await?;
        }
    }
    if taken.just_ran_out() {
        let entry = Entry::failure(Event::RateLimited, "reset", "");
        audit::record(write, visitor, now, entry);
    }
    Ok(taken.check())
}
