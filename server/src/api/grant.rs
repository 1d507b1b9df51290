//! Public calls can be closed one by one (A3).

use super::problem::Problem;
use crate::guard::captcha::Brought;
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

/// What a call brings along for the captcha: a key with `scope` stands in for it.
///
/// # Errors
/// When the database does not answer.
pub async fn brought<'a>(
    latchkey: &SharedLatchkey,
    visit: &Visit,
    scope: Scope,
    answer: Option<&'a str>,
) -> Result<Brought<'a>, Problem> {
    let Some(bearer) = &visit.bearer_token else {
        return Ok(Brought::of(answer));
    };
    match recognise(latchkey, &visit.visitor, bearer).await {
        Ok(staff) if matches!(&staff.who, Who::Key { scopes, .. } if scopes.contains(&scope)) => Ok(Brought::Key),
        Err(fault @ Refused::Fault(_)) => Err(fault.into()),
        // Anybody else may ask as everybody does.
        Ok(_) | Err(_) => Ok(Brought::of(answer)),
    }
}
