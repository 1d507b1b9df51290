//! How a text becomes a sentence: the form that its number wants, its values in their places. The same code on the server and in the
//! browser, so that both say the same.

pub(crate) use super::locale::Locale;
#[cfg(feature = "ssr")]
pub(crate) use super::phrase::{Phrase, Worth};
pub(crate) use super::table::text;
pub(crate) use std::fmt::Display;

use std::fmt::Write as _;

/// A whole number of any kind.
pub(crate) trait Count {
    fn count(&self) -> i64;
}

macro_rules! counts {
    ($($number:ty),+) => {
        $(impl Count for $number {
            fn count(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        })+
    };
}
counts!(i64, u32, u64, usize);

/// The text of the form that a number wants; the six forms stand in the table one after the other.
pub(crate) fn form(lang: Locale, place: usize, count: i64) -> &'static str {
    text(lang, place + lang.form(count))
}

pub(crate) fn number(lang: Locale, number: i64) -> String {
    lang.number(number)
}

/// Keeps a value together and away from its surroundings: in a text from right to left, a Latin name would take the punctuation
/// beside it along.
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// Puts the values where `{0}`, `{1}` … stand.
#[inline(never)]
pub(crate) fn fill(lang: Locale, text: &str, values: &[&dyn Display]) -> String {
    let mut pieces = text.split('{');
    let mut said = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let mut rest = piece.chars();
        let value = rest.next().and_then(|digit| values.get(digit.to_digit(10)? as usize));
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = if lang.is_right_to_left() {
                write!(said, "{}{value}{}", ISOLATE.0, ISOLATE.1)
            } else {
                write!(said, "{value}")
            };
        }
        // The closing brace.
        rest.next();
        said.push_str(rest.as_str());
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_language_wants_them() {
        assert_eq!(
            fill(Locale::En, "{1} – {0}", &[&"Latchkey", &"Sign in"]),
            "Sign in – Latchkey"
        );
        assert_eq!(fill(Locale::De, "{0}", &[&"{1}"]), "{1}", "a value is no text");
        assert_eq!(fill(Locale::Ar, "مرحبا {0}!", &[&"Ada"]), "مرحبا \u{2068}Ada\u{2069}!");
    }
}
