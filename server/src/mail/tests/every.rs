//! What holds for every mail in every language: both parts say the same and lead to the same places, the HTML is strict, the headers
//! are those of a machine that wants no answer, and nothing is so long that a mail program cuts it.

use super::strict::elements;
use super::{LINK, brand, changed, email_changed, occasion, recipient, sso_hint, staff_acted, visible, written_in};
use crate::branding::colour::Colour;
use crate::branding::look::Accents;
use crate::mail::message::{Change, Message, Recipient, Said, StaffAction};
use crate::mail::render::{Brand, Rendered, Secrets, render, render_test};
use crate::mail::transport::compose::compose;
use crate::mail::transport::{Addressee, Outgoing, Sender};
use app::words::Locale;
use mail_parser::MessageParser;
use std::collections::BTreeSet;

/// Some mail programs cut what is longer than 102 kB; half of that leaves room for long names.
const LONGEST: usize = 50 * 1024;

/// Every kind of mail with everything that it can say, and whether it carries a link and a code.
pub fn every() -> Vec<(Message, Secrets)> {
    let link = || Secrets {
        link: Some(LINK.into()),
        code: None,
    };
    let code = || Secrets {
        link: None,
        code: Some("ABCD2345".into()),
    };
    let both = || Secrets {
        link: Some(LINK.into()),
        code: Some("ABCD2345".into()),
    };
    let none = Secrets::default;
    let recovery = || "0123456789abcdef0123456789abcdef".to_owned();
    let reset = |by_staff| Message::ResetLink {
        lifetime_minutes: 30,
        occasion: occasion(),
        by_staff,
    };
    let completed = |to_new| Message::RecoveryCompleted {
        occasion: occasion(),
        recovery: recovery(),
        new_address: "a…@example.com".into(),
        to_new,
        undo_hours: 72,
    };
    let mut all = vec![
        (reset(false), both()),
        (reset(false), link()),
        (reset(false), code()),
        (reset(true), both()),
        (sso_hint("", ""), none()),
        (sso_hint("Example ID", "https://id.example.org/"), none()),
        (changed(Change::Reset), none()),
        (changed(Change::Owner), none()),
        (email_changed(false), none()),
        (email_changed(true), none()),
        (
            Message::RecoveryStarted {
                occasion: occasion(),
                recovery: recovery(),
            },
            link(),
        ),
        (
            Message::RecoveryCode {
                occasion: occasion(),
                recovery: recovery(),
                salt: "00".into(),
                lifetime_minutes: 15,
            },
            code(),
        ),
        (completed(false), link()),
        (completed(true), none()),
        (
            Message::RecoveryDenied {
                occasion: occasion(),
                reason: "Please come to the office.".into(),
            },
            none(),
        ),
    ];
    for action in [
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
    ] {
        all.push((staff_acted(action), none()));
    }
    for what in [
        Said::Locked,
        Said::Undone,
        Said::UndoneNew,
        Said::AddressTaken,
        Said::FactsChanged,
        Said::CodesMade,
    ] {
        all.push((
            Message::RecoverySaid {
                occasion: occasion(),
                what,
            },
            none(),
        ));
    }
    all
}

