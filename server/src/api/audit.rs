//! `/audit`: search the trail, take it along, check that nobody tampered with it.

use super::list::{Page, Params, after, limit, moment_of};
use super::problem::Problem;
use super::staff::OnDuty;
use crate::audit::export::Format;
use crate::audit::search::{Wanted, begin_export, export_page, list as list_events};
use crate::audit::verify::{Verification, verify as verify_chain};
use crate::audit::{AuditRow, Event, EventResult};
use crate::clock::rfc3339;
use crate::latchkey::SharedLatchkey;
use crate::refused::Fault;
use crate::store::After;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which events are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    #[param(inline)]
    event: Option<Event>,
    #[param(inline)]
    result: Option<EventResult>,
    /// Whom it is about.
    #[param(pattern = "^[0-9a-f]{32}$")]
    account_id: Option<String>,
    /// `account:<id>`, `key:<id>`, `operator`, `visitor` or `server`.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9:]*$", example = "operator")]
    actor: Option<String>,
    /// From this moment (RFC 3339) or day on.
    #[param(example = "2026-03-09T00:00:00Z")]
    from: Option<String>,
    /// Before this moment or day.
    #[param(example = "2026-03-10")]
    to: Option<String>,
    /// Items of the page; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The same for a file, which has no pages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportFilter {
    /// `jsonl` when left out.
    #[param(inline)]
    format: Option<Format>,
    #[param(inline)]
    event: Option<Event>,
    #[param(inline)]
    result: Option<EventResult>,
    /// Whom it is about.
    #[param(pattern = "^[0-9a-f]{32}$")]
    account_id: Option<String>,
    /// `account:<id>`, `key:<id>`, `operator`, `visitor` or `server`.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9:]*$", example = "operator")]
    actor: Option<String>,
    /// From this moment (RFC 3339) or day on.
    #[param(example = "2026-03-09T00:00:00Z")]
    from: Option<String>,
    /// Before this moment or day.
    #[param(example = "2026-03-10")]
    to: Option<String>,
}

/// An event.
#[derive(Serialize, ToSchema)]
pub struct AuditEvent {
    id: String,
    time: String,
    #[schema(example = "reset_completed")]
    event: String,
    /// `success` or `failure`.
    #[schema(example = "success")]
    result: String,
    reason: String,
    #[schema(example = "visitor")]
    actor: String,
    /// Whom it is about; empty where that is unknown.
    account_id: String,
    /// What it is about otherwise: an id or a keyed hash.
    subject: String,
    detail: String,
    client_address: String,
    user_agent: String,
    request_id: String,
    /// Of the program that wrote it.
    version: String,
    /// Place in the chain.
    seq: i64,
}

impl From<AuditRow> for AuditEvent {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            time: rfc3339(row.at),
            event: row.event,
            result: row.outcome,
            reason: row.reason,
            actor: row.actor,
            account_id: row.account_id,
            subject: row.subject,
            detail: row.detail,
            client_address: row.client_address,
            user_agent: row.user_agent,
            request_id: row.request_id,
            version: row.version,
            seq: row.seq,
        }
    }
}

/// Lists events, the newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", security(("session" = []), ("api_key" = ["audit:read"])), params(AuditFilter),
    responses(
        (status = 200, body = Page<AuditEvent>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(filter): Params<AuditFilter>,
) -> Result<Json<Page<AuditEvent>>, Problem> {
    let wanted = Wanted {
        event: filter.event,
        result: filter.result,
        account_id: filter.account_id,
        actor: filter.actor,
        from: moment_of("from", filter.from.as_deref())?,
        to: moment_of("to", filter.to.as_deref())?,
    };
    let limit = limit(filter.limit)?;
    let rows = list_events(&latchkey, &staff, &wanted, &after(filter.cursor.as_deref())?, limit + 1).await?;
    let place = |row: &AuditRow| After {
        at: row.at,
        id: row.id.clone(),
    };
    Ok(Json(Page::of(rows, limit, place, AuditEvent::from)))
}

/// The events as a file, the oldest first: CSV (cells that a spreadsheet would run begin with an apostrophe) or JSON lines.
#[utoipa::path(
    get, path = "/audit/export", tag = "audit", security(("session" = []), ("api_key" = ["audit:read"])), params(ExportFilter),
    responses(
        (status = 200, content(("text/csv"), ("application/jsonl"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn export(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(filter): Params<ExportFilter>,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        event: filter.event,
        result: filter.result,
        account_id: filter.account_id,
        actor: filter.actor,
        from: moment_of("from", filter.from.as_deref())?,
        to: moment_of("to", filter.to.as_deref())?,
    };
    begin_export(&latchkey, &staff, &wanted).await?;
    Ok(file(latchkey, wanted, filter.format.unwrap_or(Format::JsonLines)))
}

/// Sends a file while it is being read.
#[must_use]
pub fn file(latchkey: SharedLatchkey, wanted: Wanted, format: Format) -> Response {
    let first = stream::iter([Ok::<_, Fault>(format.head())]);
    let rest = stream::try_unfold(Some(None), move |last: Option<Option<AuditRow>>| {
        let (latchkey, wanted) = (latchkey.clone(), wanted.clone());
        async move {
            let Some(last) = last else { return Ok(None) };
            let rows = export_page(&latchkey, &wanted, last.as_ref()).await?;
            let text = format.rows(&rows)?;
            Ok(rows.last().cloned().map(|last| (text, Some(Some(last)))))
        }
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
    let name = format!("attachment; filename=\"latchkey-audit.{format}\"");
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, body).into_response()
}

/// What a check of the chain found.
#[derive(Serialize, ToSchema)]
pub struct AuditVerification {
    intact: bool,
    /// Events that were checked.
    rows: i64,
    /// Number and chain of the newest event: written down elsewhere, it shows later that nothing before it was cut off.
    head: String,
    /// The first event that does not fit.
    broken: Option<BrokenEvent>,
}

#[derive(Serialize, ToSchema)]
pub struct BrokenEvent {
    /// `changed`, `missing`, `inserted` or `head`.
    #[schema(example = "changed")]
    flaw: &'static str,
    /// Place in the chain.
    seq: i64,
    /// Empty for an event that is not there.
    id: String,
}

impl From<Verification> for AuditVerification {
    fn from(found: Verification) -> Self {
        Self {
            intact: found.broken.is_none(),
            rows: found.rows,
            head: found.head,
            broken: found.broken.map(|broken| BrokenEvent {
                flaw: broken.flaw.as_str(),
                seq: broken.seq,
                id: broken.id,
            }),
        }
    }
}

/// Checks every event against the chain.
#[utoipa::path(
    get, path = "/audit/verification", tag = "audit", security(("session" = []), ("api_key" = ["audit:read"])),
    responses(
        (status = 200, body = AuditVerification),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn verify(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<AuditVerification>, Problem> {
    Ok(Json(verify_chain(&latchkey, &staff, None).await?.into()))
}
