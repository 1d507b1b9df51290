//! Whether every language says everything, in its own words. English decides which keys there are; that none of them is unused the
//! compiler sees to, because a key is a function, and of phrases, which are said in another crate, a test over there.

use super::Locale;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

type Texts = BTreeMap<String, Value>;

fn texts(language: Locale) -> Texts {
    macro_rules! files {
        ($code:literal) => {
            [
                include_str!(concat!("../../locales/", $code, ".json")),
                include_str!(concat!("../../locales/phrases/", $code, ".json")),
            ]
        };
    }
    let files = match language {
        Locale::En => files!("en"),
        Locale::De => files!("de"),
        Locale::Fr => files!("fr"),
        Locale::Es => files!("es"),
        Locale::Ar => files!("ar"),
    };
    let spaces = files
        .into_iter()
        .flat_map(|file| serde_json::from_str::<BTreeMap<String, BTreeMap<String, Value>>>(file).unwrap());
    let texts = spaces.flat_map(|(space, texts)| {
        texts
            .into_iter()
            .map(move |(key, text)| (format!("{space}.{key}"), text))
    });
    texts.collect()
}

fn others() -> impl Iterator<Item = (Locale, Texts)> {
    let others = Locale::ALL.into_iter().filter(|language| *language != Locale::En);
    others.map(|language| (language, texts(language)))
}

/// The forms of a text, each with its name; one without a name where the text has no number in it.
fn forms(text: &Value) -> Vec<(&str, &str)> {
    match text {
        Value::Object(forms) => forms
            .iter()
            .map(|(form, text)| (form.as_str(), text.as_str().unwrap()))
            .collect(),
        text => vec![("", text.as_str().unwrap())],
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("{{")
        .skip(1)
        .map(|rest| rest.split("}}").next().unwrap())
        .collect()
}

/// Whether it is nothing but values and what stands between them.
fn is_wordless(text: &str) -> bool {
    let mut between = text
        .split("{{")
        .map(|part| part.rsplit("}}").next().unwrap_or_default());
    between.all(|part| !part.contains(char::is_alphabetic))
}

/// Words that happen to be the same as in English, and what has no language: names, paths, patterns.
fn may_be_the_same(language: Locale, key: &str) -> bool {
    const EVERYWHERE: [&str; 13] = [
        "problem.fact_column",
        "common.title",
        "time.first_day",
        "admin_settings.grants_password_reset",
        "admin_settings.grants_password_reset_verify",
        "admin_settings.grants_password_reset_complete",
        "admin_settings.grants_password_policy",
        "admin_settings.grants_sessions",
        "admin_settings.preset_ses",
        "admin_settings.preset_sendgrid",
        "admin_settings.preset_postmark",
        "admin_templates.part_html",
        "admin_templates.named",
    ];
    const GERMAN: [&str; 16] = [
        "cli.level_problem",
        "time.april",
        "time.august",
        "time.september",
        "time.november",
        "admin_settings.group_mail",
        "admin_settings.host",
        "admin_settings.port",
        "admin_requests.mail",
        "admin_accounts.name",
        "admin_accounts.person",
        "admin_accounts.organisation",
        "admin_accounts.helpdesk",
        "admin_outbox.mail",
        "admin_templates.mail",
        "admin_templates.part_text",
    ];
    const FRENCH: [&str; 14] = [
        "admin_limits.minutes",
        "admin.sections",
        "admin_settings.group_session",
        "admin_settings.port",
        "admin_keys.action",
        "admin_accounts.organisation",
        "admin_account.id",
        "admin_account.sessions",
        "admin_facts.action",
        "admin_facts.date",
        "admin_outbox.action",
        "admin_recovery.bits",
        "admin_templates.action",
        "admin_templates.version",
    ];
    const SPANISH: [&str; 2] = ["common.title_failed", "admin_settings.host"];
    let own: &[&str] = match language {
        Locale::De => &GERMAN,
        Locale::Fr => &FRENCH,
        Locale::Es => &SPANISH,
        Locale::En | Locale::Ar => &[],
    };
    EVERYWHERE.contains(&key) || own.contains(&key)
}

// M6, security 213
#[test]
fn every_text_is_there_in_every_language_and_in_its_own_words() {
    let english = texts(Locale::En);
    for (language, own) in others() {
        let (wanted, there): (BTreeSet<_>, BTreeSet<_>) = (english.keys().collect(), own.keys().collect());
        let lacking: Vec<_> = wanted.difference(&there).collect();
        assert!(lacking.is_empty(), "{language} lacks {lacking:?}");
        let spare: Vec<_> = there.difference(&wanted).collect();
        assert!(spare.is_empty(), "nobody asks for {spare:?} of {language}");
        for (key, text) in &own {
            let translated = Some(text) != english.get(key) || forms(text).iter().all(|(_, text)| is_wordless(text));
            assert!(
                translated || may_be_the_same(language, key),
                "{language}: {key} is English"
            );
            assert!(
                forms(text).iter().all(|(_, text)| !text.trim().is_empty()),
                "{language}: {key} is empty"
            );
        }
    }
}

#[test]
fn every_language_fills_in_the_same_values() {
    let others: Vec<_> = others().collect();
    for (key, english) in texts(Locale::En) {
        let wanted: BTreeSet<_> = forms(&english)
            .into_iter()
            .flat_map(|(_, text)| placeholders(text))
            .collect();
        for (language, own) in &others {
            for (form, text) in forms(&own[&key]) {
                let mut there = placeholders(text);
                // A form that stands for one number only may say it in words.
                if matches!(form, "zero" | "one" | "two") {
                    there.insert(" count ");
                }
                assert_eq!(there, wanted, "{language}: {key} {form}");
            }
        }
    }
}

// CLDR 47, supplemental/plurals
#[test]
fn every_language_has_exactly_the_forms_it_counts_in() {
    let english = texts(Locale::En);
    for language in Locale::ALL {
        let wanted: &[&str] = match language {
            Locale::Ar => &["few", "many", "one", "other", "two", "zero"],
            _ => &["one", "other"],
        };
        for (key, text) in texts(language) {
            if english[&key].is_object() {
                let there: BTreeSet<_> = forms(&text).into_iter().map(|(form, _)| form).collect();
                assert_eq!(there, wanted.iter().copied().collect(), "{language}: {key}");
            } else {
                assert!(text.is_string(), "{language}: {key}");
            }
        }
    }
}

/// A space that a line must not break at, before the signs that French sets apart.
#[test]
fn french_signs_never_begin_a_line() {
    for (key, text) in texts(Locale::Fr) {
        for (_, text) in forms(&text) {
            for sign in [" ?", " !", " ;", " :", "« ", " »"] {
                assert!(!text.contains(sign), "{key}: {text}");
            }
        }
    }
}
