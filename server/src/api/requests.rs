//! `GET /password-resets`: what became of requests.

use super::list::{Page, Params, after, limit};
use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::rfc3339;
use crate::latchkey::SharedLatchkey;
use crate::reset::Outcome;
use crate::reset::search::{self, Wanted};
use crate::store::{After, SeenRequest};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which requests are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestFilter {
    /// As the person reads it from the page; case, spaces and dashes do not matter.
    #[param(example = "7KQ2-M8XW-3HTC-9DPV")]
    receipt: Option<String>,
    #[param(pattern = "^[0-9a-f]{32}$")]
    account_id: Option<String>,
    #[param(inline)]
    outcome: Option<Outcome>,
    /// Only those that led to no mail, or whose mail did not go out.
    not_mailed: Option<bool>,
    /// Items of the page; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The mail that a request led to.
#[derive(Serialize, ToSchema)]
pub struct RequestMail {
    /// `queued`, `sent`, `failed` or `dropped`.
    #[schema(example = "sent")]
    state: String,
    attempts: i64,
    /// Why it was given up, in words.
    reason: String,
    /// What the mail server said last.
    #[schema(example = "250 2.0.0 Ok: queued")]
    reply: String,
}

/// A request, without what was typed.
#[derive(Serialize, ToSchema)]
pub struct ResetRequest {
    #[schema(example = "7KQ2-M8XW-3HTC-9DPV")]
    receipt: String,
    requested_at: String,
    outcome: String,
    /// Whose it was, where an account was found.
    account_id: Option<String>,
    login_name: Option<String>,
    /// `account:<id>` or `key:<id>` of staff; absent where the person asked.
    started_by: Option<String>,
    client_address: String,
    user_agent: String,
    mail: Option<RequestMail>,
}

impl From<SeenRequest> for ResetRequest {
    fn from(row: SeenRequest) -> Self {
        let mail = row.mail_state.map(|state| RequestMail {
            state,
            attempts: row.mail_attempts.unwrap_or_default(),
            reason: row.mail_reason.unwrap_or_default(),
            reply: row.mail_reply.unwrap_or_default(),
        });
        Self {
            receipt: row.receipt,
            requested_at: rfc3339(row.requested_at),
            outcome: row.outcome,
            account_id: row.account_id,
            login_name: row.login_name,
            started_by: Some(row.started_by).filter(|by| !by.is_empty()),
            client_address: row.client_address,
            user_agent: row.user_agent,
            mail,
        }
    }
}

/// Lists requests for a reset, the newest first, with what became of each.
#[utoipa::path(
    get, path = "/password-resets", tag = "password reset", security(("session" = []), ("api_key" = ["resets:read"])),
    params(RequestFilter),
    responses(
        (status = 200, body = Page<ResetRequest>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(filter): Params<RequestFilter>,
) -> Result<Json<Page<ResetRequest>>, Problem> {
    let wanted = Wanted {
        receipt: filter.receipt,
        account_id: filter.account_id,
        outcome: filter.outcome,
        not_mailed: filter.not_mailed.unwrap_or_default(),
    };
    let limit = limit(filter.limit)?;
    let rows = search::list(&latchkey, &staff, &wanted, &after(filter.cursor.as_deref())?, limit + 1).await?;
    let place = |row: &SeenRequest| After {
        at: row.requested_at,
        id: row.id.clone(),
    };
    Ok(Json(Page::of(rows, limit, place, ResetRequest::from)))
}
