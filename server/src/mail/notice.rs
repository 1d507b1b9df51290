//! Telling the owner what happened to the account, in the transaction in which it happens (security 49, 153).

use super::message::{Change, Message, Occasion};
use super::outbox::{Parcel, queue};
use crate::account::Account;
use crate::clock::DAY;
use crate::guard::visitor::{Visitor, device};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::store::Write;

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
    let occasion = Occasion {
        at: latchkey.now(),
        client_address: visitor.client.to_string(),
        device: device(&visitor.user_agent),
    };
    let parcel = Parcel::to(account, address, Message::PasswordChanged { occasion, by });
    queue(latchkey, write, account, &parcel, latchkey.now() + NOTICE_LIFETIME).await
}
