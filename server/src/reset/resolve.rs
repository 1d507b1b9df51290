//! What becomes of a request: the worker finds the account, issues the token and turns the outbox row into the mail — or records for
//! staff why there is none. Nothing here is visible to whoever asked.

use super::Outcome;
use super::availability::missing;
use super::token::{code, code_digest, new_salt, token, token_digest};
use crate::account::identifier::Identifier;
use crate::account::{Account, SignIn, Status};
use crate::audit::{self, Entry, Event};
use crate::clock::{MINUTE, SECOND, UnixMillis};
use crate::directory;
use crate::guard::limits::{MAIL_PER_DAY, MAIL_PER_HOUR};
use crate::guard::visitor::device;
use crate::latchkey::Latchkey;
use crate::mail::message::{Message, Occasion, masked};
use crate::mail::notice;
use crate::mail::outbox::{Parcel, seal};
use crate::refused::Fault;
use crate::secret::Purpose;
use crate::settings::Settings;
use crate::settings::limits::Limits;
use crate::store::{NewToken, OutboxRow, RequestRow, Write};
use app::words::Locale;

/// Mails of one account are at least this far apart; a request within it waits instead of being lost, so its receipt still gets
/// its code (security 141).
pub const COOLDOWN: i64 = 60 * SECOND;

/// How a request was resolved; every case but `Mail` is already recorded in the transaction.
pub enum Resolution {
    /// The row is a mail now.
    Mail(Box<Parcel>),
    /// There is nothing to send.
    Ended(Outcome),
    /// Too soon after the last mail: again at this time.
    Wait(UnixMillis),
}

/// Resolves the request behind an outbox row, within the caller's transaction.
///
/// # Errors
/// When the database does not answer, or the row cannot be opened with this server's key.
pub async fn resolve(latchkey: &Latchkey, write: &mut Write, row: &OutboxRow) -> Result<Resolution, Fault> {
    let settings = latchkey.settings().await?;
    let now = latchkey.now();
    let Some(request) = write.request(row.request_id.as_deref().unwrap_or_default()).await? else {
        return Ok(Resolution::Ended(Outcome::Superseded));
    };
    if !missing(latchkey, &settings).is_empty() {
        return end(write, now, &request, None, Outcome::Unavailable).await;
    }
    if write.request_superseded(&request).await? {
        return end(write, now, &request, None, Outcome::Superseded).await;
    }
    let account = account_of(latchkey, write, &request).await?;
    let (account, address) = match account.as_ref().map(mailable) {
        None => return end(write, now, &request, None, Outcome::Unknown).await,
        Some(Err(outcome)) => {
            if let (Outcome::Sso, Some(account)) = (outcome, &account) {
                hint(latchkey, write, &settings, &request, account).await?;
            }
            return end(write, now, &request, account.as_ref(), outcome).await;
        }
        Some(Ok(found)) => found,
    };
    if settings.limits.enabled {
        if let Some(issued_at) = write.token_issued_at(&account.id).await?
            && issued_at + COOLDOWN > now
        {
            return Ok(Resolution::Wait(issued_at + COOLDOWN));
        }
        if !within_limits(write, &settings.limits, account, now).await? {
            return end(write, now, &request, Some(account), Outcome::OverLimit).await;
        }
    }
    issue(latchkey, write, &settings, row, &request, account, address).await
}

/// Whether an account may get one more mail (security 141).
///
/// What the hour refuses does not count for the day: otherwise ten requests in a minute would leave the owner without mail until
/// tomorrow (security 162).
async fn within_limits(write: &mut Write, limits: &Limits, account: &Account, now: UnixMillis) -> Result<bool, Fault> {
    Ok(limits.of(MAIL_PER_HOUR).take(write, &account.id, now).await?.within()
        && limits.of(MAIL_PER_DAY).take(write, &account.id, now).await?.within())
}

