//! Requests in the console.

use super::desk::AtDesk;
use super::listing::{self, PAGE};
use crate::refused::Refused;
use crate::reset::Outcome;
use crate::reset::search::{Wanted, list};
use crate::store::{After, SeenRequest};
use app::admin::frame::{Section, Sheet};
use app::admin::requests::{self as pages, Filter, Mail, Request};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    receipt: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    not_mailed: bool,
    cursor: Option<String>,
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let found = find(&desk, &asked).await;
    let (status, problem, requests, next) = match found {
        Ok((requests, next)) => (StatusCode::OK, None, requests, next),
        Err(Refused::Field { field, problem, .. }) if field == "receipt" => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(problem.say(desk.lang)),
            Vec::new(),
            None,
        ),
        Err(refused) => return desk.refuse(Section::Requests, &refused),
    };
    let page = pages::Requests {
        filter: Filter {
            receipt: asked.receipt,
            receipt_problem: problem,
            outcome: asked.outcome,
            not_mailed: asked.not_mailed,
        },
        outcomes: Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect(),
        requests,
        next,
    };
    let sheet = Sheet {
        here: Section::Requests,
        title: Section::Requests.name(desk.lang).to_owned(),
        told: None,
        again: None,
    };
    desk.sheet(status, sheet, |lang| pages::page(lang, page))
}

async fn find(desk: &AtDesk, asked: &Asked) -> Result<(Vec<Request>, Option<String>), Refused> {
    let wanted = Wanted {
        receipt: listing::given(&asked.receipt),
        account_id: None,
        // A code that is none of ours filters nothing.
        outcome: asked.outcome.parse().ok(),
        not_mailed: asked.not_mailed,
    };
    let after = crate::api::after(asked.cursor.as_deref())?;
    let mut rows = list(&desk.latchkey, &desk.staff, &wanted, &after, PAGE + 1).await?;
    let not_mailed = if asked.not_mailed { "true" } else { "" };
    let filters = [
        ("receipt", asked.receipt.as_str()),
        ("outcome", &asked.outcome),
        ("not_mailed", not_mailed),
    ];
    let place = |row: &SeenRequest| After {
        at: row.requested_at,
        id: row.id.clone(),
    };
    let next = listing::next(&mut rows, place, "/admin/requests", &filters);
    Ok((rows.into_iter().map(seen).collect(), next))
}

/// A request as a page shows it.
pub fn seen(row: SeenRequest) -> Request {
    let mail = row.mail_state.map(|state| Mail {
        state,
        attempts: row.mail_attempts.unwrap_or_default(),
        words: [row.mail_reason, row.mail_reply]
            .into_iter()
            .flatten()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(" – "),
    });
    Request {
        receipt: row.receipt,
        requested_at: row.requested_at,
        outcome: row.outcome,
        account: row.account_id.zip(row.login_name),
        by_staff: !row.started_by.is_empty(),
        mail,
    }
}

/// The newest requests of one account.
///
/// # Errors
/// As [`list`].
pub async fn of_account(desk: &AtDesk, account_id: &str) -> Result<Vec<Request>, Refused> {
    let wanted = Wanted {
        account_id: Some(account_id.to_owned()),
        ..Wanted::default()
    };
    let rows = list(&desk.latchkey, &desk.staff, &wanted, &After::start(), PAGE).await?;
    Ok(rows.into_iter().map(seen).collect())
}
