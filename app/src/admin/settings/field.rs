//! One setting in a form: whatever kind of value it is, with its words, its default and what was wrong with it.

use super::mail::{self, Server};
use crate::admin::part::Row;
use crate::admin::setting_words::setting_words;
use crate::words::{Locale, say};
use leptos::prelude::*;

/// How a setting is typed in.
pub enum Control {
    /// Values, and what they are called.
    Select(Vec<(String, String)>),
    Number {
        min: i64,
        max: i64,
    },
    /// `text`, `email` or `url`.
    Line(&'static str),
    /// Never shown.
    Secret {
        set: bool,
    },
    /// A list, one entry a line.
    Lines,
    /// Some of these.
    Checks(Vec<Check>),
    /// Languages and the texts in them, each a field of its own.
    Texts(Vec<(String, String)>),
    Server(Box<Server>),
    /// Several lines, never shown; whether there is one.
    SigningKey {
        set: bool,
    },
}

/// One of several that may be chosen together.
pub struct Check {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub chosen: bool,
}

/// A setting in a form.
pub struct Field {
    pub name: &'static str,
    pub control: Control,
    /// As it stands in the field.
    pub value: String,
    pub default: String,
    pub pinned: bool,
    pub problem: Option<String>,
}

/// A setting with its label; as a plain fact where it is pinned.
pub(super) fn field(lang: Locale, field: Field) -> AnyView {
    let words = setting_words(lang, field.name);
    if field.pinned {
        return view! {
            <dl class="facts" id=field.name>
                <dt>{words.label}</dt>
                <dd>
                    <p>{field.value}</p>
                    <p class="hint">{say!(lang, admin_settings.pinned)}</p>
                </dd>
            </dl>
        }
        .into_any();
    }
    let mut help = words.help.to_owned();
    if !field.default.is_empty() {
        help = format!("{help} {}", say!(lang, admin_settings.default, value = field.default));
    }
    let row = Row {
        id: field.name,
        label: words.label.to_owned(),
        help,
        problem: field.problem,
    };
    match field.control {
        Control::Select(options) => row.select(options, &field.value),
        Control::Number { min, max } => number(row, min, max, field.value),
        Control::Line(kind) => row.input(kind, field.value, "off"),
        Control::Secret { set } => {
            let help = format!("{} {}", row.help, secret_help(lang, set));
            Row { help, ..row }.input("password", String::new(), "new-password")
        }
        Control::Lines => {
            let help = format!("{} {}", row.help, say!(lang, admin_settings.one_a_line));
            Row { help, ..row }.area(4, &field.value)
        }
        Control::Checks(checks) => self::checks(row, checks),
        Control::Texts(texts) => self::texts(row, texts),
        Control::Server(server) => mail::server(lang, row, *server),
        Control::SigningKey { set } => signing_key(lang, row, set),
    }
}

fn secret_help(lang: Locale, set: bool) -> &'static str {
    if set {
        say!(lang, admin_settings.secret_kept)
    } else {
        say!(lang, admin_settings.secret_none)
    }
}

fn number(row: Row<'_>, min: i64, max: i64, value: String) -> AnyView {
    let (id, described, invalid) = (row.id.to_owned(), row.described(), row.problem.is_some());
    let control = view! {
        <input
            id=id.clone()
            name=id
            type="number"
            inputmode="numeric"
            min=min.to_string()
            max=max.to_string()
            step="1"
            value=value
            aria-invalid=invalid.then_some("true")
            aria-describedby=described
        />
    };
    row.around(control.into_any())
}

/// Something to put in, and to remove again. What is typed is not shown a second time.
fn signing_key(lang: Locale, row: Row<'_>, set: bool) -> AnyView {
    let remove = format!("{}.remove", row.id);
    let help = if set {
        format!("{} {}", row.help, say!(lang, admin_settings.signing_key_set))
    } else {
        row.help.clone()
    };
    let remove = set.then(|| {
        view! {
            <p class="check">
                <input type="checkbox" id=remove.clone() name=remove.clone() value="1" />
                <label for=remove>{say!(lang, admin_settings.secret_remove)}</label>
            </p>
        }
    });
    view! { {Row { help, ..row }.area(4, "")} {remove} }.into_any()
}

/// Boxes to tick. The empty value says that the form had them, also where none is ticked.
fn checks(row: Row<'_>, checks: Vec<Check>) -> AnyView {
    let name = row.id.to_owned();
    let boxes = checks.into_iter().map(|check| {
        let id = format!("{name}.{}", check.value);
        let hint = format!("{id}-hint");
        view! {
            <p class="check">
                <input
                    type="checkbox"
                    id=id.clone()
                    name=name.clone()
                    value=check.value
                    checked=check.chosen
                    aria-describedby=hint.clone()
                />
                <label for=id>{check.label}</label>
                <span class="hint" id=hint>{check.hint}</span>
            </p>
        }
    });
    let boxes = boxes.collect_view();
    let (described, present) = (row.described(), name.clone());
    view! {
        <fieldset id=name.clone() aria-describedby=described>
            <legend>{row.label}</legend>
            <p class="hint" id=format!("{name}-help")>{row.help}</p>
            {row.problem.map(|problem| view! { <p class="field-problem" id=format!("{name}-problem")>{problem}</p> })}
            <input type="hidden" name=present value="" />
            {boxes}
        </fieldset>
    }
    .into_any()
}

/// A text area for each language, under one heading.
fn texts(row: Row<'_>, texts: Vec<(String, String)>) -> AnyView {
    let name = row.id.to_owned();
    let areas = texts.into_iter().map(|(language, text)| {
        let row = Row {
            id: &format!("{name}.{language}"),
            label: Locale::of_tag(&language).map_or(language.clone(), |own| own.name().to_owned()),
            help: String::new(),
            problem: None,
        };
        row.area(3, &text)
    });
    let areas = areas.collect_view();
    let described = row.described();
    view! {
        <fieldset id=name.clone() aria-describedby=described>
            <legend>{row.label}</legend>
            <p class="hint" id=format!("{name}-help")>{row.help}</p>
            {row.problem.map(|problem| view! { <p class="field-problem" id=format!("{name}-problem")>{problem}</p> })}
            {areas}
        </fieldset>
    }
    .into_any()
}
