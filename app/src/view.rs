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
    /// Whether facts can take the place of a lost mailbox (R3). Recovery codes can whenever `reset` is available.
    pub recovery: bool,
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
    /// Unused recovery codes.
    pub recovery_codes: u32,
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

/// What a fact about a person is: decides its input, its check and how hard it is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Email,
    SocialSecurityNumber,
    DriversLicence,
    ShortText,
    Number,
    Date,
    PickList,
}

impl FactKind {
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::SocialSecurityNumber,
        Self::DriversLicence,
        Self::ShortText,
        Self::Number,
        Self::Date,
        Self::PickList,
    ];

    /// The stable code used in REST and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::SocialSecurityNumber => "social_security_number",
            Self::DriversLicence => "drivers_licence",
            Self::ShortText => "short_text",
            Self::Number => "number",
            Self::Date => "date",
            Self::PickList => "pick_list",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Why a text cannot be such a fact, whoever it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactProblem {
    Missing,
    TooLong,
    /// Not of the kind's or the attribute's own format.
    Format,
    /// Not a day there was, written year-month-day.
    Date,
    /// None of the options.
    Option,
}

/// One input of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactField {
    pub name: String,
    pub kind: FactKind,
    /// In the visitor's language.
    pub label: String,
    /// Of a pick list.
    pub options: Vec<String>,
    /// How it is written: `A` a letter, `9` a digit, `*` either. Empty for any.
    pub format: String,
}

/// What a person without the mailbox may show instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryForm {
    /// All of them are asked for; empty where only codes are possible.
    pub facts: Vec<FactField>,
}

/// Facts that were not taken. `malformed` names those that cannot be, and none with any other refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRefusal {
    pub refusal: Refusal,
    pub malformed: Vec<String>,
}

/// How far a recovery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStep {
    /// Give a new address.
    Mailbox,
    /// Type the code that was mailed there; giving another address is still possible.
    Code,
    /// Choose a password.
    Choose,
}

/// The recovery that the visitor's cookie opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedRecovery {
    pub step: RecoveryStep,
    /// As the visitor gave it; empty before.
    pub new_address: String,
    /// For the password manager's hidden username field; empty before the last step.
    pub login_name: String,
    /// Unix milliseconds; never moved by looking.
    pub expires_at: i64,
    /// Milliseconds left when the page was made.
    pub remaining: i64,
}

/// What follows the new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovered {
    Done {
        signed_in: bool,
    },
    /// Staff decide; the receipt tells how.
    AwaitingApproval {
        receipt: String,
    },
}

/// What became of a recovery that staff decide, for whoever has the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    Awaiting,
    Approved,
    Refused,
    /// Nobody decided in time, the owner stopped it, or the account changed meanwhile.
    Over,
}

/// A fact that the owner may put on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFact {
    pub field: FactField,
    /// Whether one is stored. What it is, nobody can read.
    pub on_file: bool,
}

/// A form that waits because no script answered the captcha for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Until it can be sent; 0 from then on.
    pub seconds: i64,
    /// The page it came from.
    pub back: String,
}
