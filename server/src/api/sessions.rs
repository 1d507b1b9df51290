//! `/sessions`: sign in, list one's own, end one.

use super::grant;
use super::json::Body;
use super::no_content;
use super::problem::Problem;
use super::signed_in;
use crate::clock::rfc3339;
use crate::guard::captcha::Brought;
use crate::latchkey::SharedLatchkey;
use crate::refused::Refused;
use crate::session::sign_in::sign_in;
use crate::session::{self, Opened, Session};
use crate::web::visit::Visit;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Login name or e-mail address.
    #[schema(example = "ada", min_length = 1, max_length = 256)]
    identifier: String,
    password: String,
    /// Needed after a few failures: the answer to a challenge of `GET /captcha`, or the provider's token.
    #[serde(default, deserialize_with = "super::captcha::answer")]
    #[schema(max_length = 8192)]
    captcha: Option<String>,
}

/// An open session.
#[derive(Serialize, ToSchema)]
pub struct SessionToken {
    /// For `Authorization: Bearer`. Shown once.
    token: String,
    /// RFC 3339, UTC; the session also ends when it is not used.
    expires_at: String,
}

impl SessionToken {
    pub(super) fn new(opened: Opened) -> Self {
        Self {
            token: opened.token,
            expires_at: rfc3339(opened.expires_at),
        }
    }
}

/// Signs in. One refusal for every way to be wrong.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions", request_body = Credentials,
    responses(
        (status = 200, body = SessionToken),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "sign_in_refused"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "captcha_failed, whoever is named; or a field is not possible"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn open(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(credentials): Body<Credentials>,
) -> Result<Json<SessionToken>, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.sessions).await?;
    let opened = sign_in(
        &latchkey,
        &visit.visitor,
        &credentials.identifier,
        &credentials.password,
        Brought::of(credentials.captcha.as_deref()),
    )
    .await?;
    Ok(Json(SessionToken::new(opened)))
}

#[derive(Serialize, ToSchema)]
pub struct Listed {
    id: String,
    current: bool,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    client_address: String,
    user_agent: String,
}

#[derive(Serialize, ToSchema)]
pub struct Sessions {
    items: Vec<Listed>,
    next_cursor: Option<String>,
}

/// Lists the signed-in person's sessions, the newest first.
#[utoipa::path(
    get, path = "/sessions", tag = "sessions", security(("session" = [])),
    responses((status = 200, body = Sessions), (status = 401, body = Problem, content_type = "application/problem+json")),
)]
pub async fn list(State(latchkey): State<SharedLatchkey>, visit: Visit) -> Result<Json<Sessions>, Problem> {
    let current = signed_in::session(&latchkey, &visit).await?;
    let sessions = session::list(&latchkey, &current.account_id)
        .await
        .map_err(Refused::from)?;
    let items = sessions
        .into_iter()
        .map(|session| Listed::new(session, &current.id))
        .collect();
    Ok(Json(Sessions::all(items)))
}

impl Listed {
    pub(super) fn new(session: Session, current: &str) -> Self {
        Self {
            current: session.id == current,
            id: session.id,
            created_at: rfc3339(session.created_at),
            last_seen_at: rfc3339(session.last_seen_at),
            expires_at: rfc3339(session.expires_at),
            client_address: session.client_address,
            user_agent: session.user_agent,
        }
    }
}

impl Sessions {
    /// Nobody has so many that they need pages.
    pub(super) fn all(items: Vec<Listed>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }
}

/// Ends one of one's own sessions; `current` signs out.
#[utoipa::path(
    delete, path = "/sessions/{id}", tag = "sessions", security(("session" = [])),
    params(("id" = String, Path, description = "An id from the list, or `current`")),
    responses(
        (status = 204),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn end(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let current = signed_in::session(&latchkey, &visit).await?;
    let id = if id == "current" { &current.id } else { &id };
    session::end(&latchkey, &visit.visitor, &current, id).await?;
    Ok(no_content())
}
