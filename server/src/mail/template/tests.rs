//! What a template may be, and what the checks say of everything else.

use super::check::Ground;
use super::problem::Flaw;
use super::sample::{Sample, mails};
use super::{carried, tidy};
use crate::mail::message::MailKind;
use crate::mail::placeholder::Placeholder;
use crate::mail::render::{Source, Values, default_source, render_edited};
use app::words::Locale;
use proptest::prelude::*;

const NOW: i64 = 1_773_065_107_000;

fn ground() -> Ground {
    let mut settings = crate::settings::defaults().unwrap();
    settings.reset.public_url = Some("https://accounts.example.org".parse().unwrap());
    settings.reset.allowed_targets = vec!["https://school.example".into()];
    settings.branding.product_name = "Example & Accounts".into();
    settings.branding.support_contact = "help@example.org".into();
    Ground::of(&settings, NOW)
}

/// A template of a reset mail that is right.
fn good() -> Source {
    Source {
        subject: "New password for {{ product_name }}".into(),
        text: "Hello {{ name }},\n\n{{ link }}\n".into(),
        html: "<p>Hello {{ name }}</p>\n<a href=\"{{ link }}\">Go on</a> or copy <b>{{ link }}</b>".into(),
    }
}

fn flaws(source: &Source) -> Vec<(String, usize, usize, Flaw, String)> {
    let problems = ground().check(MailKind::ResetLink, Locale::En, source);
    problems
        .into_iter()
        .map(|problem| {
            (
                problem.part.to_string(),
                problem.line,
                problem.column,
                problem.flaw,
                problem.what,
            )
        })
        .collect()
}

fn in_text(text: &str) -> Vec<(usize, usize, Flaw, String)> {
    let source = Source {
        text: text.into(),
        ..good()
    };
    flaws(&source)
        .into_iter()
        .map(|(part, line, column, flaw, what)| {
            assert_eq!(part, "text", "{text:?}");
            (line, column, flaw, what)
        })
        .collect()
}

fn in_html(html: &str) -> Vec<(usize, usize, Flaw, String)> {
    let source = Source {
        html: html.into(),
        ..good()
    };
    flaws(&source)
        .into_iter()
        .map(|(part, line, column, flaw, what)| {
            assert_eq!(part, "html", "{html:?}");
            (line, column, flaw, what)
        })
        .collect()
}

// M3
#[test]
fn a_plain_template_is_right() {
    assert_eq!(flaws(&good()), []);
}

// security 128: each of these would otherwise overflow the stack, here or in the engine
#[test]
fn a_template_is_never_deeper_than_the_stack() {
    let rows = [
        format!("{{{{ {}name }}}}", "not ".repeat(9_000)),
        format!("{{{{ name{} }}}}", " ~ name".repeat(9_000)),
        format!("{{{{ name{} }}}}", "|upper".repeat(9_000)),
        format!("{{{{ {}name{} }}}}", "(".repeat(140), ")".repeat(140)),
        format!("{{% if code %}}{}{{% endif %}}", "{% elif code %}".repeat(4_000)),
        format!("{}{}", "{% if code %}".repeat(140), "{% endif %}".repeat(140)),
    ];
    for row in rows {
        let found = in_text(&format!("{{{{ link }}}}{row}"));
        assert_eq!(found.len(), 1, "{row:.60}");
        assert_eq!(found[0].2, Flaw::Syntax, "{row:.60}");
    }
    let deep = format!(
        "{{{{ link }}}}\n{}x{}",
        "{% if code %}".repeat(20),
        "{% endif %}".repeat(20)
    );
    assert_eq!(in_text(&deep), []);
}

// M3: what is delivered can be edited as it is, and says the same.
#[test]
fn every_template_of_ours_passes_its_own_check_and_reads_the_same_when_edited() {
    let ground = ground();
    for kind in MailKind::ALL {
        for language in Locale::ALL {
            let source = default_source(language, kind.as_str());
            assert_eq!(ground.check(*kind, language, &source), [], "{kind}/{language}");
            for (message, secrets) in mails(*kind, NOW, "https://accounts.example.org") {
                let person = Sample::Joint.person();
                let values = Values::of(&message, &person, language, &ground.brand, &secrets).unwrap();
                let edited = render_edited(&source, *kind, language, &values).unwrap();
                assert!(
                    !edited.text.contains("{{") && !edited.html.contains("{%"),
                    "{kind}/{language}"
                );
                assert_eq!(carried::lost(*kind, &values, &edited), [], "{kind}/{language}");
                let title = format!("<title>{}</title>", edited.subject.replace('&', "&amp;"));
                assert!(
                    edited.html.contains(&title),
                    "{kind}/{language}: the heading is the subject"
                );
            }
        }
    }
}

