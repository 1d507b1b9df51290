//! `/api-keys`: make, list and remove the keys of programs.

use super::json::Body;
use super::list::{Page, Params, Slice, after};
use super::no_content;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::{rfc3339, rfc3339_or_none};
use crate::latchkey::SharedLatchkey;
use crate::staff::{Scope, key};
use crate::store::{After, ApiKeyRow};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for, so that somebody dares to remove it one day.
    #[schema(example = "Single sign-on portal", min_length = 1, max_length = 80)]
    name: String,
    #[schema(min_items = 1, example = json!(["accounts:read"]))]
    scopes: Vec<Scope>,
    /// The acting person's own; keys need none.
    #[serde(default)]
    current_password: Option<String>,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub struct MadeApiKey {
    #[schema(example = "5f0c2d6f7b3e4f0a9d1c8b7a6e5d4c3b")]
    id: String,
    /// For `Authorization: Bearer`. Shown once and stored nowhere.
    #[schema(example = "lk_…")]
    key: String,
}

#[derive(Serialize, ToSchema)]
pub struct ApiKey {
    id: String,
    #[schema(example = "Single sign-on portal")]
    name: String,
    #[schema(example = json!(["accounts:read"]))]
    scopes: Vec<String>,
    /// `account:<id>`, `key:<id>` or `operator`.
    created_by: String,
    created_at: String,
    /// Within the minute; absent while it was never used.
    last_used_at: Option<String>,
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes.split(' ').map(str::to_owned).collect(),
            created_by: row.created_by,
            created_at: rfc3339(row.created_at),
            last_used_at: rfc3339_or_none(row.last_used_at),
        }
    }
}

/// Lists the keys, the newest first. What they open with is not stored.
#[utoipa::path(
    get, path = "/api-keys", tag = "api keys", security(("session" = []), ("api_key" = ["keys:write"])), params(Slice),
    responses(
        (status = 200, body = Page<ApiKey>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(slice): Params<Slice>,
) -> Result<Json<Page<ApiKey>>, Problem> {
    let limit = slice.limit()?;
    let rows = key::list(&latchkey, &staff, &after(slice.cursor.as_deref())?, limit + 1).await?;
    let place = |row: &ApiKeyRow| After {
        at: row.created_at,
        id: row.id.clone(),
    };
    Ok(Json(Page::of(rows, limit, place, ApiKey::from)))
}

/// Makes a key. It is shown in this answer and never again.
#[utoipa::path(
    post, path = "/api-keys", tag = "api keys", security(("session" = []), ("api_key" = ["keys:write"])), request_body = NewApiKey,
    responses(
        (status = 201, body = MadeApiKey),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "forbidden, confirmation_needed, current_password_wrong"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `field` is name or scopes"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn add(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Body(new): Body<NewApiKey>,
) -> Result<(StatusCode, Json<MadeApiKey>), Problem> {
    let made = key::add(
        &latchkey,
        &staff,
        &new.name,
        &new.scopes,
        new.current_password.as_deref(),
    )
    .await?;
    Ok((
        StatusCode::CREATED,
        Json(MadeApiKey {
            id: made.id,
            key: made.key,
        }),
    ))
}

/// Removes a key: it opens nothing from now on.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "api keys", security(("session" = []), ("api_key" = ["keys:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    key::remove(&latchkey, &staff, &id).await?;
    Ok(no_content())
}
