//! Settings of outgoing mail. Where it goes out is boot configuration (`LATCHKEY_MAIL_URL`).

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    pub sender_name: String,
    /// Empty: reset is not available.
    pub sender_address: String,
    pub reply_to: String,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        name: "mail.sender_name",
        kind: Kind::Line { max: 100 },
        default: "\"\"",
        help: "The name mails come from. Empty: the product's name.",
    },
    Declaration {
        name: "mail.sender_address",
        kind: Kind::Address,
        default: "\"\"",
        help: "The address mails come from. Empty: reset is not available.",
    },
    Declaration {
        name: "mail.reply_to",
        kind: Kind::Address,
        default: "\"\"",
        help: "Where answers to mails go. Empty: the sender.",
    },
];
