//! Looking for accounts, and at one.

use super::{Account, Role, SignIn, Status};
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::secret::has_id_shape;
use crate::session::{self, Session};
use crate::staff::{Permission, Staff};
use crate::store::After;
use app::outcome::Refusal;
use app::phrase;

/// Longest text to search for, in characters.
pub const LONGEST_SEARCH: usize = 254;

/// Which accounts are wanted. Nothing given means all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A part of login name, address or name.
    pub search: Option<String>,
    pub status: Option<Status>,
    pub role: Option<Role>,
    pub sign_in: Option<SignIn>,
}

/// Accounts, the newest first.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Invalid`] for a text that nothing can contain.
pub async fn list(
    latchkey: &Latchkey,
    staff: &Staff,
    wanted: &Wanted,
    after: &After,
    limit: i64,
) -> Result<Vec<Account>, Refused> {
    staff.require(Permission::ReadAccounts)?;
    if let Some(text) = &wanted.search
        && (text.chars().count() > LONGEST_SEARCH || text.chars().any(char::is_control))
    {
        let problem = phrase!(problem.at_most_plain_characters, count = LONGEST_SEARCH);
        return Err(Refused::invalid("search", problem));
    }
    Ok(latchkey.store.accounts(wanted, after, limit).await?)
}

/// One account.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`].
pub async fn show(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<Account, Refused> {
    staff.require(Permission::ReadAccounts)?;
    existing(latchkey, id).await
}

/// The sessions of one account, the newest first.
///
/// # Errors
/// As [`show`].
pub async fn sessions(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<Vec<Session>, Refused> {
    let account = show(latchkey, staff, id).await?;
    Ok(session::list(latchkey, &account.id).await?)
}

/// An account by its id, for use-cases that have checked who asks.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn existing(latchkey: &Latchkey, id: &str) -> Result<Account, Refused> {
    if !has_id_shape(id) {
        return Err(Refusal::NotFound.into());
    }
    Ok(latchkey.store.account(id).await?.ok_or(Refusal::NotFound)?)
}
