//! One account in the console: help its owner, change it, remove it.

use super::accounts::{Posted, at_field, choice, shown};
use super::desk::{self, AtDesk};
use super::{listing, requests};
use crate::account::change::{Change, NewAddress, change};
use crate::account::remove::remove as remove_account;
use crate::account::search::{self, sessions};
use crate::account::sessions::end_all;
use crate::fact::attribute::is_stored;
use crate::fact::file;
use crate::guard::visitor::device;
use crate::recovery::lock::unlock;
use crate::refused::Refused;
use crate::reset::start::start;
use crate::staff::Permission;
use app::admin::account::{self as pages, Fact, Page, Recovery, Session};
use app::admin::accounts::Fields;
use app::admin::frame::{Section, Sheet, Told};
use app::phrase;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
    /// Of the reset just started.
    receipt: Option<String>,
}

/// What a form came to that did not work.
#[derive(Default)]
struct Failed {
    refused: Option<Refused>,
    fields: Option<Fields>,
    removal_problem: Option<String>,
    /// Name of a fact, and what is wrong with what was typed for it.
    fact_problem: Option<(String, String)>,
}

pub async fn show(desk: AtDesk, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let receipt = asked
        .receipt
        .and_then(|text| crate::reset::receipt::typed_receipt(&text));
    let told = match (asked.done.as_deref(), receipt) {
        (Some("reset"), Some(receipt)) => Some(pages::reset_started(desk.lang, &receipt)),
        (Some(code), _) => pages::done(desk.lang, code),
        (None, _) => None,
    };
    page(&desk, &id, told.map(Told::Done), Failed::default()).await
}

pub async fn save(desk: AtDesk, Path(id): Path<String>, posted: Result<Form<Posted>, FormRejection>) -> Response {
    let Ok(Form(posted)) = posted else {
        let refused = desk.staff.require(Permission::ChangeAccounts).err();
        return desk.refuse(Section::Accounts, &refused.unwrap_or_else(incomplete));
    };
    match save_posted(&desk, &id, &posted).await {
        Ok(()) => desk::back(&format!("/admin/accounts/{id}"), "saved"),
        Err(refused) => {
            let failed = Failed {
                fields: Some(posted.fields(at_field(&desk, &refused))),
                refused: Some(refused),
                ..Failed::default()
            };
            page(&desk, &id, None, failed).await
        }
    }
}

fn incomplete() -> Refused {
    Refused::invalid("", phrase!(problem.form_incomplete))
}

async fn save_posted(desk: &AtDesk, id: &str, posted: &Posted) -> Result<(), Refused> {
    desk.staff.require(Permission::ChangeAccounts)?;
    let wanted = Change {
        login_name: Some(posted.login_name.trim().to_owned()),
        email: listing::given(&posted.email).map_or(NewAddress::Remove, NewAddress::Set),
        name: Some(posted.name.trim().to_owned()),
        profile: posted.profile.clone().into(),
        kind: Some(choice("kind", &posted.kind)?),
        sign_in: Some(choice("sign_in", &posted.sign_in)?),
        status: Some(choice("status", &posted.status)?),
        role: Some(choice("role", &posted.role)?),
        locale: Some(posted.locale.trim().to_owned()),
    };
    change(&desk.latchkey, &desk.staff, id, &wanted, posted.password()).await?;
    Ok(())
}

/// Mails the owner a link.
pub async fn start_reset(desk: AtDesk, Path(id): Path<String>) -> Response {
    match start(&desk.latchkey, &desk.staff, &id).await {
        Ok(receipt) => Redirect::to(&format!("/admin/accounts/{id}?done=reset&receipt={receipt}")).into_response(),
        Err(refused) => page(&desk, &id, None, because(refused)).await,
    }
}

pub async fn end_sessions(desk: AtDesk, Path(id): Path<String>) -> Response {
    match end_all(&desk.latchkey, &desk.staff, &id).await {
        Ok(_) => desk::back(&format!("/admin/accounts/{id}"), "sessions_ended"),
        Err(refused) => page(&desk, &id, None, because(refused)).await,
    }
}

/// A fact of the owner's, as it was posted.
#[derive(Default, Deserialize)]
pub struct PostedFact {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: String,
}

pub async fn set_fact(
    desk: AtDesk,
    Path(id): Path<String>,
    posted: Result<Form<PostedFact>, FormRejection>,
) -> Response {
    let Form(PostedFact { name, value }) = posted.unwrap_or_default();
    match file::set(&desk.latchkey, &desk.staff, &id, &name, &value).await {
        Ok(()) => desk::back(&format!("/admin/accounts/{id}"), "fact_set"),
        Err(refused) => {
            let fact_problem = match &refused {
                Refused::Field { problem, .. } => Some((name, problem.say(desk.lang))),
                _ => None,
            };
            let failed = Failed {
                fact_problem,
                ..because(refused)
            };
            page(&desk, &id, None, failed).await
        }
    }
}

