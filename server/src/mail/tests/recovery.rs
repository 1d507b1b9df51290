//! How the mails of a recovery read.

use super::{brand, keep, occasion, recipient, written, written_in};
use crate::mail::message::{Message, Said};
use crate::mail::render::{RenderError, Secrets, render};
use app::words::Locale;

const UNDO: &str = "https://accounts.example.org/recovery/undo?key=THE-TOKEN_of-forty-three-characters-in-base64url";

fn completed(to_new: bool) -> Message {
    Message::RecoveryCompleted {
        occasion: occasion(),
        recovery: "0123456789abcdef0123456789abcdef".into(),
        new_address: "a…@example.com".into(),
        to_new,
        undo_hours: 72,
    }
}

// R6, R10, R12; security 153
#[test]
fn the_mails_of_a_recovery_read_as_approved() {
    let link = Secrets {
        link: Some(UNDO.into()),
        code: None,
    };
    let code = Secrets {
        link: None,
        code: Some("ABCD-2345".into()),
    };
    let recovery = "0123456789abcdef0123456789abcdef".to_owned();
    let started = Message::RecoveryStarted {
        occasion: occasion(),
        recovery: recovery.clone(),
    };
    let to_prove = Message::RecoveryCode {
        occasion: occasion(),
        recovery,
        salt: "00".into(),
        lifetime_minutes: 15,
    };
    let denied = Message::RecoveryDenied {
        occasion: occasion(),
        reason: "Please come to the office with your passport.".into(),
    };
    for language in Locale::ALL {
        for (name, message, secrets) in [
            ("recovery_started", &started, &link),
            ("recovery_code", &to_prove, &code),
            ("recovery_completed_old", &completed(false), &link),
            ("recovery_completed_new", &completed(true), &Secrets::default()),
            ("recovery_denied", &denied, &Secrets::default()),
        ] {
            let mail = written_in(language, message, secrets);
            keep(&format!("{language}_{name}"), &mail);
            // Subjects are printed and shown on locked screens.
            assert!(!mail.subject.contains("ABCD"), "{language} {name}");
        }
    }
    assert_eq!(
        render(&to_prove, &recipient(), &brand(), &Secrets::default()),
        Err(RenderError::NothingToSend)
    );
    // Without a link that still works, the notice is sent all the same.
    assert!(!written(&started, &Secrets::default()).text.contains("/recovery/undo"));
}

// security 81, 155
#[test]
fn the_smaller_notices_of_recovery_say_what_they_should() {
    for (what, words) in [
        (Said::Locked, "switched off for your account"),
        (Said::Undone, "is stopped"),
        (Said::UndoneNew, "has taken back the recovery"),
        (Said::AddressTaken, "belongs to your account"),
        (Said::FactsChanged, "was changed, by somebody who was signed in"),
        (Said::CodesMade, "Earlier codes work no more"),
    ] {
        let message = Message::RecoverySaid {
            occasion: occasion(),
            what,
        };
        let mail = written(&message, &Secrets::default());
        let flat = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{what:?}: {flat}");
        assert!(mail.html.contains(words), "{what:?}");
        assert!(!mail.subject.is_empty(), "{what:?}");
        for language in Locale::ALL {
            let mail = written_in(language, &message, &Secrets::default());
            keep(&format!("{language}_recovery_said_{what:?}").to_lowercase(), &mail);
        }
    }
}
