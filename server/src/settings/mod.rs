//! Run-time settings: typed, validated, read at every use, so a change counts at once on every server that shares the database.
//! One [`Declaration`] a setting is the only place for its default, range and help.

pub mod branding;
pub mod limits;
pub mod mail;
pub mod password;
pub mod reset;
pub mod retention;
pub mod session;

use crate::refused::Fault;
use crate::store::Store;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a setting takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Switch,
    /// A whole number within the range, both ends included.
    Number {
        min: i64,
        max: i64,
    },
    /// The same, and it may be unset.
    NumberOrUnset {
        min: i64,
        max: i64,
    },
    Choice(&'static [&'static str]),
    /// One line of text, at most so many characters.
    Line {
        max: usize,
    },
    /// A mail address, or empty.
    Address,
    /// A text per language, `{"en": "…"}`, without placeholders: it is shown to people who proved nothing (security 13).
    PublicText {
        max: usize,
    },
}

/// A setting's name, kind, default (as JSON) and help.
#[derive(Debug)]
pub struct Declaration {
    pub name: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    pub help: &'static str,
}

/// All settings of the moment.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    pub reset: reset::Reset,
    pub password: app::policy::Policy,
    pub mail: mail::Mail,
    pub limits: limits::Limits,
    pub branding: branding::Branding,
    pub retention: retention::Retention,
    pub session: session::Session,
}

/// Why a value was not taken; names the setting and what it takes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingError {
    #[error("there is no setting {0}")]
    Unknown(String),
    #[error("{name}: {problem}")]
    Refused { name: &'static str, problem: String },
}

const GROUPS: [&[Declaration]; 7] = [
    reset::DECLARATIONS,
    password::DECLARATIONS,
    mail::DECLARATIONS,
    limits::DECLARATIONS,
    branding::DECLARATIONS,
    retention::DECLARATIONS,
    session::DECLARATIONS,
];

pub fn declarations() -> impl Iterator<Item = &'static Declaration> {
    GROUPS.into_iter().flatten()
}

/// # Errors
/// [`SettingError::Unknown`].
pub fn declaration(name: &str) -> Result<&'static Declaration, SettingError> {
    declarations()
        .find(|declared| declared.name == name)
        .ok_or_else(|| SettingError::Unknown(name.to_owned()))
}

/// Settings pinned from outside: they win over the database and cannot be changed at run time.
#[derive(Clone, Debug, Default)]
pub struct Pinned(Map<String, Value>);

impl Pinned {
    /// From groups as the configuration has them: `{"reset": {"enabled": false}}`.
    ///
    /// # Errors
    /// An unknown name or a refused value.
    pub fn from_groups(groups: &Map<String, Value>) -> Result<Self, SettingError> {
        let mut pinned = Map::new();
        for (group, settings) in groups {
            let settings = settings
                .as_object()
                .ok_or_else(|| SettingError::Unknown(group.clone()))?;
            for (setting, value) in settings {
                let name = format!("{group}.{setting}");
                let checked = declaration(&name)?.check(&as_declared(declaration(&name)?, value))?;
                pinned.insert(name, checked);
            }
        }
        Ok(Self(pinned))
    }

    /// Pins a value unless it is pinned already; for what the demo needs.
    pub fn or_pin(&mut self, name: &str, value: Value) {
        self.0.entry(name).or_insert(value);
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// An environment variable has no types: `"30"`, `30` and `true` arrive as they look. Texts that look like numbers are texts again.
fn as_declared(declared: &Declaration, value: &Value) -> Value {
    match (declared.kind, value) {
        (Kind::Line { .. } | Kind::Address | Kind::Choice(_), Value::Number(_) | Value::Bool(_)) => {
            value.to_string().into()
        }
        (Kind::PublicText { .. }, Value::String(text)) => serde_json::json!({ "en": text }),
        _ => value.clone(),
    }
}

impl Declaration {
    /// The value to store, or what is wrong with it.
    ///
    /// # Errors
    /// [`SettingError::Refused`].
    pub fn check(&self, value: &Value) -> Result<Value, SettingError> {
        self.kind.check(value).map_err(|problem| SettingError::Refused {
            name: self.name,
            problem,
        })
    }

    /// The value to store from a command line's text.
    ///
    /// # Errors
    /// [`SettingError::Refused`].
    pub fn parse(&self, text: &str) -> Result<Value, SettingError> {
        let json = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        self.check(&as_declared(self, &json))
    }
}

impl Kind {
    fn check(self, value: &Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Switch, Value::Bool(_)) | (Self::NumberOrUnset { .. }, Value::Null) => Ok(value.clone()),
            (Self::Number { min, max } | Self::NumberOrUnset { min, max }, Value::Number(number)) => {
                match number.as_i64() {
                    Some(whole) if (min..=max).contains(&whole) => Ok(value.clone()),
                    _ => Err(format!("must be a whole number from {min} to {max}")),
                }
            }
            (Self::Choice(choices), Value::String(text)) if choices.contains(&text.as_str()) => Ok(value.clone()),
            (Self::Line { max }, Value::String(text)) => line(text, max).map(Value::String),
            (Self::Address, Value::String(text)) if text.is_empty() => Ok(value.clone()),
            (Self::Address, Value::String(text)) => match crate::account::identifier::EmailAddress::parse(text) {
                Ok(_) => Ok(value.clone()),
                Err(error) => Err(format!("is not a mail address ({error})")),
            },
            (Self::PublicText { max }, Value::Object(texts)) => {
                texts
                    .iter()
                    .try_for_each(|(language, text)| public_text(language, text, max))?;
                Ok(value.clone())
            }
            _ => Err(format!("takes {}", self.takes())),
        }
    }

