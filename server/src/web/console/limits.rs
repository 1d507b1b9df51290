//! The limits in the console: what is allowed, what is used, and letting somebody in again.

use super::desk::{self, AtDesk};
use crate::guard::limits::counters::{counters, release};
use crate::guard::limits::table::{BUDGETS, Subject};
use crate::refused::Refused;
use crate::settings::change::change;
use crate::staff::Permission;
use app::admin::frame::{Section, Sheet, Told};
use app::admin::limits::{self as pages, Budget, By, Counter, Limits};
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
}

type Fields = Vec<(String, String)>;

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let told = match asked.done.as_deref() {
        Some("saved") => Some(Told::Done(pages::saved(desk.lang).to_owned())),
        Some("released") => Some(Told::Done(pages::released(desk.lang).to_owned())),
        _ => None,
    };
    page(&desk, told, &Vec::new(), None).await
}

/// Stores what differs from what is delivered.
pub async fn save(desk: AtDesk, Form(fields): Form<Fields>) -> Response {
    match store(&desk, &fields).await {
        Ok(()) => desk::back("/admin/limits", "saved"),
        Err(refused) => page(&desk, None, &fields, Some(&refused)).await,
    }
}

async fn store(desk: &AtDesk, fields: &Fields) -> Result<(), Refused> {
    let mut budgets = Map::new();
    for budget in BUDGETS {
        if let Some((_, typed)) = fields.iter().find(|(name, _)| name == budget.name) {
            let typed = typed.trim();
            let value = typed.parse::<i64>().map_or_else(|_| typed.into(), Value::from);
            if value != json!(budget.allowed) {
                budgets.insert(budget.name.to_owned(), value);
            }
        }
    }
    let patch = json!({ "limits": { "budgets": budgets } });
    change(
        &desk.latchkey,
        &desk.staff,
        patch.as_object().unwrap_or(&Map::new()),
        None,
    )
    .await
}

pub async fn give_back(desk: AtDesk, Path(id): Path<String>) -> Response {
    match release(&desk.latchkey, &desk.staff, &id).await {
        Ok(()) => desk::back("/admin/limits", "released"),
        Err(refused) => desk.refuse(Section::Limits, &refused),
    }
}

async fn page(desk: &AtDesk, told: Option<Told>, typed: &Fields, refused: Option<&Refused>) -> Response {
    let limits = match content(desk, typed).await {
        Ok(limits) => limits,
        Err(refused) => return desk.refuse(Section::Limits, &refused),
    };
    let sheet = Sheet {
        here: Section::Limits,
        title: Section::Limits.name(desk.lang).to_owned(),
        told: refused.map(|refused| Told::Problem(desk.words(refused))).or(told),
        again: None,
    };
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::page(lang, limits))
}

async fn content(desk: &AtDesk, typed: &Fields) -> Result<Limits, Refused> {
    desk.staff.require(Permission::ReadSettings)?;
    let limits = desk.latchkey.settings().await?.limits.clone();
    let budgets = BUDGETS.into_iter().map(|budget| {
        let allowed = limits.of(budget).allowed.to_string();
        let typed = typed.iter().find(|(name, _)| name == budget.name);
        Budget {
            name: budget.name,
            by: by(budget.by),
            value: typed.map_or(allowed, |(_, typed)| typed.clone()),
            least: budget.least,
            most: budget.most,
            default: budget.allowed,
            window: budget.window,
        }
    });
    let used = counters(&desk.latchkey, &desk.staff).await?;
    Ok(Limits {
        on: limits.enabled,
        pinned: desk.latchkey.pinned.get("limits.budgets").is_some(),
        budgets: budgets.collect(),
        counters: used
            .into_iter()
            .map(|counter| Counter {
                used_up: counter.is_used_up(),
                id: counter.id,
                budget: counter.budget.name,
                by: by(counter.budget.by),
                subject: counter.subject,
                used: counter.used,
                allowed: counter.budget.allowed,
                until: counter.until,
            })
            .collect(),
    })
}

const fn by(subject: Subject) -> By {
    match subject {
        Subject::Client => By::Client,
        Subject::Account => By::Account,
        Subject::Name => By::Name,
        Subject::ClientAndName => By::ClientAndName,
        Subject::Address => By::Address,
        Subject::Staff => By::Staff,
        Subject::Everybody => By::Everybody,
    }
}
