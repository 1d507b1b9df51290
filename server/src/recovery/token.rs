//! The secrets of a recovery: the handle in the visitor's cookie, the code mailed to the new address, the token in the mail to the old
//! one. Code and token are made from the server's key and a random salt in the row, so a retried mail carries the same ones while the
//! database holds nothing that opens anything (security 17, 18).

use crate::reset::receipt::{grouped, spelled, typed};
use crate::reset::token::{CODE_LENGTH, has_token_shape};
use crate::secret::{Keys, Purpose};
use subtle::ConstantTimeEq as _;
use url::Url;

/// Tries for the code of one address; then only another one helps (security 19).
pub const CODE_TRIES: i64 = 5;

/// Whether a text has the shape of a handle or token; anything else needs no look-up (security 28).
#[must_use]
pub fn has_shape(text: &str) -> bool {
    has_token_shape(text)
}

/// The code for one giving of one address, as it is mailed.
#[must_use]
pub fn mail_code(keys: &Keys, id: &str, salt: &str) -> String {
    let mut code = spelled(&keys.mac(Purpose::RecoveryMailCode, &[id, salt]));
    code.truncate(CODE_LENGTH);
    grouped(&code)
}

/// What is stored of a code: 40 bits could be guessed offline from a plain digest, so it is keyed. Bound to the recovery and, by the
/// salt, to the address it was made for (security 27, 80).
#[must_use]
pub fn mail_code_digest(keys: &Keys, id: &str, salt: &str, code: &str) -> String {
    let canonical = typed(code, CODE_LENGTH).unwrap_or_default();
    keys.mac_text(Purpose::RecoveryMailCodeDigest, &[id, salt, &canonical])
}

/// Whether what a person typed is the code. Compares in constant time, also when none was issued.
#[must_use]
pub fn code_matches(keys: &Keys, id: &str, salt: &str, typed_code: &str, stored_digest: &str) -> bool {
    mail_code_digest(keys, id, salt, typed_code)
        .as_bytes()
        .ct_eq(stored_digest.as_bytes())
        .into()
}

/// 256 bits as 43 URL-safe characters: stops a recovery, or takes it back.
#[must_use]
pub fn undo_token(keys: &Keys, id: &str, salt: &str) -> String {
    keys.mac_text(Purpose::RecoveryUndo, &[id, salt])
}

/// The link in the mail to the old address: the configured base, and nothing from any request (security 9).
#[must_use]
pub fn undo_link(public_url: &Url, token: &str) -> String {
    format!(
        "{}/recovery/undo?key={token}",
        public_url.as_str().trim_end_matches('/')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // security 27, 80
    #[test]
    fn a_code_is_right_for_its_recovery_and_its_address_only() {
        let keys = Keys::new([1; 32]);
        let code = mail_code(&keys, "r", "s");
        let stored = mail_code_digest(&keys, "r", "s", &code);
        assert!(code_matches(&keys, "r", "s", &code.to_lowercase(), &stored));
        assert!(!code_matches(&keys, "r", "t", &code, &stored));
        assert!(!code_matches(&keys, "q", "s", &code, &stored));
        assert!(!code_matches(&keys, "r", "s", "", &stored));
        assert!(!code_matches(&keys, "r", "s", &code, ""));
        assert_ne!(mail_code(&keys, "r", "t"), code);
    }

    // security 26
    #[test]
    fn a_link_to_undo_is_no_link_to_reset() {
        let keys = Keys::new([1; 32]);
        let token = undo_token(&keys, "r", "s");
        assert!(has_shape(&token));
        assert_ne!(token, crate::reset::token::token(&keys, "r", "s"));
        assert_eq!(
            undo_link(&"https://example.org/latchkey/".parse().unwrap(), "T"),
            "https://example.org/latchkey/recovery/undo?key=T"
        );
    }
}
