//! Mail templates: all of them, and one to edit, look at, try and take back (M3).

use super::frame::whole;
use super::outbox::kind;
use super::part::{self, Mood, press, tag, when};
use super::template_words::{Flaw, meaning};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// The templates of one kind of mail.
pub struct Line {
    pub kind: &'static str,
    /// Each language, and whether its words are edited.
    pub languages: Vec<(Locale, bool)>,
}

/// Every kind in every language.
pub fn index(lang: Locale, lines: Vec<Line>, may_change: bool) -> AnyView {
    let mut heads = vec![say!(lang, admin_templates.mail)];
    heads.extend(Locale::ALL.iter().map(|language| language.name()));
    let rows = lines.into_iter().map(|line| {
        let cells = line.languages.into_iter().map(|(language, edited)| {
            let href = address(line.kind, language);
            let (mood, state) = if edited {
                (Mood::Good, say!(lang, admin_templates.edited))
            } else {
                (Mood::Plain, say!(lang, admin_templates.default))
            };
            let label = format!("{}: {state}", named(lang, line.kind, language));
            view! { <td><a href=href aria-label=label>{tag(mood, state)}</a></td> }
        });
        let cells = cells.collect_view();
        view! { <tr><th scope="row">{kind(lang, line.kind)}</th>{cells}</tr> }.into_any()
    });
    let import = may_change
        .then(|| view! { <p><a class="button small" href="/admin/mail-templates/import">{say!(lang, admin_templates.to_import)}</a></p> });
    view! {
        <p>{say!(lang, admin_templates.lead)}</p>
        {import}
        {part::table(say!(lang, admin_templates.title), &heads, rows.collect())}
    }
    .into_any()
}

/// Where a template is edited.
#[must_use]
pub fn address(kind: &str, language: Locale) -> String {
    format!("/admin/mail-templates/{kind}/{language}")
}

/// What a template is called.
#[must_use]
pub fn named(lang: Locale, code: &str, language: Locale) -> String {
    say!(
        lang,
        admin_templates.named,
        mail = kind(lang, code).to_owned(),
        language = language.name().to_owned()
    )
}

/// One flaw and its place.
pub struct Problem {
    /// `subject`, `text` or `html`.
    pub part: &'static str,
    pub line: usize,
    pub column: usize,
    pub flaw: Flaw,
    pub what: String,
}

/// In words, with its place.
#[must_use]
pub fn problem_in_words(lang: Locale, problem: &Problem) -> String {
    say!(
        lang,
        admin_templates.at,
        line = problem.line,
        column = problem.column,
        problem = problem.flaw.words(lang, &problem.what)
    )
}

/// A placeholder that the mail has a value for.
pub struct Placeholder {
    pub name: &'static str,
    pub needed: bool,
    pub may_be_empty: bool,
}

/// An earlier version.
pub struct Version {
    pub number: i64,
    pub edited: bool,
    pub at: i64,
    pub by: String,
}

/// One template on its page.
pub struct Edit {
    pub kind: &'static str,
    pub language: Locale,
    /// As typed or stored.
    pub subject: String,
    pub text: String,
    pub html: String,
    /// That the form was made from.
    pub version: i64,
    pub edited: bool,
    pub problems: Vec<Problem>,
    pub sample: String,
    pub placeholders: Vec<Placeholder>,
    pub versions: Vec<Version>,
    pub may_change: bool,
}

pub fn edit(lang: Locale, page: Edit) -> AnyView {
    let back = address(page.kind, page.language);
    let history = history(lang, &back, page.versions, page.may_change);
    let to_default = (page.edited && page.may_change).then(|| to_default(lang, &back));
    let state = if page.edited {
        tag(Mood::Good, say!(lang, admin_templates.edited))
    } else {
        tag(Mood::Plain, say!(lang, admin_templates.default))
    };
    let form = Fields {
        action: back,
        language: page.language,
        version: page.version,
        subject: page.subject,
        text: page.text,
        html: page.html,
        problems: page.problems,
        sample: page.sample,
        may_change: page.may_change,
    };
    view! {
        <p><a href="/admin/mail-templates">{say!(lang, admin_templates.title)}</a> " " {state}</p>
        <div class="beside">
            <div class="stack">
                {form.view(lang)}
                {preview(lang)}
            </div>
            {placeholders(lang, page.placeholders)}
        </div>
        {history}
        {to_default}
    }
    .into_any()
}

struct Fields {
    action: String,
    language: Locale,
    version: i64,
    subject: String,
    text: String,
    html: String,
    problems: Vec<Problem>,
    sample: String,
    may_change: bool,
}

