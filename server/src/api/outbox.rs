//! `/outbox`: what waits and what failed; once more, or not at all.

use super::list::{Page, Params, after, limit};
use super::no_content;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::{rfc3339, rfc3339_or_none};
use crate::latchkey::SharedLatchkey;
use crate::mail::outbox::State as MailState;
use crate::mail::queue::{self, Wanted};
use crate::store::{After, SeenMail};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which mails are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OutboxFilter {
    #[param(inline)]
    state: Option<MailState>,
    /// Items of the page; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A mail on its way. Neither its words nor its whole address are shown.
#[derive(Serialize, ToSchema)]
pub struct QueuedMail {
    id: String,
    /// `reset_request` until somebody is found to write to, then the kind of mail.
    #[schema(example = "reset_link")]
    kind: String,
    #[schema(example = "queued")]
    state: String,
    /// Why it ended, in words.
    reason: String,
    /// What the mail server said last.
    #[schema(example = "451 4.7.1 Try again later (after RCPT)")]
    reply: String,
    /// First letter and domain.
    #[schema(example = "a…@example.org")]
    recipient: String,
    account_id: Option<String>,
    /// Of the request it belongs to.
    receipt: Option<String>,
    attempts: i64,
    created_at: String,
    /// Absent once it has ended.
    next_attempt_at: Option<String>,
    /// After that it is not sent any more.
    expires_at: String,
    finished_at: Option<String>,
}

impl From<SeenMail> for QueuedMail {
    fn from(row: SeenMail) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            reason: row.reason,
            reply: row.reply,
            recipient: row.recipient,
            account_id: row.account_id,
            receipt: row.receipt,
            attempts: row.attempts,
            created_at: rfc3339(row.created_at),
            next_attempt_at: (row.finished_at == 0).then(|| rfc3339(row.next_attempt_at)),
            expires_at: rfc3339(row.expires_at),
            finished_at: rfc3339_or_none(row.finished_at),
        }
    }
}

/// Lists mails, the newest first.
#[utoipa::path(
    get, path = "/outbox", tag = "mail", security(("session" = []), ("api_key" = ["mail:read"])), params(OutboxFilter),
    responses(
        (status = 200, body = Page<QueuedMail>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(filter): Params<OutboxFilter>,
) -> Result<Json<Page<QueuedMail>>, Problem> {
    let limit = limit(filter.limit)?;
    let after = after(filter.cursor.as_deref())?;
    let wanted = Wanted { state: filter.state };
    let rows = queue::list(&latchkey, &staff, wanted, &after, limit + 1).await?;
    let place = |row: &SeenMail| After {
        at: row.created_at,
        id: row.id.clone(),
    };
    Ok(Json(Page::of(rows, limit, place, QueuedMail::from)))
}

/// Tries a mail at once that waits or has failed.
#[utoipa::path(
    post, path = "/outbox/{id}/retry", tag = "mail", security(("session" = []), ("api_key" = ["mail:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: sent, given up, on its way, or too old"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn retry(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    queue::retry(&latchkey, &staff, &id).await?;
    Ok(no_content())
}

/// Gives a mail up that waits or has failed, and wipes it.
#[utoipa::path(
    post, path = "/outbox/{id}/cancel", tag = "mail", security(("session" = []), ("api_key" = ["mail:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: sent, given up, or on its way"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn cancel(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    queue::cancel(&latchkey, &staff, &id).await?;
    Ok(no_content())
}
