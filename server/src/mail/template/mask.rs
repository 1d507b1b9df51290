//! A template with everything between braces replaced, character by character, so that what is left can be read as HTML or text and
//! every place in it is the place in the template.

use crate::mail::placeholder::Placeholder;

/// Begins a single placeholder; its name follows, then [`FILL`].
pub const NAME: char = '\u{E000}';
/// Fills the rest of a placeholder.
pub const FILL: char = '\u{E001}';
/// Stands for words from anything else that prints…
pub const WORDS: char = '\u{E002}';
/// …and for what prints nothing by itself.
pub const STATEMENT: char = '\u{E003}';

/// Whether a character stands for something between braces. None of them may be typed.
#[must_use]
pub fn is_mark(character: char) -> bool {
    matches!(character, NAME | FILL | WORDS | STATEMENT)
}

/// Replaces what is between braces. The source is one that the engine can parse.
#[must_use]
pub fn mask(source: &str) -> String {
    let mut masked = String::with_capacity(source.len() * 2);
    let mut rest = source;
    while let Some(start) = rest.find('{') {
        let (plain, tag) = rest.split_at(start);
        masked.push_str(plain);
        let end = match tag.as_bytes().get(1) {
            Some(b'#') => tag.find("#}").map(|end| end + 2),
            Some(b'{') => closing(tag, "}}"),
            Some(b'%') => closing(tag, "%}"),
            _ => None,
        };
        let Some(end) = end else {
            masked.push('{');
            rest = tag.get(1..).unwrap_or_default();
            continue;
        };
        let (tag, after) = tag.split_at(end);
        replace(tag, &mut masked);
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Where a tag ends: the closing braces that are not within quotes.
fn closing(tag: &str, close: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in tag.char_indices().skip(2) {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, _) if tag.get(at..).is_some_and(|rest| rest.starts_with(close)) => return Some(at + close.len()),
            _ => {}
        }
    }
    None
}

fn replace(tag: &str, masked: &mut String) {
    let inner = tag
        .trim_start_matches(['{', '-', '+'])
        .trim_end_matches(['}', '-', '+'])
        .trim();
    let length = tag.chars().count();
    let mark = match tag.as_bytes().get(1) {
        Some(b'#') => ' ',
        Some(b'%') => STATEMENT,
        _ if !tag.contains('\n') && inner.parse::<Placeholder>().is_ok() => {
            masked.push(NAME);
            masked.push_str(inner);
            let filled = length.saturating_sub(inner.len() + 1);
            masked.extend(std::iter::repeat_n(FILL, filled));
            return;
        }
        _ => WORDS,
    };
    masked.extend(tag.chars().map(|c| if c == '\n' { '\n' } else { mark }));
}

/// The placeholder that a text consists of, or begins with before a slash.
#[must_use]
pub fn address_of(masked: &str) -> Option<Placeholder> {
    let named = masked.strip_prefix(NAME)?;
    let (name, rest) = named.split_at(named.find(FILL)?);
    let name: Placeholder = name.parse().ok()?;
    let rest = rest.trim_start_matches(FILL);
    let whole = rest.is_empty() || name == Placeholder::PublicUrl && rest.starts_with('/') && !rest.contains(is_mark);
    (name.is_address() && whole).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn braces_become_marks_of_the_same_length() {
        let source = "a {{ link }}b{% if code %}é{% endif %}{# no #}{{ \"}}\" }} { }";
        let masked = mask(source);
        assert_eq!(masked.chars().count(), source.chars().count());
        assert!(masked.starts_with("a \u{E000}link\u{E001}") && masked.ends_with(" { }"));
        assert!(!masked.contains('}') || masked.ends_with('}') && masked.matches('}').count() == 1);
    }

    #[test]
    fn an_address_is_one_placeholder_and_nothing_around_it() {
        let of = |source: &str| address_of(&mask(source));
        assert_eq!(of("{{ link }}"), Some(Placeholder::Link));
        assert_eq!(of("{{public_url}}/help"), Some(Placeholder::PublicUrl));
        for none in [
            "{{ name }}",
            "{{ link }}x",
            "{{ link }}/x",
            "x{{ link }}",
            "{{ public_url }}.evil.example",
            "{{ link or code }}",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn every_place_stays_where_it_was(source in "[a{}%#\"' \nélink-]{0,60}") {
            let masked = mask(&source);
            prop_assert_eq!(masked.chars().count(), source.chars().count());
            prop_assert_eq!(masked.matches('\n').count(), source.matches('\n').count());
        }
    }
}
