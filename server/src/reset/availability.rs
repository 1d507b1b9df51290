//! Whether a reset can work at all. Missing configuration closes the door instead of improvising (security 12).

use crate::latchkey::Latchkey;
use crate::settings::Settings;
use app::view::Availability;

/// What reset needs and does not have. The names are for operators; visitors only see [`Availability`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    SwitchedOff,
    LinkLifetime,
    PublicUrl,
    SenderAddress,
    MailTransport,
}

impl Missing {
    /// What to do about it, for log and command line.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::SwitchedOff => "reset.enabled is false",
            Self::LinkLifetime => {
                "reset.link_expiry_minutes is unset: latchkey settings set reset.link_expiry_minutes 30"
            }
            Self::PublicUrl => {
                "no public URL: latchkey settings set reset.public_url https://reset.example.org (what people type)"
            }
            Self::SenderAddress => "no sender: latchkey settings set mail.sender_address no-reply@example.org",
            Self::MailTransport => {
                "no mail server: latchkey settings set mail.url smtp://user:password@mail.example.org:587"
            }
        }
    }
}

impl Missing {
    /// The setting that fixes it.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::SwitchedOff => "reset.enabled",
            Self::LinkLifetime => "reset.link_expiry_minutes",
            Self::PublicUrl => "reset.public_url",
            Self::SenderAddress => "mail.sender_address",
            Self::MailTransport => "mail.url",
        }
    }
}

/// Everything that is missing; empty when reset works.
#[must_use]
pub fn missing(latchkey: &Latchkey, settings: &Settings) -> Vec<Missing> {
    [
        (!settings.reset.enabled, Missing::SwitchedOff),
        (settings.reset.link_expiry_minutes.is_none(), Missing::LinkLifetime),
        (settings.reset.public_url.is_none(), Missing::PublicUrl),
        (settings.mail.sender_address.is_empty(), Missing::SenderAddress),
        (!latchkey.transports.configured(settings), Missing::MailTransport),
    ]
    .into_iter()
    .filter_map(|(is_missing, what)| is_missing.then_some(what))
    .collect()
}

#[must_use]
pub fn availability(latchkey: &Latchkey, settings: &Settings) -> Availability {
    match missing(latchkey, settings).as_slice() {
        [] => Availability::Available,
        [Missing::SwitchedOff, ..] => Availability::SwitchedOff,
        _ => Availability::NotConfigured,
    }
}
