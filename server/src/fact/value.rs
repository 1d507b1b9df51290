//! From what a person types to the one form that is compared: whoever writes the same fact writes it differently (security 85). What
//! cannot be such a fact is told, and told alike whoever it is about (security 86).

use super::Attribute;
use crate::account::identifier::EmailAddress;
use app::view::{FactKind, FactProblem};
use time::Date;
use time::macros::format_description;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Longest typed text in bytes; checked before anything is normalised, because NFKC can make a text eighteen times as long.
pub const LONGEST_TYPED: usize = 300;

/// Longest number or licence in characters, and longest text.
const LONGEST_NUMBER: usize = 40;
const LONGEST_TEXT: usize = 100;

/// Nine digits, whoever issued them: which areas and groups exist is nobody's secret, and changes.
const SOCIAL_SECURITY_DIGITS: usize = 9;

/// Shortest licence in characters. Countries differ too much for more.
const SHORTEST_LICENCE: usize = 4;

/// A fact in the form that is compared. Debug shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(Zeroizing<String>);

impl Value {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Reads what was typed for an attribute.
///
/// # Errors
/// Why it cannot be such a fact.
pub fn read(attribute: &Attribute, typed: &str) -> Result<Value, FactProblem> {
    if typed.len() > LONGEST_TYPED {
        return Err(FactProblem::TooLong);
    }
    if typed.trim().is_empty() {
        return Err(FactProblem::Missing);
    }
    if typed.trim().chars().any(char::is_control) {
        return Err(FactProblem::Format);
    }
    let normal = match attribute.kind {
        FactKind::Email => address(typed)?,
        FactKind::SocialSecurityNumber => digits(typed, SOCIAL_SECURITY_DIGITS..=SOCIAL_SECURITY_DIGITS)?,
        FactKind::DriversLicence => licence(typed)?,
        FactKind::Number if attribute.format.is_empty() => digits(typed, 1..=LONGEST_NUMBER)?,
        FactKind::ShortText if attribute.format.is_empty() => text(typed)?,
        FactKind::Number | FactKind::ShortText => formatted(&attribute.format, typed)?,
        FactKind::Date => date(typed)?,
        FactKind::PickList => option(&attribute.options, typed)?,
    };
    Ok(Value(Zeroizing::new(normal)))
}

fn address(typed: &str) -> Result<String, FactProblem> {
    EmailAddress::parse(typed.trim())
        .map(|address| address.key().to_owned())
        .map_err(|_| FactProblem::Format)
}

fn digits(typed: &str, length: std::ops::RangeInclusive<usize>) -> Result<String, FactProblem> {
    let digits = without_separators(typed);
    let fits = length.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(digits) } else { Err(FactProblem::Format) }
}

fn licence(typed: &str) -> Result<String, FactProblem> {
    let licence = without_separators(typed).to_ascii_uppercase();
    let fits = (SHORTEST_LICENCE..=LONGEST_NUMBER).contains(&licence.len())
        && licence.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits { Ok(licence) } else { Err(FactProblem::Format) }
}

fn date(typed: &str) -> Result<String, FactProblem> {
    let text: String = typed.trim().nfkc().collect();
    let date = Date::parse(&text, format_description!("[year]-[month]-[day]")).map_err(|_| FactProblem::Date)?;
    if (1800..=2200).contains(&date.year()) && text.len() == 10 {
        Ok(text)
    } else {
        Err(FactProblem::Date)
    }
}

/// In small letters, single spaces, compatible forms made equal.
fn text(typed: &str) -> Result<String, FactProblem> {
    let folded = folded(typed);
    if folded.chars().count() > LONGEST_TEXT {
        return Err(FactProblem::TooLong);
    }
    if folded.is_empty() {
        Err(FactProblem::Missing)
    } else {
        Ok(folded)
    }
}

fn option(options: &[String], typed: &str) -> Result<String, FactProblem> {
    let folded_typed = folded(typed);
    let chosen = options
        .iter()
        .map(|option| folded(option))
        .find(|option| *option == folded_typed);
    chosen.ok_or(FactProblem::Option)
}

/// Letters and digits only, each where the format has a place for it.
fn formatted(format: &str, typed: &str) -> Result<String, FactProblem> {
    let kept: Vec<char> = folded(typed).chars().filter(|c| !is_separator(*c)).collect();
    let places: Vec<char> = places(format).collect();
    let fits = |(place, c): (&char, &char)| match place {
        'A' => c.is_alphabetic(),
        '9' => c.is_ascii_digit(),
        _ => c.is_alphabetic() || c.is_ascii_digit(),
    };
    if kept.len() == places.len() && places.iter().zip(&kept).all(fits) {
        Ok(kept.into_iter().collect())
    } else {
        Err(FactProblem::Format)
    }
}

/// What a format asks for, one sign a character.
pub fn places(format: &str) -> impl Iterator<Item = char> {
    format.chars().filter(|c| matches!(c, 'A' | '9' | '*'))
}

/// What people put between groups of digits, and may leave out.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '/' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn without_separators(typed: &str) -> String {
    typed.nfkc().filter(|c| !is_separator(*c)).collect()
}