// M4
#[test]
fn every_placeholder_can_be_named_where_it_has_a_value_and_nowhere_else() {
    let ground = ground();
    for kind in MailKind::ALL {
        let own = default_source(Locale::En, kind.as_str());
        for name in Placeholder::ALL {
            let source = Source {
                text: format!("{}\n{{{{ {name} }}}}\n", own.text),
                ..own.clone()
            };
            let problems = ground.check(*kind, Locale::En, &source);
            let unknown = problems.iter().any(|problem| problem.flaw == Flaw::UnknownPlaceholder);
            assert_eq!(unknown, !name.is_in(*kind), "{name} in {kind}: {problems:?}");
        }
        assert!(
            !ground
                .check(
                    *kind,
                    Locale::En,
                    &Source {
                        text: "{{ user_name }}".into(),
                        ..own
                    }
                )
                .is_empty()
        );
    }
}

// security 129
#[test]
fn a_template_names_things_and_computes_nothing() {
    for (hostile, flaw, what) in [
        ("{{ 7*7 }}", Flaw::NotAllowed, "expression"),
        ("{{ user }}", Flaw::UnknownPlaceholder, "user"),
        ("{{ self }}", Flaw::UnknownPlaceholder, "self"),
        ("{{ name|upper }}", Flaw::NotAllowed, "filter expression"),
        ("{{ name.__class__ }}", Flaw::NotAllowed, "expression"),
        ("{{ range(9) }}", Flaw::NotAllowed, "range"),
        ("{{ button(link, 'x') }}", Flaw::NotAllowed, "button"),
        ("{{ [1, 2] }}", Flaw::NotAllowed, "list literal"),
        ("{% for x in range(1000000000) %}x{% endfor %}", Flaw::NotAllowed, "for"),
        ("{% set x = 1 %}", Flaw::NotAllowed, "set"),
        ("{% include 'base.html' %}", Flaw::NotAllowed, "include"),
        ("{% extends 'base.html' %}", Flaw::NotAllowed, "extends"),
        ("{% import 'parts.html' as p %}", Flaw::NotAllowed, "import"),
        ("{% macro a() %}{% endmacro %}", Flaw::NotAllowed, "macro"),
        (
            "{% autoescape false %}{{ name }}{% endautoescape %}",
            Flaw::NotAllowed,
            "autoescape",
        ),
        (
            "{{ 'http://evil.example/' }}",
            Flaw::AddressNotAllowed,
            "http://evil.example/",
        ),
        (
            "see http://evil.example/x.",
            Flaw::AddressNotAllowed,
            "http://evil.example/x",
        ),
        ("see https://{{ name }}.evil.example", Flaw::AddressNotAllowed, ""),
        ("right \u{202E}left", Flaw::InvisibleCharacter, "U+202E"),
        ("bell \u{0007}", Flaw::InvisibleCharacter, "U+0007"),
        ("mark \u{E000}link", Flaw::InvisibleCharacter, "U+E000"),
    ] {
        let found = in_text(&format!("{{{{ link }}}}\n\n  {hostile}\n"));
        let (line, column, seen, about) = found.first().unwrap_or_else(|| panic!("{hostile} passes")).clone();
        assert_eq!((line, seen), (3, flaw), "{hostile}: {found:?}");
        assert!(column >= 3, "{hostile}: {column}");
        assert!(what.is_empty() || about == what, "{hostile}: {about}");
    }
    // Inside HTML, components are; what they lead to is always a placeholder.
    for hostile in [
        "{{ button('https://school.example/', 'x') }}",
        "{{ button(name, 'x') }}",
        "{{ contact('x', 'javascript:1') }}",
        "{{ button(link) }}",
        "{{ paragraph() }}",
        "{% call button(link, 'x') %}{% endcall %}",
    ] {
        let found = in_html(&format!("{}{hostile}", good().html));
        assert!(
            found.iter().any(|(_, _, flaw, _)| *flaw == Flaw::ComponentMisused),
            "{hostile}: {found:?}"
        );
    }
}