    fn takes(self) -> String {
        match self {
            Self::Switch => "true or false".into(),
            Self::Number { min, max } => format!("a whole number from {min} to {max}"),
            Self::NumberOrUnset { min, max } => format!("a whole number from {min} to {max}, or null"),
            Self::Choice(choices) => format!("one of {}", choices.join(", ")),
            Self::Line { max } => format!("a text of at most {max} characters"),
            Self::Address => "a mail address, or nothing".into(),
            Self::PublicText { max } => format!("a text of at most {max} characters for each language"),
        }
    }
}

fn line(text: &str, max: usize) -> Result<String, String> {
    if text.chars().count() > max {
        return Err(format!("is longer than {max} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("has control characters".into());
    }
    Ok(text.trim().to_owned())
}

/// Whoever reads it proved nothing, so nothing about a person may be filled in.
fn public_text(language: &str, text: &Value, max: usize) -> Result<(), String> {
    let text = text.as_str().ok_or("takes a text for each language")?;
    if language.len() > 35 || !language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(format!("{language:?} is not a language"));
    }
    if text.contains('{') || text.contains('}') || text.contains("${") {
        return Err("placeholders are not possible here: everybody sees this text, whoever they ask for".into());
    }
    line(text, max).map(drop)
}

/// Settings of the moment: defaults < database < pinned.
///
/// # Errors
/// When the database does not answer, or holds a value that no version of this program writes.
pub async fn load(store: &Store, pinned: &Pinned) -> Result<Settings, Fault> {
    let mut groups = Map::new();
    for declared in declarations() {
        put(&mut groups, declared.name, serde_json::from_str(declared.default)?);
    }
    for (name, value) in store.settings().await? {
        if declaration(&name).is_ok() {
            put(&mut groups, &name, serde_json::from_str(&value)?);
        }
    }
    for (name, value) in &pinned.0 {
        put(&mut groups, name, value.clone());
    }
    Ok(serde_json::from_value(Value::Object(groups))?)
}

fn put(groups: &mut Map<String, Value>, name: &str, value: Value) {
    if let Some((group, setting)) = name.split_once('.')
        && let Some(group) = groups
            .entry(group)
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
    {
        group.insert(setting.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, text: &str) -> bool {
        declaration(name).unwrap().parse(text).is_err()
    }

    #[test]
    fn every_default_is_a_value_its_own_declaration_takes() {
        for declared in declarations() {
            let default: Value = serde_json::from_str(declared.default).unwrap();
            assert_eq!(declared.check(&default), Ok(default), "{}", declared.name);
            assert!(!declared.help.is_empty());
        }
    }

    #[test]
    fn link_lifetime_is_one_minute_to_a_day_or_unset() {
        for good in ["1", "30", "1440", "null"] {
            assert!(!refused("reset.link_expiry_minutes", good), "{good}");
        }
        for bad in ["0", "1441", "-5", "1.5", "soon", "true"] {
            assert!(refused("reset.link_expiry_minutes", bad), "{bad}");
        }
    }

    // security 13
    #[test]
    fn the_public_answer_takes_no_placeholder() {
        assert!(!refused(
            "reset.generic_response",
            r#"{"en":"Look into your mailbox."}"#
        ));
        for bad in [
            r#"{"en":"Dear {UserName}"}"#,
            r#"{"en":"Dear ${name}"}"#,
            r#"{"en":"{{ name }}"}"#,
            r#"{"en":5}"#,
        ] {
            assert!(refused("reset.generic_response", bad), "{bad}");
        }
    }

    #[test]
    fn a_refusal_names_the_setting_and_the_range() {
        let error = declaration("password.min_length").unwrap().parse("7").unwrap_err();
        assert_eq!(
            error.to_string(),
            "password.min_length: must be a whole number from 8 to 64"
        );
        assert_eq!(
            declaration("reset.colour").unwrap_err().to_string(),
            "there is no setting reset.colour"
        );
    }

    #[test]
    fn pinned_values_are_checked_like_any_other() {
        let groups = serde_json::json!({ "reset": { "link_expiry_minutes": 0 } });
        assert!(Pinned::from_groups(groups.as_object().unwrap()).is_err());
        let groups = serde_json::json!({ "branding": { "product_name": 42 } });
        assert!(
            Pinned::from_groups(groups.as_object().unwrap())
                .unwrap()
                .get("branding.product_name")
                .is_some()
        );
    }
}
