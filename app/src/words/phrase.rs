//! A sentence that is not said yet: which one, and what is to stand in it. The server makes it where something happens, without
//! knowing who will read it, and says it where it is read: in a page, in a problem document, in a terminal, in a log.
//!
//! The sentences are in `locales/phrases`, and none of them ever reaches a browser's script.

use super::Locale;
use super::sentence::{fill, form};
use super::table::text;
use std::fmt;

/// A sentence, or a part of one. Its `Display` is for logs and programs, and English.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase(What);

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Ours {
        place: usize,
        count: Option<i64>,
        values: Vec<Worth>,
    },
    Theirs(String),
    List(Vec<Phrase>),
}

/// What stands in a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    Text(String),
    /// As it is: of a line, a key, a limit.
    Number(i64),
    /// How many there are, as the language writes numbers.
    Count(i64),
    Phrase(Box<Phrase>),
}

impl Phrase {
    pub(crate) fn new(place: usize, count: Option<i64>, values: Vec<Worth>) -> Self {
        Self(What::Ours { place, count, values })
    }

    /// What is the same in every language: a command to type, a record to publish, or what somebody else said, such as a mail server.
    #[must_use]
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(What::Theirs(text.into()))
    }

    /// Several, one after the other.
    #[must_use]
    pub fn list(phrases: Vec<Self>) -> Self {
        Self(What::List(phrases))
    }

    /// In a language.
    #[must_use]
    pub fn say(&self, lang: Locale) -> String {
        match &self.0 {
            What::Theirs(text) => text.clone(),
            What::List(phrases) => {
                let said: Vec<String> = phrases.iter().map(|phrase| phrase.say(lang)).collect();
                said.join(if lang == Locale::Ar { "؛ " } else { "; " })
            }
            What::Ours { place, count, values } => {
                let text = count.map_or_else(|| text(lang, *place), |count| form(lang, *place, count));
                let said: Vec<String> = values.iter().map(|value| value.say(lang)).collect();
                let values: Vec<&dyn fmt::Display> = said.iter().map(|value| value as &dyn fmt::Display).collect();
                fill(lang, text, &values)
            }
        }
    }
}

/// Its words, and not where they stand: what an assertion or a log can show.
impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Phrase").field(&self.to_string()).finish()
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::En))
    }
}

/// For programs, so in English.
impl serde::Serialize for Phrase {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Worth {
    /// What decides between the forms of a sentence.
    pub(crate) fn number(&self) -> i64 {
        match self {
            Self::Number(number) | Self::Count(number) => *number,
            Self::Text(_) | Self::Phrase(_) => 0,
        }
    }

    pub(crate) fn counted(self) -> Self {
        Self::Count(self.number())
    }

    fn say(&self, lang: Locale) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Count(number) => lang.number(*number),
            Self::Phrase(phrase) => phrase.say(lang),
        }
    }
}

impl From<String> for Worth {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Worth {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Phrase> for Worth {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(Box::new(phrase))
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl From<$number> for Worth {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        })+
    };
}
numbers!(i64, i32, u16, u32, u64, usize);

/// A phrase by its key: `phrase!(problem.built_in)`, with values `phrase!(problem.no_setting, name = name)`. Where the words depend on
/// a number, that is the value `count`.
#[macro_export]
macro_rules! phrase {
    ($space:ident . $key:ident) => {
        $crate::words::phrases::$space::$key()
    };
    ($space:ident . $key:ident, $($value:ident = $what:expr),+ $(,)?) => {
        $crate::words::phrases::$space::$key { $($value: $crate::words::Worth::from($what)),+ }.phrase()
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_said_in_the_language_of_whoever_reads_it() {
        let one = crate::phrase!(problem.at_most_characters, count = 1);
        let many = crate::phrase!(problem.at_most_characters, count = 200);
        assert_eq!(one.to_string(), "at most 1 character");
        assert_eq!(many.to_string(), "at most 200 characters");
        assert_eq!(many.say(Locale::De), "höchstens 200 Zeichen");
        let nested = crate::phrase!(trouble.in_field, field = "name", problem = many);
        assert_eq!(nested.to_string(), "name: at most 200 characters");
        assert_eq!(nested.say(Locale::Fr), "name\u{a0}: 200 caractères au plus");
    }

    #[test]
    fn what_others_say_is_repeated_as_it_is() {
        let list = Phrase::list(vec![Phrase::verbatim("250 {0} OK"), Phrase::verbatim("Broken pipe")]);
        assert_eq!(list.say(Locale::De), "250 {0} OK; Broken pipe");
        assert_eq!(list.say(Locale::Ar), "250 {0} OK؛ Broken pipe");
    }
}
