//! `/recoveries`: what waits for a decision, and what became of it; and unlocking recovery for an account.

use super::json::Body;
use super::list::{Page, Params, after, limit};
use super::no_content;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::{rfc3339, rfc3339_or_none};
use crate::latchkey::SharedLatchkey;
use crate::recovery::case::{self, Approved};
use crate::recovery::{State as Stage, lock};
use crate::store::{After, SeenRecovery};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which recoveries are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecoveryFilter {
    /// `awaiting` for those that wait for a decision.
    #[param(inline)]
    state: Option<Stage>,
    /// Items of the page; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A recovery: who and how, never a fact or an address.
#[derive(Serialize, ToSchema)]
pub struct Recovery {
    #[schema(example = "5f0c2d6f7b3e4f0a9d1c8b7a6e5d4c3b")]
    id: String,
    #[schema(example = "7KQ2-M8XW-3HTC-9DPV")]
    receipt: String,
    state: String,
    account_id: String,
    login_name: String,
    account_created_at: String,
    /// Names of the facts that fitted; empty where a recovery code was shown.
    facts: Vec<String>,
    client_address: String,
    user_agent: String,
    started_at: String,
    expires_at: String,
    ended_at: Option<String>,
    /// The first of two who have to agree: `account:<id>`.
    seconded_by: Option<String>,
    /// `account:<id>` or `key:<id>`.
    decided_by: Option<String>,
    reason: Option<String>,
}

impl From<SeenRecovery> for Recovery {
    fn from(row: SeenRecovery) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: row.id,
            receipt: row.receipt,
            state: row.state,
            account_id: row.account_id,
            login_name: row.login_name,
            account_created_at: rfc3339(row.account_created_at),
            facts: row.facts.split_whitespace().map(str::to_owned).collect(),
            client_address: row.client_address,
            user_agent: row.user_agent,
            started_at: rfc3339(row.started_at),
            expires_at: rfc3339(row.expires_at),
            ended_at: rfc3339_or_none(row.ended_at),
            seconded_by: some(row.seconded_by),
            decided_by: some(row.decided_by),
            reason: some(row.reason),
        }
    }
}

/// Lists recoveries, the newest first.
#[utoipa::path(
    get, path = "/recoveries", tag = "recovery", security(("session" = []), ("api_key" = ["recoveries:decide"])),
    params(RecoveryFilter),
    responses(
        (status = 200, body = Page<Recovery>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(filter): Params<RecoveryFilter>,
) -> Result<Json<Page<Recovery>>, Problem> {
    let limit = limit(filter.limit)?;
    let after = after(filter.cursor.as_deref())?;
    let rows = case::list(&latchkey, &staff, filter.state, &after, limit + 1).await?;
    let place = |row: &SeenRecovery| After {
        at: row.started_at,
        id: row.id.clone(),
    };
    Ok(Json(Page::of(rows, limit, place, Recovery::from)))
}

/// One recovery, with what the audit trail remembers of the account.
#[derive(Serialize, ToSchema)]
pub struct RecoveryDetail {
    #[serde(flatten)]
    recovery: Recovery,
    /// The last time somebody signed in before the recovery began.
    last_sign_in_at: Option<String>,
    /// Earlier sign-ins from the address that the recovery was begun from.
    #[schema(example = 12)]
    sign_ins_from_there: i64,
    /// Earlier tries to recover the account that failed.
    #[schema(example = 0)]
    failed_tries: i64,
    /// Earlier recoveries of the account that were begun.
    #[schema(example = 0)]
    earlier_recoveries: i64,
}

/// Shows one recovery, with what helps to decide about it.
#[utoipa::path(
    get, path = "/recoveries/{id}", tag = "recovery", security(("session" = []), ("api_key" = ["recoveries:decide"])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = RecoveryDetail),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Json<RecoveryDetail>, Problem> {
    let seen = case::show(&latchkey, &staff, &id).await?;
    let signals = case::signals(&latchkey, &staff, &seen).await?;
    Ok(Json(RecoveryDetail {
        recovery: seen.into(),
        last_sign_in_at: rfc3339_or_none(signals.last_sign_in_at),
        sign_ins_from_there: signals.sign_ins_from_there,
        failed_tries: signals.failed_tries,
        earlier_recoveries: signals.earlier_recoveries,
    }))
}

/// A yes that waits for another one.
#[derive(Serialize, ToSchema)]
pub struct Seconded {
    #[schema(example = "awaiting_second")]
    state: &'static str,
}

/// Approves a recovery that waits: address and password change now, and both mailboxes are told. For accounts of staff two administrators
/// have to agree where `recovery.four_eyes` says so.
#[utoipa::path(
    post, path = "/recoveries/{id}/approve", tag = "recovery", security(("session" = []), ("api_key" = ["recoveries:decide"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 202, body = Seconded, description = "It was the first of two: nothing is changed yet"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: `detail` says why"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn approve(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(match case::approve(&latchkey, &staff, &id).await? {
        Approved::Done => no_content(),
        Approved::Seconded => {
            let state = "awaiting_second";
            (StatusCode::ACCEPTED, Json(Seconded { state })).into_response()
        }
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryRefusal {
    /// Mailed to the person.
    #[schema(
        example = "Please come to the office with your passport.",
        min_length = 1,
        max_length = 200
    )]
    reason: String,
}

/// Refuses a recovery that waits. Nothing about the account changes.
#[utoipa::path(
    post, path = "/recoveries/{id}/refuse", tag = "recovery", security(("session" = []), ("api_key" = ["recoveries:decide"])),
    params(("id" = String, Path)), request_body = RecoveryRefusal,
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: it does not wait any more"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `reason`"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn refuse(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
    Body(body): Body<RecoveryRefusal>,
) -> Result<Response, Problem> {
    case::refuse(&latchkey, &staff, &id, &body.reason).await?;
    Ok(no_content())
}

/// Unlocks recovery by facts for an account, after tries that did not fit.
#[utoipa::path(
    post, path = "/accounts/{id}/recovery/unlock", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn unlock(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    lock::unlock(&latchkey, &staff, &id).await?;
    Ok(no_content())
}
