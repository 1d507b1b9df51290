//! From declarations to fields, and from what was typed back to a patch.

use super::server;
use crate::refused::Refused;
use crate::settings::change::Shown;
use crate::settings::{Kind, Settings, grouped};
use app::admin::settings::{Check, Control, Field, Form, Preset, nothing, on_off, secret_in_words, server_in_words};
use app::outcome::Refusal;
use app::words::Locale;
use serde_json::{Map, Value};

/// What a form holds: nothing yet, a provider to begin with, or what was posted.
#[derive(Default)]
pub struct Typed {
    posted: Vec<(String, String)>,
    pub preset: Option<Preset>,
}

impl Typed {
    pub fn preset(preset: Option<Preset>) -> Self {
        Self {
            posted: Vec::new(),
            preset,
        }
    }

    pub fn posted(posted: Vec<(String, String)>) -> Self {
        Self { posted, preset: None }
    }

    /// Everything that was posted under a name; nothing where the form did not have it.
    fn all(&self, name: &str) -> Option<Vec<&str>> {
        let posted = self.posted.iter().filter(|(known, _)| known == name);
        let values: Vec<&str> = posted.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then_some(values)
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.posted
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What recovery can be told to ask for: name, what people call it, and what it is good for.
pub struct Asked {
    pub name: String,
    pub label: String,
    pub hint: &'static str,
}

/// The fields of a group, with what was typed where something was, and the problem where it belongs.
pub fn form(
    lang: Locale,
    group: &'static str,
    settings: &Settings,
    shown: &[Shown],
    facts: &[Asked],
    typed: &Typed,
    refused: Option<&Refused>,
) -> Form {
    // Budgets have a page of their own.
    let of_group = || {
        shown
            .iter()
            .filter(|shown| shown.declared.group() == group && shown.declared.kind != Kind::Budgets)
    };
    let (at, problem) = match refused {
        Some(Refused::Field { field, problem, .. }) => (field.as_str(), Some(problem.say(lang))),
        _ => ("", None),
    };
    let fields = of_group().map(|shown| {
        let name = shown.declared.name;
        Field {
            name,
            control: control(
                lang,
                settings,
                shown,
                facts,
                typed,
                problem.clone().filter(|_| at == "mail_password"),
            ),
            value: match typed.field(name) {
                // A secret is not repeated, not even to whoever has just typed it (security 173).
                Some(_) if shown.declared.secret => String::new(),
                Some(typed) if !shown.pinned => typed.to_owned(),
                _ if shown.pinned => in_words(lang, settings, shown),
                _ => as_typed(&shown.value),
            },
            default: default_in_words(lang, shown),
            pinned: shown.pinned,
            problem: problem.clone().filter(|_| at == name),
        }
    });
    Form {
        group,
        fields: fields.collect(),
        guarded: of_group().any(|shown| shown.declared.guarded && !shown.pinned),
        password_problem: refused.and_then(|refused| match refused.refusal() {
            refusal @ (Refusal::ConfirmationNeeded | Refusal::CurrentPasswordWrong) => {
                Some(app::words::refusal_text(lang, refusal).to_owned())
            }
            _ => None,
        }),
    }
}

fn control(
    lang: Locale,
    settings: &Settings,
    shown: &Shown,
    facts: &[Asked],
    typed: &Typed,
    password_problem: Option<String>,
) -> Control {
    let options = |values: &[&str]| {
        values
            .iter()
            .map(|value| ((*value).to_owned(), called(value)))
            .collect()
    };
    match shown.declared.kind {
        Kind::Switch => Control::Select(
            [true, false]
                .map(|on| (on.to_string(), on_off(lang, on).to_owned()))
                .to_vec(),
        ),
        Kind::Choice(choices) => Control::Select(options(choices)),
        Kind::Number { min, max } | Kind::NumberOrUnset { min, max } => Control::Number { min, max },
        Kind::Line { .. }
        | Kind::Colour(_)
        | Kind::QueryName
        | Kind::Page
        | Kind::Budgets
        | Kind::Resolver
        | Kind::Selector
        | Kind::Domain => Control::Line("text"),
        Kind::SigningKey => Control::SigningKey {
            set: !shown.value.is_null(),
        },
        Kind::Secret { .. } => Control::Secret {
            set: !shown.value.is_null(),
        },
        Kind::Address => Control::Line("email"),
        Kind::PublicUrl => Control::Line("url"),
        Kind::Origins => Control::Lines,
        Kind::Facts => Control::Checks(checks(shown, facts, typed)),
        Kind::PublicText { .. } => Control::Texts(texts(shown, typed)),
        Kind::MailUrl => {
            let mut server = server::parts(settings, typed);
            server.password_problem = password_problem;
            Control::Server(Box::new(server))
        }
    }
}

/// Languages are called as they call themselves, other choices as in REST.
fn called(choice: &str) -> String {
    Locale::of_code(choice).map_or_else(|| choice.to_owned(), |language| language.name().to_owned())
}

/// Every fact, ticked where it is asked for, in the form that was posted or else as stored.
fn checks(shown: &Shown, facts: &[Asked], typed: &Typed) -> Vec<Check> {
    let stored = || shown.value.as_array().into_iter().flatten().filter_map(Value::as_str);
    let chosen = typed.all(shown.declared.name).unwrap_or_else(|| stored().collect());
    let checks = facts.iter().map(|fact| Check {
        value: fact.name.clone(),
        label: fact.label.clone(),
        hint: fact.hint.to_owned(),
        chosen: chosen.contains(&fact.name.as_str()),
    });
    checks.collect()
}

/// One text for each language there are pages in, and for those that have a text already.
fn texts(shown: &Shown, typed: &Typed) -> Vec<(String, String)> {
    languages(shown)
        .into_iter()
        .map(|language| {
            let stored = shown.value.get(&language).and_then(Value::as_str).unwrap_or_default();
            let name = format!("{}.{language}", shown.declared.name);
            let text = typed.field(&name).unwrap_or(stored).to_owned();
            (language, text)
        })
        .collect()
}

fn languages(shown: &Shown) -> Vec<String> {
    let stored = shown.value.as_object().into_iter().flat_map(Map::keys);
    let mut languages: Vec<String> = Locale::ALL.iter().map(ToString::to_string).collect();
    languages.extend(
        stored
            .filter(|tag| Locale::ALL.iter().all(|own| own.code() != *tag))
            .cloned(),
    );
    languages
}

/// As it stands in a field.
fn as_typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Object(_) => String::new(),
    }
}