#[test]
fn a_broken_expression_is_told_with_its_place() {
    for (broken, line) in [
        ("{{ link }}\n{{ name", 2),
        ("{{ link }}\n\n{% if name %}x", 3),
        ("{{ link }}\n{{ }}", 2),
        ("{{ link }}\n{% nonsense %}", 2),
    ] {
        let found = in_text(broken);
        assert_eq!((found[0].0, found[0].2), (line, Flaw::Syntax), "{broken}: {found:?}");
    }
    let found = in_text("Zürich 日本 {{ nobody }} {{ link }}");
    assert_eq!((found[0].0, found[0].1), (1, 14), "columns count characters: {found:?}");
}

// security 135
#[test]
fn the_link_is_in_both_parts_to_click_and_to_copy() {
    use Flaw::{LinkNotClickable, LinkNotReadable, Missing};
    assert_eq!(in_text("Hello {{ name }}"), [(1, 1, Missing, "link".into())]);
    assert_eq!(
        in_text("Hello\n{{ link }}x")[0].2,
        Missing,
        "as the beginning of something longer it is another link"
    );
    assert_eq!(
        in_text("{% if code %}{{ link }}{% endif %}")[0].2,
        Missing,
        "not in every mail"
    );
    for (html, flaw) in [
        ("<p>Hello</p>", Missing),
        ("<p>{{ link }}</p>", LinkNotClickable),
        ("<a href=\"{{ link }}\">here</a>", LinkNotReadable),
        ("<a href=\"{{ link }}\"></a>{{ link }}", LinkNotClickable),
        ("<!-- <a href=\"{{ link }}\">x</a> {{ link }} -->", Missing),
        (
            "<div style=\"display: none\"><a href=\"{{ link }}\">x</a>{{ link }}</div>",
            Missing,
        ),
        (
            "<div style=\"dis/**/play:none\"><a href=\"{{ link }}\">x</a></div>{{ link }}",
            LinkNotClickable,
        ),
        ("<p hidden><a href=\"{{ link }}\">x</a></p>{{ link }}", LinkNotClickable),
        (
            "<p style=\"font-size:0\">{{ link }}</p><a href=\"{{ link }}\">x</a>",
            LinkNotReadable,
        ),
        (
            "{% if by_staff %}<!--{% endif %}<a href=\"{{ link }}\">x</a>{{ link }}{% if by_staff %}-->{% endif %}",
            Missing,
        ),
    ] {
        let found = in_html(html);
        assert!(
            found.iter().any(|(_, _, seen, what)| *seen == flaw && what == "link"),
            "{html}: {found:?}"
        );
    }
    let unclosed = in_html("<p>\n<a href=\"{{ link }}>here</a> {{ link }}");
    assert_eq!(unclosed[0].2, Flaw::Unfinished, "{unclosed:?}");
}

