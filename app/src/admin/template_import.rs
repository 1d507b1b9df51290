//! Old templates and settings: paste them, see what becomes of each, put the result in force (M5).

use super::part::{self, Mood, Row, own_password, tag};
use super::template_words::ImportNote;
use super::templates::{Problem, problem_in_words};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// What was typed.
pub struct Form {
    pub items: String,
    pub language: Locale,
    pub password_problem: Option<String>,
}

/// What became of one old setting.
pub struct Item {
    pub name: String,
    /// `converted`, `needs_a_hand` or `refused`.
    pub outcome: &'static str,
    pub becomes: String,
    pub notes: Vec<(ImportNote, String)>,
}

/// What an import would come to.
pub struct Report {
    pub items: Vec<Item>,
    /// Subject, text and HTML of the mail.
    pub template: Option<[String; 3]>,
    pub problems: Vec<Problem>,
    pub settings: Vec<String>,
    /// Some of them ask for the person's own password.
    pub guarded: bool,
    /// Something could be put in force.
    pub ready: bool,
}

pub fn title(lang: Locale) -> &'static str {
    say!(lang, admin_templates.import_title)
}

pub fn page(lang: Locale, form: Form, report: Option<Report>) -> AnyView {
    let items = Row {
        id: "items",
        label: say!(lang, admin_templates.import_items).to_owned(),
        help: say!(lang, admin_templates.import_lead).to_owned(),
        problem: None,
    };
    let language = Row {
        id: "language",
        label: say!(lang, admin_templates.import_language).to_owned(),
        help: String::new(),
        problem: None,
    };
    let languages = Locale::ALL.map(|own| (own.to_string(), own.name().to_owned())).to_vec();
    let guarded = report.as_ref().is_some_and(|report| report.guarded);
    let password = guarded.then(|| own_password(lang, form.password_problem));
    let apply = report.as_ref().is_some_and(|report| report.ready).then(|| {
        view! {
            {password}
            <div class="bar">
                <button class="button primary" type="submit" name="apply" value="true">{say!(lang, admin_templates.import_apply)}</button>
            </div>
        }
    });
    view! {
        <p><a href="/admin/mail-templates">{say!(lang, admin_templates.title)}</a></p>
        <form class="panel template" method="post" action="/admin/mail-templates/import">
            {items.area(14, &form.items)}
            {language.select(languages, form.language.code())}
            <div class="bar"><button class="button" type="submit">{say!(lang, admin_templates.import_try)}</button></div>
            {report.map(|report| self::report(lang, report))}
            {apply}
        </form>
    }
    .into_any()
}

fn report(lang: Locale, report: Report) -> AnyView {
    if report.items.is_empty() {
        return part::nothing(say!(lang, admin_templates.import_none));
    }
    let heads = [
        say!(lang, admin_templates.import_name),
        say!(lang, admin_templates.import_outcome),
        say!(lang, admin_templates.import_becomes),
        say!(lang, admin_templates.import_notes),
    ];
    let rows = report.items.into_iter().map(|item| {
        let outcome = match item.outcome {
            "converted" => tag(Mood::Good, say!(lang, admin_templates.converted)),
            "refused" => tag(Mood::Bad, say!(lang, admin_templates.refused)),
            _ => tag(Mood::Plain, say!(lang, admin_templates.needs_a_hand)),
        };
        let notes = item
            .notes
            .into_iter()
            .map(|(note, what)| view! { <p>{note.words(lang, &what)}</p> });
        let notes = notes.collect_view();
        view! {
            <tr>
                <th scope="row"><code>{item.name}</code></th>
                <td>{outcome}</td>
                <td><code>{item.becomes}</code></td>
                <td>{notes}</td>
            </tr>
        }
        .into_any()
    });
    let table = part::table(say!(lang, admin_templates.import_report), &heads, rows.collect());
    let settings = (!report.settings.is_empty()).then(|| {
        let names = report.settings.join(", ");
        view! { <p>{say!(lang, admin_templates.import_settings, names = names)}</p> }
    });
    let problems = report
        .problems
        .iter()
        .map(|problem| view! { <li><code>{problem.part}</code> ": " {problem_in_words(lang, problem)}</li> });
    let problems = problems.collect::<Vec<_>>();
    let problems = (!problems.is_empty()).then(|| view! { <ul class="field-problem">{problems}</ul> });
    let template = report.template.map(|[subject, text, html]| {
        view! {
            <h3>{say!(lang, admin_templates.import_template)}</h3>
            <dl class="facts">
                <dt>{say!(lang, admin_templates.part_subject)}</dt>
                <dd><pre>{subject}</pre></dd>
                <dt>{say!(lang, admin_templates.part_text)}</dt>
                <dd><pre>{text}</pre></dd>
                <dt>{say!(lang, admin_templates.part_html)}</dt>
                <dd><pre dir="ltr">{html}</pre></dd>
            </dl>
        }
    });
    view! {
        <h2>{say!(lang, admin_templates.import_report)}</h2>
        {table}
        {settings}
        {problems}
        {template}
    }
    .into_any()
}