/// The same for everybody who reads it aloud alike: NFKC, small letters, single spaces. Greek's two small sigmas are one.
pub(super) fn folded(typed: &str) -> String {
    let small = typed
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c });
    let composed: String = small.nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::built_in;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn of(kind: FactKind, format: &str) -> Attribute {
        Attribute {
            name: "x".to_owned(),
            kind,
            labels: BTreeMap::new(),
            options: vec!["Blue".to_owned(), "Dark Green".to_owned()],
            format: format.to_owned(),
            proves: true,
            locates: false,
        }
    }

    fn normal(attribute: &Attribute, typed: &str) -> Result<String, FactProblem> {
        read(attribute, typed).map(|value| value.as_str().to_owned())
    }

    // security 85
    #[test]
    fn the_same_fact_written_differently_is_one_value() {
        let [email, social, licence] = built_in();
        let alike: [(&Attribute, &[&str], &str); 8] = [
            (&email, &["Ada@Example.ORG", " ada@example.org "], "ada@example.org"),
            (
                &social,
                &[
                    "123-45-6789",
                    "123 45 6789",
                    "123456789",
                    "１２３４５６７８９",
                    "123–45–6789",
                ],
                "123456789",
            ),
            (&licence, &["d123-4567", "D 1234567", "Ｄ１２３４５６７"], "D1234567"),
            (&of(FactKind::Number, ""), &["00 42", "0042", "００４２"], "0042"),
            (&of(FactKind::Number, "999-999"), &["123456", "123 456"], "123456"),
            (
                &of(FactKind::ShortText, "AA-9999"),
                &["ab1234", "AB 1234", "ＡＢ-1234"],
                "ab1234",
            ),
            (
                &of(FactKind::ShortText, ""),
                &["Bäcker  Straße", " bäcker straße ", "BA\u{308}CKER Straße"],
                "bäcker straße",
            ),
            (
                &of(FactKind::PickList, ""),
                &["dark green", " DARK  GREEN"],
                "dark green",
            ),
        ];
        for (attribute, spellings, expected) in alike {
            for typed in spellings {
                assert_eq!(normal(attribute, typed).as_deref(), Ok(expected), "{typed}");
            }
        }
        assert_eq!(
            normal(&of(FactKind::Date, ""), "1985-02-28").as_deref(),
            Ok("1985-02-28")
        );
        assert_eq!(
            normal(&of(FactKind::Date, ""), "１９８５-02-28").as_deref(),
            Ok("1985-02-28")
        );
        assert_eq!(
            normal(&of(FactKind::ShortText, ""), "ΟΔΟΣ"),
            normal(&of(FactKind::ShortText, ""), "οδος")
        );
    }

    // security 86
    #[test]
    fn what_cannot_be_such_a_fact_is_said() {
        let [email, social, licence] = built_in();
        let refused: [(&Attribute, &[&str], FactProblem); 7] = [
            (&email, &["ada", "a@b,c@d", "ada@example.org\nx"], FactProblem::Format),
            (
                &social,
                &["12345678", "1234567890", "123-45-678a", "१२३४५६७८९"],
                FactProblem::Format,
            ),
            (&licence, &["abc", "ab#1234"], FactProblem::Format),
            (
                &of(FactKind::Date, ""),
                &["1985-02-31", "31.12.1985", "85-1-1", "0001-01-01", "12345-01-01"],
                FactProblem::Date,
            ),
            (&of(FactKind::PickList, ""), &["red", "green"], FactProblem::Option),
            (
                &of(FactKind::Number, "9999"),
                &["123", "12345", "12a4"],
                FactProblem::Format,
            ),
            (
                &of(FactKind::ShortText, ""),
                &["", "  ", "\u{3000}"],
                FactProblem::Missing,
            ),
        ];
        for (attribute, texts, problem) in refused {
            for typed in texts {
                assert_eq!(normal(attribute, typed), Err(problem), "{typed:?}");
            }
        }
        assert_eq!(
            normal(&of(FactKind::ShortText, ""), &"x".repeat(400)),
            Err(FactProblem::TooLong)
        );
        assert_eq!(
            normal(&of(FactKind::ShortText, ""), &"\u{fdfa}".repeat(90)),
            Err(FactProblem::TooLong)
        );
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics_and_twice_changes_nothing(typed in any::<String>(), index in 0_usize..7) {
            let [email, social, licence] = built_in();
            let all = [email, social, licence, of(FactKind::Number, ""), of(FactKind::ShortText, ""), of(FactKind::Date, ""), of(FactKind::ShortText, "A9*")];
            if let Ok(value) = read(&all[index], &typed)
                && value.as_str().len() <= LONGEST_TYPED
            {
                prop_assert_eq!(read(&all[index], value.as_str()), Ok(value));
            }
        }

        #[test]
        fn separators_and_width_never_matter(digits in "[0-9]{9}", at in 1_usize..8, separator in "[-. /]|\u{2013}") {
            let [_, social, _] = built_in();
            let (head, tail) = digits.split_at(at);
            let wide: String = digits.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
            let expected = read(&social, &digits);
            prop_assert!(expected.is_ok());
            prop_assert_eq!(read(&social, &format!("{head}{separator}{tail}")), expected.clone());
            prop_assert_eq!(read(&social, &wide), expected);
        }

        #[test]
        fn two_numbers_are_never_one(a in "[0-9]{9}", b in "[0-9]{9}") {
            let [_, social, _] = built_in();
            prop_assert_eq!(a == b, read(&social, &a) == read(&social, &b));
        }
    }
}