// security 117, 129, 137
#[test]
fn a_mail_loads_runs_and_sends_nothing_and_leads_nowhere_else() {
    for (html, flaw) in [
        ("<script>alert(1)</script>", Flaw::ElementNotAllowed),
        ("<img src=\"https://school.example/x.png\">", Flaw::ElementNotAllowed),
        (
            "<form action=\"https://school.example/\"><input name=\"p\"></form>",
            Flaw::ElementNotAllowed,
        ),
        ("<iframe src=\"x\"></iframe>", Flaw::ElementNotAllowed),
        ("<svg onload=\"x\"></svg>", Flaw::ElementNotAllowed),
        // No tags to a browser; to other programs they may be.
        ("<p>x</<script>p>", Flaw::ElementNotAllowed),
        ("<!DOCTYP<script>E html>", Flaw::ElementNotAllowed),
        ("<!-- <script> -->", Flaw::ElementNotAllowed),
        ("<p title=\"<Script>\">x</p>", Flaw::ElementNotAllowed),
        ("<base href=\"https://evil.example\">", Flaw::ElementNotAllowed),
        (
            "<link rel=\"stylesheet\" href=\"https://evil.example\">",
            Flaw::ElementNotAllowed,
        ),
        (
            "<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example\">",
            Flaw::AttributeNotAllowed,
        ),
        ("<p onclick=\"x\">x</p>", Flaw::AttributeNotAllowed),
        (
            "<td background=\"https://evil.example\">x</td>",
            Flaw::AttributeNotAllowed,
        ),
        ("<p style=\"background:u\\72l(x)\">x</p>", Flaw::StyleNotAllowed),
        (
            "<p style=\"background: URL (https://evil.example)\">x</p>",
            Flaw::StyleNotAllowed,
        ),
        ("<style>@import 'https://evil.example';</style>", Flaw::StyleNotAllowed),
        ("<a href=\"https://evil.example\">x</a>", Flaw::AddressNotAllowed),
        ("<a href=\"//evil.example\">x</a>", Flaw::AddressNotAllowed),
        ("<a href=\"javascript:alert(1)\">x</a>", Flaw::AddressNotAllowed),
        ("<a href=\"{{ name }}\">x</a>", Flaw::AddressNotAllowed),
        ("<a href=\"{{ link }}.evil.example\">x</a>", Flaw::AddressNotAllowed),
        (
            "<a href=\"{{ public_url }}.evil.example/\">x</a>",
            Flaw::AddressNotAllowed,
        ),
        ("<p>https://evil.example</p>", Flaw::AddressNotAllowed),
        ("<p title={{ name }}>x</p>", Flaw::PlaceholderInTag),
        ("<p {{ name }}>x</p>", Flaw::PlaceholderInTag),
        ("<{{ name }}>x</p>", Flaw::PlaceholderInTag),
        ("<p {% if code %}title=\"x\"{% endif %}>x</p>", Flaw::PlaceholderInTag),
        ("<p title=\"{% if code %}x{% endif %}\">x</p>", Flaw::PlaceholderInTag),
        ("<p style=\"color:{{ name }}\">x</p>", Flaw::PlaceholderInTag),
        (
            "<!--[if mso]><a href=\"https://evil.example\">x</a><![endif]-->",
            Flaw::ConditionalComment,
        ),
    ] {
        let found = in_html(&format!("{}\n  {html}", good().html));
        let seen = found.iter().find(|(_, _, seen, _)| *seen == flaw);
        let (line, column, ..) = seen.unwrap_or_else(|| panic!("{html}: {found:?}"));
        assert!(*line == 3 && *column >= 3, "{html}: {line}:{column}");
    }
    for fine in [
        "<a href=\"{{ public_url }}/account\" title=\"{{ name }}\">x</a>",
        "<a href=\"https://school.example/help\">x</a>",
        "<a href='mailto:it@school.example'>x</a>",
        "<table bgcolor=\"#fff\"><tr><td style=\"color:red\">{{ surname or 'friend' }}</td></tr></table>",
        "<!-- a note with a <p> --> 1 < 2 & 3 <4",
        "{% if name and not code %}<p>{{ \"a\" if code else 'b' }}</p>{% else %}x{% endif %}",
    ] {
        assert_eq!(in_html(&format!("{}\n{fine}", good().html)), [], "{fine}");
    }
}

// security 132
#[test]
fn a_subject_is_one_line_without_secrets() {
    let of = |subject: &str| {
        flaws(&Source {
            subject: subject.into(),
            ..good()
        })
    };
    assert_eq!(of("a\nBcc: evil@evil.example")[0].3, Flaw::NotOneLine);
    assert_eq!(of(&"x".repeat(201))[0].3, Flaw::TooLong);
    assert_eq!(of(&"ü".repeat(200)), []);
    assert_eq!(of("  ")[0].3, Flaw::Empty);
    assert_eq!(of("Code {{ code }}")[0].3, Flaw::SecretInSubject);
    let tidied = tidy(&Source {
        subject: " a \r\n".into(),
        text: "b\r\nc\rd".into(),
        html: String::new(),
    });
    assert_eq!((tidied.subject.as_str(), tidied.text.as_str()), ("a", "b\nc\nd"));
}

#[test]
fn a_part_has_a_largest_size() {
    let found = in_text(&format!("{{{{ link }}}}\n{}", "x".repeat(64 * 1024)));
    assert_eq!(found[0].2, Flaw::TooLong);
    // The largest there may be, full of the longest value: refused as a mail, and quickly.
    let source = Source {
        text: "{{ link }} ".repeat(64 * 1024 / 11),
        ..good()
    };
    let began = std::time::Instant::now();
    assert!(!flaws(&source).is_empty());
    assert!(began.elapsed().as_secs() < 20);
}

