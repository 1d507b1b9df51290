//! What a setting takes. The same rules for the console's forms, REST, the command line and pins.

use super::texts::{budget, facts, line, origins, page, public_text};
use crate::account::identifier::EmailAddress;
use crate::branding::colour::{Colour, LEAST, Scheme};
use crate::config::may_be_public;
use crate::doctor::dns::Server;
use crate::mail::dkim::{Key, KeyError};
use crate::mail::transport::Transport;
use app::phrase;
use app::words::Phrase;
use serde_json::{Value, json};
use url::Url;

/// Longest web or mail server address.
pub const LONGEST_URL: usize = 500;
/// Longest name of a parameter in a link.
pub const LONGEST_NAME: usize = 32;
/// Longest private key: one of 4096 bits takes a third of it.
pub const LONGEST_KEY: usize = 10_000;
/// Longest label of a domain name (RFC 1035).
const LONGEST_LABEL: usize = 63;
/// Most facts that are asked for: more would be a questionnaire.
pub const MOST_FACTS: usize = 5;
/// Most origins that a person may be sent to.
pub const MOST_ORIGINS: usize = 20;

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// A colour that can be read on pages of this kind, or empty (F1).
    Colour(Scheme),
    /// The same, never shown.
    Secret {
        max: usize,
    },
    /// A mail address, or empty.
    Address,
    /// A text per language, `{"en": "…"}`, without placeholders: it is shown to people who proved nothing (security 13).
    PublicText {
        max: usize,
    },
    /// What links start with, or empty (security 10).
    PublicUrl,
    /// How mail leaves, or empty. Holds a password.
    MailUrl,
    /// Where the DNS is asked, or empty.
    Resolver,
    /// A name under which a key is published.
    Selector,
    /// A domain, or empty.
    Domain,
    /// A private key that mails are signed with, or empty.
    SigningKey,
    /// The name of a parameter in a link.
    QueryName,
    /// A page of this site, or of another one by its whole address.
    Page,
    /// Sites by their origins, `https://app.example.org`.
    Origins,
    /// Budgets by their names, each with how many it allows.
    Budgets,
    /// Facts by their names; one alone proves nobody (R2).
    Facts,
}

