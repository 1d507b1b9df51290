//! Facts about a person: what may be asked for, what is on file, and how it is kept so that nobody, this server included, can read it
//! back (R11, security 91, 92).
//!
//! A value is normalised (`value`), bound to its field and its account under a key outside the database, and hashed slowly (`key`). A
//! keyed fingerprint is stored beside it only where an account must be found by the fact: never for dates and pick lists, whose few
//! values would show by how often they occur.

pub mod attribute;
pub mod file;
pub mod key;
pub mod value;

use app::fact_words;
use app::view::{FactField, FactKind};
use app::words::Locale;
use std::collections::BTreeMap;

/// What may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub kind: FactKind,
    /// By language; empty for built-in ones, which are named by the pages' own texts.
    pub labels: BTreeMap<String, String>,
    /// Of a pick list, in order.
    pub options: Vec<String>,
    /// `A` a letter, `9` a digit, `*` either; spaces, dashes, dots and slashes between them. Empty for any.
    pub format: String,
    /// Whether recovery may ask for it.
    pub proves: bool,
    /// Whether an account can be found by it.
    pub locates: bool,
}

/// Of a name, for schemas; [`is_name`] says the same.
pub const NAME_PATTERN: &str = "^[a-z][a-z0-9_]{0,39}$";

/// The address on file. Nothing is stored of it: it is compared with the account's.
pub const EMAIL: &str = FactKind::Email.code();

/// Whether a text can be the name of an attribute.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// What is there without anybody defining it.
#[must_use]
pub fn built_in() -> [Attribute; 3] {
    [
        FactKind::Email,
        FactKind::SocialSecurityNumber,
        FactKind::DriversLicence,
    ]
    .map(|kind| Attribute {
        name: kind.code().to_owned(),
        kind,
        labels: BTreeMap::new(),
        options: Vec::new(),
        format: String::new(),
        proves: true,
        locates: true,
    })
}

impl Attribute {
    /// Whether it was there before anybody defined it.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        is_built_in(&self.name)
    }

    /// Its name in a language, else in English, else in whichever there is.
    #[must_use]
    pub fn label(&self, lang: Locale) -> &str {
        match fact_words::label(lang, self.kind) {
            "" => {
                let own = self.labels.get(&lang.to_string()).or_else(|| self.labels.get("en"));
                own.or_else(|| self.labels.values().next()).unwrap_or(&self.name)
            }
            label => label,
        }
    }

    /// As a form asks for it.
    #[must_use]
    pub fn field(&self, lang: Locale) -> FactField {
        FactField {
            name: self.name.clone(),
            kind: self.kind,
            label: self.label(lang).to_owned(),
            options: self.options.clone(),
            format: self.format.clone(),
        }
    }
}

fn is_built_in(name: &str) -> bool {
    built_in().iter().any(|own| own.name == name)
}