// security 134
#[test]
fn a_whole_document_replaces_the_frame_and_values_are_escaped_in_it() {
    let source = Source {
        html: "<!DOCTYPE html>\n<html><head><title>{{ name }}</title></head><body>{{ button(link, \"Go\") }}<p>{{ link }} {{ name }}</p></body></html>".into(),
        ..good()
    };
    assert_eq!(flaws(&source), []);
    let mail = ground()
        .preview(MailKind::ResetLink, Locale::En, &source, Sample::Joint)
        .unwrap();
    assert!(mail.html.starts_with("<!DOCTYPE html>") && mail.html.matches("<html").count() == 1);
    assert!(mail.html.contains("Ada Lovelace &amp; William King"));
    assert_eq!(mail.text.lines().next(), Some("Hello Ada Lovelace & William King,"));
}

// F16, M4: every row of the table, in a mail to one person and in one to two who share a login
#[test]
fn every_placeholder_is_filled_in_for_one_person_and_for_two() {
    let fixed = [
        ("code", "ABCD-2345"),
        ("lifetime", "30 minutes"),
        ("product_name", "Example & Accounts"),
        ("support_contact", "help@example.org"),
        ("id", "1815"),
        ("title", "Dr"),
        ("given_name", "Augusta Ada"),
        ("preferred_name", "Ada"),
        ("surname", "Lovelace"),
        ("email", "ada@example.org"),
        ("mobile_phone", "+44 7700 900123"),
    ];
    let of_one = [
        ("login_name", "ada.lovelace"),
        ("name", "Ada Lovelace"),
        ("name_with_id", "Ada Lovelace (1815)"),
        ("spouse_id", ""),
        ("spouse_title", ""),
        ("spouse_given_name", ""),
        ("spouse_preferred_name", ""),
        ("spouse_surname", ""),
        ("spouse_email", ""),
        ("spouse_mobile_phone", ""),
    ];
    let of_two = [
        ("login_name", "lovelace.family"),
        ("name", "Ada Lovelace & William King"),
        ("name_with_id", "Ada Lovelace (1815) & William King (1805)"),
        ("spouse_id", "1805"),
        ("spouse_title", "Mr"),
        ("spouse_given_name", "William"),
        ("spouse_preferred_name", "Will"),
        ("spouse_surname", "King"),
        ("spouse_email", "william@example.org"),
        ("spouse_mobile_phone", "+44 7700 900789"),
    ];
    for (sample, own) in [(Sample::Single, of_one), (Sample::Joint, of_two)] {
        let rows: Vec<_> = fixed.into_iter().chain(own).collect();
        let lines: Vec<_> = rows
            .iter()
            .map(|(name, _)| format!("{name}: {{{{ {name} }}}}"))
            .collect();
        let html: Vec<_> = lines.iter().map(|line| format!("<p>{line}</p>")).collect();
        let source = Source {
            text: format!("{{{{ link }}}}\n{}\n", lines.join("\n")),
            html: format!("{}\n{}", good().html, html.join("\n")),
            ..good()
        };
        let mail = ground()
            .preview(MailKind::ResetLink, Locale::En, &source, sample)
            .unwrap();
        for (name, value) in rows {
            let line = format!("{name}: {value}");
            assert!(
                mail.text.lines().any(|own| own.trim_end() == line.trim_end()),
                "{line:?} in {}",
                mail.text
            );
            let line = format!("<p>{name}: {}</p>", value.replace('&', "&amp;"));
            assert!(mail.html.contains(&line), "{line:?} in {}", mail.html);
        }
    }
}

#[test]
fn samples_read_well_whoever_they_are() {
    for sample in Sample::ALL {
        for kind in MailKind::ALL {
            let source = default_source(Locale::Ar, kind.as_str());
            let mail = ground().preview(*kind, Locale::Ar, &source, *sample).unwrap();
            assert!(
                !mail.subject.is_empty() && mail.html.contains("dir=\"rtl\""),
                "{sample} {kind}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    // security 129
    #[test]
    fn whatever_is_typed_the_check_answers(text in "[a-z<>/\"'={}%#! \n]{0,80}", html in "(<|>|\\{\\{ link \\}\\}|\\{% if code %\\}|\\{% endif %\\}|a href=|\"|!--|--|p|x| ){0,20}") {
        let source = Source { text, html, ..good() };
        let problems = ground().check(MailKind::ResetLink, Locale::En, &source);
        if problems.is_empty() {
            let mail = ground().preview(MailKind::ResetLink, Locale::En, &source, Sample::Single).unwrap();
            prop_assert!(mail.text.contains("https://accounts.example.org/reset?key="));
        }
    }
}
