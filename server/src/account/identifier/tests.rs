use super::*;
use proptest::prelude::*;

fn login(text: &str) -> Option<String> {
    LoginName::parse(text).ok().map(|name| name.key)
}

fn email(text: &str) -> Option<String> {
    EmailAddress::parse(text).ok().map(|address| address.key().to_owned())
}

/// Writings that databases and frameworks have taken for the ASCII one (security 122).
const TWINS: [(&str, &str); 22] = [
    ("mıke", "mike"),
    ("mİke", "mike"),
    ("mi\u{307}ke", "mike"),
    ("mi\u{307}ke", "mIke"),
    ("mi\u{212a}e", "mike"),
    ("\u{17f}am", "sam"),
    ("straße", "strasse"),
    ("STRAẞE", "STRASSE"),
    ("\u{fb01}nn", "finn"),
    ("b\u{24de}b", "bob"),
    ("ｍｉｋｅ", "mike"),
    ("mi\u{200b}ke", "mike"),
    ("mi\u{200e}ke", "mike"),
    ("mi\u{feff}ke", "mike"),
    ("mi\u{ad}ke", "mike"),
    ("mi\u{a0}ke", "mike"),
    ("mike\u{a0}", "mike"),
    ("mi\u{301}ke", "mike"),
    ("mi\u{fe0f}ke", "mike"),
    ("m\u{456}ke", "mike"),
    ("mi\u{43a}e", "mike"),
    ("mi\u{34f}ke", "mike"),
];

#[test]
fn lookalikes_never_share_a_key_with_their_ascii_twin() {
    for (odd, plain) in TWINS {
        assert!(login(plain).is_some());
        assert_ne!(login(odd), login(plain), "{odd:?} as login name");
        assert_ne!(
            email(&format!("{odd}@example.org")),
            email(&format!("{plain}@example.org")),
            "{odd:?} as local part"
        );
        assert_ne!(
            email(&format!("a@{odd}.org")),
            email(&format!("a@{plain}.org")),
            "{odd:?} as domain"
        );
        let typed = |text: &str| Identifier::parse(text).map(|identifier| identifier.canonical);
        if odd.trim() == odd {
            assert_ne!(typed(odd), typed(plain), "{odd:?} as typed");
        }
        assert_ne!(
            typed(&format!("{odd}@example.org")),
            typed(&format!("{plain}@example.org")),
            "{odd:?} as typed"
        );
    }
    assert_ne!(email("a@ıxample.org"), email("a@ixample.org"));
    assert_ne!(email("a@example\u{3002}org"), email("a@example.org"));
    assert_ne!(email("a@example.org\u{200d}"), email("a@example.org"));
}

#[test]
fn every_way_of_writing_one_address_has_one_key() {
    let key = email("ann.lee+mail@münchen.example");
    assert_eq!(key.as_deref(), Some("ann.lee+mail@xn--mnchen-3ya.example"));
    for text in [
        "Ann.Lee+Mail@MÜNCHEN.Example",
        "ann.lee+mail@mu\u{308}nchen.example",
        "ann.lee+mail@xn--mnchen-3ya.example",
        "ANN.LEE+MAIL@XN--MNCHEN-3YA.EXAMPLE",
    ] {
        assert_eq!(email(text), key, "{text}");
        assert_eq!(
            Identifier::parse(&format!("\u{a0} {text} ")).unwrap().email_key,
            key,
            "{text}"
        );
    }
    assert_ne!(email("annlee@münchen.example"), key, "dots count");
    assert_ne!(email("ann.lee@münchen.example"), key, "tags count");
    assert_eq!(email("JÜRGEN@example.org"), email("ju\u{308}rgen@example.org"));
}

#[test]
fn punycode_that_does_not_come_back_as_it_went_in_is_refused() {
    for domain in [
        "xn--example-.org",
        "xn--example.org",
        "xn--.org",
        "xn--a-ecp.ru.org",
        "xn--mnchen-3ya-.org",
        "xn--ls8h.la",
    ] {
        assert_eq!(email(&format!("a@{domain}")), None, "{domain}");
    }
}

#[test]
fn the_address_to_send_to_keeps_its_owners_capitals() {
    let address = EmailAddress::parse("Ann.O'Brien@Bücher.Example").unwrap();
    assert_eq!(address.original(), "Ann.O'Brien@Bücher.Example");
    assert_eq!(address.deliverable(), "Ann.O'Brien@xn--bcher-kva.example");
    assert_eq!(address.key(), "ann.o'brien@xn--bcher-kva.example");
}

#[test]
fn addresses_that_could_become_something_else_in_a_mail_are_refused() {
    for text in [
        "a@b@example.org",
        "\"a b\"@example.org",
        "\"a@b\"@example.org",
        "foo@ory.sh\r\nBcc: evil@example.org",
        "foo<bar>@example.org",
        "foo@example.org,evil@example.org",
        "foo@example.org;evil@example.org",
        "foo|id@example.org",
        "foo%evil.org@example.org",
        "evil.org!foo@example.org",
        "<foo@example.org>",
        "Foo <foo@example.org>",
        "foo@example.org ",
        " foo@example.org",
        "fo o@example.org",
        "foo\0@example.org",
        "foo\u{2028}@example.org",
        "foo@exam\nple.org",
        "foo@[127.0.0.1]",
        "foo@127.0.0.1",
        "foo@1",
        "foo@-example.org",
        "foo@example-.org",
        "foo@exam_ple.org",
        "foo@example.org.",
        "foo@.example.org",
        "foo@example..org",
        ".foo@example.org",
        "foo.@example.org",
        "f..oo@example.org",
        "@example.org",
        "foo@",
        "foo",
        "@",
        "(comment)foo@example.org",
        "foo\\@example.org",
    ] {
        assert_eq!(EmailAddress::parse(text), Err(IdentifierError::Malformed), "{text:?}");
    }
}

