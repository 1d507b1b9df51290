//! The token in the link and the code beside it. Both are made from the server's key and a random salt in the row, so a retried mail
//! carries the same link while the database holds nothing that opens anything (security 17, 18, 143).

use super::receipt::{grouped, spelled, typed};
use crate::secret::{Keys, Purpose, digest, random};
use crate::settings::reset::Reset;
use subtle::ConstantTimeEq as _;
use url::Url;
use url::form_urlencoded::byte_serialize;

/// The code's length. 40 bits with five tries: one chance in two hundred thousand million (ASVS 6.5.4 asks for 20 bits).
pub const CODE_LENGTH: usize = 8;

/// Tries a receipt has for its code; then it is dead (security 18, 19).
pub const CODE_TRIES: i64 = 5;

/// Salt of a new token: 128 bits, so no two requests ever share a token.
#[must_use]
pub fn new_salt() -> String {
    data_encoding::HEXLOWER.encode(&random::<16>())
}

/// 256 bits as 43 URL-safe characters.
#[must_use]
pub fn token(keys: &Keys, request_id: &str, salt: &str) -> String {
    keys.mac_text(Purpose::ResetToken, &[request_id, salt])
}

/// As typed, without the dash.
#[must_use]
pub fn code(keys: &Keys, request_id: &str, salt: &str) -> String {
    let mut spelled = spelled(&keys.mac(Purpose::ResetCode, &[request_id, salt]));
    spelled.truncate(CODE_LENGTH);
    spelled
}

/// As mailed: `XXXX-XXXX`.
#[must_use]
pub fn shown_code(code: &str) -> String {
    grouped(code)
}

/// What is stored of a code. 40 bits could be guessed offline from a plain digest, so it is keyed, and bound to its request
/// (security 18, 27).
#[must_use]
pub fn code_digest(keys: &Keys, request_id: &str, code: &str) -> String {
    keys.mac_text(Purpose::ResetCodeDigest, &[request_id, code])
}

/// What is stored of a token.
#[must_use]
pub fn token_digest(token: &str) -> String {
    digest(token)
}

/// Whether a text has the shape of a token; anything else needs no look-up (security 28).
#[must_use]
pub fn has_token_shape(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether what a person typed is the code of this request. Compares in constant time, also when nothing was issued.
#[must_use]
pub fn code_matches(keys: &Keys, request_id: &str, typed_code: &str, stored_digest: &str) -> bool {
    let canonical = typed(typed_code, CODE_LENGTH).unwrap_or_default();
    code_digest(keys, request_id, &canonical)
        .as_bytes()
        .ct_eq(stored_digest.as_bytes())
        .into()
}

/// The link in the mail: the configured base, and nothing from any request (security 9) but a `target` that the settings allow;
/// empty for none.
#[must_use]
pub fn link(public_url: &Url, settings: &Reset, token: &str, target: &str) -> String {
    let key = &settings.key_parameter;
    let link = format!("{}/reset?{key}={token}", public_url.as_str().trim_end_matches('/'));
    if target.is_empty() {
        return link;
    }
    let target: String = byte_serialize(target.as_bytes()).collect();
    format!("{link}&{}={target}", settings.target_parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retried_mail_has_the_same_link_and_code() {
        let keys = Keys::new([1; 32]);
        assert_eq!(token(&keys, "r", "s"), token(&keys, "r", "s"));
        assert_eq!(code(&keys, "r", "s"), code(&keys, "r", "s"));
        assert_ne!(token(&keys, "r", "s"), token(&keys, "r", "t"));
        assert_ne!(token(&keys, "r", "s"), token(&Keys::new([2; 32]), "r", "s"));
    }

    // security 27
    #[test]
    fn a_code_is_right_for_its_own_request_only() {
        let keys = Keys::new([1; 32]);
        let code = code(&keys, "r", "s");
        let stored = code_digest(&keys, "r", &code);
        assert!(code_matches(&keys, "r", &shown_code(&code).to_lowercase(), &stored));
        assert!(!code_matches(&keys, "other", &code, &stored));
        assert!(!code_matches(&keys, "r", "", &stored));
        assert!(!code_matches(&keys, "r", &code, ""));
    }

    // security 28
    #[test]
    fn odd_tokens_have_no_shape() {
        let token = token(&Keys::new([1; 32]), "r", "s");
        assert!(has_token_shape(&token));
        for odd in [
            "",
            " ",
            "null",
            "undefined",
            "0",
            "[]",
            "{}",
            "true",
            "%00",
            &format!("{token}."),
            &format!(" {token}"),
            "%",
        ] {
            assert!(!has_token_shape(odd), "{odd:?}");
        }
    }

    #[test]
    fn links_start_with_the_configured_base() {
        let settings = crate::settings::defaults().unwrap().reset;
        let base = |text: &str| link(&text.parse().unwrap(), &settings, "T", "");
        assert_eq!(
            base("https://reset.example.org"),
            "https://reset.example.org/reset?key=T"
        );
        assert_eq!(
            base("https://example.org/latchkey/"),
            "https://example.org/latchkey/reset?key=T"
        );
    }

    // F11
    #[test]
    fn the_parameters_of_a_link_have_the_names_that_were_chosen() {
        let settings = Reset {
            key_parameter: "k".to_owned(),
            target_parameter: "go".to_owned(),
            ..crate::settings::defaults().unwrap().reset
        };
        assert_eq!(
            link(
                &"https://reset.example.org".parse().unwrap(),
                &settings,
                "T",
                "/app?a=b&c=d e"
            ),
            "https://reset.example.org/reset?k=T&go=%2Fapp%3Fa%3Db%26c%3Dd+e"
        );
    }
}
