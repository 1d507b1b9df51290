//! How the mails read. The whole text is kept as a snapshot, so every change of a word is seen in review; link and code
//! are fixed placeholders.

use super::message::{Change, Message, Occasion, Recipient, StaffAction};
use crate::branding::look::Accents;
use app::words::Locale;

use super::render::{Brand, RenderError, Rendered, Secrets, render, render_test};

mod every;
mod recovery;
mod strict;

const LINK: &str = "https://accounts.example.org/reset?key=THE-TOKEN_of-forty-three-characters-in-base64url";

fn brand() -> Brand {
    Brand {
        product_name: "Example Accounts".into(),
        organisation_code: "EXA".into(),
        support_contact: "help@example.org".into(),
        public_url: "https://accounts.example.org".into(),
        accents: Accents::default(),
        language: Locale::En,
    }
}

fn recipient() -> Recipient {
    Recipient {
        address: "ada@example.org".into(),
        name: "Ada Lovelace".into(),
        login_name: "ada.lovelace".into(),
        locale: "en".into(),
        person: Box::default(),
    }
}

fn occasion() -> Occasion {
    // 2026-03-09 14:05:07 UTC
    Occasion {
        at: 1_773_065_107_000,
        client_address: "203.0.113.77".into(),
        device: "Firefox on Linux".into(),
    }
}

fn reset_link() -> Message {
    Message::ResetLink {
        lifetime_minutes: 30,
        occasion: occasion(),
        by_staff: false,
    }
}

fn changed(by: Change) -> Message {
    Message::PasswordChanged {
        occasion: occasion(),
        by,
    }
}

fn both() -> Secrets {
    Secrets {
        link: Some(LINK.into()),
        code: Some("ABCD1234".into()),
    }
}

fn written(message: &Message, secrets: &Secrets) -> Rendered {
    written_in(Locale::En, message, secrets)
}

fn written_in(language: Locale, message: &Message, secrets: &Secrets) -> Rendered {
    let recipient = Recipient {
        locale: language.to_string(),
        ..recipient()
    };
    render(message, &recipient, &brand(), secrets).unwrap()
}

fn started_by_staff() -> Message {
    Message::ResetLink {
        lifetime_minutes: 30,
        occasion: occasion(),
        by_staff: true,
    }
}

fn email_changed(to_new: bool) -> Message {
    Message::EmailChanged {
        occasion: occasion(),
        new_address: "a…@example.com".into(),
        to_new,
    }
}

fn sso_hint(provider: &str, sign_in_url: &str) -> Message {
    Message::SsoHint {
        occasion: occasion(),
        provider: provider.to_owned(),
        sign_in_url: sign_in_url.to_owned(),
    }
}

fn staff_acted(action: StaffAction) -> Message {
    Message::StaffActed {
        occasion: occasion(),
        action,
    }
}

/// Keeps a mail. Of the HTML what stands in the frame, which one mail of each language shows whole, and the line that lists of mails show.
fn keep(name: &str, mail: &Rendered) {
    let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
    insta::assert_snapshot!(format!("{name}_text"), text);
    let start = mail.html.find("<h1").unwrap();
    let (_, inner) = mail.html.split_at(start);
    let html = format!("Preview: {}\n\n{inner}", preview(&mail.html));
    insta::assert_snapshot!(format!("{name}_html"), html);
}

/// What lists of mails show beside the subject: the beginning of the mail, as far as it says something.
fn preview(html: &str) -> String {
    let hidden = visible(html.split("<table").next().unwrap());
    let line: String = hidden.replace("&#8199;", "\u{2007}").replace("&#847;", "\u{34f}");
    let filler = |c: char| c.is_whitespace() || c == '\u{34f}';
    line.trim_matches(filler).to_owned()
}

