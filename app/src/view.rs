//! What the server tells pages: plain values, the same in the browser and on the server. Everything here ends up in the HTML, so
//! nothing server-only may ever be added (security 180).

use crate::outcome::Refusal;
use crate::policy::{Policy, Violation};
use serde::{Deserialize, Serialize};

/// What every page may know about this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub product_name: String,
    /// Free text, an address or a URL; empty when nobody set one.
    pub support_contact: String,
    pub reset: Availability,
    pub delivery: Delivery,
    /// How long a mailed link and code live, minutes.
    pub link_expiry_minutes: u32,
    /// Administrator's own words for "if there is such an account, a mail is on its way"; empty: the built-in text.
    pub generic_response: String,
    pub policy: Policy,
    /// The demo's mailbox page exists.
    pub mailbox: bool,
    /// Whether this visitor is signed in.
    pub signed_in: bool,
}

/// Whether a reset can be asked for at all. Visitors learn no more than this; the log and the command line name what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Available,
    /// Something it needs is not configured.
    NotConfigured,
    /// An administrator switched it off.
    SwitchedOff,
}

/// What the mail carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Link,
    Code,
    Both,
}

/// What the visitor's opened link gives the right to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// For the password manager's hidden username field.
    pub login_name: String,
    /// Unix milliseconds; never moved by looking.
    pub expires_at: i64,
    /// Milliseconds left when the page was made.
    pub remaining: i64,
    /// Whether it may be used to sign in without a new password.
    pub keep: bool,
}

/// What follows a reset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    pub signed_in: bool,
    /// Where the person goes on, if anywhere in particular.
    pub target: Option<String>,
}

/// A refused password with its reasons; no reasons with any other refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRefusal {
    pub refusal: Refusal,
    pub violations: Vec<Violation>,
}

/// The verdict shown while typing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordVerdict {
    pub accepted: bool,
    pub violations: Vec<Violation>,
    /// 0 (guessed at once) to 4 (very hard to guess); advice, not a rule.
    pub strength: u8,
}

/// The signed-in person's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub login_name: String,
    pub name: String,
    pub email: Option<String>,
    /// Whether there is a console for this person.
    pub staff: bool,
    /// Whether the current password is asked for when it is changed.
    pub needs_current: bool,
    pub sessions: Vec<SessionView>,
}

/// One of the person's own sessions. Times are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub id: String,
    pub current: bool,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub client_address: String,
    /// Browser and system in a few words.
    pub device: String,
}
