//! Made-up people and mails, for previews, test mails and checks.

use crate::closed;
use crate::mail::message::{Change, MailKind, Message, Occasion, Said, StaffAction};
use crate::mail::placeholder::Placeholder;
use crate::mail::render::{Person, Secrets};

closed!(
    /// Whom a preview is written to.
    Sample { Single = "single", Joint = "joint", LongNames = "long_names", RightToLeft = "right_to_left" }
);

impl Sample {
    /// What is known about them.
    #[must_use]
    pub fn person(self) -> Person {
        use Placeholder as Is;
        let own: &[(Is, &str)] = match self {
            Self::Single | Self::Joint => &[
                (Is::LoginName, "ada.lovelace"),
                (Is::Name, "Ada Lovelace"),
                (Is::NameWithId, "Ada Lovelace (1815)"),
                (Is::Id, "1815"),
                (Is::Title, "Dr"),
                (Is::GivenName, "Augusta Ada"),
                (Is::PreferredName, "Ada"),
                (Is::Surname, "Lovelace"),
                (Is::Email, "ada@example.org"),
                (Is::MobilePhone, "+44 7700 900123"),
            ],
            Self::LongNames => &[
                (Is::LoginName, "wolfeschlegelsteinhausenbergerdorff.hubert.blaine.1997"),
                (
                    Is::Name,
                    "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh the Elder",
                ),
                (
                    Is::NameWithId,
                    "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh (700041997)",
                ),
                (Is::Id, "700041997"),
                (Is::Title, "Prof. Dr. Dr. h. c. mult."),
                (Is::GivenName, "Hubert Blaine Charles David Earl Frederick Gerald"),
                (Is::PreferredName, "Hubert Blaine"),
                (Is::Surname, "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"),
                (
                    Is::Email,
                    "hubert.blaine.wolfeschlegelsteinhausenbergerdorff@accounts.example.org",
                ),
                (Is::MobilePhone, "+44 7700 900456"),
            ],
            Self::RightToLeft => &[
                (Is::LoginName, "fatima"),
                (Is::Name, "فاطمة الفهري"),
                (Is::NameWithId, "فاطمة الفهري (859)"),
                (Is::Id, "859"),
                (Is::Title, "د"),
                (Is::GivenName, "فاطمة"),
                (Is::PreferredName, "أم البنين"),
                (Is::Surname, "الفهري"),
                (Is::Email, "fatima@example.org"),
                (Is::MobilePhone, "+212 600 000000"),
            ],
        };
        let spouse: &[(Is, &str)] = match self {
            Self::Joint => &[
                (Is::LoginName, "lovelace.family"),
                (Is::Name, "Ada Lovelace & William King"),
                (Is::NameWithId, "Ada Lovelace (1815) & William King (1805)"),
                (Is::SpouseId, "1805"),
                (Is::SpouseTitle, "Mr"),
                (Is::SpouseGivenName, "William"),
                (Is::SpousePreferredName, "Will"),
                (Is::SpouseSurname, "King"),
                (Is::SpouseEmail, "william@example.org"),
                (Is::SpouseMobilePhone, "+44 7700 900789"),
            ],
            Self::Single | Self::LongNames | Self::RightToLeft => &[],
        };
        let all = own.iter().chain(spouse);
        all.map(|(name, value)| (*name, (*value).to_owned())).collect()
    }
}

/// Every way in which a mail of a kind is sent, the usual one first.
#[must_use]
pub fn mails(kind: MailKind, now: i64, public_url: &str) -> Vec<(Message, Secrets)> {
    let made = Made { now, public_url };
    let bare = |messages: Vec<Message>| {
        messages
            .into_iter()
            .map(|message| (message, Secrets::default()))
            .collect()
    };
    match kind {
        MailKind::ResetLink => made.resets(),
        MailKind::SsoHint => bare(vec![
            made.hint("Example ID", "https://id.example.org/"),
            made.hint("", ""),
        ]),
        MailKind::PasswordChanged => {
            let message = |by| Message::PasswordChanged {
                occasion: made.occasion(),
                by,
            };
            bare(vec![message(Change::Reset), message(Change::Owner)])
        }
        MailKind::EmailChanged => bare(vec![made.email_changed(false), made.email_changed(true)]),
        MailKind::StaffActed => bare(vec![Message::StaffActed {
            occasion: made.moment(),
            action: StaffAction::Enabled,
        }]),
        MailKind::RecoveryStarted => {
            let message = || Message::RecoveryStarted {
                occasion: made.occasion(),
                recovery: String::new(),
            };
            vec![(message(), made.undo()), (message(), Secrets::default())]
        }
        MailKind::RecoveryCode => {
            let message = Message::RecoveryCode {
                occasion: made.occasion(),
                recovery: String::new(),
                salt: String::new(),
                lifetime_minutes: 15,
            };
            vec![(message, code())]
        }
        MailKind::RecoveryCompleted => vec![
            (made.completed(false), made.undo()),
            (made.completed(true), Secrets::default()),
        ],
        MailKind::RecoveryDenied => bare(vec![Message::RecoveryDenied {
            occasion: made.moment(),
            reason: "Please come to the office with your passport.".to_owned(),
        }]),
        MailKind::RecoverySaid => {
            let message = |what| Message::RecoverySaid {
                occasion: made.occasion(),
                what,
            };
            bare(vec![message(Said::Locked), message(Said::AddressTaken)])
        }
    }
}

/// What made-up mails are made of.
struct Made<'a> {
    now: i64,
    public_url: &'a str,
}

/// As the address of somebody else is shown.
const MASKED: &str = "a…@example.com";

impl Made<'_> {
    fn occasion(&self) -> Occasion {
        Occasion {
            at: self.now,
            client_address: "203.0.113.77".to_owned(),
            device: "Firefox on Linux".to_owned(),
        }
    }

    /// Of staff only when.
    fn moment(&self) -> Occasion {
        Occasion {
            client_address: String::new(),
            device: String::new(),
            ..self.occasion()
        }
    }

    /// Opens nothing.
    fn link(&self, path: &str) -> String {
        let public_url = self.public_url;
        format!("{public_url}{path}?key=THIS-IS-A-SAMPLE_it-opens-nothing-0000000000")
    }

    fn undo(&self) -> Secrets {
        let link = Some(self.link("/recovery/undo"));
        Secrets { link, code: None }
    }

    fn resets(&self) -> Vec<(Message, Secrets)> {
        let message = |by_staff| Message::ResetLink {
            lifetime_minutes: 30,
            occasion: self.occasion(),
            by_staff,
        };
        let link = Some(self.link("/reset"));
        let both = Secrets {
            link: link.clone(),
            ..code()
        };
        let only_link = Secrets { link, code: None };
        vec![
            (message(false), both),
            (message(true), only_link),
            (message(false), code()),
        ]
    }

    fn hint(&self, provider: &str, sign_in_url: &str) -> Message {
        Message::SsoHint {
            occasion: self.occasion(),
            provider: provider.to_owned(),
            sign_in_url: sign_in_url.to_owned(),
        }
    }

    fn email_changed(&self, to_new: bool) -> Message {
        Message::EmailChanged {
            occasion: self.moment(),
            new_address: MASKED.to_owned(),
            to_new,
        }
    }

    fn completed(&self, to_new: bool) -> Message {
        Message::RecoveryCompleted {
            occasion: self.occasion(),
            recovery: String::new(),
            new_address: MASKED.to_owned(),
            to_new,
            undo_hours: 72,
        }
    }
}

fn code() -> Secrets {
    let code = Some("ABCD2345".to_owned());
    Secrets { link: None, code }
}
