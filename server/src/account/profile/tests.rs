use super::*;

fn profile(own: [&str; 3], spouse: [&str; 3]) -> Profile {
    let text = |text: &str| text.to_owned();
    Profile {
        given_name: text(own[0]),
        preferred_name: text(own[1]),
        surname: text(own[2]),
        spouse_given_name: text(spouse[0]),
        spouse_preferred_name: text(spouse[1]),
        spouse_surname: text(spouse[2]),
        ..Profile::default()
    }
}

// F16
#[test]
fn a_joint_account_bears_both_names_and_a_common_surname_once() {
    let ada = ["Augusta Ada", "Ada", "Lovelace"];
    for (written, own, spouse, expected) in [
        ("", ada, ["Charles", "", "Lovelace"], "Ada & Charles Lovelace"),
        (
            "",
            ada,
            ["Charles", "Charlie", "Babbage"],
            "Ada Lovelace & Charlie Babbage",
        ),
        (
            "Ada Lovelace",
            ada,
            ["Charles", "", "Lovelace"],
            "Ada & Charles Lovelace",
        ),
        (
            "Dr Ada Lovelace",
            ada,
            ["Charles", "", "Lovelace"],
            "Dr Ada & Charles Lovelace",
        ),
        (
            "Ada Lovelace",
            ["", "", ""],
            ["Charles", "", "Babbage"],
            "Ada Lovelace & Charles Babbage",
        ),
        ("", ["", "", ""], ["Charles", "", "Babbage"], "Charles Babbage"),
        ("", ada, ["", "", "Lovelace"], "Ada Lovelace & Lovelace"),
        (
            "",
            ["", "", "Lovelace"],
            ["Charles", "", "Lovelace"],
            "Lovelace & Charles Lovelace",
        ),
        ("", ada, ["", "", ""], "Ada Lovelace"),
        (
            "Ada & her Charles",
            ada,
            ["Charles", "", "Lovelace"],
            "Ada & her Charles",
        ),
        (
            "Mc Lovelace",
            ["", "", "lace"],
            ["Charles", "", "lace"],
            "Mc Lovelace & Charles lace",
        ),
    ] {
        let profile = profile(own, spouse);
        let name = name(Kind::Joint, written, &profile);
        assert_eq!(name, expected);
        assert_eq!(
            super::name(Kind::Joint, &name, &profile),
            name,
            "naming twice changes nothing"
        );
    }
}

#[test]
fn a_spouse_is_no_part_of_the_name_of_an_account_that_is_not_shared() {
    let profile = profile(["Ada", "", "Lovelace"], ["Charles", "", "Babbage"]);
    assert_eq!(name(Kind::Person, "", &profile), "Ada Lovelace");
    assert_eq!(
        name(Kind::Person, "Countess of Lovelace", &profile),
        "Countess of Lovelace"
    );
    assert_eq!(name(Kind::Organisation, "", &Profile::default()), "");
}

#[test]
fn a_name_that_would_be_too_long_with_both_stays_the_own_one() {
    let long = "x".repeat(100);
    let profile = profile(["Ada", "", "Lovelace"], [&long, "", &long]);
    assert_eq!(name(Kind::Joint, "", &profile), "Ada Lovelace");
}

// security 134
#[test]
fn texts_are_cleaned_and_what_cannot_be_is_named() {
    let of = |field: &str, value: &str| checked(&Profile::of(|name| if name == field { value } else { "" }));
    let value = |field: &str, text: &str| {
        let profile = of(field, text).unwrap();
        profile.values().find(|(name, _)| *name == field).unwrap().1.to_owned()
    };
    assert_eq!(value("surname", "  Love\u{202E}lace\u{200B} "), "Lovelace");
    assert_eq!(value("given_name", "Zoe\u{0308}"), "Zoë");
    assert_eq!(value("given_name", "Anne  Marie"), "Anne Marie");
    assert_eq!(value("mobile_phone", "+44 (20) 7946-0018"), "+44 (20) 7946-0018");
    assert_eq!(value("mobile_phone", "٠١٢٣"), "٠١٢٣");
    assert_eq!(
        value("spouse_email", "Charles@Bücher.example"),
        "Charles@xn--bcher-kva.example"
    );
    for (field, bad) in [
        ("given_name", "Ada\r\nBcc: evil@example.org"),
        ("title", "\u{1b}[31m"),
        ("title", &"x".repeat(41)),
        ("surname", &"x".repeat(101)),
        ("mobile_phone", "call me"),
        ("mobile_phone", "+"),
        ("spouse_email", "nobody"),
        ("spouse_email", "a@example.org,b@example.org"),
        ("spouse_id", &"1".repeat(65)),
    ] {
        assert_eq!(of(field, bad).unwrap_err().0, field, "{bad:?}");
    }
}

#[test]
fn a_change_leaves_what_it_does_not_name() {
    let old = profile(["Ada", "", "Byron"], ["", "", ""]);
    let patch = Patch {
        surname: Some("Lovelace".into()),
        ..Patch::default()
    };
    let new = old.with(&patch);
    assert_eq!((new.given_name.as_str(), new.surname.as_str()), ("Ada", "Lovelace"));
    assert_eq!(old.differences(&new).collect::<Vec<_>>(), ["surname"]);
    assert_eq!(old.with(&new.clone().into()), new);
}
