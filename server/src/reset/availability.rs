//! Whether a reset can work at all. Missing configuration closes the door instead of improvising (security 12).

use crate::latchkey::Latchkey;
use crate::settings::Settings;
use app::phrase;
use app::view::Availability;
use app::words::Phrase;

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
    /// For whoever runs the server.
    #[must_use]
    pub fn in_words(self) -> Phrase {
        match self {
            Self::SwitchedOff => phrase!(doctor.switched_off),
            Self::LinkLifetime => phrase!(doctor.no_lifetime),
            Self::PublicUrl => phrase!(doctor.no_public_url),
            Self::SenderAddress => phrase!(doctor.no_sender),
            Self::MailTransport => phrase!(doctor.no_transport),
        }
    }

    /// What to type to mend it.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Self::SwitchedOff => "latchkey settings set reset.enabled true",
            Self::LinkLifetime => "latchkey settings set reset.link_expiry_minutes 30",
            Self::PublicUrl => "latchkey settings set reset.public_url https://reset.example.org",
            Self::SenderAddress => "latchkey settings set mail.sender_address no-reply@example.org",
            Self::MailTransport => "latchkey settings set mail.url smtp://user:password@mail.example.org:587",
        }
    }

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
