use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn context() -> OwnerContext {
    OwnerContext::of(
        "jsmith42",
        Some("john.smith@example-clinic.org"),
        "John Müller-Smith",
        "MyService",
    )
}

fn verdict(password: &str) -> Verdict {
    let password = Password::new(password).expect("short enough");
    check(&Policy::default(), &password, &context())
}

#[test]
fn a_password_built_around_a_word_of_the_context_is_refused() {
    for password in [
        "MyService2026!!!!!",
        "MyS3rv1ce!2026!x",
        "my-service-12345",
        "JSmith42jsmith42",
        "john.smith@example-clinic.org",
        "John.Smith.12345!",
        "Müller-Smith-2026",
        "Mu\u{308}ller-Smith-2026",
        "example-clinic-77",
        "!!Clinic!!Clinic!!",
        "johnsmithpassword1",
    ] {
        assert_eq!(
            verdict(password).violations.last(),
            Some(&Violation::ContainsContext),
            "{password}"
        );
        assert!(verdict(password).strength <= 1, "{password}");
    }
}

#[test]
fn an_unrelated_passphrase_is_accepted_even_with_a_known_word_in_it() {
    for password in [
        "smithereens of purple glass",
        "a service of wet umbrellas",
        "correct horse battery staple",
        "kqzvhwtrmbxjdnp",
        "john likes violet accordions",
    ] {
        assert_eq!(
            verdict(password),
            Verdict {
                violations: vec![],
                strength: 4
            },
            "{password}"
        );
    }
}

#[test]
fn short_words_of_the_context_do_not_count() {
    let context = OwnerContext::of("ann", Some("ann@leo.com"), "Ann Lee", "Key");
    assert_eq!(context.words, ["annlee", "annleocom", "leocom"]);
    let password = Password::new("ann, leo & the key!").expect("short enough");
    assert_eq!(check(&Policy::default(), &password, &context).violations, []);
}

#[test]
fn a_common_password_says_so_and_is_not_called_strong() {
    for password in [
        "passwordpassword",
        "P@ssw0rd20262026",
        "aaaaaaaaaaaaaaa",
        "qwertyuiopasdfgh",
        "iloveyou iloveyou",
    ] {
        let verdict = verdict(password);
        assert_eq!(verdict.violations, [Violation::Common], "{password}");
        assert!(verdict.strength <= 1, "{password}");
    }
}

#[test]
fn what_few_guesses_find_is_common_though_no_rule_names_it() {
    for password in ["dragonmonkey123", "password1monkey12"] {
        assert!(!blocklist::is_common(password), "{password}");
        assert_eq!(verdict(password).violations, [Violation::Common], "{password}");
    }
}

#[test]
fn every_reason_is_reported_in_the_fixed_order() {
    let policy = Policy {
        min_length: 20,
        min_non_alphanumeric: 1,
        min_digits: 1,
    };
    let password = Password::new("MyServiceMyService").expect("short enough");
    let verdict = check(&policy, &password, &context());
    assert_eq!(
        verdict.violations,
        [
            Violation::TooShort,
            Violation::TooFewNonAlphanumeric,
            Violation::TooFewDigits,
            Violation::ContainsContext,
        ]
    );
    assert!(!verdict.accepted());
}

#[test]
fn a_long_password_with_a_dull_beginning_is_judged_as_a_whole() {
    let tail = "kqzvhwtrmbxjdnpwlgfyscoaetiu".repeat(4);
    assert_eq!(verdict(&format!("{}{tail}", "a".repeat(100))).violations, []);
}

#[test]
fn nothing_is_both_empty_and_common() {
    assert_eq!(verdict("").violations, [Violation::TooShort]);
}

