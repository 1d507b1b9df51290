//! API keys in the console.

use super::desk::{self, AtDesk};
use super::listing::{self, PAGE};
use crate::refused::Refused;
use crate::staff::{Scope, key};
use crate::store::{After, ApiKeyRow};
use app::admin::frame::{Section, Sheet, Told};
use app::admin::keys::{self as pages, Form, Key, Keys};
use app::outcome::Refusal;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
    cursor: Option<String>,
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let told = (asked.done.as_deref() == Some("removed")).then(|| Told::Done(pages::removed(desk.lang).to_owned()));
    page(&desk, &asked, told, Form::default(), None, None).await
}

/// Makes a key, and shows it on this very page: it must not travel in an address.
pub async fn add(desk: AtDesk, axum::Form(fields): axum::Form<Vec<(String, String)>>) -> Response {
    let field = |name: &str| {
        fields
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    };
    let named = fields.iter().filter(|(name, _)| name == "scope");
    let scopes: Vec<Scope> = named.filter_map(|(_, value)| value.parse().ok()).collect();
    let name = field("name").unwrap_or_default();
    let made = key::add(&desk.latchkey, &desk.staff, name, &scopes, field("current_password")).await;
    match made {
        Ok(made) => page(&desk, &Asked::default(), None, Form::default(), Some(made.key), None).await,
        Err(refused) => {
            let mut form = Form {
                name: name.to_owned(),
                ..Form::default()
            };
            form.scopes = chosen(&scopes);
            match &refused {
                Refused::Field { field, problem, .. } if field == "name" => {
                    form.name_problem = Some(problem.say(desk.lang));
                }
                Refused::Field { field, problem, .. } if field == "scopes" => {
                    form.scopes_problem = Some(problem.say(desk.lang));
                }
                other
                    if matches!(
                        other.refusal(),
                        Refusal::ConfirmationNeeded | Refusal::CurrentPasswordWrong
                    ) =>
                {
                    form.password_problem = Some(desk.words(&refused));
                }
                _ => {}
            }
            let told = Some(Told::Problem(desk.words(&refused)));
            page(&desk, &Asked::default(), told, form, None, Some(&refused)).await
        }
    }
}

pub async fn remove(desk: AtDesk, Path(id): Path<String>) -> Response {
    match key::remove(&desk.latchkey, &desk.staff, &id).await {
        Ok(()) => desk::back("/admin/keys", "removed"),
        Err(refused) => desk.refuse(Section::Keys, &refused),
    }
}

fn chosen(scopes: &[Scope]) -> Vec<(&'static str, bool)> {
    let all = Scope::ALL.iter();
    all.map(|scope| (scope.as_str(), scopes.contains(scope))).collect()
}

async fn page(
    desk: &AtDesk,
    asked: &Asked,
    told: Option<Told>,
    mut form: Form,
    made: Option<String>,
    refused: Option<&Refused>,
) -> Response {
    if form.scopes.is_empty() {
        form.scopes = chosen(&[]);
    }
    let (keys, next) = match list(desk, asked).await {
        Ok(listed) => listed,
        Err(refused) => return desk.refuse(Section::Keys, &refused),
    };
    let sheet = Sheet {
        here: Section::Keys,
        title: Section::Keys.name(desk.lang).to_owned(),
        told,
        again: None,
    };
    let page = Keys { keys, next, form, made };
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::page(lang, page))
}

async fn list(desk: &AtDesk, asked: &Asked) -> Result<(Vec<Key>, Option<String>), Refused> {
    let after = crate::api::after(asked.cursor.as_deref())?;
    let mut rows = key::list(&desk.latchkey, &desk.staff, &after, PAGE + 1).await?;
    let place = |row: &ApiKeyRow| After {
        at: row.created_at,
        id: row.id.clone(),
    };
    let next = listing::next(&mut rows, place, "/admin/keys", &[]);
    let keys = rows.into_iter().map(|row| Key {
        id: row.id,
        name: row.name,
        scopes: row.scopes,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    });
    Ok((keys.collect(), next))
}
