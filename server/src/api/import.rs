//! `/accounts/import` and `/jobs/{id}`: many accounts at once, and how far that is.

use super::list::Params;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::account::import::job::{Job, show as show_job, start};
use crate::account::import::{Format, WrittenError};
use crate::clock::{rfc3339, rfc3339_or_none};
use crate::latchkey::SharedLatchkey;
use crate::web::locale::accepted;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Errors that an answer names; the whole report is in the console and on the command line.
const NAMED: usize = 100;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// Store the good rows when others are bad; false when left out.
    keep_good: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportStarted {
    /// For `GET /jobs/{id}`.
    job: String,
}

/// Begins to import accounts: CSV with a header line, or JSON lines with the same names (`login_name`, `email`, `name`, `kind`, `sign_in`,
/// `locale`, `password_hash`, `password`). Up to 32 MiB; makes nobody staff.
#[utoipa::path(
    post, path = "/accounts/import", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(ImportParams),
    request_body(content(
        (String = "text/csv", example = "login_name,email\nada,ada@example.org\n"),
        (String = "application/jsonl", example = "{\"login_name\":\"ada\",\"email\":\"ada@example.org\"}\n"),
    )),
    responses(
        (status = 202, body = ImportStarted),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "over 32 MiB"),
        (status = 415, body = Problem, content_type = "application/problem+json", description = "neither text/csv nor application/jsonl"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: this cannot be such a file"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn import(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(params): Params<ImportParams>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<ImportStarted>), Problem> {
    staff.require(crate::staff::Permission::ChangeAccounts)?;
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .map(str::trim);
    let format = match kind {
        Some("text/csv") => Format::Csv,
        Some("application/jsonl" | "application/x-ndjson") => Format::JsonLines,
        _ => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    };
    let bytes = body.map_err(|rejection| Problem::of_status(rejection.into_response().status()))?;
    let keep_good = params.keep_good.unwrap_or_default();
    let lang = accepted(&headers).unwrap_or_default();
    let job = start(&latchkey, &staff, format, &bytes, keep_good, lang).await?;
    Ok((StatusCode::ACCEPTED, Json(ImportStarted { job })))
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
pub struct ImportError {
    /// The first line being 1.
    line: u64,
    problem: String,
}

impl From<WrittenError> for ImportError {
    fn from(error: WrittenError) -> Self {
        Self {
            line: error.line,
            problem: error.problem,
        }
    }
}

/// A job.
#[derive(Serialize, ToSchema)]
pub struct JobStatus {
    id: String,
    /// Always `account_import`.
    kind: &'static str,
    /// `running`, `succeeded`, `failed` (nothing stored) or `interrupted` (its server was stopped).
    #[schema(example = "running")]
    state: &'static str,
    /// Rows of the file.
    total: i64,
    /// Rows checked so far.
    done: i64,
    stored: i64,
    refused: i64,
    created_at: String,
    finished_at: Option<String>,
    /// The first hundred.
    errors: Vec<ImportError>,
}

impl From<Job> for JobStatus {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: "account_import",
            state: job.state.as_str(),
            total: job.total,
            done: job.done,
            stored: job.stored,
            refused: job.refused,
            created_at: rfc3339(job.created_at),
            finished_at: rfc3339_or_none(job.finished_at),
            errors: job
                .report
                .errors
                .into_iter()
                .take(NAMED)
                .map(ImportError::from)
                .collect(),
        }
    }
}

/// Shows how far a job is.
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = JobStatus),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn job(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Json<JobStatus>, Problem> {
    Ok(Json(show_job(&latchkey, &staff, &id).await?.into()))
}
