//! Passwords: what a person typed, whether it may be used, and how it is stored. Nothing here ever prints, logs or stores one.

pub mod blocklist;
pub mod change;
pub mod check;
pub mod hash;
pub mod judge;
mod pattern;
mod reading;

use app::policy::{MAX_LENGTH, Violation};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Longest password in code points, as a size.
const MAX_CODE_POINTS: usize = MAX_LENGTH as usize;

/// No code point takes more than four bytes of UTF-8, so this refuses nothing that the cap on code points would accept,
/// without reading a megabyte to find out (security 56).
const MAX_BYTES: usize = 4 * MAX_CODE_POINTS;

/// A password of bounded length, normalised, erased when dropped, and silent about itself.
#[derive(Clone)]
pub struct Password {
    normalised: Zeroizing<String>,
    typed: Zeroizing<String>,
}

impl Password {
    /// Takes the text exactly as typed: spaces at either end, case and NUL all count (security 57).
    ///
    /// The length is capped before normalising, because NFKC can make a short text eighteen times as long, and again after
    /// it (security 56, 58).
    ///
    /// # Errors
    /// [`Violation::TooLong`]; nothing else is decided here.
    pub fn new(text: &str) -> Result<Self, Violation> {
        if text.len() > MAX_BYTES || exceeds_cap(text.chars()) {
            return Err(Violation::TooLong);
        }
        if exceeds_cap(text.nfkc()) {
            return Err(Violation::TooLong);
        }
        // Room for the longest result at once: a growing string would leave copies of its beginning behind.
        let mut normalised = Zeroizing::new(String::with_capacity(MAX_BYTES));
        normalised.extend(text.nfkc());
        Ok(Self {
            normalised,
            typed: Zeroizing::new(text.to_owned()),
        })
    }

    /// The NFKC form: what rules judge and what is hashed (NIST SP 800-63B-4 §3.1.1.2).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.normalised
    }

    /// The bytes as they arrived, which is what other systems hashed before an account was imported from there.
    fn typed(&self) -> &[u8] {
        self.typed.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

fn exceeds_cap(text: impl Iterator<Item = char>) -> bool {
    text.take(MAX_CODE_POINTS + 1).count() > MAX_CODE_POINTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::policy::Policy;
    use proptest::prelude::*;

    fn text(typed: &str) -> String {
        Password::new(typed)
            .map(|password| password.as_str().to_owned())
            .expect("short enough")
    }

    #[test]
    fn a_composed_and_a_decomposed_letter_are_the_same_password() {
        assert_eq!(text("caf\u{e9} au lait"), text("cafe\u{301} au lait"));
    }

    #[test]
    fn spaces_case_and_nul_are_kept() {
        assert_eq!(text(" Abc\0def "), " Abc\0def ");
    }

    #[test]
    fn two_hundred_and_fifty_six_code_points_of_any_width_are_accepted_and_one_more_is_not() {
        for sample in ["a", "é", "漢", "🔑", "\0", " "] {
            assert!(Password::new(&sample.repeat(256)).is_ok(), "{sample:?}");
            assert_eq!(
                Password::new(&sample.repeat(257)).err(),
                Some(Violation::TooLong),
                "{sample:?}"
            );
        }
    }

    #[test]
    fn a_short_text_that_normalises_to_a_long_one_is_refused() {
        // One code point that becomes eighteen.
        assert!(Password::new(&"\u{fdfa}".repeat(14)).is_ok());
        assert_eq!(Password::new(&"\u{fdfa}".repeat(15)).err(), Some(Violation::TooLong));
    }

    #[test]
    fn megabytes_are_refused_without_being_read() {
        let letters = "\u{fdfa}".repeat(22_000);
        let long = "a".repeat(2 << 20);
        for text in [letters, long] {
            assert_eq!(Password::new(&text).err(), Some(Violation::TooLong));
        }
    }

    #[test]
    fn debug_output_never_shows_the_password() {
        let password = Password::new("planted-canary-7731").expect("short enough");
        assert_eq!(format!("{password:?} {:?}", Some(&password)), "… Some(…)");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(typed in any::<String>()) {
            if let Ok(password) = Password::new(&typed) {
                let again = Password::new(password.as_str()).expect("already within the cap");
                prop_assert_eq!(again.as_str(), password.as_str());
                prop_assert!(password.as_str().chars().count() <= MAX_CODE_POINTS);
            }
        }

        #[test]
        fn the_policy_counts_what_a_reader_counts(text in any::<String>(), length in 0_u32..40, other in 0_u32..5, digits in 0_u32..5) {
            let policy = Policy { min_length: length, min_non_alphanumeric: other, min_digits: digits };
            let found = policy.violations(&text);
            let count = |wanted: fn(char) -> bool| text.chars().filter(|c| wanted(*c)).count();
            let expect = [
                (Violation::TooShort, count(|_| true) < length as usize),
                (Violation::TooLong, count(|_| true) > MAX_CODE_POINTS),
                (Violation::TooFewNonAlphanumeric, count(|c| !c.is_alphanumeric()) < other as usize),
                (Violation::TooFewDigits, count(char::is_numeric) < digits as usize),
            ];
            for (violation, broken) in expect {
                prop_assert_eq!(found.contains(&violation), broken);
            }
            prop_assert!(found.is_sorted_by_key(|one| Violation::ALL.iter().position(|other| other == one)));
        }
    }
}
