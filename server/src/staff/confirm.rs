//! Typing one's own password again before something much depends on: an unlocked screen is not enough (security 103, 171).

use super::{Staff, Who};
use crate::guard::limits::CHANGE_BY_ACCOUNT;
use crate::latchkey::Latchkey;
use crate::password::change::require_current;
use crate::refused::Refused;
use app::outcome::Refusal;

/// Checks the acting person's own password. Keys were confirmed when they were made, the operator by being on the server.
///
/// # Errors
/// [`Refusal::ConfirmationNeeded`] without a password, [`Refusal::CurrentPasswordWrong`] with a wrong one, [`Refused::TooMany`].
pub async fn confirm(latchkey: &Latchkey, staff: &Staff, password: Option<&str>) -> Result<(), Refused> {
    match (&staff.who, password) {
        (Who::Key { .. } | Who::Operator, _) => Ok(()),
        (Who::Person { .. }, None | Some("")) => Err(Refusal::ConfirmationNeeded.into()),
        (Who::Person { account, .. }, Some(password)) => {
            require_current(latchkey, &staff.visitor, account, password).await?;
            // The budget is for guesses, and this was none.
            let mut write = latchkey.store.write().await?;
            CHANGE_BY_ACCOUNT.clear(&mut write, &account.id).await?;
            write.commit().await?;
            Ok(())
        }
    }
}