pub async fn remove_fact(
    desk: AtDesk,
    Path(id): Path<String>,
    posted: Result<Form<PostedFact>, FormRejection>,
) -> Response {
    let Form(PostedFact { name, .. }) = posted.unwrap_or_default();
    match file::remove(&desk.latchkey, &desk.staff, &id, &name).await {
        Ok(()) => desk::back(&format!("/admin/accounts/{id}"), "fact_removed"),
        Err(refused) => page(&desk, &id, None, because(refused)).await,
    }
}

pub async fn unlock_recovery(desk: AtDesk, Path(id): Path<String>) -> Response {
    match unlock(&desk.latchkey, &desk.staff, &id).await {
        Ok(()) => desk::back(&format!("/admin/accounts/{id}"), "unlocked"),
        Err(refused) => page(&desk, &id, None, because(refused)).await,
    }
}

/// The form that removes an account.
#[derive(Default, Deserialize)]
pub struct Removal {
    #[serde(default)]
    confirm: String,
}

pub async fn remove(desk: AtDesk, Path(id): Path<String>, posted: Result<Form<Removal>, FormRejection>) -> Response {
    let Form(removal) = posted.unwrap_or_default();
    match remove_confirmed(&desk, &id, &removal.confirm).await {
        Ok(true) => desk::back("/admin/accounts", "removed"),
        Ok(false) => {
            let problem = phrase!(problem.removal_differs);
            let refused = Refused::invalid("", problem.clone());
            let failed = Failed {
                removal_problem: Some(problem.say(desk.lang)),
                ..because(refused)
            };
            page(&desk, &id, None, failed).await
        }
        Err(refused) => page(&desk, &id, None, because(refused)).await,
    }
}

/// False when something else than the login name was typed.
async fn remove_confirmed(desk: &AtDesk, id: &str, typed: &str) -> Result<bool, Refused> {
    desk.staff.require(Permission::ChangeAccounts)?;
    let account = search::show(&desk.latchkey, &desk.staff, id).await?;
    if typed.trim() != account.login_name {
        return Ok(false);
    }
    remove_account(&desk.latchkey, &desk.staff, id).await?;
    Ok(true)
}

fn because(refused: Refused) -> Failed {
    Failed {
        refused: Some(refused),
        ..Failed::default()
    }
}

async fn page(desk: &AtDesk, id: &str, told: Option<Told>, mut failed: Failed) -> Response {
    let refused = failed.refused.take();
    let (title, content) = match content(desk, id, failed).await {
        Ok(content) => content,
        Err(missing) => return desk.refuse(Section::Accounts, &refused.unwrap_or(missing)),
    };
    let refused = refused.as_ref();
    let sheet = Sheet {
        here: Section::Accounts,
        title,
        told: refused.map(|refused| Told::Problem(desk.words(refused))).or(told),
        again: None,
    };
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::page(lang, content))
}

async fn content(desk: &AtDesk, id: &str, failed: Failed) -> Result<(String, Page), Refused> {
    let account = search::show(&desk.latchkey, &desk.staff, id).await?;
    let sessions = sessions(&desk.latchkey, &desk.staff, id).await?;
    let requests = requests::of_account(desk, id).await?;
    let may_touch = desk.staff.require_touch(&account).is_ok();
    let may_change = may_touch && desk.staff.may(Permission::ChangeAccounts);
    let title = account.login_name.clone();
    let recovery = Recovery {
        locked_at: account.recovery_locked_at,
        facts: facts(desk, id).await?,
        may_change,
        problem: failed.fact_problem,
    };
    let account = shown(account);
    let stored = Fields {
        login_name: account.login_name.clone(),
        email: account.email.clone().unwrap_or_default(),
        name: account.name.clone(),
        profile: account.profile.clone(),
        kind: account.kind.to_owned(),
        sign_in: account.sign_in.to_owned(),
        status: account.status.to_owned(),
        role: account.role.to_owned(),
        locale: account.locale.clone(),
        problem: None,
    };
    let page = Page {
        sessions: sessions
            .into_iter()
            .map(|session| Session {
                last_seen_at: session.last_seen_at,
                client_address: session.client_address,
                device: device(&session.user_agent),
            })
            .collect(),
        requests,
        may_touch,
        recovery,
        fields: may_change.then(|| failed.fields.unwrap_or(stored)),
        audit: desk.staff.may(Permission::ReadAudit),
        removal_problem: failed.removal_problem,
        account,
    };
    Ok((title, page))
}

/// What can be on file about the owner, and since when it is.
async fn facts(desk: &AtDesk, id: &str) -> Result<Vec<Fact>, Refused> {
    let on_file = file::on_file(&desk.latchkey, &desk.staff, id).await?.into_iter();
    let stored = on_file.filter(|fact| is_stored(&fact.attribute));
    Ok(stored
        .map(|fact| Fact {
            set_at: fact.set_at.unwrap_or_default(),
            field: fact.attribute.field(desk.lang),
        })
        .collect())
}
