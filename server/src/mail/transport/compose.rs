//! Builds the message on the wire: a fixed set of headers, and the text beside the HTML.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use super::{Failure, Outgoing, address};
use crate::mail::clean;
use crate::mail::dkim::Signer;

/// Longest display name of the sender in a header.
const LONGEST_NAME: usize = 100;

/// A message as it travels. Holds secrets: has no `Debug`.
pub struct Letter {
    pub from: Address,
    /// One, by type: a list could grow a second recipient (security 7).
    pub to: Address,
    pub bytes: Vec<u8>,
}

impl Letter {
    /// Whether the addresses need no SMTPUTF8 from the server (RFC 6531).
    pub fn is_ascii(&self) -> bool {
        [&self.from, &self.to]
            .iter()
            .all(|address| address.to_string().is_ascii())
    }
}

/// Everything that could break a header is refused or cleaned here, before the mail library sees it, which panics on line
/// breaks in names (security 147, 183). What is refused now would be refused for ever: the failures are permanent.
pub fn compose(mail: &Outgoing, signer: Option<&Signer>) -> Result<Letter, Failure> {
    let malformed = |what: &str| Failure::permanent(&format!("this mail cannot be written: malformed {what}"));
    let mailbox = |name: String, raw: &str, what: &str| {
        let address = address::parse(raw).ok_or_else(|| malformed(what))?;
        Ok::<_, Failure>(Mailbox::new((!name.is_empty()).then_some(name), address))
    };
    let sender_name = clean::shorten(&clean::line(&mail.from.name), LONGEST_NAME);
    let from = mailbox(sender_name, &mail.from.address, "sender address")?;
    let to = mailbox(clean::name(&mail.to.name), &mail.to.address, "recipient address")?;
    let (sender, recipient) = (from.email.clone(), to.email.clone());
    let date = UNIX_EPOCH.checked_add(Duration::from_millis(mail.date.try_into().unwrap_or(0)));

    let mut builder = lettre::Message::builder()
        .from(from)
        .to(to)
        .subject(clean::line(&mail.rendered.subject))
        .date(date.ok_or_else(|| malformed("date"))?)
        .message_id(Some(
            message_id(&mail.message_id).ok_or_else(|| malformed("message id"))?,
        ))
        .header(AutoSubmitted)
        .header(SuppressAutoResponse);
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(mailbox(String::new(), reply_to, "reply-to address")?);
    }
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, &mail.rendered.text).ok_or_else(|| malformed("text"))?)
        .singlepart(part(ContentType::TEXT_HTML, &mail.rendered.html).ok_or_else(|| malformed("HTML"))?);
    let mut message = builder.multipart(parts).map_err(|_| malformed("headers"))?;
    if let Some(signer) = signer {
        signer.sign(&mut message);
    }
    Ok(Letter {
        from: sender,
        to: recipient,
        bytes: message.formatted(),
    })
}

/// Quoted-printable for every part: lines stay short and free of bare line feeds whatever a template holds, so no line
/// can pass for the end of the mail (security 133), and a long link survives on one line after decoding (security 135).
fn part(kind: ContentType, content: &str) -> Option<SinglePart> {
    let lines = content.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    let body = Body::new_with_encoding(lines, ContentTransferEncoding::QuotedPrintable).ok()?;
    Some(SinglePart::builder().header(kind).body(body))
}

/// `<local@domain>` of plain characters, so that nothing can be smuggled behind it.
fn message_id(raw: &str) -> Option<String> {
    let id = raw.trim_matches(['<', '>']);
    let (local, domain) = id.split_once('@')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    (plain(local) && plain(domain) && id.len() <= 200).then(|| format!("<{id}>"))
}

/// Tells vacation programs that nobody reads an answer (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

/// The same for Exchange, which asks differently (MS-OXCMAIL).
#[derive(Clone)]
struct SuppressAutoResponse;

macro_rules! fixed_header {
    ($type:ident, $name:literal, $value:literal) => {
        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $value.to_owned())
            }
        }
    };
}

fixed_header!(AutoSubmitted, "Auto-Submitted", "auto-generated");
fixed_header!(SuppressAutoResponse, "X-Auto-Response-Suppress", "All");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_one_plain_word_in_brackets() {
        assert_eq!(
            message_id("0a1b@mail.example.org").as_deref(),
            Some("<0a1b@mail.example.org>")
        );
        assert_eq!(
            message_id("<0a1b@mail.example.org>").as_deref(),
            Some("<0a1b@mail.example.org>")
        );
        for malformed in ["", "no-domain", "a@b>\r\nBcc: x@y", "a b@c", "a@b@c", "@", "a@"] {
            assert_eq!(message_id(malformed), None, "{malformed:?}");
        }
    }
}
