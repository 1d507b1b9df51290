//! The languages there are, and what each does with numbers. One more language is one more variant here, a file in `locales/`, its name
//! in `build.rs`, and a directory of mail templates.

use std::fmt;

/// A language that everything is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    En,
    De,
    Fr,
    Es,
    Ar,
}

impl Locale {
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::Ar];

    /// Their tags.
    #[cfg(feature = "ssr")]
    pub const CODES: [&'static str; Self::ALL.len()] = [
        Self::En.code(),
        Self::De.code(),
        Self::Fr.code(),
        Self::Es.code(),
        Self::Ar.code(),
    ];

    /// The tag, as in `lang` attributes, cookies and settings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Ar => "ar",
        }
    }

    /// What the language calls itself: whoever looks for it may read no other.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::Ar => "العربية",
        }
    }

    /// `ltr` or `rtl`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        if self.is_right_to_left() { "rtl" } else { "ltr" }
    }

    pub(super) const fn is_right_to_left(self) -> bool {
        matches!(self, Self::Ar)
    }

    /// The language with exactly this tag.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.code() == code)
    }

    /// The language of a tag such as `de-CH`, if it is one of ours.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.trim().split(['-', '_']).next()?;
        Self::of_code(&language.to_ascii_lowercase())
    }

    /// Which of the forms zero, one, two, few, many, other a number wants, counted from 0 (CLDR's rules for whole numbers).
    pub(super) const fn form(self, count: i64) -> usize {
        const ZERO: usize = 0;
        const ONE: usize = 1;
        const TWO: usize = 2;
        const FEW: usize = 3;
        const MANY: usize = 4;
        const OTHER: usize = 5;
        match (self, count) {
            (Self::En | Self::De | Self::Es | Self::Ar, 1) | (Self::Fr, 0 | 1) => ONE,
            (Self::Ar, 0) => ZERO,
            (Self::Ar, 2) => TWO,
            (Self::Ar, _) => match count % 100 {
                3..=10 => FEW,
                11..=99 => MANY,
                _ => OTHER,
            },
            _ => OTHER,
        }
    }

    /// What stands between thousands. Arabic is written with the digits that codes, receipts and passwords have, so with their comma.
    const fn separator(self) -> char {
        match self {
            Self::En | Self::Ar => ',',
            Self::De | Self::Es => '.',
            Self::Fr => '\u{202f}',
        }
    }

    /// A number as people write it: `12,345`, `12.345`, `12 345`.
    #[must_use]
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut written = String::from(if number < 0 { "-" } else { "" });
        // Spanish leaves four digits together.
        let grouped = digits.len() > if matches!(self, Self::Es) { 4 } else { 3 };
        for (index, digit) in digits.chars().enumerate() {
            if grouped && index > 0 && (digits.len() - index).is_multiple_of(3) {
                written.push(self.separator());
            }
            written.push(digit);
        }
        written
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_answered_by_its_language() {
        for (tag, language) in [
            ("de", Locale::De),
            ("de-CH", Locale::De),
            ("FR_ca", Locale::Fr),
            (" ar-EG", Locale::Ar),
        ] {
            assert_eq!(Locale::of_tag(tag), Some(language), "{tag}");
        }
        for tag in ["", "tlh", "d", "deu", "../de", "*"] {
            assert_eq!(Locale::of_tag(tag), None, "{tag}");
        }
    }

    // CLDR 47, supplemental/plurals
    #[test]
    fn each_language_counts_in_its_own_way() {
        let forms = |lang: Locale| [0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111].map(|count| lang.form(count));
        assert_eq!(forms(Locale::En), [5, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
        assert_eq!(forms(Locale::De), forms(Locale::En));
        assert_eq!(forms(Locale::Es), forms(Locale::En));
        assert_eq!(forms(Locale::Fr), [1, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
        assert_eq!(forms(Locale::Ar), [0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 3, 4]);
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let written = |number| Locale::ALL.map(|lang| lang.number(number));
        assert_eq!(written(999), ["999"; 5]);
        assert_eq!(written(1234), ["1,234", "1.234", "1\u{202f}234", "1234", "1,234"]);
        assert_eq!(
            written(-1_234_567),
            [
                "-1,234,567",
                "-1.234.567",
                "-1\u{202f}234\u{202f}567",
                "-1.234.567",
                "-1,234,567"
            ]
        );
    }
}