#[test]
fn the_longest_and_oddest_passwords_are_judged_quickly() {
    verdict("the first one loads the lists");
    let odd = [
        "p4$$w0rd1!",
        "qwerty",
        "john",
        "@$!1",
        "a1b2c3",
        "1234567890",
        "\u{1f511}",
        "2026",
        "qazwsxedc@",
        "qAzWsX",
    ];
    // Whatever may stand for a letter, which is obvious to nobody.
    let disguised = [
        "4@8({[<369!|70$5+%21",
        "a4b8c(e3g6i1l|o0s5t7",
        "4@(<3691!|7+",
        "4({[<8369!|0$",
    ];
    let all = odd
        .map(|unit| (unit, false))
        .into_iter()
        .chain(disguised.map(|unit| (unit, true)));
    let slowest: Vec<Duration> = all
        .map(|(unit, accepted)| {
            let password: String = unit.chars().cycle().take(256).collect();
            let start = Instant::now();
            assert_eq!(verdict(&password).accepted(), accepted, "{unit}");
            start.elapsed()
        })
        .collect();
    let bound = if cfg!(debug_assertions) {
        Duration::from_secs(2)
    } else {
        Duration::from_millis(50)
    };
    assert!(slowest.iter().all(|took| *took < bound), "{slowest:?}");
}

// security 65
#[test]
fn signs_that_may_stand_for_many_letters_are_estimated_in_small_pieces() {
    let length = |text: &str| piece_length(&text.chars().collect::<Vec<_>>());
    for (text, expected) in [
        ("4@8({[<369!|70$5+%21", 6),
        ("12345678901234567890", PIECE),
        ("correct horse battery staple", PIECE),
        ("P@$$w0rd1!", 10),
        ("@", 1),
    ] {
        assert_eq!(length(text), expected, "{text}");
    }
}

#[test]
fn a_phrase_is_estimated_word_by_word() {
    let length = |text: &str| phrase_length(&text.chars().collect::<Vec<_>>());
    for (text, expected) in [
        ("correct horse battery staple", 14),
        ("quiet lanterns under rain", 15),
        ("größe über älteren eichen", 11),
        ("the old man and the sea", 12),
        ("hello hello hello he", PIECE),
        ("manchester princess", 19),
        ("iloveyou iloveyou", 17),
        ("since 12 05 1987 or so", PIECE),
        ("antidisestablishmentarian rule", PIECE),
        ("4@8({[<369!| seven eight", 6),
        ("", 0),
    ] {
        assert_eq!(length(text), expected, "{text}");
    }
}

#[test]
fn few_guesses_find_a_phrase_that_repeats_itself() {
    let obvious = |text: &str| is_obvious(&seen(text), &OwnerContext::default());
    for (text, expected) in [
        ("hello hello hello he", true),
        ("monkey monkey dragon", true),
        ("monkey dragon monkey", false),
        ("quiet lanterns under rain", false),
        ("password", true),
        ("", false),
    ] {
        assert_eq!(obvious(text), expected, "{text}");
    }
}

proptest! {
    // Estimates are slow without optimisation.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_gets_a_verdict(text in any::<String>(), words in prop::collection::vec(any::<String>(), 0..4)) {
        if let Ok(password) = Password::new(&text) {
            let context = OwnerContext::new(words.iter().map(String::as_str));
            let verdict = check(&Policy::default(), &password, &context);
            prop_assert!(verdict.strength <= 4);
            prop_assert_eq!(&verdict.violations, &violations(&Policy::default(), &password, &context));
            prop_assert!(verdict.violations.starts_with(&Policy::default().violations(password.as_str())));
        }
    }

    #[test]
    fn no_walk_on_the_keyboard_and_no_disguise_upsets_the_estimator(text in "([qazwsxedcrfvtgbyhnQAZWSX]{0,60}|[0-9.*/+-]{0,60}|[a@4s$5o0i1!lL|A]{0,60}|[aA ]{0,60}){1,3}") {
        if let Ok(password) = Password::new(&text) {
            let verdict = check(&Policy::default(), &password, &context());
            prop_assert!(verdict.strength <= 4);
            // What stops as soon as enough is known says the same.
            prop_assert_eq!(verdict.violations, violations(&Policy::default(), &password, &context()));
        }
    }

    #[test]
    fn fifteen_random_letters_are_accepted(text in "[a-z]{15}") {
        prop_assert_eq!(verdict(&text).violations, []);
    }
}