/// Two people who share one login.
fn couple() -> Recipient {
    let account = crate::account::Account {
        id: "10724".into(),
        login_name: "curie".into(),
        email: Some("curie@example.org".into()),
        name: String::new(),
        profile: crate::account::profile::Profile {
            title: "Prof.".into(),
            given_name: "Maria".into(),
            preferred_name: "Marie".into(),
            surname: "Curie".into(),
            spouse_given_name: "Pierre".into(),
            spouse_surname: "Curie".into(),
            ..Default::default()
        },
        kind: crate::account::Kind::Joint,
        sign_in: crate::account::SignIn::Password,
        status: crate::account::Status::Active,
        role: crate::account::Role::User,
        locale: String::new(),
        password_hash: String::new(),
        credential_version: 1,
        recovery_locked_at: 0,
        created_at: 0,
    };
    Recipient {
        address: "curie@example.org".into(),
        name: String::new(),
        login_name: "curie".into(),
        locale: String::new(),
        person: Box::new(super::person::Person::of(&account)),
    }
}

/// Every mail there is, in every language; those of recoveries are in `recovery`.
// F10, F16, A4, M4, M6, M8; security 213
#[test]
fn every_mail_reads_as_approved_in_every_language() {
    let link = || Secrets { code: None, ..both() };
    let none = Secrets::default;
    for language in Locale::ALL {
        insta::assert_snapshot!(
            format!("{language}_frame"),
            written_in(language, &reset_link(), &both()).html
        );
        for (name, message, secrets) in [
            ("reset_link", reset_link(), both()),
            ("reset_started_by_staff", started_by_staff(), link()),
            ("password_reset_notice", changed(Change::Reset), none()),
            ("password_change_notice", changed(Change::Owner), none()),
            ("email_changed_old", email_changed(false), none()),
            ("email_changed_new", email_changed(true), none()),
            ("sso_hint", sso_hint("", ""), none()),
            (
                "sso_hint_named",
                sso_hint("Example ID", "https://id.example.org/"),
                none(),
            ),
            ("staff_acted", staff_acted(StaffAction::Disabled), none()),
        ] {
            keep(&format!("{language}_{name}"), &written_in(language, &message, &secrets));
        }
        let couple = Recipient {
            locale: language.to_string(),
            ..couple()
        };
        for (name, message, secrets) in [
            ("reset_link_joint", reset_link(), both()),
            ("password_reset_notice_joint", changed(Change::Reset), none()),
        ] {
            let mail = render(&message, &couple, &brand(), &secrets).unwrap();
            keep(&format!("{language}_{name}"), &mail);
        }
        keep(&format!("{language}_test"), &render_test(language, &brand()).unwrap());
    }
}

#[test]
fn lists_of_mails_show_a_line_of_words_and_nothing_else() {
    for language in Locale::ALL {
        for (message, secrets) in every::every() {
            let mail = written_in(language, &message, &secrets);
            let shown = preview(&mail.html);
            assert!(!shown.is_empty(), "{language} {}", message.kind());
            let odd = shown.contains(['&', '#', ';', '{', '}', '<', '>', '\u{2007}', '\u{34f}']);
            assert!(!odd, "{language} {}: {shown:?}", message.kind());
            // What keeps the rest of the mail out of that line.
            assert!(
                mail.html.contains("&#8199;&#847; &#8199;"),
                "{language} {}",
                message.kind()
            );
        }
    }
}

// security 213
#[test]
fn every_mail_says_which_language_it_is_in_and_where_its_lines_begin() {
    for language in Locale::ALL {
        let html = written_in(language, &reset_link(), &both()).html;
        let head = format!("<html lang=\"{language}\" dir=\"{}\">", language.direction());
        assert!(html.contains(&head), "{language}");
        let right = html.contains("text-align:right");
        assert_eq!(right, language == Locale::Ar, "{language}");
        // Links and codes are read from left to right everywhere.
        assert!(
            html.contains("class=\"ink code\" dir=\"ltr\"") && html.contains(&format!("href=\"{LINK}\" dir=\"ltr\""))
        );
    }
}