impl Fields {
    fn view(&self, lang: Locale) -> AnyView {
        let preview = format!("{}/preview", self.action);
        let (as_html, as_text) = (format!("{preview}?part=html"), format!("{preview}?part=text"));
        let test = format!("{}/test", self.action);
        let change = self.may_change.then(|| {
            view! {
                <button class="button primary" type="submit">{say!(lang, admin_templates.save)}</button>
            }
        });
        let test = self.may_change.then(|| {
            view! { <button class="button quiet" type="submit" formaction=test>{say!(lang, admin_templates.send_test)}</button> }
        });
        let samples = [
            ("single", say!(lang, admin_templates.single)),
            ("joint", say!(lang, admin_templates.joint)),
            ("long_names", say!(lang, admin_templates.long_names)),
            ("right_to_left", say!(lang, admin_templates.right_to_left)),
        ];
        let samples = samples
            .map(|(code, label)| (code.to_owned(), label.to_owned()))
            .to_vec();
        let sample = part::Row {
            id: "sample",
            label: say!(lang, admin_templates.sample).to_owned(),
            help: say!(lang, admin_templates.preview_help).to_owned(),
            problem: None,
        };
        view! {
            <form class="panel template" method="post" action=self.action.clone()>
                <input type="hidden" name="version" value=self.version.to_string() />
                {self.part(lang, "subject", say!(lang, admin_templates.part_subject), say!(lang, admin_templates.subject_help), 1)}
                {self.part(lang, "text", say!(lang, admin_templates.part_text), say!(lang, admin_templates.text_help), 18)}
                {self.part(lang, "html", say!(lang, admin_templates.part_html), say!(lang, admin_templates.html_help), 22)}
                <div class="bar">{change}</div>
                {sample.select(samples, &self.sample)}
                <div class="bar">
                    <button class="button" type="submit" formaction=as_html formtarget="preview">{say!(lang, admin_templates.preview_html)}</button>
                    <button class="button" type="submit" formaction=as_text formtarget="preview">{say!(lang, admin_templates.preview_text)}</button>
                    {test}
                </div>
            </form>
        }
        .into_any()
    }

    /// A part with everything that is wrong with it.
    fn part(&self, lang: Locale, id: &'static str, label: &'static str, help: &'static str, rows: u8) -> AnyView {
        let value = match id {
            "subject" => &self.subject,
            "text" => &self.text,
            _ => &self.html,
        };
        let problems: Vec<String> = self
            .problems
            .iter()
            .filter(|problem| problem.part == id)
            .map(|problem| problem_in_words(lang, problem))
            .collect();
        let invalid = !problems.is_empty();
        let described = if invalid {
            format!("{id}-problem {id}-help")
        } else {
            format!("{id}-help")
        };
        let list = invalid.then(|| {
            let items = problems
                .into_iter()
                .map(|problem| view! { <li>{problem}</li> })
                .collect_view();
            view! { <ul class="field-problem" id=format!("{id}-problem")>{items}</ul> }
        });
        // Markup is read from left to right, whatever language the words are in.
        let direction = if id == "html" { "ltr" } else { self.language.direction() };
        let language = self.language.code();
        let control = if rows == 1 {
            view! {
                <input id=id name=id type="text" value=value.clone() autocomplete="off" spellcheck="true" lang=language dir=direction
                    aria-invalid=invalid.then_some("true") aria-describedby=described />
            }
            .into_any()
        } else {
            // The framework takes a text area's content for markup; and browsers drop a line break at its very beginning.
            let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            view! {
                <textarea id=id name=id rows=rows.to_string() spellcheck="false" lang=language dir=direction
                    aria-invalid=invalid.then_some("true") aria-describedby=described>{format!("\n{value}")}</textarea>
            }
            .into_any()
        };
        view! {
            <div class="field wide">
                <label for=id>{label}</label>
                <p class="hint" id=format!("{id}-help")>{help}</p>
                {list}
                {control}
            </div>
        }
        .into_any()
    }
}

/// The frame that previews are sent into. It may do nothing at all.
fn preview(lang: Locale) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="preview-title">
            <h2 id="preview-title">{say!(lang, admin_templates.preview)}</h2>
            <iframe class="mail" name="preview" title=say!(lang, admin_templates.preview) sandbox=""></iframe>
        </section>
    }
    .into_any()
}

/// Pieces of HTML, as they are written.
const COMPONENTS: [&str; 7] = [
    "{% call paragraph() %}…{% endcall %}",
    "{{ button(link, \"…\") }}",
    "{{ plain_link(link, \"…\") }}",
    "{{ code_box(code, \"…\") }}",
    "{% call care(\"…\") %}…{% endcall %}",
    "{% call fact_list() %}{{ fact(\"…\", time) }}{% endcall %}",
    "{{ contact(support_contact, support_link) }}",
];

