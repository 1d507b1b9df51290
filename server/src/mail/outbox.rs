//! The durable outbox: a mail is stored in the transaction that causes it, and a worker brings it out — with leases, so that several
//! workers and servers share the work, with backoff, and without ever letting one bad row stop the others (M7).
//!
//! ```text
//! queued ──▶ held by a worker (lease) ──▶ sent
//!   ▲                │  4xx, no connection, bad certificate: later, with jitter
//!   └────────────────┤  lease runs out (killed): anyone takes it again
//!                    ├──▶ failed   5xx, or it cannot be rendered; the SMTP reply is kept, staff may try again
//!                    └──▶ dropped  useless: expired, replaced, used, changed, or cancelled by staff
//! ```

use super::dkim::Signer;
use super::message::{Message, Recipient, masked};
use super::person::Person;
use super::render::{Brand, Rendered, Secrets};
use super::template::in_force;
use super::transport::{Outgoing, Sender, Transport};
use crate::account::Account;
use crate::audit::{self, Entry, Event};
use crate::branding::look::Accents;
use crate::clock::{MINUTE, SECOND, UnixMillis};
use crate::closed;
use crate::latchkey::Latchkey;
use crate::recovery::{lock, token as recovery_token};
use crate::refused::Fault;
use crate::reset::resolve::{Resolution, resolve};
use crate::reset::{target, token};
use crate::secret::{Purpose, new_id, random};
use crate::settings::Settings;
use crate::store::{NewMail, OutboxRow, Write};
use app::view::Delivery;
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use std::panic::AssertUnwindSafe;

closed!(
    /// How far a row is.
    State { Queued = "queued", Sent = "sent", Failed = "failed", Dropped = "dropped" }
);

/// The kind of a row that is not a mail yet…
pub const RESET_REQUEST: &str = "reset_request";
/// …and of one that never becomes one itself: the worker looks whether there is somebody to tell.
pub const RECOVERY_LOOK: &str = "recovery_look";

/// How long a row is held without a sign of life: soon after a crash it is taken again.
pub const LEASE: i64 = 15 * SECOND;

/// Attempts on a row that breaks the worker instead of the mail server; then it is set aside (security 147).
const POISON_ATTEMPTS: i64 = 5;

/// First and longest wait between attempts.
const BACKOFF_FIRST: i64 = 5 * SECOND;
const BACKOFF_LONGEST: i64 = 15 * MINUTE;

/// Who gets what. Sealed while it waits.
#[derive(Clone, Serialize, Deserialize)]
pub struct Parcel {
    pub recipient: Recipient,
    pub message: Message,
}

impl Parcel {
    #[must_use]
    pub fn to(account: &Account, address: &str, message: Message) -> Self {
        let person = Person::of(account);
        let recipient = Recipient {
            address: address.to_owned(),
            name: person.name.clone(),
            login_name: account.login_name.clone(),
            locale: account.locale.clone(),
            person: Box::new(person),
        };
        Self { recipient, message }
    }
}

/// What one turn of the worker came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing was due.
    Idle,
    /// Something was due, but another worker was faster.
    Missed,
    Sent,
    /// To be tried again.
    Postponed,
    Dropped,
    Failed,
}

/// Seals a parcel for its row; it opens nowhere else (security 143).
///
/// # Errors
/// When it cannot be written as JSON.
pub fn seal(latchkey: &Latchkey, row_id: &str, parcel: &Parcel) -> Result<String, Fault> {
    Ok(latchkey
        .keys
        .seal(Purpose::Outbox, row_id, &serde_json::to_string(parcel)?))
}

/// Queues a mail within the transaction that causes it (security 142).
///
/// # Errors
/// When the database does not answer.
pub async fn queue(
    latchkey: &Latchkey,
    write: &mut Write,
    account: &Account,
    parcel: &Parcel,
    expires_at: UnixMillis,
) -> Result<(), Fault> {
    queue_to(latchkey, write, &account.id, parcel, expires_at).await
}