#[test]
fn both_parts_say_the_same_in_every_language() {
    let words = |text: &str| {
        let letters = |c: char| {
            if c.is_alphanumeric() {
                c.to_lowercase().to_string()
            } else {
                " ".to_owned()
            }
        };
        let text: String = text.chars().map(letters).collect();
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>()
    };
    for language in Locale::ALL {
        for message in [
            changed(Change::Reset),
            changed(Change::Owner),
            email_changed(false),
            email_changed(true),
            staff_acted(StaffAction::Removed),
        ] {
            let mail = written_in(language, &message, &Secrets::default());
            let (text, html) = (words(&mail.text), words(&visible(&mail.html)));
            // Addresses are links in the HTML.
            let missing: Vec<_> = text.difference(&html).filter(|word| *word != "https").collect();
            assert!(
                missing.is_empty(),
                "{language} {}: {missing:?} only in the text",
                message.kind()
            );
        }
    }
}

/// What a person sees of a page.
fn visible(html: &str) -> String {
    let body = html.split("<body").nth(1).unwrap();
    let pieces = body
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces
        .collect::<Vec<_>>()
        .join(" ")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn each_action_of_staff_has_a_sentence_of_its_own_in_every_language() {
    let actions = [
        StaffAction::SessionsEnded,
        StaffAction::Disabled,
        StaffAction::Enabled,
        StaffAction::SignInBySso,
        StaffAction::SignInByPassword,
        StaffAction::RoleChanged,
        StaffAction::LoginNameChanged,
        StaffAction::Removed,
        StaffAction::FactsChanged,
        StaffAction::RecoveryUnlocked,
    ];
    for language in Locale::ALL {
        let texts = actions.map(|action| written_in(language, &staff_acted(action), &Secrets::default()).text);
        let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), actions.len(), "{language}");
        for text in &texts {
            let sentence = text.split("\n\n").nth(1).unwrap();
            assert!(
                sentence.contains("ada.lovelace") && sentence.contains("Example Accounts"),
                "{language}: {text}"
            );
        }
    }
}

// M6
#[test]
fn the_language_is_the_recipients_or_else_the_installations() {
    let subject = |locale: &str, installation| {
        let recipient = Recipient {
            locale: locale.into(),
            ..recipient()
        };
        let brand = Brand {
            language: installation,
            ..brand()
        };
        render(&reset_link(), &recipient, &brand, &both()).unwrap().subject
    };
    let german = subject("de", Locale::En);
    assert!(german.contains("Passwort"), "{german}");
    for (locale, installation) in [
        ("de-CH", Locale::En),
        ("DE_at", Locale::Fr),
        ("tlh", Locale::De),
        ("", Locale::De),
    ] {
        assert_eq!(subject(locale, installation), german, "{locale}");
    }
    for odd in ["tlh", "", "../../etc", "zh-Hant-TW"] {
        assert_eq!(subject(odd, Locale::En), subject("en", Locale::De), "{odd}");
    }
}

#[test]
fn both_parts_carry_the_same_link_and_code_letter_for_letter() {
    let mail = written(&reset_link(), &both());
    assert!(
        mail.text.lines().any(|line| line == LINK),
        "the link stands alone on its line"
    );
    assert_eq!(
        mail.html.matches(&format!("href=\"{LINK}\"")).count(),
        2,
        "button and plain link"
    );
    assert!(mail.html.contains(&format!(">{LINK}</a>")));
    assert!(mail.text.contains("ABCD-1234") && mail.html.contains(">ABCD-1234<"));
}

#[test]
fn neither_subject_nor_preview_line_shows_the_code() {
    let mail = written(&reset_link(), &both());
    let preview = mail.html.split("<table").next().unwrap();
    assert!(
        !preview.contains("ABCD") && !mail.subject.contains("ABCD"),
        "lock screens show both"
    );
}

