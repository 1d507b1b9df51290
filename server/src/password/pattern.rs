//! How much of a text is more than habit. Judges shape only; words are the business of [`super::blocklist`].

/// Lines that fingers and habits walk along, in either direction: the alphabet and the digits (twice, so that they wrap), the
/// rows and columns of common keyboards, the shifted digits, and the zigzags between rows.
const TRACKS: [&[u8]; 17] = [
    b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    b"012345678901234567890123456789",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"qwertyuiopasdfghjklzxcvbnm",
    b"qwertzuiopasdfghjklyxcvbnm",
    b"azertyuiopqsdfghjklmwxcvbn",
    b"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    b"qazwsxedcrfvtgbyhnujmikolp",
    b"1qazxsw23edcvfr45tgbnhy67ujmki89olp0",
    b"1q2w3e4r5t6y7u8i9o0p",
    b"q1w2e3r4t5y6u7i8o9p0",
    b"1234qwerasdfzxcv",
    b"!@#$%^&*()_+",
    b"!\"#$%&/()=",
    b"a1b2c3d4e5f6g7h8i9j0",
];

/// Shortest stretch that counts as a walk; two neighbours happen by chance.
const MIN_RUN: usize = 3;

/// The number of pieces a text falls into when every run (one character repeated, a walk along a track, a year) is one piece and
/// every other character is one: roughly, how many separate choices somebody made.
pub fn substance(text: &[char]) -> usize {
    let mut rest = text;
    let mut pieces = 0;
    while !rest.is_empty() {
        rest = rest.get(run(rest)..).unwrap_or_default();
        pieces += 1;
    }
    pieces
}

/// The length of the shortest beginning whose repetition makes the text, the last one perhaps cut short; the whole length if
/// there are not at least two.
pub fn period(text: &[char]) -> usize {
    let repeats = |length: &usize| {
        text.iter()
            .zip(text.iter().skip(*length))
            .all(|(one, other)| one == other)
    };
    (1..=text.len() / 2).find(repeats).unwrap_or(text.len())
}

/// How many characters at the beginning are one piece; at least one.
fn run(text: &[char]) -> usize {
    let same = text.iter().take_while(|one| Some(*one) == text.first()).count();
    let walk = TRACKS.iter().map(|track| walk(text, track)).max().unwrap_or(0);
    let longest = same.max(walk).max(year(text));
    if longest < MIN_RUN { 1 } else { longest }
}

/// How far the text follows the track from wherever its first character lies, forwards or backwards.
fn walk(text: &[char], track: &[u8]) -> usize {
    let along = |path: &mut dyn Iterator<Item = &u8>| {
        text.iter()
            .zip(path)
            .take_while(|(one, step)| **one == char::from(**step))
            .count()
    };
    let starts = track.iter().enumerate();
    let starts = starts.filter(|(_, step)| text.first() == Some(&char::from(**step)));
    starts
        .map(|(start, _)| {
            let forwards = along(&mut track.iter().skip(start));
            forwards.max(along(&mut track.iter().take(start + 1).rev()))
        })
        .max()
        .unwrap_or(0)
}

/// 4 where a year of the last or this century begins the text.
fn year(text: &[char]) -> usize {
    match text {
        ['1', '9', decade, year, ..] | ['2', '0', decade, year, ..]
            if decade.is_ascii_digit() && year.is_ascii_digit() =>
        {
            4
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn runs_walks_and_years_are_one_piece_each() {
        for (text, pieces) in [
            ("", 0),
            ("a", 1),
            ("ab", 2),
            ("aaaaaaaaaaaa", 1),
            ("abcdefghijklmno", 1),
            ("xyzabc", 1),
            ("987654321", 1),
            ("890123", 1),
            ("poiuytrewq", 1),
            ("qwertyuiopasdfgh", 1),
            ("1qaz2wsx3edc", 1),
            ("2026!!!!!", 2),
            ("1987qwerty", 2),
            ("mzpw", 4),
        ] {
            assert_eq!(substance(&chars(text)), pieces, "{text}");
        }
    }

    #[test]
    fn the_period_of_a_repeated_text_is_its_unit() {
        for (text, unit) in [
            ("abcabcabc", 3),
            ("abcabcab", 3),
            ("aaaa", 1),
            ("abcab", 5),
            ("abcd", 4),
            ("", 0),
        ] {
            assert_eq!(period(&chars(text)), unit, "{text}");
        }
    }

    proptest! {
        #[test]
        fn substance_never_exceeds_the_length(text in any::<String>()) {
            let text = chars(&text);
            prop_assert!(substance(&text) <= text.len());
            prop_assert_eq!(substance(&text) == 0, text.is_empty());
        }

        #[test]
        fn repeating_a_text_gives_back_a_unit_no_longer_than_it(text in "[a-z]{1,8}", times in 2_usize..6) {
            let repeated = chars(&text.repeat(times));
            let unit = period(&repeated);
            prop_assert!(unit <= text.len());
            prop_assert!(repeated.iter().enumerate().all(|(i, one)| *one == repeated[i % unit]));
        }
    }
}
