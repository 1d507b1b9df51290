//! Broken password rules as they travel in the URL of a page (`violations=too_short,common`): codes, never the password.

use crate::policy::Violation;

impl Violation {
    pub const ALL: [Self; 6] = [
        Self::TooShort,
        Self::TooLong,
        Self::TooFewNonAlphanumeric,
        Self::TooFewDigits,
        Self::Common,
        Self::ContainsContext,
    ];

    /// The same word as in REST answers.
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

    /// The known codes of a comma-separated list; anything else in it is ignored, because anyone can write a URL.
    #[must_use]
    pub fn from_codes(codes: &str) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|rule| codes.split(',').any(|code| code == rule.code()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_the_way_through_a_url() {
        let codes: Vec<&str> = Violation::ALL.into_iter().map(Violation::code).collect();
        assert_eq!(Violation::from_codes(&codes.join(",")), Violation::ALL);
        assert_eq!(Violation::from_codes("common,<script>,,"), [Violation::Common]);
    }
}