impl Kind {
    /// The word for it in the REST schema.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Number { .. } | Self::NumberOrUnset { .. } => "number",
            Self::Choice(_) => "choice",
            Self::Line { .. }
            | Self::Secret { .. }
            | Self::QueryName
            | Self::Resolver
            | Self::Selector
            | Self::Domain
            | Self::SigningKey => "text",
            Self::Colour(_) => "colour",
            Self::Address => "address",
            Self::PublicText { .. } => "text_per_language",
            Self::Budgets => "number_per_budget",
            Self::PublicUrl | Self::MailUrl | Self::Page => "url",
            Self::Origins | Self::Facts => "list",
        }
    }

    /// The value to store, or what is wrong with it.
    pub(super) fn check(self, value: &Value) -> Result<Value, Phrase> {
        match (self, value) {
            (Self::Switch, Value::Bool(_)) | (Self::NumberOrUnset { .. }, Value::Null) => Ok(value.clone()),
            (Self::Number { min, max } | Self::NumberOrUnset { min, max }, Value::Number(number)) => {
                match number.as_i64() {
                    Some(whole) if (min..=max).contains(&whole) => Ok(value.clone()),
                    _ => Err(phrase!(problem.whole_number, min = min, max = max)),
                }
            }
            (Self::PublicText { max }, Value::Object(texts)) => {
                texts
                    .iter()
                    .try_for_each(|(language, text)| public_text(language, text, max))?;
                Ok(value.clone())
            }
            (Self::Budgets, Value::Object(budgets)) => {
                budgets.iter().try_for_each(|(name, allowed)| budget(name, allowed))?;
                Ok(value.clone())
            }
            (Self::Origins, Value::Array(list)) => origins(list).map(|list| json!(list)),
            (Self::Facts, Value::Array(list)) => facts(list).map(|list| json!(list)),
            (_, Value::String(text)) => self.check_text(text).map(Value::String),
            _ => Err(phrase!(problem.takes, what = self.takes())),
        }
    }

    fn check_text(self, text: &str) -> Result<String, Phrase> {
        match self {
            Self::Choice(choices) if choices.contains(&text) => Ok(text.to_owned()),
            Self::Line { max } | Self::Secret { max } => line(text, max),
            Self::Colour(_)
            | Self::Address
            | Self::PublicUrl
            | Self::MailUrl
            | Self::Resolver
            | Self::Domain
            | Self::SigningKey
                if text.is_empty() =>
            {
                Ok(String::new())
            }
            Self::Colour(scheme) => {
                let colour = Colour::parse(text).ok_or_else(|| phrase!(problem.takes, what = self.takes()))?;
                colour.readable(scheme).map(|()| colour.to_string())
            }
            Self::Address => match EmailAddress::parse(text) {
                Ok(_) => Ok(text.to_owned()),
                Err(error) => Err(phrase!(problem.not_an_address, why = error.in_words())),
            },
            Self::PublicUrl => match Url::parse(&line(text, LONGEST_URL)?) {
                Ok(url) if may_be_public(&url) => Ok(url.to_string()),
                _ => Err(phrase!(problem.takes, what = self.takes())),
            },
            Self::MailUrl => {
                let url = line(text, LONGEST_URL)?;
                Transport::check_url(&url).map_err(|error| error.in_words())?;
                Ok(url)
            }
            Self::Resolver if Server::read(text).is_some() => Ok(text.to_owned()),
            Self::Selector if is_domain(text) && text.len() <= LONGEST_LABEL => Ok(text.to_ascii_lowercase()),
            Self::Domain if text.contains('.') && is_domain(text) => Ok(text.to_ascii_lowercase()),
            // Stored in one form, however it was pasted.
            Self::SigningKey if text.len() <= LONGEST_KEY => {
                let key = Key::read(text).and_then(|key| key.pem());
                key.map(|pem| pem.to_string()).map_err(KeyError::in_words)
            }
            Self::QueryName if is_query_name(text) => Ok(text.to_owned()),
            Self::Page => page(text).ok_or_else(|| phrase!(problem.takes, what = self.takes())),
            _ => Err(phrase!(problem.takes, what = self.takes())),
        }
    }

    /// In words, for refusals and the manual.
    #[must_use]
    pub fn takes(self) -> Phrase {
        match self {
            Self::Switch => phrase!(problem.takes_switch),
            Self::Number { min, max } => phrase!(problem.takes_number, min = min, max = max),
            Self::NumberOrUnset { min, max } => phrase!(problem.takes_number_or_null, min = min, max = max),
            Self::Choice(choices) => phrase!(problem.one_of, choices = choices.join(", ")),
            Self::Line { max } | Self::Secret { max } => phrase!(problem.takes_text, count = max),
            Self::Colour(_) => phrase!(problem.takes_colour, least = LEAST.to_string()),
            Self::Address => phrase!(problem.takes_address),
            Self::PublicText { max } => phrase!(problem.takes_text_per_language, count = max),
            Self::PublicUrl => phrase!(problem.takes_public_url),
            Self::MailUrl => phrase!(problem.takes_mail_url),
            Self::QueryName => phrase!(problem.takes_query_name, count = LONGEST_NAME - 1),
            Self::Resolver => phrase!(problem.takes_resolver),
            Self::Selector => phrase!(problem.takes_selector),
            Self::Domain => phrase!(problem.takes_domain),
            Self::SigningKey => phrase!(problem.takes_signing_key),
            Self::Page => phrase!(problem.takes_page),
            Self::Facts => phrase!(problem.takes_facts, most = MOST_FACTS),
            Self::Budgets => phrase!(problem.takes_budgets),
            Self::Origins => phrase!(problem.takes_origins, most = MOST_ORIGINS),
        }
    }
}

/// Names of the DNS in ASCII: labels of letters, digits and hyphens.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        plain && !label.is_empty() && label.len() <= LONGEST_LABEL && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 200 && text.split('.').all(label)
}

fn is_query_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// An environment variable has no types: `"30"`, `30` and `true` arrive as they look. Texts that look like numbers are texts again,
/// and lists may be written with commas.
pub(super) fn as_declared(kind: Kind, value: &Value) -> Value {
    match (kind, value) {
        (
            Kind::Switch
            | Kind::Number { .. }
            | Kind::NumberOrUnset { .. }
            | Kind::PublicText { .. }
            | Kind::Origins
            | Kind::Budgets
            | Kind::Facts,
            Value::Number(_) | Value::Bool(_),
        ) => value.clone(),
        (_, Value::Number(_) | Value::Bool(_)) => value.to_string().into(),
        (Kind::PublicText { .. }, Value::String(text)) => json!({ "en": text }),
        (Kind::Budgets, Value::String(text)) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        (Kind::Origins | Kind::Facts, Value::String(text)) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            json!(parts.collect::<Vec<_>>())
        }
        _ => value.clone(),
    }
}