/// As people read it; of the mail server its host and no more.
pub fn in_words(lang: Locale, settings: &Settings, shown: &Shown) -> String {
    if matches!(shown.declared.kind, Kind::SigningKey | Kind::Secret { .. }) {
        return secret_in_words(lang, !shown.value.is_null()).to_owned();
    }
    if shown.declared.secret {
        return server_in_words(lang, server::host(settings).as_deref());
    }
    words(lang, &shown.value)
}

fn words(lang: Locale, value: &Value) -> String {
    match value {
        Value::Bool(on) => on_off(lang, *on).to_owned(),
        Value::Object(texts) => texts.keys().cloned().collect::<Vec<_>>().join(", "),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => Some(as_typed(other))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| nothing(lang).to_owned()),
    }
}

/// Only where it says something that the help does not.
fn default_in_words(lang: Locale, shown: &Shown) -> String {
    match &shown.default {
        Value::Bool(_) | Value::Number(_) => words(lang, &shown.default),
        Value::String(text) if !text.is_empty() && !shown.declared.secret => text.clone(),
        _ => String::new(),
    }
}

/// What the form says about the settings of a group that may be changed here.
pub fn patch(group: &str, settings: &Settings, shown: &[Shown], typed: &Typed) -> Result<Map<String, Value>, Refused> {
    let mut values = Vec::new();
    for shown in shown {
        let declared = shown.declared;
        if declared.group() != group || shown.pinned {
            continue;
        }
        let value = match declared.kind {
            Kind::MailUrl => server::url(settings, typed)?,
            Kind::Budgets => None,
            // Left empty it stays as it is.
            Kind::Secret { .. } => typed
                .field(declared.name)
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(Value::from),
            Kind::PublicText { .. } => posted_texts(shown, typed),
            Kind::SigningKey => secret(declared.name, typed),
            Kind::Facts => typed
                .all(declared.name)
                .map(|names| names.into_iter().filter(|name| !name.is_empty()).collect()),
            kind => typed.field(declared.name).map(|text| read(kind, text)),
        };
        values.extend(value.map(|value| (declared.name.to_owned(), value)));
    }
    Ok(grouped(values))
}

/// Nothing typed leaves it as it is, unless it is to go.
fn secret(name: &str, typed: &Typed) -> Option<Value> {
    let text = typed.field(name).map(str::trim).filter(|text| !text.is_empty());
    let remove = typed.field(&format!("{name}.remove")).map(|_| Value::Null);
    text.map(Value::from).or(remove)
}

fn posted_texts(shown: &Shown, typed: &Typed) -> Option<Value> {
    let texts = languages(shown).into_iter().filter_map(|language| {
        let text = typed.field(&format!("{}.{language}", shown.declared.name))?;
        // Line breaks of a text area are spaces of a sentence.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Some((language, text))
    });
    let texts: Vec<_> = texts.collect();
    let filled = texts.iter().filter(|(_, text)| !text.is_empty());
    let filled: Map<String, Value> = filled
        .map(|(language, text)| (language.clone(), text.clone().into()))
        .collect();
    (!texts.is_empty()).then_some(Value::Object(filled))
}

/// A field's text as the value it means; what is none of them is refused by the declaration.
fn read(kind: Kind, text: &str) -> Value {
    let text = text.trim();
    match kind {
        Kind::Switch => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        Kind::NumberOrUnset { .. } if text.is_empty() => Value::Null,
        Kind::Number { .. } | Kind::NumberOrUnset { .. } => {
            text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
        }
        Kind::Origins => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
        _ => text.into(),
    }
}
