//! Run-time settings: typed, validated, read for every request and every mail, so a change counts at once on every server that shares
//! the database.
//! One [`Declaration`] a setting is the only place for its default, range and help.

pub mod branding;
pub mod captcha;
pub mod change;
pub mod grants;
pub mod kind;
pub mod limits;
pub mod mail;
pub mod password;
pub mod recovery;
pub mod reset;
pub mod retention;
pub mod session;
pub mod snapshot;
pub mod sso;
mod texts;

use crate::refused::Fault;
use crate::secret::{Keys, Purpose};
use crate::store::Store;
use app::admin::setting_words;
use app::phrase;
use app::words::{Locale, Phrase};
pub use kind::Kind;
use kind::as_declared;
use serde::Deserialize;
use serde_json::{Map, Value};
use snapshot::Made;
use std::sync::Arc;

/// One setting. Its label and help are texts of the console, in every language there is: see [`Declaration::help`].
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// `group.name`.
    pub name: &'static str,
    pub kind: Kind,
    /// As JSON.
    pub default: &'static str,
    /// Stored sealed, never shown (security 173).
    pub secret: bool,
    /// People who change it confirm it with their own password (security 171).
    pub guarded: bool,
}

/// All settings of the moment.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    pub reset: reset::Reset,
    pub recovery: recovery::Recovery,
    pub password: app::policy::Policy,
    pub mail: mail::Mail,
    pub captcha: captcha::Captcha,
    pub limits: limits::Limits,
    pub branding: branding::Branding,
    pub retention: retention::Retention,
    pub session: session::Session,
    pub sso: sso::Sso,
    pub grants: grants::Grants,
}

/// Why a value was not taken; names the setting and what it takes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", self.in_words())]
pub enum SettingError {
    Unknown(String),
    Refused { name: &'static str, problem: Phrase },
}

impl SettingError {
    /// In words.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Unknown(name) => phrase!(trouble.no_setting, name = name.as_str()),
            Self::Refused { name, problem } => phrase!(trouble.in_field, field = *name, problem = problem.clone()),
        }
    }
}

impl From<SettingError> for Fault {
    fn from(error: SettingError) -> Self {
        Self::Trouble(error.in_words())
    }
}

const GROUPS: [&[Declaration]; 11] = [
    reset::DECLARATIONS,
    recovery::DECLARATIONS,
    password::DECLARATIONS,
    mail::DECLARATIONS,
    captcha::DECLARATIONS,
    limits::DECLARATIONS,
    branding::DECLARATIONS,
    retention::DECLARATIONS,
    session::DECLARATIONS,
    sso::DECLARATIONS,
    grants::DECLARATIONS,
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

/// The setting's line in the manual's table.
#[must_use]
pub fn manual_line(declared: &Declaration) -> String {
    let default = match declared.default {
        "\"\"" => "–".to_owned(),
        default => format!("`{}`", default.trim_matches('"')),
    };
    let marks = match (declared.secret, declared.guarded) {
        (true, _) => " (secret, guarded)",
        (false, true) => " (guarded)",
        (false, false) => "",
    };
    let (name, takes, help) = (declared.name, declared.kind.takes(), declared.help());
    format!("| `{name}`{marks} | {takes} | {default} | {help} |")
}

/// What the configuration says about settings: pinned ones win over the database and cannot be changed at run time; defaults of
/// the demo take the place of the declared ones.
#[derive(Clone, Default)]
pub struct Pinned {
    pinned: Map<String, Value>,
    instead_of_default: Map<String, Value>,
}

impl Pinned {
    /// From groups as the configuration has them: `{"reset": {"enabled": false}}`.
    ///
    /// # Errors
    /// An unknown name or a refused value.
    pub fn from_groups(groups: &Map<String, Value>) -> Result<Self, SettingError> {
        let mut pinned = Self::default();
        for (group, settings) in groups {
            let settings = settings
                .as_object()
                .ok_or_else(|| SettingError::Unknown(group.clone()))?;
            for (setting, value) in settings {
                pinned.pin(&format!("{group}.{setting}"), value)?;
            }
        }
        Ok(pinned)
    }

    /// Pins a value unless it is pinned already.
    ///
    /// # Errors
    /// An unknown name or a refused value.
    pub fn pin(&mut self, name: &str, value: &Value) -> Result<(), SettingError> {
        let declared = declaration(name)?;
        let checked = declared.check(&as_declared(declared.kind, value))?;
        self.pinned.entry(name).or_insert(checked);
        Ok(())
    }

    /// Another default; for what the demo needs.
    pub fn set_default(&mut self, name: &str, value: Value) {
        self.instead_of_default.insert(name.to_owned(), value);
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.pinned.get(name)
    }

    /// What counts while nothing is stored.
    ///
    /// # Errors
    /// Never for a declared setting: its default is JSON.
    pub fn default_of(&self, declared: &Declaration) -> Result<Value, serde_json::Error> {
        match self.instead_of_default.get(declared.name) {
            Some(value) => Ok(value.clone()),
            None => serde_json::from_str(declared.default),
        }
    }
}

impl Declaration {
    const fn new(name: &'static str, kind: Kind, default: &'static str) -> Self {
        Self {
            name,
            kind,
            default,
            secret: false,
            guarded: false,
        }
    }

    const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    const fn guarded(self) -> Self {
        Self { guarded: true, ..self }
    }

    /// The group it belongs to.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(group, _)| group)
    }

    /// What it is called, in English.
    #[must_use]
    pub fn label(&self) -> &'static str {
        setting_words(Locale::En, self.name).label
    }

    /// What it does, in English: for the REST schema, the manual and the command line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        setting_words(Locale::En, self.name).help
    }

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

    /// A command line's text as the value it means; [`Declaration::check`] says whether it is possible.
    #[must_use]
    pub fn read(&self, text: &str) -> Value {
        let json = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        as_declared(self.kind, &json)
    }

    /// As it is stored: secrets sealed under a key outside the database, bound to their name (security 173).
    fn stored(&self, keys: &Keys, value: &Value) -> String {
        match value {
            Value::String(text) if self.secret && !text.is_empty() => {
                Value::String(keys.seal(Purpose::Setting, self.name, text)).to_string()
            }
            _ => value.to_string(),
        }
    }

    fn opened(&self, keys: &Keys, stored: &str) -> Result<Value, Fault> {
        match serde_json::from_str(stored)? {
            Value::String(sealed) if self.secret && !sealed.is_empty() => {
                let text = keys.open(Purpose::Setting, self.name, &sealed)?;
                Ok(Value::String(text.to_string()))
            }
            value => Ok(value),
        }
    }
}