/// The same by the account's id.
///
/// # Errors
/// When the database does not answer.
pub async fn queue_to(
    latchkey: &Latchkey,
    write: &mut Write,
    account_id: &str,
    parcel: &Parcel,
    expires_at: UnixMillis,
) -> Result<(), Fault> {
    queue_for(latchkey, write, Some(account_id), parcel, expires_at).await
}

/// The same for somebody who has no account any more.
///
/// # Errors
/// When the database does not answer.
pub async fn queue_unbound(
    latchkey: &Latchkey,
    write: &mut Write,
    parcel: &Parcel,
    expires_at: UnixMillis,
) -> Result<(), Fault> {
    queue_for(latchkey, write, None, parcel, expires_at).await
}

async fn queue_for(
    latchkey: &Latchkey,
    write: &mut Write,
    account_id: Option<&str>,
    parcel: &Parcel,
    expires_at: UnixMillis,
) -> Result<(), Fault> {
    let id = new_id();
    write
        .queue_mail(&NewMail {
            id: &id,
            kind: parcel.message.kind().as_str(),
            account_id,
            request_id: None,
            payload: &seal(latchkey, &id, parcel)?,
            recipient: &masked(&parcel.recipient.address),
            created_at: latchkey.now(),
            expires_at,
        })
        .await
}

/// What becomes of a row after a turn.
enum End {
    /// It is over.
    Finished {
        state: State,
        reason: &'static str,
        reply: String,
    },
    /// It never becomes a mail; why is in the audit trail already.
    Nothing { reason: &'static str },
    /// It waits until then.
    Later { until: UnixMillis, reply: String },
}

impl End {
    fn sent(reply: String) -> Self {
        Self::Finished {
            state: State::Sent,
            reason: "",
            reply,
        }
    }

    fn failed(reason: &'static str, reply: String) -> Self {
        Self::Finished {
            state: State::Failed,
            reason,
            reply,
        }
    }

    fn useless(reason: &'static str) -> Self {
        Self::Finished {
            state: State::Dropped,
            reason,
            reply: String::new(),
        }
    }
}

/// Whether the worker goes on with another row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Takes the next one that is due in the transaction that ends this one.
    TakeNext,
    Stop,
}

/// Takes the row that is due the longest and brings it one step further.
///
/// # Errors
/// When the database does not answer. Whatever goes wrong with one row is recorded in it.
pub async fn try_next(latchkey: &Latchkey) -> Result<Turn, Fault> {
    if !latchkey.store.outbox_due(latchkey.now()).await? {
        return Ok(Turn::Idle);
    }
    match take(latchkey).await? {
        Some(row) => Ok(bring(latchkey, row, || Then::Stop).await?.0),
        None => Ok(Turn::Missed),
    }
}

/// Claims the row that is due the longest, where there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn take(latchkey: &Latchkey) -> Result<Option<OutboxRow>, Fault> {
    let now = latchkey.now();
    let mut write = latchkey.store.write_behind().await?;
    let claimed = write.claim_mail(now, now + LEASE).await?;
    write.commit().await?;
    Ok(claimed)
}

/// Brings a claimed row one step further. `then` is asked when it is over; answers also the row that was taken next.
///
/// # Errors
/// When the database does not answer. Whatever goes wrong with the row is recorded in it.
pub async fn bring(
    latchkey: &Latchkey,
    mut row: OutboxRow,
    then: impl Fn() -> Then,
) -> Result<(Turn, Option<OutboxRow>), Fault> {
    // A row that panics must not take the worker with it (security 147).
    let (write, end) = match AssertUnwindSafe(advance(latchkey, &mut row)).catch_unwind().await {
        Ok(Ok(ended)) => ended,
        Ok(Err(fault)) => {
            tracing::error!(row = row.id, %fault, "outbox row could not be handled");
            (
                None,
                set_aside(latchkey, &row, "could not be handled, see the server's log"),
            )
        }
        Err(_) => (
            None,
            set_aside(latchkey, &row, "broke the worker, see the server's log"),
        ),
    };
    let mut write = match write {
        Some(write) => write,
        None => latchkey.store.write_behind().await?,
    };
    let turn = settle(latchkey, &mut write, &row, end).await?;
    let now = latchkey.now();
    let next = match then() {
        Then::TakeNext => write.claim_mail(now, now + LEASE).await?,
        Then::Stop => None,
    };
    write.commit().await?;
    Ok((turn, next))
}

