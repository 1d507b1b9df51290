//! What a setting takes. The same rules for the console's forms, REST, the command line and pins.

use super::texts::{budget, facts, line, origins, page, public_text};
use crate::account::identifier::EmailAddress;
use crate::branding::colour::{Colour, LEAST, Scheme};
use crate::config::may_be_public;
use crate::doctor::dns::Server;
use crate::mail::dkim::Key;
use crate::mail::transport::Transport;
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
    pub(super) fn check(self, value: &Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Switch, Value::Bool(_)) | (Self::NumberOrUnset { .. }, Value::Null) => Ok(value.clone()),
            (Self::Number { min, max } | Self::NumberOrUnset { min, max }, Value::Number(number)) => {
                match number.as_i64() {
                    Some(whole) if (min..=max).contains(&whole) => Ok(value.clone()),
                    _ => Err(format!("must be a whole number from {min} to {max}")),
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
            _ => Err(format!("takes {}", self.takes())),
        }
    }

    fn check_text(self, text: &str) -> Result<String, String> {
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
                let colour = Colour::parse(text).ok_or_else(|| format!("takes {}", self.takes()))?;
                colour.readable(scheme).map(|()| colour.to_string())
            }
            Self::Address => match EmailAddress::parse(text) {
                Ok(_) => Ok(text.to_owned()),
                Err(error) => Err(format!("is not a mail address ({error})")),
            },
            Self::PublicUrl => match Url::parse(&line(text, LONGEST_URL)?) {
                Ok(url) if may_be_public(&url) => Ok(url.to_string()),
                _ => Err(format!("takes {}", self.takes())),
            },
            Self::MailUrl => {
                let url = line(text, LONGEST_URL)?;
                Transport::check_url(&url).map_err(|error| error.to_string())?;
                Ok(url)
            }
            Self::Resolver if Server::read(text).is_some() => Ok(text.to_owned()),
            Self::Selector if is_domain(text) && text.len() <= LONGEST_LABEL => Ok(text.to_ascii_lowercase()),
            Self::Domain if text.contains('.') && is_domain(text) => Ok(text.to_ascii_lowercase()),
            // Stored in one form, however it was pasted.
            Self::SigningKey if text.len() <= LONGEST_KEY => {
                let key = Key::read(text).and_then(|key| key.pem());
                key.map(|pem| pem.to_string()).map_err(|error| error.to_string())
            }
            Self::QueryName if is_query_name(text) => Ok(text.to_owned()),
            Self::Page => page(text).ok_or_else(|| format!("takes {}", self.takes())),
            _ => Err(format!("takes {}", self.takes())),
        }
    }

    /// In words, for refusals and the manual.
    #[must_use]
    pub fn takes(self) -> String {
        match self {
            Self::Switch => "true or false".into(),
            Self::Number { min, max } => format!("a whole number from {min} to {max}"),
            Self::NumberOrUnset { min, max } => format!("a whole number from {min} to {max}, or null"),
            Self::Choice(choices) => format!("one of {}", choices.join(", ")),
            Self::Line { max } | Self::Secret { max } => format!("a text of at most {max} characters"),
            Self::Colour(_) => {
                format!("a colour like #0e5a54 with a contrast of at least {LEAST} to 1, or nothing")
            }
            Self::Address => "a mail address, or nothing".into(),
            Self::PublicText { max } => format!("a text of at most {max} characters for each language"),
            Self::PublicUrl => {
                "https://host[/path] (http for this very machine only), without user, query or fragment, or nothing"
                    .into()
            }
            Self::MailUrl => "smtp://user:password@host:587 or smtps://user:password@host:465, or nothing".into(),
            Self::QueryName => {
                format!("a letter and then at most {} letters, digits, _ or -", LONGEST_NAME - 1)
            }
            Self::Resolver => "system, or an address and port like 192.0.2.53:53, or nothing".into(),
            Self::Selector => "a name of letters, digits and hyphens, such as latchkey".into(),
            Self::Domain => "a domain like example.org, or nothing".into(),
            Self::SigningKey => "a private key in PEM format (RSA of 2048 bits or more, or Ed25519), or nothing".into(),
            Self::Page => "a path like /app, or a whole https:// address, in at most 500 plain characters".into(),
            Self::Facts => format!("a list of 2 to {MOST_FACTS} different names of facts, or an empty one"),
            Self::Budgets => "numbers by the names of budgets, each within its range".into(),
            Self::Origins => format!("a list of at most {MOST_ORIGINS} origins like https://app.example.org"),
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
