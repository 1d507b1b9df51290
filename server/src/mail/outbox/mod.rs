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
use crate::store::{NewMail, OutboxRow, Write};
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
