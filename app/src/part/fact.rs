//! One thing that a person shows to be recognised, each kind with the control that suits it (R4, security 87, 204).

use crate::part::field::{Field, Labelled, described, invalid};
use crate::part::password::Password;
use crate::view::{FactField, FactKind};
use crate::words::{lang, say};
use leptos::prelude::*;

/// `name` is the input's, and its id.
pub fn fact(field: FactField, name: String, problem: Signal<Option<&'static str>>) -> AnyView {
    let FactField {
        name: fact,
        kind,
        label,
        options,
        format,
    } = field;
    if kind == FactKind::PickList {
        return choice(name, label, problem, options);
    }
    let hint = hint(kind, &format);
    let (inputmode, autocomplete) = match kind {
        FactKind::Email => ("email", "email"),
        FactKind::SocialSecurityNumber | FactKind::Number => ("numeric", "off"),
        FactKind::Date if fact.contains("birth") => ("text", "bday"),
        _ => ("text", "off"),
    };
    // Numbers that others may not read over one's shoulder. Passwords' own autocomplete would have them saved as one.
    if matches!(kind, FactKind::SocialSecurityNumber | FactKind::DriversLicence) {
        let shown = RwSignal::new(false);
        return view! { <Password name label hint problem inputmode autocomplete shown /> }.into_any();
    }
    // A browser's own control knows how dates are written where the visitor lives, and sends them one way.
    let kind = if kind == FactKind::Date { "date" } else { "text" };
    view! { <Field name label hint problem inputmode autocomplete kind /> }.into_any()
}

fn hint(kind: FactKind, format: &str) -> String {
    let lang = lang();
    match kind {
        FactKind::Email => say!(lang, recovery_pages.email_hint).to_owned(),
        FactKind::SocialSecurityNumber => say!(lang, recovery_pages.social_hint).to_owned(),
        FactKind::DriversLicence => say!(lang, recovery_pages.licence_hint).to_owned(),
        _ if format.is_empty() => String::new(),
        _ => say!(lang, recovery_pages.format_hint, format = format),
    }
}

/// One of a list. It begins with none of them, so that nobody sends the first by accident.
fn choice(name: String, label: String, problem: Signal<Option<&'static str>>, options: Vec<String>) -> AnyView {
    let described = described(&name, false, problem);
    let options = options
        .into_iter()
        .map(|option| {
            let value = option.clone();
            view! { <option value=value>{option}</option> }
        })
        .collect_view();
    view! {
        <Labelled name=name.clone() label hint=String::new() problem>
            <select id=name.clone() name=name aria-required="true" aria-invalid=invalid(problem) aria-describedby=described>
                <option value="">{say!(lang(), recovery_pages.choose_one)}</option>
                {options}
            </select>
        </Labelled>
    }
    .into_any()
}
