//! Which of the public REST calls are open (A3). Pages are not concerned: they have doors of their own.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one switch for each call, each by itself")]
pub struct Grants {
    /// `POST /password-reset`; keys of scope `resets:request` come in all the same.
    pub password_reset: bool,
    /// `POST /password-reset/verify`.
    pub password_reset_verify: bool,
    /// `POST /password-reset/complete`.
    pub password_reset_complete: bool,
    /// `GET /recovery` and every call below it.
    pub recovery: bool,
    /// `POST /password-policy/check`.
    pub password_policy: bool,
    /// `POST /sessions`.
    pub sessions: bool,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("grants.password_reset", Kind::Switch, "true").guarded(),
    Declaration::new("grants.password_reset_verify", Kind::Switch, "true").guarded(),
    Declaration::new("grants.password_reset_complete", Kind::Switch, "true").guarded(),
    Declaration::new("grants.recovery", Kind::Switch, "true").guarded(),
    Declaration::new("grants.password_policy", Kind::Switch, "true").guarded(),
    Declaration::new("grants.sessions", Kind::Switch, "true").guarded(),
];
