//! Texts that only this server makes: parts between dots, and a keyed hash over them. What they say needs no place in the database.

use crate::secret::{Keys, Purpose};
use subtle::ConstantTimeEq as _;

/// No part has a dot in it.
pub fn sign(keys: &Keys, parts: &[&str]) -> String {
    let body = parts.join(".");
    let mac = keys.mac_text(Purpose::Captcha, &[&body]);
    format!("{body}.{mac}")
}

/// The parts, if we made the text and it has as many of them.
pub fn open<'a, const PARTS: usize>(keys: &Keys, text: &'a str) -> Option<[&'a str; PARTS]> {
    let (body, mac) = text.rsplit_once('.')?;
    let ours = keys.mac_text(Purpose::Captcha, &[body]);
    if !bool::from(ours.as_bytes().ct_eq(mac.as_bytes())) {
        return None;
    }
    body.split('.').collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_opens() {
        let keys = Keys::new([7; 32]);
        let text = sign(&keys, &["wait", "forgot", "5"]);
        assert_eq!(open(&keys, &text), Some(["wait", "forgot", "5"]));
        assert_eq!(open::<2>(&keys, &text), None);
        assert_eq!(open::<3>(&keys, &text.replace("forgot", "sign_in")), None);
        assert_eq!(open::<3>(&Keys::new([8; 32]), &text), None);
        assert_eq!(open::<3>(&keys, "wait.forgot.5"), None);
        assert_eq!(open::<3>(&keys, ""), None);
    }
}
