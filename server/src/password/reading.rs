//! The ways in which a text can be read when letters are dressed up as digits and signs.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A text in lower case, and the same text with the usual substitutions undone. All readings have the same length, so that what
/// is found in one can be pointed at in another.
pub struct Reading {
    plain: Zeroizing<Vec<char>>,
    undressed: [Zeroizing<Vec<char>>; 2],
}

impl Reading {
    pub fn of(text: &str) -> Self {
        let plain = Zeroizing::new(fold(text).collect::<Vec<char>>());
        let undress = |one| Zeroizing::new(plain.iter().map(|character| undress(*character, one)).collect());
        let undressed = [undress('l'), undress('i')];
        Self { plain, undressed }
    }

    /// In lower case, nothing undone.
    pub fn plain(&self) -> &[char] {
        &self.plain
    }

    pub fn all(&self) -> [&[char]; 3] {
        let [first, second] = &self.undressed;
        [&self.plain, first, second]
    }
}

/// The case-insensitive form in which words are compared.
pub fn fold(text: &str) -> impl Iterator<Item = char> {
    text.nfkc().flat_map(char::to_lowercase)
}

/// The letter a sign stands for. `1` is the only ambiguous one in common use: `l` in "a1pha", `i` in "k1ng".
fn undress(sign: char, one: char) -> char {
    match sign {
        '1' | '|' => one,
        '!' => 'i',
        '0' => 'o',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn substitutions_are_undone_both_ways() {
        let reading = Reading::of("P@$5w0rd K1ng");
        let words: Vec<String> = reading.all().iter().map(|one| one.iter().collect()).collect();
        assert_eq!(words, ["p@$5w0rd k1ng", "password klng", "password king"]);
    }

    proptest! {
        #[test]
        fn all_readings_have_one_length(text in any::<String>()) {
            let reading = Reading::of(&text);
            prop_assert!(reading.all().iter().all(|one| one.len() == reading.plain().len()));
        }
    }
}