/// The value of every setting: defaults < database < pinned.
///
/// # Errors
/// When a stored value cannot be read or opened.
fn values(rows: &[(String, String)], pinned: &Pinned, keys: &Keys) -> Result<Map<String, Value>, Fault> {
    let mut values = Map::new();
    for declared in declarations() {
        let stored = rows.iter().find(|(name, _)| name == declared.name);
        let value = match (pinned.get(declared.name), stored) {
            (Some(pinned), _) => pinned.clone(),
            (None, Some((_, stored))) => declared.opened(keys, stored)?,
            (None, None) => pinned.default_of(declared)?,
        };
        values.insert(declared.name.to_owned(), value);
    }
    Ok(values)
}

fn typed(values: Map<String, Value>) -> Result<Settings, serde_json::Error> {
    serde_json::from_value(Value::Object(grouped(values)))
}

/// `{"group.name": …}` as `{"group": {"name": …}}`.
#[must_use]
pub fn grouped(values: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut groups = Map::new();
    for (name, value) in values {
        put(&mut groups, &name, value);
    }
    groups
}

/// What counts in a fresh installation.
///
/// # Errors
/// Never, as a test shows: every default is a value its own declaration takes.
pub fn defaults() -> Result<Settings, Fault> {
    let pinned = Pinned::default();
    let values = declarations().map(|declared| Ok((declared.name.to_owned(), pinned.default_of(declared)?)));
    Ok(typed(values.collect::<Result<_, serde_json::Error>>()?)?)
}

/// Settings of the moment; within a request those of its beginning.
///
/// # Errors
/// When the database does not answer, or holds a value that no version of this program writes.
pub async fn load(store: &Store, pinned: &Pinned, keys: &Keys, made: &Made) -> Result<Arc<Settings>, Fault> {
    if let Some(settings) = snapshot::of_request() {
        return Ok(settings);
    }
    let rows = store.settings().await?;
    let settings = if let Some(settings) = made.of(&rows) {
        settings
    } else {
        let settings = Arc::new(typed(values(&rows, pinned, keys)?)?);
        made.keep(rows, &settings);
        settings
    };
    snapshot::keep(&settings);
    Ok(settings)
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
        let declared = declaration(name).unwrap();
        declared.check(&declared.read(text)).is_err()
    }

    #[test]
    fn every_default_is_a_value_its_own_declaration_takes() {
        for declared in declarations() {
            let default: Value = serde_json::from_str(declared.default).unwrap();
            assert_eq!(declared.check(&default), Ok(default), "{}", declared.name);
            assert!(!declared.help().is_empty(), "{}", declared.name);
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
        let error = declaration("password.min_length")
            .unwrap()
            .check(&7.into())
            .unwrap_err();
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
