//! Settings: all groups, one group, the mail server. Made from the settings' declarations, which the server hands over as plain
//! values; what a secret is, no page ever learns.

mod field;
mod mail;

pub use field::{Check, Control, Field};
pub use mail::{Found, How, Preset, Server, Tested, dns, server_in_words, test, test_mail};

use super::part::{Mood, own_password, tag};
use super::setting_words::{group_words, setting_words};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// Something without which there is no reset, and where to settle it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    pub text: String,
    /// What the field is called.
    pub setting: String,
    /// The field on its page.
    pub href: String,
}

/// Why a reset is not possible yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    SwitchedOff,
    LinkLifetime,
    PublicUrl,
    SenderAddress,
    MailServer,
}

impl ToDo {
    /// For what is missing, and the name of the setting that fixes it.
    #[must_use]
    pub fn new(lang: Locale, lack: Lack, setting: &str) -> Self {
        let text = match lack {
            Lack::SwitchedOff => say!(lang, admin_settings.missing_switched_off),
            Lack::LinkLifetime => say!(lang, admin_settings.missing_lifetime),
            Lack::PublicUrl => say!(lang, admin_settings.missing_public_url),
            Lack::SenderAddress => say!(lang, admin_settings.missing_sender),
            Lack::MailServer => say!(lang, admin_settings.missing_mail_server),
        };
        let group = setting.split('.').next().unwrap_or_default();
        Self {
            text: text.to_owned(),
            setting: setting_words(lang, setting).label.to_owned(),
            href: format!("/admin/settings/{group}#{setting}"),
        }
    }
}

/// The panel with everything that is missing; nothing where nothing is.
pub fn to_do(lang: Locale, todos: Vec<ToDo>) -> AnyView {
    if todos.is_empty() {
        return ().into_any();
    }
    let items = todos.into_iter().map(|todo| {
        view! {
            <li>
                <span>{todo.text}</span>
                <a class="button small" href=todo.href>{say!(lang, admin_settings.fix, setting = todo.setting)}</a>
            </li>
        }
    });
    view! {
        <section class="panel missing" aria-labelledby="missing">
            <h2 id="missing">{say!(lang, admin_settings.missing)}</h2>
            <p>{say!(lang, admin_settings.missing_lead)}</p>
            <ul>{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// A group on the first page.
pub struct Card {
    pub group: &'static str,
    /// Labels and values of what is not as delivered.
    pub changed: Vec<(&'static str, String)>,
}

/// All groups.
pub fn index(lang: Locale, todos: Vec<ToDo>, cards: Vec<Card>) -> AnyView {
    let complete = todos
        .is_empty()
        .then(|| view! { <p>{tag(Mood::Good, say!(lang, admin_settings.all_there))}</p> });
    view! {
        {to_do(lang, todos)}
        {complete}
        <div class="panels">{cards.into_iter().map(|card| self::card(lang, card)).collect_view()}</div>
    }
    .into_any()
}

fn card(lang: Locale, card: Card) -> AnyView {
    let words = group_words(lang, card.group);
    let count = match card.changed.len() {
        0 => say!(lang, admin_settings.all_default).to_owned(),
        count => say!(lang, admin_settings.changed_count, count = count),
    };
    let facts = card
        .changed
        .into_iter()
        .map(|(label, value)| view! { <dt>{label}</dt><dd>{value}</dd> })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby=format!("group-{}", card.group)>
            <h2 id=format!("group-{}", card.group)>{words.label}</h2>
            <p>{words.help}</p>
            <p class="hint">{count}</p>
            <dl class="facts">{facts}</dl>
            <p>
                <a class="button small" href=format!("/admin/settings/{}", card.group)>
                    {say!(lang, admin_settings.open)} <span class="aside-text">": " {words.label}</span>
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// The form of one group.
pub struct Form {
    pub group: &'static str,
    pub fields: Vec<Field>,
    /// Some of it asks for the person's own password.
    pub guarded: bool,
    pub password_problem: Option<String>,
}

/// One group.
pub fn group(lang: Locale, form: Form) -> AnyView {
    let action = format!("/admin/settings/{}", form.group);
    let help = group_words(lang, form.group).help;
    let guarded = form.guarded.then(|| {
        view! {
            <p class="hint">{say!(lang, admin_settings.guarded)}</p>
            {own_password(lang, form.password_problem)}
        }
    });
    let fields = form
        .fields
        .into_iter()
        .map(|field| field::field(lang, field))
        .collect_view();
    view! {
        <p><a href="/admin/settings">{say!(lang, admin_settings.back)}</a></p>
        <p>{help}</p>
        <form class="panel" method="post" action=action>
            {fields}
            {guarded}
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_settings.save)}</button></div>
        </form>
    }
    .into_any()
}

/// Of a secret, where others show their value.
#[must_use]
pub fn secret_in_words(lang: Locale, set: bool) -> &'static str {
    if set {
        say!(lang, admin_settings.secret_is_set)
    } else {
        nothing(lang)
    }
}

/// Words of the console for what the server composes.
#[must_use]
pub fn saved(lang: Locale) -> &'static str {
    say!(lang, admin_settings.saved)
}

/// How a value is told that is empty.
#[must_use]
pub fn nothing(lang: Locale) -> &'static str {
    say!(lang, admin_settings.nothing)
}

/// How a switch stands.
#[must_use]
pub fn on_off(lang: Locale, on: bool) -> &'static str {
    if on {
        say!(lang, admin_settings.on)
    } else {
        say!(lang, admin_settings.off)
    }
}
