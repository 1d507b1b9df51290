//! One thing that a person shows to be recognised, each kind with the control that suits it (R4, security 87, 204).

use crate::part::field::{Field, Labelled, described, invalid};
use crate::part::password::Password;
use crate::view::{FactField, FactKind};
use crate::words::{lang, say};
use leptos::prelude::*;

#[component]
pub fn Fact(
    field: FactField,
    /// Name of the input, and its id.
    name: String,
    #[prop(into)] problem: Signal<Option<&'static str>>,
) -> impl IntoView {
    let lang = lang();
    let FactField {
        name: fact,
        kind,
        label,
        options,
        format,
    } = field;
    let hint = match kind {
        FactKind::Email => say!(lang, recovery_pages.email_hint).to_owned(),
        FactKind::SocialSecurityNumber => say!(lang, recovery_pages.social_hint).to_owned(),
        FactKind::DriversLicence => say!(lang, recovery_pages.licence_hint).to_owned(),
        _ if format.is_empty() => String::new(),
        _ => say!(lang, recovery_pages.format_hint, format = format),
    };
    match kind {
        FactKind::Email => {
            view! { <Field name label hint problem autocomplete="email" inputmode="email" /> }.into_any()
        }
        FactKind::SocialSecurityNumber => view! { <Secret name label hint problem inputmode="numeric" /> }.into_any(),
        FactKind::DriversLicence => view! { <Secret name label hint problem inputmode="text" /> }.into_any(),
        FactKind::ShortText => view! { <Field name label hint problem autocomplete="off" /> }.into_any(),
        FactKind::Number => {
            view! { <Field name label hint problem autocomplete="off" inputmode="numeric" /> }.into_any()
        }
        // A browser's own control knows how dates are written where the visitor lives, and sends them one way.
        FactKind::Date => {
            let autocomplete = if fact.contains("birth") { "bday" } else { "off" };
            view! { <Field name label hint problem autocomplete kind="date" /> }.into_any()
        }
        FactKind::PickList => view! { <Choice name label problem options /> }.into_any(),
    }
}

/// A number that others may not read over one's shoulder. Passwords' own autocomplete would have it saved as one.
#[component]
fn Secret(
    name: String,
    label: String,
    hint: String,
    problem: Signal<Option<&'static str>>,
    inputmode: &'static str,
) -> impl IntoView {
    view! { <Password name label hint problem inputmode autocomplete="off" shown=RwSignal::new(false) /> }
}

/// One of a list. It begins with none of them, so that nobody sends the first by accident.
#[component]
fn Choice(name: String, label: String, problem: Signal<Option<&'static str>>, options: Vec<String>) -> impl IntoView {
    let lang = lang();
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
                <option value="">{say!(lang, recovery_pages.choose_one)}</option>
                {options}
            </select>
        </Labelled>
    }
}
