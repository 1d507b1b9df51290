//! The session behind a request: `Authorization: Bearer`, else the cookie.

use super::problem::Problem;
use crate::latchkey::SharedLatchkey;
use crate::session::{self, Session};
use crate::web::visit::Visit;
use app::outcome::Refusal;

/// # Errors
/// [`Refusal::NotSignedIn`].
pub async fn session(latchkey: &SharedLatchkey, visit: &Visit) -> Result<Session, Problem> {
    let token = visit
        .bearer_token
        .as_deref()
        .or(visit.session_token.as_deref())
        .ok_or(Refusal::NotSignedIn)?;
    let session = session::resume(latchkey, token)
        .await
        .map_err(|fault| Problem::from(crate::refused::Refused::from(fault)))?;
    session.ok_or_else(|| Refusal::NotSignedIn.into())
}
