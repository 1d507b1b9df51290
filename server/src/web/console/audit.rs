//! The audit trail in the console.

use super::desk::AtDesk;
use super::listing::{self, PAGE};
use crate::api::{audit_file, moment_of};
use crate::audit::export::Format;
use crate::audit::search::{Wanted, begin_export, list};
use crate::audit::verify::{Verification, verify};
use crate::audit::{AuditRow, Event};
use crate::refused::Refused;
use crate::store::After;
use app::admin::audit::{self as pages, Audit, Check, Event as Shown, Filter};
use app::admin::frame::{Section, Sheet};
use app::words::Locale;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    event: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    cursor: Option<String>,
    /// Of a file.
    #[serde(default)]
    format: String,
}

impl Asked {
    fn wanted(&self) -> Result<Wanted, Refused> {
        Ok(Wanted {
            // A code that is none of ours filters nothing.
            event: self.event.parse().ok(),
            result: self.result.parse().ok(),
            account_id: listing::given(&self.account_id),
            actor: None,
            from: moment_of("from", listing::given(&self.from).as_deref())?,
            to: moment_of("to", listing::given(&self.to).as_deref())?,
        })
    }

    fn filters(&self) -> [(&str, &str); 5] {
        [
            ("event", &self.event),
            ("result", &self.result),
            ("account_id", &self.account_id),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    page(&desk, asked, None).await
}

/// Checks the chain now, and says what was found.
pub async fn check(desk: AtDesk) -> Response {
    match verify(&desk.latchkey, &desk.staff, None).await {
        Ok(found) => page(&desk, Asked::default(), Some(found)).await,
        Err(refused) => desk.refuse(Section::Audit, &refused),
    }
}

/// The events of the same filters as a file.
pub async fn export(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let begun = async {
        let wanted = asked.wanted()?;
        begin_export(&desk.latchkey, &desk.staff, &wanted).await?;
        Ok(wanted)
    };
    match begun.await {
        Ok(wanted) => {
            let format = asked.format.parse().unwrap_or(Format::Csv);
            audit_file(desk.latchkey.clone(), wanted, format)
        }
        Err(refused) => desk.refuse(Section::Audit, &refused),
    }
}

async fn page(desk: &AtDesk, asked: Asked, found: Option<Verification>) -> Response {
    let (status, problem, events, next) = match find(desk, &asked).await {
        Ok((events, next)) => (StatusCode::OK, None, events, next),
        Err(Refused::Field { field, problem, .. }) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Some((field, problem.say(desk.lang))),
            Vec::new(),
            None,
        ),
        Err(refused) => return desk.refuse(Section::Audit, &refused),
    };
    let export = listing::address("/admin/audit/export", &asked.filters(), None);
    let page = Audit {
        filter: Filter {
            event: asked.event,
            result: asked.result,
            account_id: asked.account_id,
            from: asked.from,
            to: asked.to,
            problem,
        },
        names: names(desk.lang),
        events,
        next,
        export,
        check: found.map(checked),
    };
    let sheet = Sheet {
        here: Section::Audit,
        title: Section::Audit.name(desk.lang).to_owned(),
        told: None,
        again: None,
    };
    desk.sheet(status, sheet, |lang| pages::page(lang, page))
}

fn checked(found: Verification) -> Check {
    match found.broken {
        None => Check::Intact { rows: found.rows },
        Some(broken) => Check::Broken {
            flaw: broken.flaw.as_str(),
            seq: broken.seq,
            id: broken.id,
        },
    }
}

async fn find(desk: &AtDesk, asked: &Asked) -> Result<(Vec<Shown>, Option<String>), Refused> {
    let wanted = asked.wanted()?;
    let after = crate::api::after(asked.cursor.as_deref())?;
    let mut rows = list(&desk.latchkey, &desk.staff, &wanted, &after, PAGE + 1).await?;
    let place = |row: &AuditRow| After {
        at: row.at,
        id: row.id.clone(),
    };
    let next = listing::next(&mut rows, place, "/admin/audit", &asked.filters());
    let lang = desk.lang;
    Ok((rows.into_iter().map(|row| shown(row, lang)).collect(), next))
}

/// Every event by its words, as the list to choose from has them.
fn names(lang: Locale) -> Vec<(&'static str, String)> {
    let all = Event::ALL.iter();
    all.map(|event| (event.as_str(), event.in_words().say(lang))).collect()
}

fn shown(row: AuditRow, lang: Locale) -> Shown {
    let known = row.event.parse::<Event>().ok();
    Shown {
        at: row.at,
        name: known.map_or_else(|| row.event.clone(), |event| event.in_words().say(lang)),
        event: row.event,
        success: row.outcome == "success",
        reason: row.reason,
        detail: row.detail,
        actor: row.actor,
        account_id: row.account_id,
        client_address: row.client_address,
        request_id: row.request_id,
    }
}
