//! Recoveries in the console: the queue, one of them, and the decision.

use super::desk::{self, AtDesk};
use super::listing::{self, PAGE};
use crate::account::search;
use crate::fact::attribute;
use crate::guard::visitor::device;
use crate::recovery::State;
use crate::recovery::case::{self, Approved};
use crate::refused::Refused;
use crate::store::{After, SeenRecovery};
use app::admin::frame::{Section, Sheet, Told};
use app::admin::recoveries::{self as pages, Case, Decision, Recoveries};
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    state: Option<String>,
    cursor: Option<String>,
    done: Option<String>,
}

impl Asked {
    /// Whoever says nothing looks for work.
    fn state(&self) -> &str {
        self.state.as_deref().unwrap_or(State::Awaiting.as_str())
    }

    fn told(&self, desk: &AtDesk) -> Option<Told> {
        let text = pages::done(desk.lang, self.done.as_deref()?)?;
        Some(Told::Done(text.to_owned()))
    }
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let (cases, next) = match find(&desk, &asked).await {
        Ok(found) => found,
        Err(refused) => return desk.refuse(Section::Recoveries, &refused),
    };
    let told = asked.told(&desk);
    let page = Recoveries {
        state: asked.state().to_owned(),
        cases,
        next,
    };
    let title = Section::Recoveries.name(desk.lang);
    desk.page(Section::Recoveries, title, told, |lang| pages::page(lang, page))
}

async fn find(desk: &AtDesk, asked: &Asked) -> Result<(Vec<Case>, Option<String>), Refused> {
    // A code that is none of ours filters nothing; neither does `all`.
    let state = asked.state().parse().ok();
    let after = crate::api::after(asked.cursor.as_deref())?;
    let mut rows = case::list(&desk.latchkey, &desk.staff, state, &after, PAGE + 1).await?;
    let place = |row: &SeenRecovery| After {
        at: row.started_at,
        id: row.id.clone(),
    };
    let next = listing::next(&mut rows, place, "/admin/recoveries", &[("state", asked.state())]);
    Ok((rows.iter().map(listed).collect(), next))
}

fn listed(row: &SeenRecovery) -> Case {
    Case {
        id: row.id.clone(),
        receipt: row.receipt.clone(),
        state: row.state.clone(),
        account_id: row.account_id.clone(),
        login_name: row.login_name.clone(),
        started_at: row.started_at,
        ended_at: row.ended_at,
    }
}

pub async fn show(desk: AtDesk, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let told = asked.told(&desk);
    page(&desk, &id, told, None, String::new()).await
}

pub async fn approve(desk: AtDesk, Path(id): Path<String>) -> Response {
    match case::approve(&desk.latchkey, &desk.staff, &id).await {
        Ok(Approved::Done) => desk::back(&format!("/admin/recoveries/{id}"), "approved"),
        Ok(Approved::Seconded) => desk::back(&format!("/admin/recoveries/{id}"), "seconded"),
        Err(refused) => page(&desk, &id, None, Some(&refused), String::new()).await,
    }
}

/// The form that refuses.
#[derive(Default, Deserialize)]
pub struct Refusing {
    #[serde(default)]
    reason: String,
}

pub async fn refuse(desk: AtDesk, Path(id): Path<String>, posted: Result<Form<Refusing>, FormRejection>) -> Response {
    let Form(Refusing { reason }) = posted.unwrap_or_default();
    match case::refuse(&desk.latchkey, &desk.staff, &id, &reason).await {
        Ok(()) => desk::back(&format!("/admin/recoveries/{id}"), "refused"),
        Err(refused) => page(&desk, &id, None, Some(&refused), reason).await,
    }
}

async fn page(desk: &AtDesk, id: &str, told: Option<Told>, refused: Option<&Refused>, typed: String) -> Response {
    let decision = match decision(desk, id, refused, typed).await {
        Ok(decision) => decision,
        Err(missing) => return desk.refuse(Section::Recoveries, refused.unwrap_or(&missing)),
    };
    let sheet = Sheet {
        here: Section::Recoveries,
        title: decision.case.login_name.clone(),
        told: refused.map(|refused| Told::Problem(desk.words(refused))).or(told),
        again: None,
    };
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::show(lang, &decision))
}

async fn decision(desk: &AtDesk, id: &str, refused: Option<&Refused>, typed: String) -> Result<Decision, Refused> {
    let row = case::show(&desk.latchkey, &desk.staff, id).await?;
    let account = search::show(&desk.latchkey, &desk.staff, &row.account_id).await?;
    let settings = desk.latchkey.settings().await?;
    let signals = case::signals(&desk.latchkey, &desk.staff, &row).await?;
    let attributes = attribute::all(&desk.latchkey.store).await?;
    let label = |name: &str| {
        let attribute = attributes.iter().find(|attribute| attribute.name == name);
        attribute.map_or_else(|| name.to_owned(), |attribute| attribute.label(desk.lang).to_owned())
    };
    let problem = match refused {
        Some(Refused::Field { field, problem, .. }) if field == "reason" => Some(problem.say(desk.lang)),
        _ => None,
    };
    Ok(Decision {
        case: listed(&row),
        facts: row.facts.split_whitespace().map(label).collect(),
        account_created_at: row.account_created_at,
        expires_at: row.expires_at,
        client_address: row.client_address,
        device: device(&row.user_agent),
        last_sign_in_at: signals.last_sign_in_at,
        sign_ins_from_there: signals.sign_ins_from_there,
        failed_tries: signals.failed_tries,
        earlier_recoveries: signals.earlier_recoveries,
        needs_two: case::needs_two(&settings, &account),
        seconded_by: row.seconded_by,
        decided_by: row.decided_by,
        reason: row.reason,
        may_decide: desk.staff.require_touch(&account).is_ok(),
        typed,
        problem,
    })
}
