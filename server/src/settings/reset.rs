//! Settings of the reset by mail.

use super::{Declaration, Kind};
use app::view::Delivery;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Deserialize)]
pub struct Reset {
    pub enabled: bool,
    /// Unset: no reset at all, rather than links that never expire (security 12).
    pub link_expiry_minutes: Option<u32>,
    pub delivery: Delivery,
    /// Per language; a missing language has the built-in text.
    pub generic_response: BTreeMap<String, String>,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        name: "reset.enabled",
        kind: Kind::Switch,
        default: "true",
        help: "Whether people can reset their password by mail.",
    },
    Declaration {
        name: "reset.link_expiry_minutes",
        kind: Kind::NumberOrUnset { min: 1, max: 1440 },
        default: "30",
        help: "How long a mailed link and code work, in minutes, counted from the mail. Unset: reset is not available.",
    },
    Declaration {
        name: "reset.delivery",
        kind: Kind::Choice(&["link", "code", "both"]),
        default: "\"both\"",
        help: "What the mail carries: a link, a code to type, or both.",
    },
    Declaration {
        name: "reset.generic_response",
        kind: Kind::PublicText { max: 500 },
        default: "{}",
        help: "The answer to everyone who asks for a reset, per language. No placeholders: it must not depend on the person.",
    },
];
