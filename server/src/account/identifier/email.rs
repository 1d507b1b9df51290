//! Addresses: stricter than the mail standards, because an address that needs quoting has never been a person's and has often been
//! an attack (security 132, 183).

use super::IdentifierError;
use super::fold::fold;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

/// The longest address that SMTP carries, in bytes (RFC 5321 §4.5.3.1.3).
const MAX_BYTES: usize = 254;

/// RFC 5321 §4.5.3.1.1, in bytes.
const MAX_LOCAL_PART: usize = 64;

/// Signs of an unquoted local part, without those that some mail servers take for a route or a pipe (`%`, `!`, `|`, `` ` ``).
const LOCAL_PART_SIGNS: &str = ".#$&'*+-/=?^_{}~";

/// An address: the form to send to, and the key it is compared by.
///
/// The key is the local part in lower case and the domain as A-labels. That a server may tell `Ann@` from `ann@` does no harm:
/// mail goes to the address as its owner wrote it, never to the one that somebody typed. Dots and tags are left as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    original: String,
    deliverable: String,
    key: String,
}

impl EmailAddress {
    /// # Errors
    /// [`IdentifierError`]; white space, also around the address, is refused rather than trimmed (security 124).
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.is_empty() {
            return Err(IdentifierError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(IdentifierError::TooLong);
        }
        let (local, domain) = text.split_once('@').ok_or(IdentifierError::Malformed)?;
        let local_key = local_part_key(local)?;
        let domain_key = domain_key(domain).ok_or(IdentifierError::Malformed)?;
        let deliverable = format!("{}@{domain_key}", local.nfc().collect::<String>());
        let key = format!("{local_key}@{domain_key}");
        if deliverable.len().max(key.len()) > MAX_BYTES {
            return Err(IdentifierError::TooLong);
        }
        // Both forms, so that a key is itself an address.
        for form in [&deliverable, &key] {
            form.parse::<lettre::Address>()
                .map_err(|_| IdentifierError::Malformed)?;
        }
        Ok(Self {
            original: text.to_owned(),
            deliverable,
            key,
        })
    }

    /// As written, for showing.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// For sending: the local part as written, the domain in the form that every mail server understands.
    #[must_use]
    pub fn deliverable(&self) -> &str {
        &self.deliverable
    }

    /// For comparing and storing.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn local_part_key(local: &str) -> Result<String, IdentifierError> {
    let key = fold(local, LOCAL_PART_SIGNS)?;
    if local.len().max(key.len()) > MAX_LOCAL_PART {
        return Err(IdentifierError::TooLong);
    }
    // Between dots stands something: RFC 5321's dot-string.
    if local.split('.').any(str::is_empty) {
        Err(IdentifierError::Malformed)
    } else {
        Ok(key)
    }
}

/// The domain as lower-case A-labels; `None` where that form would hide a difference.
///
/// UTS 46 maps much that looks like ASCII to ASCII and drops what is invisible. Only the mapping that names have too (case,
/// composition) is accepted: a label must come back from its A-label as it went in (security 122, 123).
fn domain_key(domain: &str) -> Option<String> {
    let uts46 = Uts46::new();
    let ascii = uts46
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()?
        .into_owned();
    let (shown, valid) = uts46.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    valid.ok()?;
    if domain.split('.').count() != ascii.split('.').count() {
        return None;
    }
    for ((written, label), shown) in domain.split('.').zip(ascii.split('.')).zip(shown.split('.')) {
        let folded = fold(written, "-").ok()?;
        let returns = folded == label || folded == shown;
        if !returns || fold(shown, "-").as_deref() != Ok(shown) {
            return None;
        }
    }
    // A number at the end makes an IP address of it, and mail would go wherever somebody says (security 132).
    let last = ascii.rsplit('.').next()?;
    (!last.chars().all(|one| one.is_ascii_digit())).then_some(ascii)
}
