//! Receipts and codes: text that people read aloud and type. One alphabet of 32 characters without look-alikes (no I, O, 0, 1).

use crate::secret::random;
use unicode_normalization::UnicodeNormalization as _;

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// 80 bits: nobody finds another person's receipt, and so nobody spends the tries that belong to it.
const RECEIPT_BYTES: usize = 10;

/// `XXXX-XXXX-XXXX-XXXX`.
#[must_use]
pub fn new_receipt() -> String {
    grouped(&spelled(&random::<RECEIPT_BYTES>()))
}

/// Five bits a character.
#[must_use]
pub fn spelled(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = (held >> bits) & 31;
            text.extend(ALPHABET.get(index as usize).copied().map(char::from));
        }
        held &= (1 << bits) - 1;
    }
    text
}

/// In groups of four, joined by dashes.
#[must_use]
pub fn grouped(text: &str) -> String {
    let mut grouped = String::new();
    for (index, c) in text.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(c);
    }
    grouped
}

/// What a person typed, as it was issued: case, spaces, dashes and full-width letters do not matter (security 38). `None` when it
/// cannot have been issued with `length` characters.
#[must_use]
pub fn typed(text: &str, length: usize) -> Option<String> {
    if text.len() > 200 {
        return None;
    }
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '.');
    let canonical: String = text.nfkc().filter(kept).map(|c| c.to_ascii_uppercase()).collect();
    let issued = canonical.len() == length && canonical.bytes().all(|b| ALPHABET.contains(&b));
    issued.then_some(canonical)
}

/// A receipt as stored, from what a person typed.
#[must_use]
pub fn typed_receipt(text: &str) -> Option<String> {
    typed(text, RECEIPT_BYTES * 8 / 5).map(|receipt| grouped(&receipt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_receipt_is_four_groups_of_four() {
        let receipt = new_receipt();
        assert_eq!(receipt.len(), 19);
        assert_eq!(receipt.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4]);
    }

    // security 38
    #[test]
    fn typing_is_forgiven_and_guessing_is_not() {
        for text in [
            "ABCD-2345",
            "abcd2345",
            " ab cd 23-45\n",
            "ＡＢＣＤ２３４５",
            "ABCD–2345",
        ] {
            assert_eq!(typed(text, 8).as_deref(), Some("ABCD2345"), "{text:?}");
        }
        for text in [
            "",
            "ABCD-234",
            "ABCD-23456",
            "ABCD-234O",
            "ABCD-2341",
            "ABCD%2345",
            "\0ABCD2345",
        ] {
            assert_eq!(typed(text, 8), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_spelled_can_be_typed_back(bytes in any::<[u8; 10]>()) {
            let receipt = grouped(&spelled(&bytes));
            prop_assert_eq!(typed_receipt(&receipt.to_lowercase().replace('-', " ")), Some(receipt));
        }

        #[test]
        fn typing_anything_never_panics(text in any::<String>()) {
            let _ = typed(&text, 8);
        }
    }
}
