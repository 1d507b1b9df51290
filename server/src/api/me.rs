//! `/me`: the signed-in person's own account.

use super::json::Body;
use super::problem::Problem;
use super::sessions::SessionToken;
use super::signed_in;
use crate::account::profile::Profile;
use crate::clock::rfc3339;
use crate::latchkey::SharedLatchkey;
use crate::password::change;
use crate::refused::Refused;
use crate::web::visit::Visit;
use app::outcome::Refusal;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Me {
    id: String,
    login_name: String,
    email: Option<String>,
    name: String,
    profile: Profile,
    locale: String,
    created_at: String,
    /// Unused recovery codes.
    recovery_codes: i64,
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/me", tag = "me", security(("session" = [])),
    responses((status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json")),
)]
pub async fn show(State(latchkey): State<SharedLatchkey>, visit: Visit) -> Result<Json<Me>, Problem> {
    let session = signed_in::session(&latchkey, &visit).await?;
    let account = latchkey
        .store
        .account(&session.account_id)
        .await
        .map_err(Refused::from)?
        .ok_or(Refusal::NotSignedIn)?;
    let recovery_codes = latchkey
        .store
        .recovery_codes_left(&account.id)
        .await
        .map_err(Refused::from)?;
    Ok(Json(Me {
        recovery_codes,
        id: account.id,
        login_name: account.login_name,
        email: account.email,
        name: account.name,
        profile: account.profile,
        locale: account.locale,
        created_at: rfc3339(account.created_at),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// Not asked of a session that a mailed link opened.
    #[serde(default)]
    current_password: Option<String>,
    password: String,
}

/// Changes the password. All sessions end; the answer holds the token of the one that goes on.
#[utoipa::path(
    put, path = "/me", tag = "me", security(("session" = [])), request_body = ChangePassword,
    responses(
        (status = 200, body = SessionToken),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "current_password_wrong"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "password_refused with violations"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn change(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(body): Body<ChangePassword>,
) -> Result<Json<SessionToken>, Problem> {
    let session = signed_in::session(&latchkey, &visit).await?;
    let opened = change::change(
        &latchkey,
        &visit.visitor,
        &session,
        body.current_password.as_deref(),
        &body.password,
    )
    .await?;
    Ok(Json(SessionToken::new(opened)))
}