#[test]
fn the_delivery_setting_may_leave_out_link_or_code_but_not_both() {
    let only_code = written(
        &reset_link(),
        &Secrets {
            link: None,
            code: Some("ABCD-1234".into()),
        },
    );
    assert!(only_code.text.contains("Type this code") && !only_code.text.contains("/reset?"));
    assert!(only_code.html.contains(">ABCD-1234<") && !only_code.html.contains("/reset?"));
    let only_link = written(
        &reset_link(),
        &Secrets {
            link: Some(LINK.into()),
            code: None,
        },
    );
    assert!(only_link.text.contains(LINK) && !only_link.text.contains("this code"));
    assert!(only_link.html.contains(LINK) && !only_link.html.contains("this code"));
    let nothing = render(&reset_link(), &recipient(), &brand(), &Secrets::default());
    assert_eq!(nothing, Err(RenderError::NothingToSend));
}

#[test]
fn lifetimes_are_told_in_words() {
    let told = |lifetime_minutes| {
        let mail = written(
            &Message::ResetLink {
                lifetime_minutes,
                occasion: occasion(),
                by_staff: false,
            },
            &both(),
        );
        let after = mail.text.split("work once, within ").nth(1).unwrap().to_owned();
        after.split('.').next().unwrap().to_owned()
    };
    let expected = [
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (150, "2 hours and 30 minutes"),
    ];
    for (minutes, words) in expected {
        assert_eq!(told(minutes), words);
    }
    assert_eq!((told(1440), told(2880)), ("1 day".to_owned(), "2 days".to_owned()));
}

#[test]
fn lifetimes_are_counted_as_each_language_counts() {
    let says = |language, lifetime_minutes, words: &str| {
        let message = Message::ResetLink {
            lifetime_minutes,
            occasion: occasion(),
            by_staff: false,
        };
        let mail = written_in(language, &message, &both());
        assert!(
            mail.text.contains(words) && mail.html.contains(words),
            "{language}: {words} in {}",
            mail.text
        );
    };
    for (minutes, words) in [
        (1, "1 Minute"),
        (45, "45 Minuten"),
        (150, "2 Stunden und 30 Minuten"),
        (2880, "2 Tagen"),
    ] {
        says(Locale::De, minutes, words);
    }
    for (minutes, words) in [
        (1, "1 minute<"),
        (45, "45 minutes"),
        (150, "2 heures et 30 minutes"),
        (1440, "1 jour"),
    ] {
        says(Locale::Fr, minutes, words.trim_end_matches('<'));
    }
    for (minutes, words) in [
        (1, "1 minuto"),
        (45, "45 minutos"),
        (150, "2 horas y 30 minutos"),
        (1440, "1 día"),
    ] {
        says(Locale::Es, minutes, words);
    }
    for (minutes, words) in [
        (1, "دقيقة واحدة"),
        (2, "دقيقتين"),
        (5, "5 دقائق"),
        (45, "45 دقيقة"),
        (60, "ساعة واحدة"),
        (150, "ساعتين و30 دقيقة"),
        (600, "10 ساعات"),
        (720, "12 ساعة"),
        (1440, "يوم واحد"),
    ] {
        says(Locale::Ar, minutes, words);
    }
}

#[test]
fn hostile_names_create_neither_links_nor_lines_nor_markup() {
    let plain = written(&reset_link(), &both());
    let links = |text: &str| text.matches("://").count();
    for hostile in [
        "<a href=//evil>Click</a> http://evil",
        "Ada\r\nBcc: evil@evil.example\r\n\r\n.\r\nMAIL FROM:<x@evil.example>",
        "{{7*7}} {% include 'base.html' %}",
        "\u{202E}dA www.evil.example",
        "\"><img src=x onerror=alert(1)>",
    ] {
        let recipient = Recipient {
            name: hostile.into(),
            login_name: hostile.into(),
            ..recipient()
        };
        let occasion = Occasion {
            device: hostile.into(),
            ..occasion()
        };
        let message = Message::ResetLink {
            lifetime_minutes: 30,
            occasion,
            by_staff: false,
        };
        let mail = render(&message, &recipient, &brand(), &both()).unwrap();
        assert_eq!(links(&mail.text), links(&plain.text), "{hostile:?}");
        assert_eq!(links(&mail.html), links(&plain.html), "{hostile:?}");
        assert_eq!(mail.text.lines().count(), plain.text.lines().count(), "{hostile:?}");
        assert_eq!(
            mail.html.matches('<').count(),
            plain.html.matches('<').count(),
            "{hostile:?}"
        );
        for (part, plain) in [(&mail.text, &plain.text), (&mail.html, &plain.html)] {
            assert!(!part.contains("www.") && !part.contains('\u{202E}'), "{hostile:?}");
            assert_eq!(
                part.matches("49").count(),
                plain.matches("49").count(),
                "names are not templates"
            );
        }
    }
}

