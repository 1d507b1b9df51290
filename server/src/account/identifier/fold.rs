//! The comparison form of names.

use super::IdentifierError;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case and composed, or refused. Letters, marks and numbers of every script may occur, and of ASCII's signs the given ones.
pub fn fold(text: &str, signs: &str) -> Result<String, IdentifierError> {
    if text.chars().all(|one| may_occur(one, signs)) {
        Ok(text.chars().flat_map(char::to_lowercase).nfc().collect())
    } else {
        Err(IdentifierError::Malformed)
    }
}

fn may_occur(one: char, signs: &str) -> bool {
    if one.is_ascii() {
        return one.is_ascii_alphanumeric() || signs.contains(one);
    }
    (one.is_alphanumeric() || is_combining_mark(one)) && !is_invisible(one) && is_itself(one)
}

/// Whether the character is no other one in disguise. Refuses what compatibility normalisation turns into something else
/// (ligatures, full-width, circled, `ſ`), what canonical normalisation or lower-casing turns into ASCII (the Kelvin sign, `İ`).
fn is_itself(one: char) -> bool {
    let compatible = std::iter::once(one).nfkc();
    let canonical = std::iter::once(one).nfc();
    compatible.eq(canonical.clone())
        && !canonical.clone().any(|part| part.is_ascii())
        && !one.to_lowercase().any(|part| part.is_ascii())
}

/// Letters and marks that show nothing: fillers, joiners' cousins and variation selectors (Unicode's default ignorables among
/// the characters that are otherwise accepted).
fn is_invisible(one: char) -> bool {
    matches!(
        one,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_single_character_outside_ascii_ever_becomes_ascii_and_every_form_is_stable() {
        let mut accepted = 0;
        for one in ('\u{80}'..=char::MAX).filter(|one| !one.is_ascii()) {
            let text = one.to_string();
            let Ok(folded) = fold(&text, "") else { continue };
            accepted += 1;
            assert!(
                !folded.chars().any(|part| part.is_ascii()),
                "{one:?} becomes {folded:?}"
            );
            assert_eq!(fold(&folded, ""), Ok(folded.clone()), "{one:?}");
            assert!(folded.nfkc().eq(folded.chars()), "{one:?}");
        }
        assert!(accepted > 100_000, "letters of the world's scripts: {accepted}");
    }

    #[test]
    fn white_space_control_format_and_private_characters_are_refused() {
        for one in "\0\t\n\r \u{7f}\u{85}\u{a0}\u{ad}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{202e}\u{2028}\u{2060}\u{2066}\u{2800}\u{3000}\u{e000}\u{fe0f}\u{feff}\u{fffd}\u{fffe}\u{1f511}\u{e0041}".chars() {
            assert_eq!(fold(&format!("a{one}b"), "._-"), Err(IdentifierError::Malformed), "{one:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            if let Ok(folded) = fold(&text, "._-") {
                prop_assert_eq!(fold(&folded, "._-"), Ok(folded));
            }
        }

        #[test]
        fn a_decomposed_text_has_the_same_form(text in "[a-zA-ZäöüÄÖÜéÉñçåřŁ가힣ΆώЙё._-]{1,20}") {
            let decomposed: String = text.nfd().collect();
            prop_assert!(fold(&text, "._-").is_ok());
            prop_assert_eq!(fold(&decomposed, "._-"), fold(&text, "._-"));
            prop_assert_eq!(fold(&text.to_uppercase(), "._-"), fold(&text, "._-"));
        }
    }
}
