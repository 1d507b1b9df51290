use super::*;
use proptest::prelude::*;

#[test]
fn the_list_is_large_lower_case_and_holds_thousands_of_policy_length() {
    let words: Vec<&str> = include_str!("../common.txt").lines().collect();
    assert_eq!(words.len(), 41_616);
    assert_eq!(LISTED.len(), words.len(), "no word twice");
    assert!(words.iter().filter(|word| word.len() >= 15).count() >= 3_000);
    for word in words {
        assert!(WORD.contains(&word.len()), "{word}");
        assert!(
            word.chars().all(|c| c.is_ascii_graphic() && !c.is_ascii_uppercase()),
            "{word}"
        );
    }
}

#[test]
fn a_sample_of_listed_passwords_is_refused_in_capitals_backwards_and_doubled() {
    for word in include_str!("../common.txt").lines().step_by(499) {
        let backwards: String = word.chars().rev().collect();
        for variation in [
            word.to_owned(),
            word.to_uppercase(),
            backwards,
            word.repeat(2),
            word.repeat(3),
        ] {
            assert!(is_common(&variation), "{variation}");
        }
    }
}

#[test]
fn trivial_variations_at_policy_length_are_refused() {
    for password in [
        "passwordpassword",
        "Password1Password1",
        "abcabcabcabcabc",
        "xk!qxk!qxk!qxk!q",
        "aaaaaaaaaaaaaaa",
        "qwertyuiopasdfg",
        "abcdefghijklmnop",
        "123456789012345",
        "qwerty123456789",
        "1qaz2wsx3edc4rfv",
        "4793731950!!",
        "P@ssw0rd2026!!!!",
        "2026-Password-1!",
        "!!!!!dragon!!!!!",
        "Sunshine12345678",
        "sunshine19872026",
        "p.a.s.s.w.o.r.d",
        "pass word 123456",
        "drowssap1234567",
        "Tr4vi$$Tr4vi$$",
        "password\u{fe0f}\u{fe0f}",
    ] {
        assert!(is_common(password), "{password}");
    }
}

#[test]
fn unrelated_passphrases_are_accepted_though_they_contain_listed_words() {
    for password in [
        "correct horse battery staple",
        "the dragon was asleep again",
        "sunshine over ravenna",
        "kqzvhwtrmbxjdnp",
        "password manager enjoyer 4711",
        "839204718263950",
        "wir fahren morgen ans meer",
        "我喜欢在下雨天读一本旧书和喝茶",
        "Zgadnij-moje-haslo",
        "4f9c1e77b2a04d63",
    ] {
        assert!(!is_common(password), "{password}");
    }
}

#[test]
fn nothing_is_too_odd_to_judge() {
    for password in ["", " ", "\0", "İ", "\u{fdfa}", "ß"] {
        assert!(!is_common(password), "{password:?}");
    }
}

proptest! {
    #[test]
    fn fifteen_random_letters_are_accepted(password in "[a-z]{15,30}") {
        // Three pieces or a unit repeated five times do not happen by chance in fifteen letters.
        prop_assert!(!is_common(&password));
    }

    #[test]
    fn a_listed_password_with_a_year_and_signs_is_refused(index in 0_usize..41_616, year in 1950_u32..2050, signs in "[!?.#]{1,3}") {
        let word = include_str!("../common.txt").lines().nth(index).expect("within the list");
        let password = format!("{word}{year}{signs}");
        prop_assert!(is_common(&password), "{}", password);
    }
}
