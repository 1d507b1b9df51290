//! `GET /overview`: the numbers behind the console's first page.

use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::{SECOND, rfc3339};
use crate::guard::captcha::probe;
use crate::latchkey::SharedLatchkey;
use crate::overview;
use crate::reset::availability::Missing;
use crate::store::Engine;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// How often something happened in each slot of time, the newest last.
#[derive(Serialize, ToSchema)]
pub struct Series {
    /// When the first slot begins.
    start: String,
    #[schema(example = 3600)]
    slot_seconds: i64,
    requested: Vec<i64>,
    mails_sent: Vec<i64>,
    completed: Vec<i64>,
    mails_failed: Vec<i64>,
}

impl From<overview::Series> for Series {
    fn from(series: overview::Series) -> Self {
        Self {
            start: rfc3339(series.start),
            slot_seconds: series.slot / SECOND,
            requested: series.requested,
            mails_sent: series.sent,
            completed: series.completed,
            mails_failed: series.failed,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct MailHealth {
    waiting: i64,
    /// When the longest waiting mail was queued.
    oldest_at: Option<String>,
    /// Of those waiting, how many were tried in vain.
    retrying: i64,
    /// What the mail server said to the last of them.
    trouble: String,
    last_sent_at: Option<String>,
    /// Mails given up in the last 24 hours.
    failed: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Overview {
    last_24_hours: Series,
    last_30_days: Series,
    /// Settings without which there is no reset; empty when all is there.
    #[schema(example = json!(["mail.url"]))]
    missing: Vec<&'static str>,
    mail: MailHealth,
    /// `sqlite` or `postgres`.
    #[schema(example = "sqlite")]
    database: &'static str,
    limits_enabled: bool,
    /// How the captcha is doing.
    #[schema(inline, example = "working")]
    captcha: probe::State,
}

/// Shows what happened lately, and whether mail leaves.
#[utoipa::path(
    get, path = "/overview", tag = "overview", security(("session" = []), ("api_key" = ["resets:read"])),
    responses(
        (status = 200, body = Overview),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(State(latchkey): State<SharedLatchkey>, OnDuty(staff): OnDuty) -> Result<Json<Overview>, Problem> {
    let overview = overview::overview(&latchkey, &staff).await?;
    let mail = overview.mail;
    Ok(Json(Overview {
        last_24_hours: overview.day.into(),
        last_30_days: overview.month.into(),
        missing: overview.missing.into_iter().map(Missing::setting).collect(),
        mail: MailHealth {
            waiting: mail.waiting,
            oldest_at: mail.oldest.map(rfc3339),
            retrying: mail.retrying,
            trouble: mail.trouble,
            last_sent_at: mail.last_sent.map(rfc3339),
            failed: mail.failed,
        },
        database: match overview.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        },
        limits_enabled: overview.limited,
        captcha: overview.captcha,
    }))
}
