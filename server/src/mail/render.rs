//! Turns a message into subject, text and HTML.
//!
//! Templates are part of the binary, one directory per language; values are never read as templates, HTML values are
//! escaped, and names are cleaned first (see `clean`). Both parts carry the same link.

mod facts;
mod templates;

use std::fmt;

use minijinja::context;
use url::Url;

use app::words::Locale;

use super::clean;
use super::message::{Change, Message, Recipient, Said, StaffAction};
use crate::branding::look::Accents;
use facts::Facts;

/// Longest subject: more is cut by every mail program anyway.
const LONGEST_SUBJECT: usize = 150;

/// Whose mails these are. Comes from settings only, never from a request (security 9, 136).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    pub product_name: String,
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

/// Writes the mail in the recipient's language, or in the installation's if it is none of ours.
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
    let public_url = web_address(brand.public_url.trim_end_matches('/'), "public URL")?;
    let link = secrets
        .link
        .as_deref()
        .map(|link| web_address(link, "link"))
        .transpose()?;
    let code = secrets.code.as_deref().map(grouped);
    let needs_secret = matches!(message, Message::ResetLink { .. } | Message::RecoveryCode { .. });
    if needs_secret && link.is_none() && code.is_none() {
        return Err(RenderError::NothingToSend);
    }
    let told = Told::of(message);
    let support = clean::line(&brand.support_contact);
    let wished = Locale::of_tag(&recipient.locale).unwrap_or(brand.language);
    let language = templates::language_for(wished, message.kind());
    let values = context! {
        language => language.code(),
        direction => language.direction(),
        // Where lines begin, for mail programs that know no logical sides.
        start => if language.direction() == "rtl" { "right" } else { "left" },
        accent => brand.accents.light.map(|colour| colour.to_string()),
        accent_dark => brand.accents.dark.map(|colour| colour.to_string()),
        product => clean::line(&brand.product_name),
        public_url,
        forgot_url => format!("{public_url}/forgot"),
        support_url => support_url(&support),
        support,
        name => clean::name(&recipient.name),
        login_name => clean::login_name(&recipient.login_name),
        link,
        code,
        lifetime => told.lifetime,
        by_reset => told.by_reset,
        by_staff => told.by_staff,
        action => told.action,
        new_address => clean::line(told.new_address),
        to_new => told.to_new,
        undo_hours => told.undo_hours,
        reason => clean::line(told.reason),
        what => told.what,
        provider => clean::line(told.provider),
        sign_in_url => Some(told.sign_in_url).filter(|url| web_address(url, "sign-in address").is_ok()),
        facts => Facts::of(message.occasion()),
    };
    let part = |ending| templates::fill(&format!("{language}/{}.{ending}", message.kind()), &values);
    Ok(Rendered {
        subject: clean::shorten(&clean::line(&part("subject")?), LONGEST_SUBJECT),
        text: part("txt")?,
        html: part("html")?,
    })
}

/// What a message says beside when and where; empty where it says nothing of the kind.
#[derive(Default)]
struct Told<'a> {
    lifetime: u32,
    by_reset: bool,
    by_staff: bool,
    action: Option<StaffAction>,
    new_address: &'a str,
    to_new: bool,
    undo_hours: u32,
    reason: &'a str,
    what: Option<Said>,
    provider: &'a str,
    sign_in_url: &'a str,
}

impl<'a> Told<'a> {
    fn of(message: &'a Message) -> Self {
        let mut told = Self::default();
        match message {
            Message::ResetLink {
                lifetime_minutes,
                by_staff,
                ..
            } => {
                told.lifetime = *lifetime_minutes;
                told.by_staff = *by_staff;
            }
            Message::SsoHint {
                provider, sign_in_url, ..
            } => {
                told.provider = provider;
                told.sign_in_url = sign_in_url;
            }
            Message::PasswordChanged { by, .. } => told.by_reset = *by == Change::Reset,
            Message::EmailChanged {
                new_address, to_new, ..
            } => {
                told.new_address = new_address;
                told.to_new = *to_new;
            }
            Message::StaffActed { action, .. } => {
                told.by_staff = true;
                told.action = Some(*action);
            }
            Message::RecoveryCode { lifetime_minutes, .. } => told.lifetime = *lifetime_minutes,
            Message::RecoveryCompleted {
                new_address,
                to_new,
                undo_hours,
                ..
            } => {
                told.new_address = new_address;
                told.to_new = *to_new;
                told.undo_hours = *undo_hours;
            }
            Message::RecoveryDenied { reason, .. } => told.reason = reason,
            Message::RecoverySaid { what, .. } => told.what = Some(*what),
            Message::RecoveryStarted { .. } => {}
        }
        told
    }
}

/// Only http(s) addresses written in characters that need no escaping reach a mail: such an address is the same, letter
/// for letter, in the text, in the HTML source and in the browser, and cannot be a script (security 135).
fn web_address<'a>(address: &'a str, what: &'static str) -> Result<&'a str, RenderError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$()*+,;=%&".contains(c);
    let is_web = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_web && address.chars().all(plain) {
        Ok(address)
    } else {
        Err(RenderError::NotAWebAddress(what))
    }
}

/// `ABCDEFGH` reads and dictates better as `ABCD-EFGH`.
fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().filter(char::is_ascii_alphanumeric).collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// Where the support contact leads, if it is an address or a web page; words stay words.
fn support_url(support: &str) -> Option<String> {
    if web_address(support, "support contact").is_ok() {
        return Some(support.to_owned());
    }
    let (local, domain) = support.split_once('@')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
    (plain(local) && plain(domain)).then(|| format!("mailto:{support}"))
}
