//! `/mail`: does mail leave, and do others believe it?

use super::json::Body;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::doctor::{Examined, Finding, Level, deliverability as records};
use crate::latchkey::SharedLatchkey;
use crate::mail::test as mail_test;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailTest {
    /// People may leave it out: the mail goes to their own address, and to no other. Keys name the address of an administrator.
    #[serde(default)]
    #[schema(example = "admin@example.org", max_length = 254)]
    to: Option<String>,
}

/// How it went.
#[derive(Serialize, ToSchema)]
pub struct MailTested {
    /// Whether the mail server took the mail.
    sent: bool,
    /// What the mail server said, or where the conversation ended.
    #[schema(example = "535 5.7.8 Authentication failed (while signing in)")]
    reply: String,
    /// What to try; empty when it went well.
    #[schema(example = "check user and password of mail.url (percent-encoded there)")]
    advice: String,
}

/// Sends a test mail right now and answers what became of it. Ten an hour.
#[utoipa::path(
    post, path = "/mail/test", tag = "mail", security(("session" = []), ("api_key" = ["mail:write"])), request_body = MailTest,
    responses(
        (status = 200, body = MailTested, description = "Tried; `sent` says whether it worked"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "forbidden: the role or key does not include it, or the address is another's"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: there is no address to send to"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: not an address"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn test(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Body(body): Body<MailTest>,
) -> Result<Json<MailTested>, Problem> {
    let verdict = mail_test::send(&latchkey, &staff, body.to.as_deref()).await?;
    Ok(Json(MailTested {
        sent: verdict.sent,
        reply: verdict.reply,
        advice: verdict.advice.map(|advice| advice.to_string()).unwrap_or_default(),
    }))
}

/// What was found of one kind of record.
#[derive(Serialize, ToSchema)]
pub struct Record {
    /// `spf`, `dkim` or `dmarc`.
    #[schema(example = "spf")]
    check: Examined,
    /// `skipped` where nothing was asked.
    #[schema(example = "ok")]
    level: Level,
    #[schema(example = "example.org: v=spf1 mx -all")]
    found: String,
    /// What to do, where there is something to do: the record to publish, for example.
    #[schema(example = json!(null))]
    next: Option<String>,
}

impl From<Finding> for Record {
    fn from(finding: Finding) -> Self {
        Self {
            check: finding.check,
            level: finding.level,
            found: finding.found.to_string(),
            next: finding.next.map(|next| next.to_string()),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Deliverability {
    records: Vec<Record>,
}

/// Asks the DNS for SPF, DKIM and DMARC of the sender's domain, through `mail.resolver`. Thirty an hour.
#[utoipa::path(
    get, path = "/mail/deliverability", tag = "mail", security(("session" = []), ("api_key" = ["mail:read"])),
    responses(
        (status = 200, body = Deliverability, description = "Looked; each record says how it is. Without a resolver all are `skipped`"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn deliverability(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<Deliverability>, Problem> {
    let findings = records::check(&latchkey, &staff).await?;
    Ok(Json(Deliverability {
        records: findings.into_iter().map(Record::from).collect(),
    }))
}
