//! Settings about accounts whose password is elsewhere: what their owners are told when they ask for a reset (F14).

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Sso {
    /// Whether the owner gets a mail at all.
    pub hint: bool,
    /// Who signs them in; empty: "single sign-on of your organisation".
    pub provider_name: String,
    /// Where that is done; empty: the mail names no address.
    pub sign_in_url: String,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("sso.hint", Kind::Switch, "true"),
    Declaration::new("sso.provider_name", Kind::Line { max: 60 }, "\"\""),
    // Guarded: people follow it and type a password there.
    Declaration::new("sso.sign_in_url", Kind::PublicUrl, "\"\"").guarded(),
];
