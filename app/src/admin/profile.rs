//! The persons behind an account: as its page shows them, and as its form asks for them.

use super::part::Row;
use crate::words::{Locale, say};
use leptos::prelude::*;

/// Every field by its name in REST, in the order in which they are asked for. Empty is not known.
pub type Profile = Vec<(&'static str, String)>;

/// Fields of the second person begin with this.
const SPOUSE: &str = "spouse_";

fn label(lang: Locale, field: &str) -> &'static str {
    match field {
        "title" => say!(lang, admin_profile.title),
        "given_name" => say!(lang, admin_profile.given_name),
        "preferred_name" => say!(lang, admin_profile.preferred_name),
        "surname" => say!(lang, admin_profile.surname),
        "mobile_phone" => say!(lang, admin_profile.mobile_phone),
        "spouse_id" => say!(lang, admin_profile.spouse_id),
        "spouse_title" => say!(lang, admin_profile.spouse_title),
        "spouse_given_name" => say!(lang, admin_profile.spouse_given_name),
        "spouse_preferred_name" => say!(lang, admin_profile.spouse_preferred_name),
        "spouse_surname" => say!(lang, admin_profile.spouse_surname),
        "spouse_email" => say!(lang, admin_profile.spouse_email),
        _ => say!(lang, admin_profile.spouse_mobile_phone),
    }
}

/// What is known, as rows of a list of facts.
pub fn shown(lang: Locale, profile: &Profile) -> AnyView {
    let known = profile.iter().filter(|(_, value)| !value.is_empty());
    known
        .map(|(field, value)| {
            let value = value.clone();
            view! { <dt>{label(lang, field)}</dt><dd><bdi>{value}</bdi></dd> }
        })
        .collect_view()
        .into_any()
}

/// All fields, the spouse's apart. Each part is folded unless something is known of it or wrong with it.
pub fn inputs(lang: Locale, profile: &Profile, problem: Option<&(String, String)>) -> AnyView {
    let (spouse, own): (Vec<_>, Vec<_>) = profile.iter().partition(|(field, _)| field.starts_with(SPOUSE));
    let part = |heading: &'static str, help: &'static str, fields: Vec<&(&'static str, String)>| {
        let wrong = |field: &str| {
            problem
                .filter(|(name, _)| name == field)
                .map(|(_, problem)| problem.clone())
        };
        let open = fields
            .iter()
            .any(|(field, value)| !value.is_empty() || wrong(field).is_some());
        let inputs = fields
            .into_iter()
            .map(|(field, value)| input(lang, field, value.clone(), wrong(field)));
        view! {
            <details class="fold" open=open>
                <summary>{heading}</summary>
                <p class="hint">{help}</p>
                {inputs.collect_view()}
            </details>
        }
    };
    view! {
        {part(say!(lang, admin_profile.person), say!(lang, admin_profile.person_help), own)}
        {part(say!(lang, admin_profile.spouse), say!(lang, admin_profile.spouse_help), spouse)}
    }
    .into_any()
}

fn input(lang: Locale, field: &'static str, value: String, problem: Option<String>) -> AnyView {
    let row = Row {
        id: field,
        label: label(lang, field).to_owned(),
        help: String::new(),
        problem,
    };
    let kind = match field {
        "spouse_email" => "email",
        "mobile_phone" | "spouse_mobile_phone" => "tel",
        _ => "text",
    };
    row.input(kind, value, "off")
}