#[test]
fn lengths_are_those_of_smtp() {
    let label = "d".repeat(63);
    let local = "l".repeat(64);
    let longest = format!("{local}@{label}.{label}.{}", "e".repeat(61));
    assert_eq!(longest.len(), 254);
    assert!(EmailAddress::parse(&longest).is_ok());
    assert!(Identifier::parse(&longest).unwrap().email_key.is_some());
    for text in [
        format!("l{local}@example.org"),
        format!("{longest}e"),
        "a".repeat(2 << 20),
    ] {
        assert_eq!(EmailAddress::parse(&text), Err(IdentifierError::TooLong));
    }
    assert_eq!(Identifier::parse(&"a".repeat(257)), Err(IdentifierError::TooLong));
    assert_eq!(
        EmailAddress::parse(&format!("a@{label}d.org")),
        Err(IdentifierError::Malformed)
    );
    assert_eq!(EmailAddress::parse(""), Err(IdentifierError::Empty));
}

#[test]
fn login_names_are_short_visible_and_compared_without_case() {
    assert_eq!(login("Ann.Lee"), login("ann.LEE"));
    assert_eq!(login("ΆΝΝΑ"), login("άννα"));
    assert_eq!(login("DOMAIN\\ann").as_deref(), Some("domain\\ann"));
    assert!(LoginName::parse(&"漢".repeat(64)).is_ok());
    assert!(
        Identifier::parse(&"\u{20000}".repeat(64)).unwrap().login_key.is_some(),
        "also of the widest letters"
    );
    assert_eq!(LoginName::parse(&"漢".repeat(65)), Err(IdentifierError::TooLong));
    assert_eq!(LoginName::parse(""), Err(IdentifierError::Empty));
    for text in [
        " admin",
        "admin ",
        "admin\t",
        "admin\u{a0}",
        "ad min",
        "a,b",
        "a;b",
        "a\"b",
        "<a>",
        "a\r\nb",
        "a:b",
        "a|b",
    ] {
        assert_eq!(LoginName::parse(text), Err(IdentifierError::Malformed), "{text:?}");
    }
}

#[test]
fn a_login_name_with_an_at_sign_is_an_address_or_nothing() {
    assert_eq!(login("Ann@Example.org"), email("ann@example.ORG"));
    for text in ["ann@", "@ann", "a@b@c", "ann@exa mple"] {
        assert_eq!(login(text), None, "{text}");
    }
}

#[test]
fn what_somebody_types_is_trimmed_and_read_both_ways() {
    let name = Identifier::parse("  Ann ").unwrap();
    assert_eq!(
        (name.login_key.as_deref(), name.email_key.as_deref(), name.canonical()),
        (Some("ann"), None, "ann")
    );
    let address = Identifier::parse("\u{3000}Ann@Example.ORG\u{a0}").unwrap();
    assert_eq!(address.login_key, address.email_key);
    assert_eq!(address.canonical(), "ann@example.org");
    let neither = Identifier::parse("no such name").unwrap();
    assert_eq!(
        (&neither.login_key, &neither.email_key, neither.canonical()),
        (&None, &None, "unknown:no such name")
    );
    for text in ["", "   ", "\u{a0}"] {
        assert_eq!(Identifier::parse(text), Err(IdentifierError::Empty), "{text:?}");
    }
    for text in ["admin\t", "a\r\nBcc: b@c", "a\n", "\ra", "a\0", "a\u{2028}", "a\u{85}b"] {
        assert_eq!(Identifier::parse(text), Err(IdentifierError::Malformed), "{text:?}");
    }
}

proptest! {
    #[test]
    fn keys_are_names_with_themselves_as_key(text in any::<String>()) {
        if let Ok(name) = LoginName::parse(&text) {
            prop_assert_eq!(login(&name.key), Some(name.key.clone()));
            let typed = Identifier::parse(&text).unwrap();
            prop_assert_eq!(typed.canonical(), &name.key);
        }
        if let Ok(address) = EmailAddress::parse(&text) {
            prop_assert_eq!(email(address.key()), Some(address.key().to_owned()));
        }
    }

    #[test]
    fn addresses_keep_their_key_in_every_writing(local in "[a-zäöüéñž0-9][a-zäöüéñž0-9_+-]{0,10}(\\.[a-z0-9]{1,5})?", domain in "[a-zäöüéñž]{1,12}\\.(org|example)") {
        let text = format!("{local}@{domain}");
        let key = email(&text);
        prop_assert!(key.is_some(), "{}", text);
        prop_assert_eq!(email(&text.to_uppercase()), key.clone());
        let address = EmailAddress::parse(&text).unwrap();
        prop_assert_eq!(email(address.deliverable()), key.clone());
        prop_assert_eq!(Identifier::parse(&format!(" {text} ")).unwrap().email_key, key);
        prop_assert!(address.deliverable().parse::<lettre::Address>().is_ok());
    }

    #[test]
    fn a_key_of_ascii_comes_only_from_ascii_names(text in "\\PC{1,12}") {
        for key in [login(&text), email(&format!("{text}@example.org")), email(&format!("a@{text}.org"))].into_iter().flatten() {
            prop_assert!(!key.is_ascii() || text.is_ascii() || key.contains("xn--"), "{:?} gave {:?}", text, key);
        }
    }

    #[test]
    fn nothing_accepted_can_break_a_header(text in any::<String>()) {
        for key in [login(&text), email(&text)].into_iter().flatten() {
            prop_assert!(!key.chars().any(|c| c.is_control() || c.is_whitespace() || ",;<>\"|:()[]".contains(c)), "{:?}", key);
        }
    }
}
