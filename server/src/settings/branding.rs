//! Settings of the name people know this installation by.

use super::{Declaration, Kind};
use crate::branding::colour::Scheme;
use app::words::Locale;
use serde::{Deserialize, Deserializer};

#[derive(Clone, Debug, Deserialize)]
pub struct Branding {
    pub product_name: String,
    pub support_contact: String,
    /// Said in mails where their templates ask for it.
    pub organisation_code: String,
    /// `#rrggbb`; empty for the built-in colour.
    pub accent_light: String,
    pub accent_dark: String,
    /// For whoever asks for none of our languages.
    #[serde(deserialize_with = "language")]
    pub default_locale: Locale,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("branding.product_name", Kind::Line { max: 60 }, "\"Latchkey\""),
    Declaration::new("branding.support_contact", Kind::Line { max: 200 }, "\"\""),
    Declaration::new("branding.organisation_code", Kind::Line { max: 40 }, "\"\""),
    Declaration::new("branding.accent_light", Kind::Colour(Scheme::Light), "\"\""),
    Declaration::new("branding.accent_dark", Kind::Colour(Scheme::Dark), "\"\""),
    Declaration::new("branding.default_locale", Kind::Choice(&Locale::CODES), "\"en\""),
];

/// A language that this version does not speak is answered in English.
fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locale, D::Error> {
    Ok(Locale::of_tag(&String::deserialize(deserializer)?).unwrap_or_default())
}