/// One row: from request to mail, from mail to the mail server. Answers how it ends, and the transaction that this belongs into when
/// there is one already.
async fn advance(latchkey: &Latchkey, row: &mut OutboxRow) -> Result<(Option<Write>, End), Fault> {
    if latchkey.now() > row.expires_at {
        return Ok((None, End::useless("expired")));
    }
    if row.kind == RECOVERY_LOOK {
        let mut write = latchkey.store.write_behind().await?;
        lock::look(latchkey, &mut write, row).await?;
        let reason = "nothing to send";
        return Ok((Some(write), End::Nothing { reason }));
    }
    let parcel = if row.kind == RESET_REQUEST {
        let mut write = latchkey.store.write_behind().await?;
        match resolve(latchkey, &mut write, row).await? {
            Resolution::Mail(parcel) => {
                write.commit().await?;
                *parcel
            }
            Resolution::Ended(outcome) => {
                let reason = outcome.as_str();
                return Ok((Some(write), End::Nothing { reason }));
            }
            Resolution::Wait(until) => {
                let reply = String::new();
                return Ok((Some(write), End::Later { until, reply }));
            }
        }
    } else {
        serde_json::from_str(&latchkey.keys.open(Purpose::Outbox, &row.id, &row.payload)?)?
    };
    Ok((None, deliver(latchkey, row, &parcel).await?))
}

async fn deliver(latchkey: &Latchkey, row: &mut OutboxRow, parcel: &Parcel) -> Result<End, Fault> {
    let settings = latchkey.settings().await?;
    let secrets = match &parcel.message {
        Message::ResetLink { by_staff, .. } => match reset_secrets(latchkey, row, &settings, *by_staff).await? {
            Some(secrets) => secrets,
            // Used, replaced, expired, or the account changed: a dead link is not worth a mail (security 146).
            None => return Ok(End::useless("link no longer valid")),
        },
        Message::RecoveryCode { recovery, salt, .. } => match recovery_code(latchkey, recovery, salt).await? {
            Some(secrets) => secrets,
            None => return Ok(End::useless("code no longer valid")),
        },
        Message::RecoveryStarted { recovery, .. }
        | Message::RecoveryCompleted {
            recovery,
            to_new: false,
            ..
        } => undo_link(latchkey, &settings, recovery).await?,
        Message::SsoHint { .. }
        | Message::PasswordChanged { .. }
        | Message::EmailChanged { .. }
        | Message::StaffActed { .. }
        | Message::RecoveryCompleted { .. }
        | Message::RecoveryDenied { .. }
        | Message::RecoverySaid { .. } => Secrets::default(),
    };
    let transport = match latchkey.transports.current(&settings) {
        Ok(Some(transport)) => transport,
        Ok(None) => return Ok(later(latchkey, row, "no mail server is configured".to_owned())),
        Err(error) => return Ok(later(latchkey, row, error.to_string())),
    };
    let signer = match latchkey.transports.signer(&settings) {
        Ok(signer) => signer,
        // Unsigned it might be taken for spam; somebody will correct the key, and it is not lost until then.
        Err(error) => return Ok(later(latchkey, row, format!("mails cannot be signed: {error}"))),
    };
    let Ok(rendered) = in_force::write(latchkey, &row.id, parcel, &brand(&settings), &secrets).await? else {
        return Ok(End::failed("the mail could not be rendered", String::new()));
    };
    let outgoing = outgoing(row, &settings, parcel, rendered);
    Ok(
        match send_holding(latchkey, row, &transport, signer.as_ref(), &outgoing).await {
            Ok(reply) => End::sent(reply.text),
            Err(failure) if failure.permanent => End::failed("refused by the mail server", failure.reply),
            Err(failure) => later(latchkey, row, failure.reply),
        },
    )
}

