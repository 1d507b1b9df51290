//! Settings of outgoing mail.

use super::{Declaration, Kind};
use crate::secret::Hidden;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// How mail leaves. Empty: reset is not available.
    pub url: Hidden,
    pub sender_name: String,
    /// Empty: reset is not available.
    pub sender_address: String,
    pub reply_to: String,
    /// Where the DNS is asked about the sender's domain. Empty: nowhere.
    pub resolver: String,
    pub dkim_selector: String,
    /// Empty: the sender's.
    pub dkim_domain: String,
    /// Empty: mails are not signed.
    pub dkim_private_key: Hidden,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("mail.url", Kind::MailUrl, "\"\"").secret().guarded(),
    Declaration::new("mail.sender_name", Kind::Line { max: 100 }, "\"\"").guarded(),
    Declaration::new("mail.sender_address", Kind::Address, "\"\"").guarded(),
    Declaration::new("mail.reply_to", Kind::Address, "\"\"").guarded(),
    Declaration::new("mail.resolver", Kind::Resolver, "\"\"").guarded(),
    Declaration::new("mail.dkim_selector", Kind::Selector, "\"latchkey\"").guarded(),
    Declaration::new("mail.dkim_domain", Kind::Domain, "\"\"").guarded(),
    Declaration::new("mail.dkim_private_key", Kind::SigningKey, "\"\"")
        .secret()
        .guarded(),
];
