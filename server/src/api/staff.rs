//! Who is at the staff's part of REST: `Authorization: Bearer` with an API key or a session's token, else the session's cookie.

use super::problem::Problem;
use crate::latchkey::SharedLatchkey;
use crate::staff::{self, Staff};
use crate::web::visit::Visit;
use app::outcome::Refusal;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

/// Recognised as staff. What they may do, the use-case decides.
pub struct OnDuty(pub Staff);

impl<S> FromRequestParts<S> for OnDuty
where
    S: Send + Sync,
    SharedLatchkey: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let latchkey = SharedLatchkey::from_ref(state);
        let Ok(visit) = Visit::from_request_parts(parts, state).await;
        let bearer = visit
            .bearer_token
            .as_deref()
            .or(visit.session_token.as_deref())
            .ok_or(Refusal::NotSignedIn)?;
        Ok(Self(staff::recognise(&latchkey, &visit.visitor, bearer).await?))
    }
}
