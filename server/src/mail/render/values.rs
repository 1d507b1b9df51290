//! The value of every placeholder of one mail: cleaned text, never a template, empty where there is none.

use super::person::{Person, harmless};
use super::templates::Say;
use super::{Brand, RenderError, Secrets, facts::Facts};
use crate::branding::colour::Colour;
use crate::mail::clean;
use crate::mail::message::{Change, MailKind, Message, Said};
use crate::mail::placeholder::Placeholder;
use app::words::Locale;
use minijinja::Value;
use std::collections::BTreeMap;
use url::Url;

/// One mail's values.
#[derive(Clone, Debug)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// # Errors
    /// When a link or the public URL is not an address that can be mailed, or there is nothing to send.
    pub fn of(
        message: &Message,
        person: &Person,
        language: Locale,
        brand: &Brand,
        secrets: &Secrets,
    ) -> Result<Self, RenderError> {
        let public_url = web_address(brand.public_url.trim_end_matches('/'), "public URL")?;
        let link = secrets.link.as_deref().map(|link| web_address(link, "link"));
        let link = link.transpose()?.unwrap_or_default();
        let code = secrets.code.as_deref().map(grouped).unwrap_or_default();
        let needs_secret = matches!(message.kind(), MailKind::ResetLink | MailKind::RecoveryCode);
        if needs_secret && link.is_empty() && code.is_empty() {
            return Err(RenderError::NothingToSend);
        }
        let support = clean::line(&brand.support_contact);
        let facts = Facts::of(message.occasion());
        let say = Say(language);

        let mut values = Self(BTreeMap::new());
        for name in Placeholder::ALL {
            values.set(
                *name,
                if name.is_switch() {
                    Value::from(false)
                } else {
                    Value::from("")
                },
            );
        }
        for (name, value) in person {
            values.set(*name, harmless(*name, value));
        }
        values.set(Placeholder::Link, link);
        values.set(Placeholder::Code, code);
        values.set(Placeholder::Time, say.when(&facts)?);
        values.set(Placeholder::Origin, facts.origin.unwrap_or_default());
        values.set(Placeholder::Device, facts.device.unwrap_or_default());
        values.frame(language, brand);
        values.set(Placeholder::OrganisationCode, clean::line(&brand.organisation_code));
        values.set(Placeholder::SupportLink, support_url(&support).unwrap_or_default());
        values.set(Placeholder::SupportContact, support);
        values.set(Placeholder::PublicUrl, public_url);
        values.tell(message, say, &format!("{public_url}/forgot"))?;
        Ok(values)
    }

    /// What the frame says and looks like, for a mail that says no more than these words.
    #[must_use]
    pub fn of_words(words: &str, language: Locale, brand: &Brand) -> Self {
        let mut values = Self(BTreeMap::new());
        values.frame(language, brand);
        values.0.insert("words", words.into());
        values
    }

    /// For the frame; no template of anybody else needs to know them.
    fn frame(&mut self, language: Locale, brand: &Brand) {
        self.set(Placeholder::ProductName, clean::line(&brand.product_name));
        let direction = language.direction();
        self.0.insert("language", language.code().into());
        self.0.insert("direction", direction.into());
        // Where lines begin, for mail programs that know no logical sides.
        let start = if direction == "rtl" { "right" } else { "left" };
        self.0.insert("start", start.into());
        let colour = |accent: Option<Colour>| accent.map(|colour| colour.to_string()).unwrap_or_default();
        self.0.insert("accent", colour(brand.accents.light).into());
        self.0.insert("accent_dark", colour(brand.accents.dark).into());
    }

    /// What a message says beside when and where.
    fn tell(&mut self, message: &Message, say: Say, forgot_link: &str) -> Result<(), RenderError> {
        let (login_name, product) = (self.text(Placeholder::LoginName), self.text(Placeholder::ProductName));
        match message {
            Message::ResetLink {
                lifetime_minutes,
                by_staff,
                ..
            } => {
                self.set(Placeholder::Lifetime, say.lifetime(*lifetime_minutes)?);
                self.set(Placeholder::ByStaff, *by_staff);
            }
            Message::SsoHint {
                provider, sign_in_url, ..
            } => {
                self.set(Placeholder::Provider, clean::line(provider));
                let link = web_address(sign_in_url, "sign-in address").unwrap_or_default();
                self.set(Placeholder::SignInLink, link);
            }
            Message::PasswordChanged { by, .. } => {
                self.set(Placeholder::ByReset, *by == Change::Reset);
                self.set(Placeholder::ForgotLink, forgot_link);
            }
            Message::EmailChanged {
                new_address, to_new, ..
            } => {
                self.set(Placeholder::NewAddress, clean::line(new_address));
                self.set(Placeholder::ToNew, *to_new);
            }
            Message::StaffActed { action, .. } => {
                let told = say.words(
                    "action_of",
                    &[Value::from_serialize(action), login_name.into(), product.into()],
                )?;
                self.set(Placeholder::WhatHappened, told);
            }
            Message::RecoveryStarted { .. } => {}
            Message::RecoveryCode { lifetime_minutes, .. } => {
                self.set(Placeholder::Lifetime, say.lifetime(*lifetime_minutes)?);
            }
            Message::RecoveryCompleted {
                new_address,
                to_new,
                undo_hours,
                ..
            } => {
                self.set(Placeholder::NewAddress, clean::line(new_address));
                self.set(Placeholder::ToNew, *to_new);
                self.set(Placeholder::Lifetime, say.words("hours_of", &[(*undo_hours).into()])?);
            }
            Message::RecoveryDenied { reason, .. } => self.set(Placeholder::Reason, clean::line(reason)),
            Message::RecoverySaid { what, .. } => {
                let (said, product) = (Value::from_serialize(what), Value::from(product));
                let headline = say.words("said_title", &[said.clone(), product.clone()])?;
                let happened = say.words("said_of", &[said.clone(), login_name.into(), product])?;
                self.set(Placeholder::Headline, headline);
                self.set(Placeholder::WhatHappened, happened);
                self.set(Placeholder::WhatNext, say.words("said_next", &[said])?);
                if !matches!(what, Said::UndoneNew | Said::AddressTaken) {
                    self.set(Placeholder::ForgotLink, forgot_link);
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, name: Placeholder, value: impl Into<Value>) {
        self.0.insert(name.as_str(), value.into());
    }

    /// As it stands in the mail; empty where there is none.
    #[must_use]
    pub fn text(&self, name: Placeholder) -> String {
        self.0.get(name.as_str()).map(ToString::to_string).unwrap_or_default()
    }

    /// Every address that links of this mail may lead to.
    pub fn addresses(&self) -> impl Iterator<Item = String> {
        let names = Placeholder::ALL.iter().filter(|name| name.is_address());
        names.map(|name| self.text(*name)).filter(|address| !address.is_empty())
    }

    /// With the subject beside them, for the frame's heading.
    pub(super) fn with_subject(&self, subject: &str) -> Value {
        let subject = ("subject", Value::from(subject));
        self.entries().chain([subject]).collect()
    }

    pub(super) fn all(&self) -> Value {
        self.entries().collect()
    }

    fn entries(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().map(|(name, value)| (*name, value.clone()))
    }
}

impl Say {
    fn when(self, facts: &Facts) -> Result<String, RenderError> {
        self.words("when", &[Value::from_serialize(facts)])
    }

    fn lifetime(self, minutes: u32) -> Result<String, RenderError> {
        self.words("lifetime_of", &[minutes.into()])
    }
}

/// Only http(s) addresses written in characters that need no escaping reach a mail: such an address is the same, letter
/// for letter, in the text, in the HTML source and in the browser, and cannot be a script (security 135).
///
/// # Errors
/// For every other address.
pub fn web_address<'a>(address: &'a str, what: &'static str) -> Result<&'a str, RenderError> {
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
