//! What reads the words and files of staff, who are trusted with more, but paste what others wrote.

use app::words::Locale;
use server::branding::picture::Picture;
use server::mail::message::MailKind;
use server::mail::render::{Source, default_source};
use server::mail::template::check::Ground;
use server::mail::template::import::{Here, items};
use server::mail::template::sample::Sample;
use server::password::hash::importable;
use server::settings::{Pinned, Settings, declarations, defaults};
use std::sync::LazyLock;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| defaults().expect("settings"));

/// A moment of no importance.
const NOW: i64 = 1_773_000_000_000;

/// A template that is let through makes a mail, whoever it is for: the subject is one line, nothing in it runs, and the link that it is
/// about is there (security 129).
fn is_a_mail(language: Locale, source: &Source) {
    let ground = Ground::of(&SETTINGS, NOW);
    for sample in Sample::ALL {
        let mail = ground
            .preview(MailKind::ResetLink, language, source, *sample)
            .unwrap_or_else(|problems| panic!("checked, and not to be shown: {problems:?}"));
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        let small = mail.html.to_ascii_lowercase();
        for active in ["<script", "<iframe", "<form"] {
            assert!(!small.contains(active), "{active} in {}", mail.html);
        }
        for (attribute, value) in attributes(&mail.html) {
            let runs = attribute.starts_with("on") || value.trim_start().starts_with("javascript:");
            assert!(!runs, "{attribute}={value} in {}", mail.html);
        }
        for part in [&mail.text, &mail.html] {
            assert!(part.contains("https://accounts.example.org/"), "{part}");
        }
    }
}

/// Names and values of all attributes, in small letters, as a browser reads them. What only stands between tags is words.
fn attributes(html: &str) -> Vec<(String, String)> {
    let small = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let mut found = Vec::new();
    for Ok(token) in html5gum::Tokenizer::new(html) {
        if let html5gum::Token::StartTag(tag) = token {
            found.extend(tag.attributes.iter().map(|(name, value)| (small(name), small(value))));
        }
    }
    found
}

/// Edited templates: subject, text and HTML, parted by NUL.
pub fn template(bytes: &[u8]) {
    let typed = String::from_utf8_lossy(bytes);
    let mut parts = typed.splitn(3, '\0').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let source = Source {
        subject: part(),
        text: part(),
        html: part(),
    };
    let problems = Ground::of(&SETTINGS, NOW).check(MailKind::ResetLink, Locale::En, &source);
    for problem in &problems {
        assert!(problem.line >= 1 && problem.column >= 1, "{problem:?}");
    }
    if problems.is_empty() {
        is_a_mail(Locale::En, &source);
    }
}

/// Templates and settings of other systems, as people paste them: what is ready is right by the rules that edits are judged by (M5).
pub fn template_import(bytes: &[u8]) {
    let pasted = String::from_utf8_lossy(bytes);
    for language in [Locale::En, Locale::Ar] {
        let here = Here {
            settings: &SETTINGS,
            pinned: &Pinned::default(),
            language,
            current: &default_source(language, MailKind::ResetLink.as_str()),
            now: NOW,
        };
        let old = items(&pasted);
        let report = here.convert(&old);
        assert_eq!(report.items.len(), old.len(), "something is said of every item");
        assert!(!report.applied);
        if let Some(source) = &report.template
            && report.problems.is_empty()
        {
            is_a_mail(language, source);
        }
        Pinned::from_groups(&report.settings).expect("settings that can be");
    }
}

/// Values of settings: the first byte says of which. What is taken is taken again, as it is.
pub fn setting(bytes: &[u8]) {
    let (&which, typed) = bytes.split_first().unwrap_or((&0, &[]));
    let declared = declarations().nth(usize::from(which) % declarations().count());
    let declared = declared.expect("a setting");
    let value = declared.read(&String::from_utf8_lossy(typed));
    if let Ok(taken) = declared.check(&value) {
        assert_eq!(declared.check(&taken).ok(), Some(taken), "{}", declared.name);
    }
}

/// Pictures: what is drawn is small enough, and no stranger's bytes.
pub fn picture(bytes: &[u8]) {
    for picture in Picture::ALL {
        if let Ok(drawn) = picture.draw(bytes) {
            assert!(drawn.width <= 2560 && drawn.height <= 1600);
            let again = picture.draw(&drawn.bytes).expect("our own picture");
            assert_eq!((again.width, again.height), (drawn.width, drawn.height));
        }
    }
}

/// Password hashes of other systems: judged before any work is done for them (security 65).
pub fn stored_hash(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if importable(&text).is_ok() {
        assert!(text.starts_with("$argon2i") || text.starts_with("$2"), "{text}");
        assert!(text.len() < 400, "{text}");
    }
}
