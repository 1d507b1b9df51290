//! API keys.

use super::part::{self, Row, own_password, press, when};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// A key as listed.
pub struct Key {
    pub id: String,
    pub name: String,
    pub scopes: String,
    pub created_at: i64,
    /// 0 for never.
    pub last_used_at: i64,
}

/// What was typed into the form, and what is wrong with it.
#[derive(Default)]
pub struct Form {
    pub name: String,
    pub name_problem: Option<String>,
    /// Every scope, and whether it is chosen.
    pub scopes: Vec<(&'static str, bool)>,
    pub scopes_problem: Option<String>,
    pub password_problem: Option<String>,
}

pub struct Keys {
    pub keys: Vec<Key>,
    /// The next page.
    pub next: Option<String>,
    pub form: Form,
    /// A key just made; shown this once.
    pub made: Option<String>,
}

pub fn page(lang: Locale, page: Keys) -> AnyView {
    let made = page.made.map(|key| {
        view! {
            <section class="panel made" aria-labelledby="made">
                <h2 id="made">{say!(lang, admin_keys.made)}</h2>
                <p>{say!(lang, admin_keys.made_lead)}</p>
                <p><code class="secret">{key}</code></p>
            </section>
        }
    });
    view! {
        <p>{say!(lang, admin_keys.lead)}</p>
        {made}
        {list(lang, page.keys)}
        {part::more(lang, page.next)}
        {form(lang, page.form)}
    }
    .into_any()
}

fn list(lang: Locale, keys: Vec<Key>) -> AnyView {
    if keys.is_empty() {
        return part::nothing(say!(lang, admin_keys.none));
    }
    let heads = [
        say!(lang, admin_keys.name),
        say!(lang, admin_keys.scopes),
        say!(lang, admin_keys.created),
        say!(lang, admin_keys.used),
        say!(lang, admin_keys.action),
    ];
    let rows = keys.into_iter().map(|key| {
        let action = format!("/admin/keys/{}/remove", key.id);
        let label = say!(lang, admin_keys.remove_named, name = key.name.clone());
        let scopes = key
            .scopes
            .split(' ')
            .map(|scope| view! { <code>{scope.to_owned()}</code> " " })
            .collect_view();
        view! {
            <tr>
                <th scope="row">{key.name}</th>
                <td>{scopes}</td>
                <td>{when(key.created_at)}</td>
                <td>{when(key.last_used_at)}</td>
                <td>{press(action, label, "small danger", Vec::new())}</td>
            </tr>
        }
        .into_any()
    });
    part::table(say!(lang, admin.keys), &heads, rows.collect())
}

fn form(lang: Locale, form: Form) -> AnyView {
    let name = Row {
        id: "name",
        label: say!(lang, admin_keys.name).to_owned(),
        help: say!(lang, admin_keys.name_help).to_owned(),
        problem: form.name_problem,
    };
    let scopes = form.scopes.into_iter().map(|(scope, chosen)| {
        let id = format!("scope-{scope}");
        view! {
            <p class="check">
                <input type="checkbox" id=id.clone() name="scope" value=scope checked=chosen />
                <label for=id><code>{scope}</code></label>
            </p>
        }
    });
    let scopes = scopes.collect_view();
    let problem = form.scopes_problem;
    let described = problem.is_some().then_some("scopes-problem");
    view! {
        <form class="panel" method="post" action="/admin/keys" aria-labelledby="new-key">
            <h2 id="new-key">{say!(lang, admin_keys.make)}</h2>
            {name.input("text", form.name, "off")}
            <fieldset aria-describedby=described>
                <legend>{say!(lang, admin_keys.scopes)}</legend>
                {problem.map(|problem| view! { <p class="field-problem" id="scopes-problem">{problem}</p> })}
                {scopes}
            </fieldset>
            {own_password(lang, form.password_problem)}
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_keys.make)}</button></div>
        </form>
    }
    .into_any()
}

/// What a page says after a removal.
pub fn removed(lang: Locale) -> &'static str {
    say!(lang, admin_keys.removed)
}
