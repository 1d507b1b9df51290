//! `/limits`: the budgets, what is used of them, and giving something back.

use super::list::Page;
use super::no_content;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::{SECOND, rfc3339};
use crate::guard::limits::counters::{self, counters, release};
use crate::guard::limits::table::{BUDGETS, Subject};
use crate::latchkey::SharedLatchkey;
use crate::refused::Refused;
use crate::staff::Permission;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// At most `allowed` within each window.
#[derive(Serialize, ToSchema)]
pub struct Limit {
    #[schema(example = "reset-client")]
    name: &'static str,
    #[schema(inline, example = "client")]
    by: Subject,
    #[schema(example = 100)]
    allowed: i64,
    /// What is allowed while `limits.budgets` says nothing else.
    #[schema(example = 100)]
    default: i64,
    #[schema(example = 10)]
    minimum: i64,
    #[schema(example = 1000)]
    maximum: i64,
    #[schema(example = 600)]
    window_seconds: i64,
}

/// Lists the budgets. They are changed as the setting `limits.budgets`, an object of names and numbers.
#[utoipa::path(
    get, path = "/limits", tag = "limits", security(("session" = []), ("api_key" = ["settings:read"])),
    responses(
        (status = 200, body = Page<Limit>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(State(latchkey): State<SharedLatchkey>, OnDuty(staff): OnDuty) -> Result<Json<Page<Limit>>, Problem> {
    staff.require(Permission::ReadSettings)?;
    let limits = latchkey.settings().await.map_err(Refused::from)?.limits.clone();
    let items = BUDGETS.into_iter().map(|budget| Limit {
        name: budget.name,
        by: budget.by,
        allowed: limits.of(budget).allowed,
        default: budget.allowed,
        minimum: budget.least,
        maximum: budget.most,
        window_seconds: budget.window / SECOND,
    });
    Ok(Json(Page {
        items: items.collect(),
        next_cursor: None,
    }))
}

/// What somebody used of a budget.
#[derive(Serialize, ToSchema)]
pub struct Counter {
    #[schema(example = "cmVzZXQtY2xpZW50OjE5Mi4wLjIuNw")]
    id: String,
    /// The budget's name.
    #[schema(example = "reset-client")]
    limit: &'static str,
    #[schema(inline, example = "client")]
    by: Subject,
    /// A client's network, an id, or the beginning of a keyed hash.
    #[schema(example = "192.0.2.7")]
    subject: String,
    #[schema(example = 100)]
    used: i64,
    #[schema(example = 100)]
    allowed: i64,
    /// When the window ends.
    until: String,
}

impl From<counters::Counter> for Counter {
    fn from(counter: counters::Counter) -> Self {
        Self {
            id: counter.id,
            limit: counter.budget.name,
            by: counter.budget.by,
            subject: counter.subject,
            used: counter.used,
            allowed: counter.budget.allowed,
            until: rfc3339(counter.until),
        }
    }
}

/// Lists what is used at the moment, of each budget the twenty fullest counters.
#[utoipa::path(
    get, path = "/limits/counters", tag = "limits", security(("session" = []), ("api_key" = ["settings:read"])),
    responses(
        (status = 200, body = Page<Counter>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn used(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<Page<Counter>>, Problem> {
    let items = counters(&latchkey, &staff).await?;
    Ok(Json(Page {
        items: items.into_iter().map(Counter::from).collect(),
        next_cursor: None,
    }))
}

/// Gives back what a counter used: whoever it refused gets through again.
#[utoipa::path(
    delete, path = "/limits/counters/{id}", tag = "limits", security(("session" = []), ("api_key" = ["settings:write"])),
    params(("id" = String, Path, description = "An id from the list")),
    responses(
        (status = 204),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn give_back(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    release(&latchkey, &staff, &id).await?;
    Ok(no_content())
}