/// Link and code, made again from the row's salt: a retried mail carries the same ones.
///
/// A mail that staff started always has the link and only that: its reader never asked, so there is no page open to type a code into.
async fn reset_secrets(
    latchkey: &Latchkey,
    row: &OutboxRow,
    settings: &Settings,
    by_staff: bool,
) -> Result<Option<Secrets>, Fault> {
    let request_id = row.request_id.as_deref().unwrap_or_default();
    let living = latchkey
        .store
        .living_token_of_request(request_id, latchkey.now())
        .await?;
    let (Some(living), Some(public_url)) = (living, &settings.reset.public_url) else {
        return Ok(None);
    };
    let target = latchkey.store.target_of_request(request_id).await?;
    // What was allowed when it was asked for need not be so any more.
    let target = target::allowed(&settings.reset, &target)
        .filter(|target| *target != settings.reset.target_page)
        .unwrap_or_default();
    let token = token::token(&latchkey.keys, request_id, &living.salt);
    let link = token::link(public_url, &settings.reset, &token, &target);
    let code = token::shown_code(&token::code(&latchkey.keys, request_id, &living.salt));
    let delivery = if by_staff {
        Delivery::Link
    } else {
        settings.reset.delivery
    };
    Ok(Some(match delivery {
        Delivery::Link => Secrets {
            link: Some(link),
            code: None,
        },
        Delivery::Code => Secrets {
            link: None,
            code: Some(code),
        },
        Delivery::Both => Secrets {
            link: Some(link),
            code: Some(code),
        },
    }))
}

/// The code for a new address, while it is the one that counts.
async fn recovery_code(latchkey: &Latchkey, recovery: &str, salt: &str) -> Result<Option<Secrets>, Fault> {
    let living = latchkey.store.living_recovery_of_id(recovery, latchkey.now()).await?;
    let current = living.filter(|row| row.code_salt == salt && row.proved_at == 0);
    Ok(current.map(|row| Secrets {
        link: None,
        code: Some(recovery_token::mail_code(&latchkey.keys, &row.id, salt)),
    }))
}

/// The way to stop a recovery or take it back. The notice is worth reading without one, too.
async fn undo_link(latchkey: &Latchkey, settings: &Settings, recovery: &str) -> Result<Secrets, Fault> {
    let row = latchkey.store.undoable_recovery(recovery, "", latchkey.now()).await?;
    let link = row.zip(settings.reset.public_url.as_ref()).map(|(row, public_url)| {
        let token = recovery_token::undo_token(&latchkey.keys, &row.id, &row.undo_salt);
        recovery_token::undo_link(public_url, &token)
    });
    Ok(Secrets { link, code: None })
}

/// Sends while keeping the lease alive, so that a slow mail server does not make a second worker send the same mail (security 145).
async fn send_holding(
    latchkey: &Latchkey,
    row: &mut OutboxRow,
    transport: &Transport,
    signer: Option<&Signer>,
    outgoing: &Outgoing,
) -> Result<super::transport::Reply, super::transport::Failure> {
    let mut sending = std::pin::pin!(transport.send_signed(outgoing, signer));
    let third = std::time::Duration::from_millis(LEASE.unsigned_abs() / 3);
    loop {
        tokio::select! {
            outcome = &mut sending => return outcome,
            () = tokio::time::sleep(third) => {
                let until = latchkey.now() + LEASE;
                if hold_longer(latchkey, row, until).await.unwrap_or(false) {
                    row.lease_until = until;
                }
            }
        }
    }
}

async fn hold_longer(latchkey: &Latchkey, row: &OutboxRow, until: UnixMillis) -> Result<bool, Fault> {
    let mut write = latchkey.store.write_behind().await?;
    let held = write.extend_lease(&row.id, row.lease_until, until).await?;
    write.commit().await?;
    Ok(held)
}

