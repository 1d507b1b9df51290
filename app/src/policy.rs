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
    /// The rules that a password breaks, in a fixed order. Takes the NFKC form, in which everything is counted.
    #[must_use]
    pub fn violations(&self, normalised: &str) -> Vec<Violation> {
        let count =
            |wanted: fn(&char) -> bool| u32::try_from(normalised.chars().filter(wanted).count()).unwrap_or(u32::MAX);
        let length = count(|_| true);
        [
            (length < self.min_length, Violation::TooShort),
            (length > MAX_LENGTH, Violation::TooLong),
            (
                count(|c| !c.is_alphanumeric()) < self.min_non_alphanumeric,
                Violation::TooFewNonAlphanumeric,
            ),
            (count(|c| c.is_numeric()) < self.min_digits, Violation::TooFewDigits),
        ]
        .into_iter()
        .filter_map(|(broken, violation)| broken.then_some(violation))
        .collect()
    }
}