/// Tells the owner who signs them in, so that they need not wait for a link that never comes (F14).
async fn hint(
    latchkey: &Latchkey,
    write: &mut Write,
    settings: &Settings,
    request: &RequestRow,
    account: &Account,
) -> Result<(), Fault> {
    if !settings.sso.hint
        || (settings.limits.enabled && !within_limits(write, &settings.limits, account, latchkey.now()).await?)
    {
        return Ok(());
    }
    let message = Message::SsoHint {
        occasion: occasion(request),
        provider: settings.sso.provider_name.clone(),
        sign_in_url: settings.sso.sign_in_url.clone(),
    };
    notice::tell(latchkey, write, account, message).await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

/// When and from where a request came. Where support sits says nothing to the owner.
fn occasion(request: &RequestRow) -> Occasion {
    let by_person = request.started_by.is_empty();
    Occasion {
        at: request.requested_at,
        client_address: Some(request.client_address.clone())
            .filter(|_| by_person)
            .unwrap_or_default(),
        device: Some(device(&request.user_agent))
            .filter(|_| by_person)
            .unwrap_or_default(),
    }
}

/// Whom a request means: what was typed, or whom staff chose.
async fn account_of(latchkey: &Latchkey, write: &mut Write, request: &RequestRow) -> Result<Option<Account>, Fault> {
    if let Some(id) = &request.account_id {
        return write.account(id).await;
    }
    let typed = latchkey
        .keys
        .open(Purpose::Identifier, &request.id, &request.identifier_sealed)?;
    match Identifier::parse(&typed) {
        Ok(identifier) => directory::find_within(write, &identifier).await,
        Err(_) => Ok(None),
    }
}

/// The account with its address, when a reset mail may go to it.
fn mailable(account: &Account) -> Result<(&Account, &str), Outcome> {
    match (account.status, account.sign_in, account.email.as_deref()) {
        (Status::Disabled, _, _) => Err(Outcome::Disabled),
        (_, SignIn::Sso, _) => Err(Outcome::Sso),
        (_, _, None) => Err(Outcome::NoAddress),
        (_, _, Some(address)) => Ok((account, address)),
    }
}

async fn issue(
    latchkey: &Latchkey,
    write: &mut Write,
    settings: &Settings,
    row: &OutboxRow,
    request: &RequestRow,
    account: &Account,
    address: &str,
) -> Result<Resolution, Fault> {
    let now = latchkey.now();
    let lifetime_minutes = settings.reset.link_expiry_minutes.unwrap_or_default();
    let salt = new_salt();
    let issued = write
        .issue_token(&NewToken {
            account_id: &account.id,
            request_id: &request.id,
            requested_at: request.requested_at,
            salt: &salt,
            token_digest: &token_digest(&token(&latchkey.keys, &request.id, &salt)),
            code_digest: &code_digest(&latchkey.keys, &request.id, &code(&latchkey.keys, &request.id, &salt)),
            credential_version: account.credential_version,
            issued_at: now,
            expires_at: now + i64::from(lifetime_minutes) * MINUTE,
        })
        .await?;
    if !issued {
        return end(write, now, request, Some(account), Outcome::Superseded).await;
    }
    // The mail goes to the stored address, never to what was typed (security 6), and is fixed now (security 149).
    let mut parcel = Parcel::to(
        account,
        address,
        Message::ResetLink {
            lifetime_minutes,
            occasion: occasion(request),
            by_staff: !request.started_by.is_empty(),
        },
    );
    // Of the account; of the page it was asked for on where the account's is none of ours.
    if Locale::of_tag(&account.locale).is_none() {
        parcel.recipient.locale.clone_from(&request.locale);
    }
    let payload = seal(latchkey, &row.id, &parcel)?;
    let expires_at = now + i64::from(lifetime_minutes) * MINUTE;
    write
        .become_mail(
            row,
            parcel.message.kind().as_str(),
            &account.id,
            &payload,
            &masked(address),
            expires_at,
        )
        .await?;
    write
        .end_request(&request.id, Outcome::Mailed, Some(&account.id))
        .await?;
    audit::record_own(
        write,
        now,
        Entry::success(Event::ResetMailQueued, &account.id).about(&request.id),
    );
    Ok(Resolution::Mail(Box::new(parcel)))
}

async fn end(
    write: &mut Write,
    now: UnixMillis,
    request: &RequestRow,
    account: Option<&Account>,
    outcome: Outcome,
) -> Result<Resolution, Fault> {
    let account_id = account.map(|account| account.id.as_str());
    write.end_request(&request.id, outcome, account_id).await?;
    let entry = Entry::failure(Event::ResetNotMailed, outcome.as_str(), account_id.unwrap_or_default());
    audit::record_own(write, now, entry.about(&request.id));
    Ok(Resolution::Ended(outcome))
}