fn placeholders(lang: Locale, all: Vec<Placeholder>) -> AnyView {
    let rows = all.into_iter().map(|placeholder| {
        let needed = placeholder
            .needed
            .then(|| view! { " " {tag(Mood::Good, say!(lang, admin_templates.needed))} });
        let empty = (placeholder.may_be_empty && !placeholder.needed)
            .then(|| view! { <span class="hint">" (" {say!(lang, admin_templates.may_be_empty)} ")"</span> });
        view! {
            <dt><code>{placeholder.name}</code>{needed}</dt>
            <dd>{meaning(lang, placeholder.name)}{empty}</dd>
        }
    });
    let rows = rows.collect_view();
    let pieces = COMPONENTS
        .map(|piece| view! { <li><code>{piece}</code></li> })
        .collect_view();
    let example = "{% if origin %}… {{ origin }}{% endif %}".to_owned();
    view! {
        <section class="panel names" aria-labelledby="placeholders">
            <h2 id="placeholders">{say!(lang, admin_templates.placeholders)}</h2>
            <p class="hint">{say!(lang, admin_templates.placeholders_help, example = example)}</p>
            <dl>{rows}</dl>
            <p class="hint">{say!(lang, admin_templates.components_help)}</p>
            <ul class="pieces" dir="ltr">{pieces}</ul>
        </section>
    }
    .into_any()
}

fn history(lang: Locale, back: &str, versions: Vec<Version>, may_change: bool) -> AnyView {
    let heads = [
        say!(lang, admin_templates.version),
        say!(lang, admin_templates.what),
        say!(lang, admin_templates.when),
        say!(lang, admin_templates.who),
        say!(lang, admin_templates.action),
    ];
    let list = if versions.is_empty() {
        part::nothing(say!(lang, admin_templates.history_none))
    } else {
        let rows = versions.into_iter().enumerate().map(|(place, version)| {
            let what = if version.edited {
                say!(lang, admin_templates.edited)
            } else {
                say!(lang, admin_templates.default)
            };
            let action = if place == 0 {
                tag(Mood::Good, say!(lang, admin_templates.in_force))
            } else if may_change {
                let words = say!(lang, admin_templates.restore, version = version.number);
                press(
                    format!("{back}/versions/{}", version.number),
                    words,
                    "small",
                    Vec::new(),
                )
            } else {
                ().into_any()
            };
            view! {
                <tr>
                    <th scope="row">{version.number.to_string()}</th>
                    <td>{what}</td>
                    <td>{when(version.at)}</td>
                    <td><bdi>{version.by}</bdi></td>
                    <td>{action}</td>
                </tr>
            }
            .into_any()
        });
        part::table(say!(lang, admin_templates.history), &heads, rows.collect())
    };
    view! {
        <section>
            <h2>{say!(lang, admin_templates.history)}</h2>
            {list}
        </section>
    }
    .into_any()
}

fn to_default(lang: Locale, back: &str) -> AnyView {
    view! {
        <form class="panel" method="post" action=format!("{back}/default") aria-labelledby="default">
            <h2 id="default">{say!(lang, admin_templates.back_to_default)}</h2>
            <p>{say!(lang, admin_templates.back_to_default_help)}</p>
            <p class="check">
                <input type="checkbox" id="sure" name="sure" value="true" />
                <label for="sure">{say!(lang, admin_templates.back_to_default_sure)}</label>
            </p>
            <div class="bar"><button class="button danger" type="submit">{say!(lang, admin_templates.back_to_default)}</button></div>
        </form>
    }
    .into_any()
}

/// What the page says after a form that worked.
pub fn done(lang: Locale, code: &str) -> Option<&'static str> {
    match code {
        "saved" => Some(say!(lang, admin_templates.saved)),
        "restored" => Some(say!(lang, admin_templates.restored)),
        "defaulted" => Some(say!(lang, admin_templates.defaulted)),
        "imported" => Some(say!(lang, admin_templates.import_done)),
        _ => None,
    }
}

/// What the page says when something is wrong with what was typed.
pub fn not_saved(lang: Locale) -> &'static str {
    say!(lang, admin_templates.not_saved)
}

/// What the page says when nobody ticked the box.
pub fn not_sure(lang: Locale) -> &'static str {
    say!(lang, admin_templates.not_sure)
}

/// What became of a test mail.
pub fn tested(lang: Locale, sent: bool, reply: &str, advice: &str) -> String {
    if sent {
        say!(lang, admin_templates.tested).to_owned()
    } else {
        say!(lang, admin_templates.not_tested, reply = reply, advice = advice)
    }
}

/// The page in the frame that says why there is no preview.
pub fn no_preview(lang: Locale, problems: &[Problem]) -> String {
    let owner = Owner::new();
    owner.with(|| {
        let items = problems.iter().map(|problem| {
            let part = match problem.part {
                "subject" => say!(lang, admin_templates.part_subject),
                "text" => say!(lang, admin_templates.part_text),
                _ => say!(lang, admin_templates.part_html),
            };
            view! { <li><strong>{part}</strong> ": " {problem_in_words(lang, problem)}</li> }
        });
        let items = items.collect_view();
        let page = view! {
            <html lang=lang.to_string() dir=lang.direction()>
                <head><meta charset="utf-8" /><title>{say!(lang, admin_templates.preview)}</title></head>
                <body><p>{say!(lang, common.problem)}</p><ul>{items}</ul></body>
            </html>
        };
        whole(page)
    })
}
