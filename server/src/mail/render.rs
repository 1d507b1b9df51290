//! Turns a message into subject, text and HTML.
//!
//! Templates are part of the binary, one directory per language, or edited by administrators; values are never read as templates,
//! HTML values are escaped, and names are cleaned first (see `clean`). Both parts carry the same link.

mod facts;
mod person;
mod templates;
mod values;

use std::fmt;

use app::admin::settings::test_mail;
use app::words::Locale;
use serde::{Deserialize, Serialize};

use super::clean;
use super::message::{MailKind, Message, Recipient};
use crate::branding::look::Accents;
pub use person::{Person, of as person_of};
pub use templates::{COMPONENTS, default_source};
pub use values::{Values, web_address};

/// Longest subject: more is cut by every mail program anyway.
const LONGEST_SUBJECT: usize = 150;

/// Whose mails these are. Comes from settings only, never from a request (security 9, 136).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    pub product_name: String,
    pub organisation_code: String,
    /// An address, a web page or words; empty means "your administrator".
    pub support_contact: String,
    /// Where people reach Latchkey, without a trailing slash.
    pub public_url: String,
    /// Instead of the built-in colour of links and buttons.
    pub accents: Accents,
    /// For recipients whose own language is none of ours.
    pub language: Locale,
}

/// What opens the way to a new password. Which of both is mailed is a setting.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    pub link: Option<String>,
    /// Eight characters, with or without the separating dash.
    pub code: Option<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The three parts of a template, as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub subject: String,
    pub text: String,
    /// What goes into our frame, or a whole document of its own.
    pub html: String,
}

/// A finished mail. The bodies hold secrets, so only the subject is ever printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rendered({:?}, …)", self.subject)
    }
}

/// Why a mail could not be written. Names the template at most, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    #[error("this mail needs a link or a code")]
    NothingToSend,
    #[error("the {0} is not a web address that can be mailed")]
    NotAWebAddress(&'static str),
    #[error("template {0}")]
    Template(String),
}

/// The language of a mail: the recipient's, or the installation's if that is none of ours.
#[must_use]
pub fn language_of(kind: MailKind, recipient: &Recipient, brand: &Brand) -> Locale {
    let wished = Locale::of_tag(&recipient.locale).unwrap_or(brand.language);
    templates::language_for(wished, kind.as_str())
}

/// Writes the mail from the templates of this program.
///
/// # Errors
/// When a reset mail has neither link nor code, when link or public URL is not an http(s) address of plain characters,
/// or when a template is broken. Every one of them will fail again, so the outbox should not retry.
pub fn render(
    message: &Message,
    recipient: &Recipient,
    brand: &Brand,
    secrets: &Secrets,
) -> Result<Rendered, RenderError> {
    let language = language_of(message.kind(), recipient, brand);
    let values = Values::of(message, &person::of(recipient), language, brand, secrets)?;
    let all = values.all();
    let part = |ending| templates::fill(&format!("{language}/{}.{ending}", message.kind()), &all);
    Ok(Rendered {
        subject: subject_line(&part("subject")?),
        text: part("txt")?,
        html: part("html")?,
    })
}

/// Writes the mail from an edited template.
///
/// # Errors
/// When the template does not fit the values, or the mail would become too large.
pub fn render_edited(
    source: &Source,
    kind: MailKind,
    language: Locale,
    values: &Values,
) -> Result<Rendered, RenderError> {
    let all = values.all();
    let subject = subject_line(&templates::fill_edited("subject", &source.subject, &all)?);
    let html = templates::framed(language, kind.as_str(), &source.html);
    Ok(Rendered {
        text: templates::fill_edited("txt", &source.text, &all)?,
        html: templates::fill_edited("html", &html, &values.with_subject(&subject))?,
        subject,
    })
}

/// Writes the mail that shows that mails arrive, in the frame of all others.
///
/// # Errors
/// When the frame is broken.
pub fn render_test(language: Locale, brand: &Brand) -> Result<Rendered, RenderError> {
    let (subject, words) = test_mail(language, &clean::line(&brand.product_name));
    let subject = subject_line(&subject);
    let values = Values::of_words(&words, language, brand);
    Ok(Rendered {
        html: templates::fill("test.html", &values.with_subject(&subject))?,
        text: format!("{words}\n"),
        subject,
    })
}

/// One line, as long as mail programs show it (security 132).
fn subject_line(filled: &str) -> String {
    clean::shorten(&clean::line(filled), LONGEST_SUBJECT)
}
