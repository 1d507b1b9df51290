//! What a mail is about, as the outbox keeps it until it is sent.
//!
//! Link and code are deliberately absent: they are derived when the mail is sent, so a stored message gives nobody a way
//! into an account (security 143).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::closed;

closed!(
    /// What a mail is about: the stable name used for templates, storage and metrics.
    MailKind {
        ResetLink = "reset_link",
        SsoHint = "sso_hint",
        PasswordChanged = "password_changed",
        EmailChanged = "email_changed",
        StaffActed = "staff_acted",
        RecoveryStarted = "recovery_started",
        RecoveryCode = "recovery_code",
        RecoveryCompleted = "recovery_completed",
        RecoveryDenied = "recovery_denied",
        RecoverySaid = "recovery_said",
    }
);

/// Whom the mail is for, copied from the account when the mail is prepared (security 149).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The stored address; the only one the mail goes to (security 6).
    pub address: String,
    /// How the person is greeted; may be empty.
    pub name: String,
    /// Which account the mail is about: several may share one mailbox (security 15).
    pub login_name: String,
    /// A language tag such as `de-CH`; unknown languages are answered in English.
    pub locale: String,
    /// What else templates may say about them; nothing for somebody who need not be the owner.
    #[serde(default)]
    pub person: Box<Person>,
}

/// Addresses do not belong in logs: shows only the first letter and the domain.
impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({}, {})", masked(&self.address), self.locale)
    }
}

/// An address as staff, logs and other mailboxes may see it: first letter and domain.
#[must_use]
pub fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or_default();
    let first = local.chars().next().unwrap_or('?');
    format!("{first}…@{domain}")
}

/// When and from where something was asked for or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    /// Unix time in milliseconds.
    pub at: i64,
    /// The client's IP address; mails show it coarsely. Empty if unknown.
    pub client_address: String,
    /// For example "Firefox on Linux"; empty if unknown.
    pub device: String,
}

/// Through which door a password was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// With a mailed link or code.
    Reset,
    /// By the owner, signed in and knowing the old password.
    Owner,
}

/// What staff did to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffAction {
    SessionsEnded,
    Disabled,
    Enabled,
    SignInBySso,
    SignInByPassword,
    RoleChanged,
    LoginNameChanged,
    Removed,
    FactsChanged,
    RecoveryUnlocked,
}

/// What somebody is told about recovery, beside its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Recovery is locked after tries that did not fit (security 155).
    Locked,
    /// It was stopped or taken back by the mail to the old address; told there…
    Undone,
    /// …and at the address that it had led to.
    UndoneNew,
    /// Somebody gave this address as their new one, and it belongs to another account already (security 81).
    AddressTaken,
    FactsChanged,
    CodesMade,
}

/// Every mail Latchkey writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// The way back in: a link, a code, or both.
    ResetLink {
        lifetime_minutes: u32,
        occasion: Occasion,
        /// Whether support asked for it instead of the owner (F10).
        #[serde(default)]
        by_staff: bool,
    },
    /// Somebody asked for a new password of an account that has none here: who signs its owner in (F14).
    SsoHint {
        occasion: Occasion,
        /// As people know it; may be empty.
        provider: String,
        /// May be empty.
        sign_in_url: String,
    },
    /// The notice after every change, so that a theft does not stay unseen (security 153).
    PasswordChanged { occasion: Occasion, by: Change },
    /// The address of the account is another one now; told to the old and to the new one (A4).
    EmailChanged {
        occasion: Occasion,
        /// Masked; empty when there is none any more.
        new_address: String,
        /// Whether this mail goes to the new address.
        to_new: bool,
    },
    /// The notice of what staff did (M8).
    StaffActed { occasion: Occasion, action: StaffAction },
    /// Somebody knew the facts, or a code, and now gives a new address; told to the old one (R10).
    RecoveryStarted { occasion: Occasion, recovery: String },
    /// The code that proves a new address. Dropped when another one was made since.
    RecoveryCode {
        occasion: Occasion,
        recovery: String,
        salt: String,
        lifetime_minutes: u32,
    },
    /// Address and password are other ones now; told to the old address, with a way back, and to the new one.
    RecoveryCompleted {
        occasion: Occasion,
        recovery: String,
        /// Masked.
        new_address: String,
        to_new: bool,
        undo_hours: u32,
    },
    /// Staff said no; told to the new address.
    RecoveryDenied { occasion: Occasion, reason: String },
    /// Everything else about recovery.
    RecoverySaid { occasion: Occasion, what: Said },
}

impl Message {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::ResetLink { .. } => MailKind::ResetLink,
            Self::SsoHint { .. } => MailKind::SsoHint,
            Self::PasswordChanged { .. } => MailKind::PasswordChanged,
            Self::EmailChanged { .. } => MailKind::EmailChanged,
            Self::StaffActed { .. } => MailKind::StaffActed,
            Self::RecoveryStarted { .. } => MailKind::RecoveryStarted,
            Self::RecoveryCode { .. } => MailKind::RecoveryCode,
            Self::RecoveryCompleted { .. } => MailKind::RecoveryCompleted,
            Self::RecoveryDenied { .. } => MailKind::RecoveryDenied,
            Self::RecoverySaid { .. } => MailKind::RecoverySaid,
        }
    }

    /// When and from where it was caused.
    #[must_use]
    pub fn occasion(&self) -> &Occasion {
        match self {
            Self::ResetLink { occasion, .. }
            | Self::SsoHint { occasion, .. }
            | Self::PasswordChanged { occasion, .. }
            | Self::EmailChanged { occasion, .. }
            | Self::StaffActed { occasion, .. }
            | Self::RecoveryStarted { occasion, .. }
            | Self::RecoveryCode { occasion, .. }
            | Self::RecoveryCompleted { occasion, .. }
            | Self::RecoveryDenied { occasion, .. }
            | Self::RecoverySaid { occasion, .. } => occasion,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occasion() -> Occasion {
        Occasion {
            at: 1,
            client_address: "203.0.113.9".into(),
            device: String::new(),
        }
    }

    #[test]
    fn a_message_is_stored_under_its_kind_and_read_back_unchanged() {
        let messages = [
            Message::ResetLink {
                lifetime_minutes: 30,
                occasion: occasion(),
                by_staff: false,
            },
            Message::EmailChanged {
                occasion: occasion(),
                new_address: "a…@example.org".into(),
                to_new: false,
            },
            Message::StaffActed {
                occasion: occasion(),
                action: StaffAction::Disabled,
            },
            Message::PasswordChanged {
                occasion: occasion(),
                by: Change::Owner,
            },
        ];
        for message in messages {
            let stored = serde_json::to_value(&message).unwrap();
            assert_eq!(stored["kind"], message.kind().as_str());
            assert_eq!(serde_json::from_value::<Message>(stored).unwrap(), message);
        }
    }

    #[test]
    fn a_logged_recipient_does_not_show_the_address() {
        let recipient = Recipient {
            address: "ada@example.org".into(),
            name: "Ada Lovelace".into(),
            login_name: "ada".into(),
            locale: "en".into(),
            person: Box::default(),
        };
        assert_eq!(format!("{recipient:?}"), "Recipient(a…@example.org, en)");
    }
}