#[test]
fn nothing_is_loaded_from_anywhere_and_no_script_runs() {
    for message in [reset_link(), changed(Change::Reset), changed(Change::Owner)] {
        let html = written(&message, &both()).html.to_lowercase();
        for loads in [
            "<img",
            "<script",
            "<link",
            "<iframe",
            "url(",
            "@import",
            "src=",
            "background=",
        ] {
            assert!(!html.contains(loads), "{loads}");
        }
    }
}

#[test]
fn the_notice_leads_back_to_a_new_password_and_to_support() {
    for by in [Change::Reset, Change::Owner] {
        let mail = written(&changed(by), &Secrets::default());
        assert!(
            mail.text
                .lines()
                .any(|line| line == "https://accounts.example.org/forgot")
        );
        assert!(mail.html.contains("href=\"https://accounts.example.org/forgot\""));
        assert!(mail.text.contains("help@example.org") && mail.html.contains("href=\"mailto:help@example.org\""));
    }
}

#[test]
fn only_plain_web_addresses_are_mailed() {
    for link in [
        "javascript:alert(1)",
        "https://a.example/\"onmouseover=",
        "/reset?key=x",
        "https://a.example/\r\nx",
    ] {
        let secrets = Secrets {
            link: Some(link.into()),
            code: None,
        };
        let refused = render(&reset_link(), &recipient(), &brand(), &secrets);
        assert_eq!(refused, Err(RenderError::NotAWebAddress("link")), "{link}");
    }
    let brand = Brand {
        public_url: "ftp://accounts.example.org".into(),
        ..brand()
    };
    let refused = render(&reset_link(), &recipient(), &brand, &both());
    assert_eq!(refused, Err(RenderError::NotAWebAddress("public URL")));
}

#[test]
fn without_facts_name_or_support_contact_the_mail_still_reads_well() {
    let recipient = Recipient {
        name: String::new(),
        ..recipient()
    };
    let brand = Brand {
        support_contact: String::new(),
        ..brand()
    };
    let occasion = Occasion {
        client_address: String::new(),
        device: String::new(),
        ..occasion()
    };
    let mail = render(
        &Message::PasswordChanged {
            occasion,
            by: Change::Owner,
        },
        &recipient,
        &brand,
        &both(),
    )
    .unwrap();
    assert!(mail.text.starts_with("Hello,\n") && mail.text.contains("Then tell your administrator."));
    assert!(!mail.text.contains("From:") && !mail.text.contains("Device:") && !mail.html.contains("Device"));
}

#[test]
fn a_web_page_as_support_contact_is_linked_and_words_stay_words() {
    let html = |support: &str| {
        let brand = Brand {
            support_contact: support.into(),
            ..brand()
        };
        render(&reset_link(), &recipient(), &brand, &both()).unwrap().html
    };
    assert!(html("https://help.example.org/it?topic=mail").contains("href=\"https://help.example.org/it?topic=mail\""));
    assert!(html("Room 12 <IT> & friends").contains("Ask <bdi>Room 12 &lt;IT&gt; &amp; friends</bdi>."));
}

#[test]
fn secrets_and_bodies_are_not_printed() {
    let printed = format!("{:?} {:?}", both(), written(&reset_link(), &both()));
    assert!(!printed.contains("key=") && !printed.contains("ABCD"), "{printed}");
}
