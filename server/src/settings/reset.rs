//! Settings of the reset by mail.

use super::{Declaration, Kind};
use app::view::Delivery;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use url::Url;

#[derive(Clone, Debug, Deserialize)]
pub struct Reset {
    pub enabled: bool,
    /// What links in mails start with; never taken from a request (security 9). Unset: reset is not available.
    #[serde(deserialize_with = "url_or_nothing")]
    pub public_url: Option<Url>,
    /// Unset: no reset at all, rather than links that never expire (security 12).
    pub link_expiry_minutes: Option<u32>,
    pub delivery: Delivery,
    pub sign_in: SignIn,
    /// Per language; a missing language has the built-in text.
    pub generic_response: BTreeMap<String, String>,
    /// Names of the link's parameters.
    pub key_parameter: String,
    pub target_parameter: String,
    /// Where people go when nothing else was asked for.
    pub target_page: String,
    /// Origins beside our own that a target may have.
    pub allowed_targets: Vec<String>,
}

/// When a reset signs the person in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    Never,
    /// With the new password.
    AfterReset,
    /// With the new password, or instead of one.
    OnLink,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("reset.enabled", Kind::Switch, "true"),
    Declaration::new("reset.public_url", Kind::PublicUrl, "\"\"").guarded(),
    Declaration::new(
        "reset.link_expiry_minutes",
        Kind::NumberOrUnset { min: 1, max: 1440 },
        "30",
    ),
    Declaration::new("reset.delivery", Kind::Choice(&["link", "code", "both"]), "\"both\""),
    Declaration::new(
        "reset.sign_in",
        Kind::Choice(&["never", "after_reset", "on_link"]),
        "\"never\"",
    )
    .guarded(),
    Declaration::new("reset.generic_response", Kind::PublicText { max: 500 }, "{}"),
    Declaration::new("reset.key_parameter", Kind::QueryName, "\"key\""),
    Declaration::new("reset.target_parameter", Kind::QueryName, "\"target\""),
    Declaration::new("reset.target_page", Kind::Page, "\"/\""),
    Declaration::new("reset.allowed_targets", Kind::Origins, "[]"),
];

fn url_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}
