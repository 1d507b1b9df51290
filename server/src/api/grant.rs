//! Public calls can be closed one by one (A3).

use super::problem::Problem;
use crate::latchkey::SharedLatchkey;
use crate::refused::Refused;
use crate::settings::grants::Grants;
use crate::staff::{Scope, Who, recognise};
use crate::web::visit::Visit;
use app::outcome::Refusal;

/// Lets a call through while it is open to everybody, and a key with `scope` also when it is not.
///
/// # Errors
/// [`Refusal::EndpointClosed`].
pub async fn require(
    latchkey: &SharedLatchkey,
    visit: &Visit,
    scope: Option<Scope>,
    open: impl FnOnce(&Grants) -> bool,
) -> Result<(), Problem> {
    let settings = latchkey.settings().await.map_err(Refused::from)?;
    if open(&settings.grants) {
        return Ok(());
    }
    if let (Some(scope), Some(bearer)) = (scope, &visit.bearer_token)
        && let Who::Key { scopes, .. } = recognise(latchkey, &visit.visitor, bearer).await?.who
        && scopes.contains(&scope)
    {
        return Ok(());
    }
    Err(Refusal::EndpointClosed.into())
}
