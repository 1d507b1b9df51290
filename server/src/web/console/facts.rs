//! What may be asked of people, in the console: list, define, change, remove.

use super::desk::{self, AtDesk};
use crate::fact::Attribute;
use crate::fact::attribute::{define, list, remove as remove_attribute};
use crate::refused::Refused;
use crate::staff::Permission;
use app::admin::facts::{self as pages, Fact, Fields};
use app::admin::frame::{Section, Sheet, Told};
use app::outcome::Refusal;
use app::phrase;
use app::view::FactKind;
use app::words::Locale;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
}

impl Asked {
    fn told(&self, desk: &AtDesk) -> Option<Told> {
        let text = pages::done(desk.lang, self.done.as_deref()?)?;
        Some(Told::Done(text.to_owned()))
    }
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let fresh = Fields {
        labels: labels(None),
        kind: FactKind::ShortText.code().to_owned(),
        proves: true,
        ..Fields::default()
    };
    page(&desk, asked.told(&desk), &fresh, None).await
}

pub async fn add(desk: AtDesk, Form(posted): Form<Vec<(String, String)>>) -> Response {
    let posted = Posted(posted);
    let name = posted.text("name").to_owned();
    let attribute = posted.attribute(name);
    let saved = match existing(&desk, &attribute.name).await {
        // Else a new one would silently change the one of that name.
        Ok(Some(_)) => Err(Refused::conflict("name", phrase!(problem.exists))),
        Ok(None) => define(&desk.latchkey, &desk.staff, &attribute).await,
        Err(refused) => Err(refused),
    };
    match saved {
        Ok(()) => desk::back("/admin/facts", "saved"),
        Err(refused) => {
            page(
                &desk,
                None,
                &posted.fields(&attribute, &refused, desk.lang),
                Some(&refused),
            )
            .await
        }
    }
}

async fn page(desk: &AtDesk, told: Option<Told>, fields: &Fields, refused: Option<&Refused>) -> Response {
    let facts = match listed(desk).await {
        Ok(facts) => facts,
        Err(missing) => return desk.refuse(Section::Settings, refused.unwrap_or(&missing)),
    };
    let may_change = desk.staff.may(Permission::ChangeSettings);
    let title = pages::title(desk.lang);
    sheet(desk, title.to_owned(), told, refused, |lang| {
        pages::page(lang, facts, Some(fields).filter(|_| may_change))
    })
}

fn sheet(
    desk: &AtDesk,
    title: String,
    told: Option<Told>,
    refused: Option<&Refused>,
    content: impl FnOnce(Locale) -> leptos::prelude::AnyView,
) -> Response {
    let sheet = Sheet {
        here: Section::Settings,
        title,
        told: refused.map(|refused| Told::Problem(desk.words(refused))).or(told),
        again: None,
    };
    desk.sheet(refused.map_or(StatusCode::OK, desk::status), sheet, content)
}

async fn listed(desk: &AtDesk) -> Result<Vec<Fact>, Refused> {
    let asked = desk.latchkey.settings().await?.recovery.facts.clone();
    let all = list(&desk.latchkey, &desk.staff).await?.into_iter();
    let facts = all.map(|attribute| Fact {
        label: attribute.label(desk.lang).to_owned(),
        asked: asked.contains(&attribute.name),
        kind: attribute.kind,
        format: attribute.format,
        proves: attribute.proves,
        locates: attribute.locates,
        name: attribute.name,
    });
    Ok(facts.collect())
}

/// One that was defined here.
async fn existing(desk: &AtDesk, name: &str) -> Result<Option<Attribute>, Refused> {
    let all = list(&desk.latchkey, &desk.staff).await?;
    Ok(all
        .into_iter()
        .find(|attribute| attribute.name == name && !attribute.is_built_in()))
}

pub async fn show(desk: AtDesk, Path(name): Path<String>, Query(asked): Query<Asked>) -> Response {
    let told = asked.told(&desk);
    match existing(&desk, &name).await {
        Ok(Some(attribute)) => one(&desk, told, &stored(&attribute), None),
        Ok(None) => desk.refuse(Section::Settings, &Refusal::NotFound.into()),
        Err(refused) => desk.refuse(Section::Settings, &refused),
    }
}

pub async fn save(desk: AtDesk, Path(name): Path<String>, Form(posted): Form<Vec<(String, String)>>) -> Response {
    let posted = Posted(posted);
    let attribute = posted.attribute(name.clone());
    let saved = match existing(&desk, &name).await {
        Ok(Some(_)) => define(&desk.latchkey, &desk.staff, &attribute).await,
        Ok(None) => return desk.refuse(Section::Settings, &Refusal::NotFound.into()),
        Err(refused) => Err(refused),
    };
    match saved {
        Ok(()) => desk::back(&format!("/admin/facts/{name}"), "saved"),
        Err(refused) if refused.refusal() == Refusal::Forbidden => desk.refuse(Section::Settings, &refused),
        Err(refused) => one(
            &desk,
            None,
            &posted.fields(&attribute, &refused, desk.lang),
            Some(&refused),
        ),
    }
}

pub async fn remove(desk: AtDesk, Path(name): Path<String>) -> Response {
    match remove_attribute(&desk.latchkey, &desk.staff, &name).await {
        Ok(()) => desk::back("/admin/facts", "removed"),
        Err(refused) => desk.refuse(Section::Settings, &refused),
    }
}

fn one(desk: &AtDesk, told: Option<Told>, fields: &Fields, refused: Option<&Refused>) -> Response {
    sheet(desk, fields.name.clone(), told, refused, |lang| {
        pages::one(lang, fields)
    })
}

fn stored(attribute: &Attribute) -> Fields {
    Fields {
        name: attribute.name.clone(),
        labels: labels(Some(attribute)),
        kind: attribute.kind.code().to_owned(),
        options: attribute.options.join("\n"),
        format: attribute.format.clone(),
        proves: attribute.proves,
        locates: attribute.locates,
        problem: None,
    }
}

/// One field for each language there are pages in.
fn labels(attribute: Option<&Attribute>) -> Vec<(String, String)> {
    let label = |language: &String| attribute.and_then(|attribute| attribute.labels.get(language));
    Locale::ALL
        .iter()
        .map(ToString::to_string)
        .map(|language| (language.clone(), label(&language).cloned().unwrap_or_default()))
        .collect()
}

/// The form as it was posted.
struct Posted(Vec<(String, String)>);

impl Posted {
    fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }

    fn attribute(&self, name: String) -> Attribute {
        let labels = self.0.iter().filter_map(|(field, label)| {
            let language = field.strip_prefix("label.")?;
            let label = label.trim();
            (!label.is_empty()).then(|| (language.to_owned(), label.to_owned()))
        });
        let options = self.text("options").lines().map(str::trim);
        Attribute {
            name,
            // What is none of ours is refused like a built-in kind.
            kind: FactKind::from_code(self.text("kind")).unwrap_or(FactKind::Email),
            labels: labels.collect(),
            options: options.filter(|option| !option.is_empty()).map(str::to_owned).collect(),
            format: self.text("format").to_owned(),
            proves: self.text("proves") == "true",
            locates: self.text("locates") == "true",
        }
    }

    /// The same form again, with what is wrong.
    fn fields(&self, attribute: &Attribute, refused: &Refused, lang: Locale) -> Fields {
        Fields {
            problem: match refused {
                Refused::Field { field, problem, .. } => Some((field.clone(), problem.say(lang))),
                _ => None,
            },
            kind: self.text("kind").to_owned(),
            ..stored(attribute)
        }
    }
}