fn each(check: impl Fn(&str, &Rendered, &Secrets)) {
    for language in Locale::ALL {
        for (message, secrets) in every() {
            let mail = written_in(language, &message, &secrets);
            check(&format!("{language} {} {message:?}", message.kind()), &mail, &secrets);
        }
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let letters = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    let text: String = text.to_lowercase().chars().map(letters).collect();
    text.split_whitespace().map(str::to_owned).collect()
}

/// What is seen of a page, without the blanks that keep its beginning out of the preview line.
fn seen(html: &str) -> String {
    visible(html).replace("&#8199;", " ").replace("&#847;", " ")
}

/// Web addresses in a text, whole.
fn addresses(text: &str) -> BTreeSet<String> {
    let parts = text
        .split_whitespace()
        .map(|part| part.trim_matches(['(', ')', '<', '>', ',']));
    let addresses = parts.filter(|part| part.starts_with("http"));
    addresses
        .map(|address| address.trim_end_matches('.').to_owned())
        .collect()
}

// M4
#[test]
fn both_parts_of_every_mail_say_the_same() {
    each(|which, mail, secrets| {
        let (text, html) = (words(&mail.text), words(&seen(&mail.html)));
        let missing: Vec<_> = text.difference(&html).filter(|word| *word != "https").collect();
        // Where a button says what to do, the text says how to do it without one: a sentence, no more.
        let spoken = secrets.link.is_some() || secrets.code.is_some() || which.contains(" sso_hint ");
        let most = if spoken { text.len() / 6 } else { 0 };
        assert!(missing.len() <= most, "{which}: {missing:?} only in the text");
        let numbers = |words: &BTreeSet<String>| -> BTreeSet<String> {
            let numeric = words.iter().filter(|word| word.chars().all(char::is_numeric));
            numeric.cloned().collect()
        };
        assert_eq!(numbers(&text), numbers(&html), "{which}");
        for value in ["ada.lovelace", "Example Accounts"] {
            assert_eq!(
                mail.text.contains(value),
                seen(&mail.html).contains(value),
                "{which}: {value}"
            );
        }
    });
}

// security 135
#[test]
fn both_parts_of_every_mail_lead_to_the_same_places() {
    each(|which, mail, secrets| {
        let tags = elements(&mail.html).unwrap();
        let links = tags.iter().filter(|tag| tag.name == "a");
        let links = links.map(|tag| {
            tag.attributes
                .iter()
                .find(|(name, _)| name == "href")
                .unwrap()
                .1
                .replace("&amp;", "&")
        });
        let links: BTreeSet<String> = links.filter(|link| link.starts_with("http")).collect();
        assert_eq!(addresses(&mail.text), links, "{which}");
        assert_eq!(links.contains(LINK), secrets.link.is_some(), "{which}");
    });
}

#[test]
fn every_mail_is_strict_html_that_fetches_nothing_and_runs_nothing() {
    each(|which, mail, _| {
        let tags = elements(&mail.html).unwrap_or_else(|problem| panic!("{which}: {problem}"));
        for tag in tags {
            assert!(
                !["img", "script", "link", "iframe", "form", "object", "base"].contains(&tag.name.as_str()),
                "{which}: {tag:?}"
            );
            for (name, value) in &tag.attributes {
                assert!(
                    !name.starts_with("on") && name != "src" && !value.contains("url("),
                    "{which}: {tag:?}"
                );
            }
        }
        assert!(!mail.html.contains("@import"), "{which}");
    });
}

// M2, M3
#[test]
fn the_test_mail_stands_in_the_frame_of_all_others() {
    for language in Locale::ALL {
        let mail = render_test(language, &brand()).unwrap();
        let tags = elements(&mail.html).unwrap_or_else(|problem| panic!("{language}: {problem}"));
        let document = tags.iter().find(|tag| tag.name == "html").unwrap();
        let attribute = |name: &str, value: &str| document.attributes.contains(&(name.to_owned(), value.to_owned()));
        assert!(
            attribute("lang", language.code()) && attribute("dir", language.direction()),
            "{language}"
        );
        let missing: Vec<_> = words(&mail.text)
            .difference(&words(&seen(&mail.html)))
            .cloned()
            .collect();
        assert_eq!(missing, Vec::<String>::new(), "{language}");
    }
}

// security 135, 145
#[test]
fn every_mail_travels_as_one_that_a_machine_sent() {
    each(|which, mail, secrets| {
        let outgoing = Outgoing {
            message_id: "0a1b2c@accounts.example.org".into(),
            date: 1_773_065_107_000,
            from: Sender {
                name: "Example Accounts".into(),
                address: "no-reply@example.org".into(),
            },
            reply_to: None,
            to: Addressee::from(&recipient()),
            rendered: mail.clone(),
        };
        let bytes = compose(&outgoing, None).map(|letter| letter.bytes).unwrap();
        assert!(bytes.len() < LONGEST, "{which}: {} bytes", bytes.len());
        let message = MessageParser::default().parse(&bytes).unwrap();
        let header = |name| message.header_raw(name).map(str::trim);
        assert_eq!(header("Auto-Submitted"), Some("auto-generated"), "{which}");
        assert_eq!(
            header("List-Unsubscribe"),
            None,
            "{which}: nobody unsubscribes from the safety of an account"
        );
        assert_eq!(message.message_id(), Some("0a1b2c@accounts.example.org"), "{which}");
        let again = compose(&outgoing, None).map(|letter| letter.bytes).unwrap();
        let again = MessageParser::default().parse(&again).unwrap();
        assert_eq!(
            message.message_id(),
            again.message_id(),
            "{which}: recognised as the same mail"
        );
        assert_eq!(message.to().unwrap().as_list().unwrap().len(), 1, "{which}");
        assert_eq!(message.subject(), Some(mail.subject.as_str()), "{which}");

        let text = message.body_text(0).unwrap();
        let html = message.body_html(0).unwrap();
        if let Some(link) = &secrets.link {
            assert!(
                text.lines().any(|line| line == link),
                "{which}: on one line after decoding"
            );
            assert!(
                html.lines().any(|line| line.contains(&format!("href=\"{link}\""))),
                "{which}"
            );
        }
        let raw = String::from_utf8(bytes).unwrap();
        assert!(
            raw.split("\r\n")
                .all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])),
            "{which}: short lines"
        );
    });
}

// A8
#[test]
fn mails_wear_the_colours_of_their_house() {
    let brand = Brand {
        accents: Accents {
            light: Colour::parse("#7a1f5c"),
            dark: Colour::parse("#ffaadd"),
        },
        ..brand()
    };
    for language in Locale::ALL {
        let recipient = Recipient {
            locale: language.to_string(),
            ..recipient()
        };
        for (message, secrets) in every() {
            let html = render(&message, &recipient, &brand, &secrets).unwrap().html;
            assert!(
                html.contains("#7a1f5c") && html.contains(".link { color: #ffaadd !important; }"),
                "{language}"
            );
            assert!(!html.contains("#2456c8"), "{language} {}", message.kind());
        }
    }
}
