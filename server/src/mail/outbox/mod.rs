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

mod deliver;
mod end;

pub use deliver::{brand, sender};

use self::deliver::deliver;
use self::end::{End, set_aside, settle};
use super::message::{Message, Recipient, masked};
use super::person::Person;
use crate::account::Account;
use crate::clock::{SECOND, UnixMillis};
use crate::closed;
use crate::latchkey::Latchkey;
use crate::recovery::lock;
use crate::refused::Fault;
use crate::reset::resolve::{Resolution, resolve};
use crate::secret::{Purpose, new_id};
use crate::store::{Engine, NewMail, OutboxRow, Write};
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

/// A row after its turn.
pub enum Brought {
    /// What became of it is written down.
    Settled(Turn),
    /// It is still to be written down, best together with others.
    Ended(Ended),
}

/// A row whose turn is over, and how it ended.
pub struct Ended {
    row: Box<OutboxRow>,
    end: End,
}

/// Takes the row that is due the longest and brings it one step further.
///
/// # Errors
/// When the database does not answer. Whatever goes wrong with one row is recorded in it.
pub async fn try_next(latchkey: &Latchkey) -> Result<Turn, Fault> {
    if !latchkey.store.outbox_due(latchkey.now()).await? {
        return Ok(Turn::Idle);
    }
    let Some(row) = take(latchkey, 1).await?.pop() else {
        return Ok(Turn::Idle);
    };
    match bring(latchkey, row).await? {
        Brought::Settled(turn) => Ok(turn),
        Brought::Ended(ended) => settle_in(latchkey, latchkey.store.write_behind().await?, &ended).await,
    }
}

/// Claims the rows that are due the longest, at most so many.
///
/// # Errors
/// When the database does not answer.
pub async fn take(latchkey: &Latchkey, most: usize) -> Result<Vec<OutboxRow>, Fault> {
    if most == 0 {
        return Ok(Vec::new());
    }
    loop {
        let mut write = latchkey.store.write_behind().await?;
        let rows = claim(latchkey, &mut write, most).await?;
        write.commit().await?;
        // On PostgreSQL another server may have been faster while more are due.
        let missed = rows.is_empty() && latchkey.store.engine() == Engine::Postgres;
        if !missed || !latchkey.store.outbox_due(latchkey.now()).await? {
            return Ok(rows);
        }
    }
}

async fn claim(latchkey: &Latchkey, write: &mut Write, most: usize) -> Result<Vec<OutboxRow>, Fault> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let now = latchkey.now();
    write.claim_mails(now, now + LEASE, most).await
}

/// Writes down how rows ended, and claims up to so many others: on SQLite in the same transaction, so that they share the wait for the
/// disk. On PostgreSQL whoever ends rows waits for the head of the audit trail, and would hold up every other server that asks for the
/// same others meanwhile.
///
/// # Errors
/// When the database does not answer; then they are brought out once more when their leases end.
pub async fn settle_and_take(latchkey: &Latchkey, ended: &[Ended], most: usize) -> Result<Vec<OutboxRow>, Fault> {
    if ended.is_empty() {
        return take(latchkey, most).await;
    }
    let mut write = latchkey.store.write_behind().await?;
    settle(latchkey, &mut write, ended).await?;
    if latchkey.store.engine() == Engine::Postgres {
        write.commit().await?;
        return take(latchkey, most).await;
    }
    let rows = claim(latchkey, &mut write, most).await?;
    write.commit().await?;
    Ok(rows)
}

/// Brings a claimed row one step further.
///
/// # Errors
/// When the database does not answer. Whatever goes wrong with the row is recorded in it.
pub async fn bring(latchkey: &Latchkey, mut row: OutboxRow) -> Result<Brought, Fault> {
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
    let row = Box::new(row);
    let ended = Ended { row, end };
    match write {
        Some(write) => Ok(Brought::Settled(settle_in(latchkey, write, &ended).await?)),
        None => Ok(Brought::Ended(ended)),
    }
}

/// Ends a transaction with writing down how a row ended.
async fn settle_in(latchkey: &Latchkey, mut write: Write, ended: &Ended) -> Result<Turn, Fault> {
    settle(latchkey, &mut write, std::slice::from_ref(ended)).await?;
    write.commit().await?;
    Ok(ended.end.turn())
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
