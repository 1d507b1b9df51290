//! Password rules: pure, and the same code in browser and server, so that the live checklist equals the verdict.
//! What needs data (common passwords, words about the owner) is decided by the server alone and reported in the same list.

use serde::{Deserialize, Serialize};

/// Longest password in code points. Accepting at least 64 is required (NIST SP 800-63B-4 §3.1.1.2); the cap bounds the work
/// an attacker can cause before hashing (security 55, 56).
pub const MAX_LENGTH: u32 = 256;

/// The part of the policy that an administrator sets. All numbers count code points of the NFKC form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub min_length: u32,
    pub min_non_alphanumeric: u32,
    pub min_digits: u32,
}

/// One reason for refusing a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Violation {
    TooShort,
    TooLong,
    TooFewNonAlphanumeric,
    TooFewDigits,
    /// On the list of common passwords, or a trivial variation of one (server only).
    Common,
    /// Built around the owner's name, login, address or the product's name (server only).
    ContainsContext,
}

impl Violation {
    pub const ALL: [Self; 6] = [
        Self::TooShort,
        Self::TooLong,
        Self::TooFewNonAlphanumeric,
        Self::TooFewDigits,
        Self::Common,
        Self::ContainsContext,
    ];

    /// The stable code used in URLs of pages and in REST problems.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooFewNonAlphanumeric => "too_few_non_alphanumeric",
            Self::TooFewDigits => "too_few_digits",
            Self::Common => "common",
            Self::ContainsContext => "contains_context",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|violation| violation.code() == code)
    }

    /// The known codes of a comma-separated list; anything else in it is ignored, because anyone can write a URL.
    #[must_use]
    pub fn from_codes(codes: &str) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|rule| codes.split(',').any(|code| code == rule.code()))
            .collect()
    }
}

impl Default for Policy {
    /// 15 where the password is the only factor (NIST SP 800-63B-4 §3.1.1.2); no composition rules (§3.1.1.2, ASVS 6.2.5).
    fn default() -> Self {
        Self {
            min_length: 15,
            min_non_alphanumeric: 0,
            min_digits: 0,
        }
    }
}

impl Policy {
    /// What the text lacks, in the order of [`Violation::ALL`]; `normalised` is the NFKC form, which a browser makes with
    /// `String.prototype.normalize`.
    ///
    /// Letters and digits of every script count: alphanumeric is Unicode's Alphabetic or Numeric, a digit is Numeric. A
    /// combining mark that does not compose is therefore neither, and counts with spaces and punctuation.
    #[must_use]
    pub fn violations(&self, normalised: &str) -> Vec<Violation> {
        let mut length = 0_u32;
        let mut non_alphanumeric = 0_u32;
        let mut digits = 0_u32;
        // One more than the cap decides everything, so a text of any size costs the same.
        for character in normalised.chars().take(MAX_LENGTH as usize + 1) {
            length += 1;
            non_alphanumeric += u32::from(!character.is_alphanumeric());
            digits += u32::from(character.is_numeric());
        }
        [
            (length < self.min_length, Violation::TooShort),
            (length > MAX_LENGTH, Violation::TooLong),
            (
                non_alphanumeric < self.min_non_alphanumeric,
                Violation::TooFewNonAlphanumeric,
            ),
            (digits < self.min_digits, Violation::TooFewDigits),
        ]
        .into_iter()
        .filter_map(|(broken, violation)| broken.then_some(violation))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error, StrDeserializer};

    #[test]
    fn fourteen_code_points_are_too_short_and_fifteen_enough_in_any_script() {
        for sample in ["a", "ß", "漢", "🔑", "\u{0303}"] {
            assert_eq!(
                Policy::default().violations(&sample.repeat(14)),
                [Violation::TooShort],
                "{sample}"
            );
            assert_eq!(Policy::default().violations(&sample.repeat(15)), [], "{sample}");
        }
    }

    #[test]
    fn the_longest_password_is_accepted_and_one_more_is_not() {
        assert_eq!(Policy::default().violations(&"🔑".repeat(256)), []);
        assert_eq!(Policy::default().violations(&"🔑".repeat(257)), [Violation::TooLong]);
    }

    #[test]
    fn composition_counts_every_script_and_reports_in_a_fixed_order() {
        let policy = Policy {
            min_length: 8,
            min_non_alphanumeric: 2,
            min_digits: 3,
        };
        assert_eq!(
            policy.violations("abc"),
            [
                Violation::TooShort,
                Violation::TooFewNonAlphanumeric,
                Violation::TooFewDigits
            ]
        );
        assert_eq!(policy.violations("пароль 1٢३!"), []);
        assert_eq!(policy.violations("пароль 1٢३"), [Violation::TooFewNonAlphanumeric]);
    }

    #[test]
    fn every_code_leads_back_to_its_violation() {
        for violation in Violation::ALL {
            assert_eq!(Violation::from_code(violation.code()), Some(violation));
            let read = Violation::deserialize(StrDeserializer::<Error>::new(violation.code()));
            assert_eq!(read, Ok(violation), "serde uses the same code");
        }
        assert_eq!(Violation::from_code("TooShort"), None);
    }
}
