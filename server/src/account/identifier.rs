//! The names by which an account is found, and the one way in which they are compared (security 121, 122). Sign-in, forgot,
//! import, command line and database all use these keys and never compare names in any other way.
//!
//! A key is compared byte for byte. Two writings of a name have one key only where no reader could tell them apart but by
//! capitals: composed or decomposed accents, upper or lower case. Anything that merely looks or sounds alike (`ı` and `i`, `ß` and
//! `ss`, Cyrillic and Latin, the Kelvin sign) is refused or has a key of its own, so that nobody's mail reaches a neighbour.

mod email;
mod fold;

use app::phrase;
use app::words::Phrase;
pub use email::EmailAddress;
use fold::fold;

/// Why a text cannot be a login name or an address. Carries nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum IdentifierError {
    Empty,
    TooLong,
    Malformed,
}

impl IdentifierError {
    /// Why, to follow what it is about.
    #[must_use]
    pub fn in_words(self) -> Phrase {
        match self {
            Self::Empty => phrase!(problem.empty),
            Self::TooLong => phrase!(problem.too_long),
            Self::Malformed => phrase!(problem.malformed_name),
        }
    }
}

/// Longest login name in code points; an address used as one has the limits of an address.
const MAX_LOGIN_NAME: usize = 64;

/// Longest typed text in bytes: more than the longest address, and as much as the longest login name can take.
const MAX_TYPED_BYTES: usize = 4 * MAX_LOGIN_NAME;

/// Signs that login names have in practice. Without comma, semicolon, colon, quotes and brackets, so that a name never needs
/// quoting in a header, a log or a CSV file (security 125).
const LOGIN_NAME_SIGNS: &str = "._-+'\\/#$&!~=^*?";

/// A login name as its owner writes it, and the key it is found by.
///
/// A name with an `@` must be a valid address and has that address's key, so it can never be mistaken for another person's
/// address by any other reading. Whoever stores accounts must keep the key unique among login names and addresses together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginName {
    original: String,
    key: String,
}

impl LoginName {
    /// # Errors
    /// [`IdentifierError`]; white space, also around the name, is refused rather than trimmed (security 124).
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let key = if text.contains('@') {
            EmailAddress::parse(text)?.key().to_owned()
        } else {
            login_key(text)?
        };
        Ok(Self {
            original: text.to_owned(),
            key,
        })
    }

    /// As written, for showing.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// For comparing and storing.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn login_key(text: &str) -> Result<String, IdentifierError> {
    if text.is_empty() {
        return Err(IdentifierError::Empty);
    }
    if text.chars().nth(MAX_LOGIN_NAME).is_some() {
        return Err(IdentifierError::TooLong);
    }
    fold(text, LOGIN_NAME_SIGNS)
}

/// What somebody typed into the one field for login name or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The key of the login name it may be.
    pub login_key: Option<String>,
    /// The key of the address it may be.
    pub email_key: Option<String>,
    canonical: String,
}

impl Identifier {
    /// Accepts whatever could be asked for, also what no account can be called: the answer to that is the same (security 1).
    /// White space around the text is dropped, because copying brings it along.
    ///
    /// # Errors
    /// Nothing but white space, control characters or line separators (security 125), or more than 256 bytes.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        // Before trimming, which would make a line break at the end invisible to this check.
        if text
            .chars()
            .any(|one| one.is_control() || matches!(one, '\u{2028}' | '\u{2029}'))
        {
            return Err(IdentifierError::Malformed);
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(IdentifierError::Empty);
        }
        if text.len() > MAX_TYPED_BYTES {
            return Err(IdentifierError::TooLong);
        }
        let login_key = LoginName::parse(text).ok().map(|name| name.key);
        let email_key = EmailAddress::parse(text).ok().map(|address| address.key().to_owned());
        // No key contains a colon, so text that is no name never shares a limit with one that is.
        let canonical = login_key
            .clone()
            .or_else(|| email_key.clone())
            .unwrap_or_else(|| format!("unknown:{text}"));
        Ok(Self {
            login_key,
            email_key,
            canonical,
        })
    }

    /// One text for every way of writing the same name: what limits are counted by.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

#[cfg(test)]
mod tests;
