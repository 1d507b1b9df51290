//! Where accounts live: this database. The one door through which a typed name becomes an account; another source (LDAP, foreign
//! tables) would be asked here and nowhere else.

use crate::account::Account;
use crate::account::identifier::Identifier;
use crate::refused::Fault;
use crate::store::{Store, Write};

/// The account a person means. Compares canonical forms only, byte by byte (security 121, 122).
///
/// # Errors
/// When the database does not answer.
pub async fn find(store: &Store, identifier: &Identifier) -> Result<Option<Account>, Fault> {
    store.account_by_key(identifier.canonical()).await
}

/// The same within a transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn find_within(write: &mut Write, identifier: &Identifier) -> Result<Option<Account>, Fault> {
    write.account_by_key(identifier.canonical()).await
}