/// Whose mails these are, by the settings of the moment.
#[must_use]
pub fn brand(settings: &Settings) -> Brand {
    Brand {
        product_name: settings.branding.product_name.clone(),
        organisation_code: settings.branding.organisation_code.clone(),
        support_contact: settings.branding.support_contact.clone(),
        public_url: settings
            .reset
            .public_url
            .as_ref()
            .map_or_else(String::new, |url| url.as_str().trim_end_matches('/').to_owned()),
        accents: Accents::of(&settings.branding),
        language: settings.branding.default_locale,
    }
}

/// The Message-ID comes from the row, so a mail sent twice over a broken connection is recognised as one (security 145).
fn outgoing(row: &OutboxRow, settings: &Settings, parcel: &Parcel, rendered: Rendered) -> Outgoing {
    let address = &settings.mail.sender_address;
    let domain = address.rsplit('@').next().unwrap_or_default();
    Outgoing {
        message_id: format!("{}@{domain}", row.id),
        date: row.created_at,
        from: sender(settings),
        reply_to: (!settings.mail.reply_to.is_empty()).then(|| settings.mail.reply_to.clone()),
        to: (&parcel.recipient).into(),
        rendered,
    }
}

/// Who writes, by the settings of the moment.
#[must_use]
pub fn sender(settings: &Settings) -> Sender {
    let own = Some(&settings.mail.sender_name).filter(|name| !name.is_empty());
    Sender {
        name: own.unwrap_or(&settings.branding.product_name).clone(),
        address: settings.mail.sender_address.clone(),
    }
}

fn later(latchkey: &Latchkey, row: &OutboxRow, reply: String) -> End {
    tracing::warn!(
        row = row.id,
        attempts = row.attempts,
        reply,
        "mail not sent, will be tried again"
    );
    let until = latchkey.now() + backoff(row.attempts);
    End::Later { until, reply }
}

fn set_aside(latchkey: &Latchkey, row: &OutboxRow, reason: &'static str) -> End {
    if row.attempts < POISON_ATTEMPTS {
        later(latchkey, row, reason.to_owned())
    } else {
        End::failed(reason, String::new())
    }
}

/// Writes down what became of a row.
async fn settle(latchkey: &Latchkey, write: &mut Write, row: &OutboxRow, end: End) -> Result<Turn, Fault> {
    let now = latchkey.now();
    let (state, reason, reply) = match end {
        End::Later { until, reply } => {
            write.postpone_mail(row, until, &reply).await?;
            return Ok(Turn::Postponed);
        }
        End::Nothing { reason } => {
            write.finish_mail(row, State::Dropped, reason, "", now).await?;
            return Ok(Turn::Dropped);
        }
        End::Finished { state, reason, reply } => (state, reason, reply),
    };
    let account_id = row.account_id.as_deref().unwrap_or_default();
    let (turn, entry) = match state {
        State::Sent => (Turn::Sent, Entry::success(Event::MailSent, account_id)),
        State::Failed => (Turn::Failed, Entry::failure(Event::MailFailed, reason, account_id)),
        State::Dropped | State::Queued => (Turn::Dropped, Entry::failure(Event::MailDropped, reason, account_id)),
    };
    if write.finish_mail(row, state, reason, &reply, now).await? {
        audit::record_own(write, now, entry.about(&row.id));
    }
    Ok(turn)
}

/// Doubles from five seconds to a quarter of an hour, each time up to a quarter longer, so that servers which failed together do
/// not come back together.
fn backoff(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    let wait = (BACKOFF_FIRST << doublings).min(BACKOFF_LONGEST);
    let [jitter] = random::<1>();
    wait + wait * i64::from(jitter) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        for attempts in 0..100 {
            let wait = backoff(attempts);
            assert!(
                (BACKOFF_FIRST..=BACKOFF_LONGEST * 5 / 4).contains(&wait),
                "{attempts}: {wait}"
            );
        }
        assert!(backoff(1) < backoff(4));
    }
}
