//! Old templates in the console: paste, look, put in force.

use super::super::desk::{self, AtDesk};
use super::shown;
use crate::mail::template::import::{Report, Wanted, import, items};
use crate::refused::Refused;
use crate::settings::declaration;
use crate::staff::Permission;
use app::admin::frame::{Section, Sheet, Told};
use app::admin::template_import::{self as pages, Form as Fields, Item};
use app::outcome::Refusal;
use app::words::Locale;
use axum::Form;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// The form as it was posted.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Posted {
    items: String,
    language: String,
    apply: String,
    current_password: String,
}

pub async fn form(desk: AtDesk) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ChangeMail) {
        return desk.refuse(Section::Templates, &refused);
    }
    page(&desk, &Posted::default(), None, None)
}

pub async fn run(desk: AtDesk, Form(posted): Form<Posted>) -> Response {
    let old = items(&posted.items.replace("\r\n", "\n"));
    let asked = |apply| Wanted {
        language: language(&desk, &posted),
        apply,
        current_password: Some(posted.current_password.as_str()).filter(|password| !password.is_empty()),
    };
    let seen = match import(&desk.latchkey, &desk.staff, &old, &asked(false)).await {
        Ok(report) => report,
        Err(refused) => return desk.refuse(Section::Templates, &refused),
    };
    if posted.apply != "true" {
        return page(&desk, &posted, Some(seen), None);
    }
    match import(&desk.latchkey, &desk.staff, &old, &asked(true)).await {
        Ok(_) => desk::back("/admin/mail-templates", "imported"),
        Err(refused) => page(&desk, &posted, Some(seen), Some(&refused)),
    }
}

fn language(desk: &AtDesk, posted: &Posted) -> Locale {
    Locale::of_code(&posted.language).unwrap_or(desk.lang)
}

fn page(desk: &AtDesk, posted: &Posted, report: Option<Report>, refused: Option<&Refused>) -> Response {
    let sheet = Sheet {
        here: Section::Templates,
        title: pages::title(desk.lang).to_owned(),
        told: refused.map(|refused| Told::Problem(desk.words(refused))),
        again: None,
    };
    let password_problem = refused.and_then(|refused| match refused.refusal() {
        refusal @ (Refusal::ConfirmationNeeded | Refusal::CurrentPasswordWrong) => {
            Some(app::words::refusal_text(desk.lang, refusal).to_owned())
        }
        _ => None,
    });
    let fields = Fields {
        items: posted.items.clone(),
        language: language(desk, posted),
        password_problem,
    };
    let report = report.map(in_words);
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::page(lang, fields, report))
}

fn in_words(report: Report) -> pages::Report {
    let ready = report.problems.is_empty() && (report.template.is_some() || !report.settings.is_empty());
    let settings = report.settings.iter().flat_map(|(group, names)| {
        let names = names.as_object().into_iter().flatten();
        names.map(move |(name, value)| format!("{group}.{name} = {value}"))
    });
    let asked = |name: &str| declaration(name).is_ok_and(|declared| declared.guarded);
    let mut names = report.settings.iter().flat_map(|(group, names)| {
        let names = names.as_object().into_iter().flatten();
        names.map(move |(name, _)| format!("{group}.{name}"))
    });
    pages::Report {
        guarded: names.any(|name| asked(&name)),
        settings: settings.collect(),
        items: report
            .items
            .into_iter()
            .map(|item| Item {
                name: item.name,
                outcome: item.outcome.as_str(),
                becomes: item.becomes,
                notes: item.notes,
            })
            .collect(),
        template: report.template.map(|source| [source.subject, source.text, source.html]),
        problems: report.problems.into_iter().map(shown).collect(),
        ready,
    }
}
