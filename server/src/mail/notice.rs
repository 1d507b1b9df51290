//! Telling the owner what happened to the account, in the transaction in which it happens (security 49, 153).

use super::message::{Change, Message, Occasion, Recipient, Said, StaffAction, masked};
use super::outbox::{Parcel, queue, queue_to, queue_unbound};
use crate::account::Account;
use crate::clock::DAY;
use crate::guard::visitor::{Visitor, device};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::store::{RecoveryRow, Write};

/// A notice older than this helps nobody.
const NOTICE_LIFETIME: i64 = 7 * DAY;

/// Queues "your password was changed" to the owner's address. An account without one has nobody to tell.
///
/// # Errors
/// When the database does not answer.
pub async fn password_changed(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: &Visitor,
    account: &Account,
    by: Change,
) -> Result<(), Fault> {
    let Some(address) = account.email.as_deref() else {
        return Ok(());
    };
    let occasion = occasion(latchkey, Some(visitor));
    let parcel = Parcel::to(account, address, Message::PasswordChanged { occasion, by });
    queue(latchkey, write, account, &parcel, latchkey.now() + NOTICE_LIFETIME).await
}

/// Tells the owner, at the old address and at the new one, that mail goes elsewhere from now on.
///
/// # Errors
/// When the database does not answer.
pub async fn email_changed(latchkey: &Latchkey, write: &mut Write, old: &Account, new: &Account) -> Result<(), Fault> {
    let new_address = new.email.as_deref().map(masked).unwrap_or_default();
    for (account, to_new) in [(old, false), (new, true)] {
        let Some(address) = account.email.as_deref() else {
            continue;
        };
        let message = Message::EmailChanged {
            occasion: occasion(latchkey, None),
            new_address: new_address.clone(),
            to_new,
        };
        let parcel = Parcel::to(account, address, message);
        queue(latchkey, write, account, &parcel, latchkey.now() + NOTICE_LIFETIME).await?;
    }
    Ok(())
}

/// Tells the owner what staff did.
///
/// # Errors
/// When the database does not answer.
pub async fn staff_acted(
    latchkey: &Latchkey,
    write: &mut Write,
    account: &Account,
    action: StaffAction,
) -> Result<(), Fault> {
    let Some(address) = account.email.as_deref() else {
        return Ok(());
    };
    let occasion = occasion(latchkey, None);
    let parcel = Parcel::to(account, address, Message::StaffActed { occasion, action });
    queue(latchkey, write, account, &parcel, latchkey.now() + NOTICE_LIFETIME).await
}

/// The last mail to somebody whose account is gone: it hangs on no account, and what is in it is wiped when it is sent.
///
/// # Errors
/// When the database does not answer.
pub async fn farewell(latchkey: &Latchkey, write: &mut Write, account: &Account) -> Result<(), Fault> {
    let Some(address) = account.email.as_deref() else {
        return Ok(());
    };
    let message = Message::StaffActed {
        occasion: occasion(latchkey, None),
        action: StaffAction::Removed,
    };
    let parcel = Parcel::to(account, address, message);
    queue_unbound(latchkey, write, &parcel, latchkey.now() + DAY).await
}

/// Tells the owner one of the smaller things about recovery.
///
/// # Errors
/// When the database does not answer.
pub async fn said(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: Option<&Visitor>,
    account: &Account,
    what: Said,
) -> Result<(), Fault> {
    let occasion = occasion(latchkey, visitor);
    tell(latchkey, write, account, Message::RecoverySaid { occasion, what }).await
}

/// Queues a mail to the owner's address. An account without one has nobody to tell.
///
/// # Errors
/// When the database does not answer.
pub async fn tell(latchkey: &Latchkey, write: &mut Write, account: &Account, message: Message) -> Result<(), Fault> {
    let Some(address) = account.email.as_deref() else {
        return Ok(());
    };
    let parcel = Parcel::to(account, address, message);
    queue(latchkey, write, account, &parcel, latchkey.now() + NOTICE_LIFETIME).await
}

/// Queues a mail to an address that is not proven: it may be anybody's, so neither name nor login is in it.
///
/// # Errors
/// When the database does not answer.
pub async fn tell_stranger(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: &Visitor,
    recovery: &RecoveryRow,
    address: &str,
    message: Message,
) -> Result<(), Fault> {
    let recipient = Recipient {
        address: address.to_owned(),
        name: String::new(),
        login_name: String::new(),
        locale: visitor.locale.clone(),
        person: Box::default(),
    };
    let parcel = Parcel { recipient, message };
    queue_to(latchkey, write, &recovery.account_id, &parcel, recovery.expires_at).await
}

/// When and from where; of staff only when, because where support sits is nothing the owner needs to know.
#[must_use]
pub fn occasion(latchkey: &Latchkey, visitor: Option<&Visitor>) -> Occasion {
    Occasion {
        at: latchkey.now(),
        client_address: visitor.map(|visitor| visitor.client.to_string()).unwrap_or_default(),
        device: visitor.map(|visitor| device(&visitor.user_agent)).unwrap_or_default(),
    }
}
