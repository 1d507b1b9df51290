//! Which language a terminal is answered in.

use app::words::{Locale, Phrase};

/// In the order of POSIX: the first that is set and not empty decides.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// A phrase in the language of whoever sits at the terminal.
pub fn said(phrase: &Phrase) -> String {
    phrase.say(language())
}

/// The language of the terminal; English where it asks for none of ours, `C` and `POSIX` among them.
pub fn language() -> Locale {
    asked_for(|variable| std::env::var(variable).ok())
}

fn asked_for(value: impl Fn(&str) -> Option<String>) -> Locale {
    let first = VARIABLES
        .into_iter()
        .filter_map(value)
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    // `de_AT.UTF-8@euro`: language and country, character set, variant.
    let tag = first.split(['.', '@']).next().unwrap_or_default();
    Locale::of_tag(tag).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_is_answered_in_the_language_that_it_asks_for() {
        let of = |set: &[(&str, &str)]| {
            asked_for(|variable| {
                let found = set.iter().find(|(name, _)| *name == variable);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        for (set, language) in [
            (&[][..], Locale::En),
            (&[("LANG", "de_AT.UTF-8")], Locale::De),
            (&[("LANG", "fr_FR@euro"), ("LC_MESSAGES", "es_MX.UTF-8")], Locale::Es),
            (
                &[("LANG", "fr_FR"), ("LC_MESSAGES", "es_MX"), ("LC_ALL", "ar")],
                Locale::Ar,
            ),
            (&[("LANG", "fr_FR"), ("LC_ALL", "")], Locale::Fr),
            (&[("LANG", "de_DE"), ("LC_ALL", "C.UTF-8")], Locale::En),
            (&[("LANG", "POSIX")], Locale::En),
            (&[("LANG", "tlh_KX.UTF-8")], Locale::En),
            (&[("LC_TIME", "de_DE.UTF-8")], Locale::En),
        ] {
            assert_eq!(of(set), language, "{set:?}");
        }
    }
}
