//! What may be asked of people to be recognised: built-in facts, and those that this installation defined (R2).

use super::part::{self, Mood, Row, press, tag};
use crate::fact_words;
use crate::view::FactKind;
use crate::words::{Locale, say};
use leptos::prelude::*;

/// A fact as listed.
pub struct Fact {
    pub name: String,
    pub label: String,
    pub kind: FactKind,
    pub format: String,
    pub proves: bool,
    pub locates: bool,
    /// Recovery asks for it.
    pub asked: bool,
}

/// The form that defines or changes one, as it stands.
#[derive(Clone, Default)]
pub struct Fields {
    pub name: String,
    /// Languages, and the fact's name in them.
    pub labels: Vec<(String, String)>,
    pub kind: String,
    /// One a line.
    pub options: String,
    pub format: String,
    pub proves: bool,
    pub locates: bool,
    /// Name of the field, and the problem.
    pub problem: Option<(String, String)>,
}

/// What an administrator may define; the other kinds are built in.
const KINDS: [FactKind; 4] = [
    FactKind::ShortText,
    FactKind::Number,
    FactKind::Date,
    FactKind::PickList,
];

pub fn page(lang: Locale, facts: Vec<Fact>, fields: Option<&Fields>) -> AnyView {
    let define = fields.map(|fields| {
        view! {
            <form class="panel" method="post" action="/admin/facts" aria-labelledby="define">
                <h2 id="define">{say!(lang, admin_facts.define)}</h2>
                {fields.line(lang, "name")}
                {fields.view(lang)}
                <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_facts.define)}</button></div>
            </form>
        }
    });
    view! {
        <p><a href="/admin/settings/recovery">{say!(lang, admin_facts.back)}</a></p>
        <p>{say!(lang, admin_facts.lead)}</p>
        {table(lang, facts)}
        {define}
    }
    .into_any()
}

fn table(lang: Locale, facts: Vec<Fact>) -> AnyView {
    let heads = [
        say!(lang, admin_facts.label),
        say!(lang, admin_facts.name),
        say!(lang, admin_facts.kind),
        say!(lang, admin_facts.purpose),
        say!(lang, admin_facts.action),
    ];
    let rows = facts.into_iter().map(|fact| row(lang, fact));
    part::table(say!(lang, admin_facts.caption), &heads, rows.collect())
}

fn row(lang: Locale, fact: Fact) -> AnyView {
    let uses = [
        (fact.asked, Mood::Good, say!(lang, admin_facts.asked)),
        (fact.proves, Mood::Plain, say!(lang, admin_facts.proves_short)),
        (fact.locates, Mood::Plain, say!(lang, admin_facts.locates_short)),
    ];
    let uses = uses.into_iter().filter(|(applies, ..)| *applies);
    let uses = uses
        .map(|(_, mood, word)| view! { {tag(mood, word)} " " })
        .collect_view();
    let action = if KINDS.contains(&fact.kind) {
        let words = say!(lang, admin_facts.change_named, label = fact.label.clone());
        view! { <a class="button small" href=format!("/admin/facts/{}", fact.name)>{words}</a> }.into_any()
    } else {
        say!(lang, admin_facts.built_in).into_any()
    };
    let format = (!fact.format.is_empty()).then(|| view! { <p class="hint"><code>{fact.format}</code></p> });
    view! {
        <tr>
            <th scope="row">{fact.label}</th>
            <td><code>{fact.name}</code></td>
            <td>{kind(lang, fact.kind)} {format}</td>
            <td>{uses}</td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}

fn kind(lang: Locale, kind: FactKind) -> &'static str {
    match kind {
        FactKind::ShortText => say!(lang, admin_facts.short_text),
        FactKind::Number => say!(lang, admin_facts.number),
        FactKind::Date => say!(lang, admin_facts.date),
        FactKind::PickList => say!(lang, admin_facts.pick_list),
        FactKind::Email | FactKind::SocialSecurityNumber | FactKind::DriversLicence => fact_words::label(lang, kind),
    }
}

/// One defined fact: the form that changes it, and the button that removes it.
pub fn one(lang: Locale, fields: &Fields) -> AnyView {
    let action = format!("/admin/facts/{}", fields.name);
    let remove = format!("{action}/remove");
    view! {
        <p><a href="/admin/facts">{say!(lang, admin_facts.title)}</a></p>
        <form class="panel" method="post" action=action>
            <p>{say!(lang, admin_facts.fixed)}</p>
            {fields.view(lang)}
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_facts.save)}</button></div>
        </form>
        <section class="panel" aria-labelledby="remove">
            <h2 id="remove">{say!(lang, admin_facts.remove)}</h2>
            <p>{say!(lang, admin_facts.remove_help)}</p>
            {press(remove, say!(lang, admin_facts.remove), "danger", Vec::new())}
        </section>
    }
    .into_any()
}

impl Fields {
    fn problem(&self, field: &str) -> Option<String> {
        let problem = self.problem.as_ref().filter(|(name, _)| name == field);
        problem.map(|(_, problem)| problem.clone())
    }

    fn row(&self, id: &'static str, label: &str, help: &str) -> Row<'static> {
        Row {
            id,
            label: label.to_owned(),
            help: help.to_owned(),
            problem: self.problem(id),
        }
    }

    fn line(&self, lang: Locale, id: &'static str) -> AnyView {
        let (label, help, value) = match id {
            "name" => (
                say!(lang, admin_facts.name),
                say!(lang, admin_facts.name_help),
                &self.name,
            ),
            _ => (
                say!(lang, admin_facts.format),
                say!(lang, admin_facts.format_help),
                &self.format,
            ),
        };
        self.row(id, label, help).input("text", value.clone(), "off")
    }

    /// Everything but the short name, which never changes.
    fn view(&self, lang: Locale) -> AnyView {
        let labels = self.labels.iter().enumerate().map(|(index, (language, label))| {
            let id = format!("label.{language}");
            let own = Locale::of_tag(language).map_or_else(|| language.clone(), |lang| lang.name().to_owned());
            let row = Row {
                id: &id,
                label: say!(lang, admin_facts.label_in, language = own),
                help: String::new(),
                problem: self.problem("labels").filter(|_| index == 0),
            };
            row.input("text", label.clone(), "off")
        });
        let kinds = KINDS
            .into_iter()
            .map(|kind| (kind.code().to_owned(), self::kind(lang, kind).to_owned()));
        let kind = self
            .row("kind", say!(lang, admin_facts.kind), "")
            .select(kinds.collect(), &self.kind);
        let options = self.row(
            "options",
            say!(lang, admin_facts.options),
            say!(lang, admin_facts.options_help),
        );
        view! {
            {labels.collect_view()}
            {kind}
            {self.line(lang, "format")}
            {options.area(4, &self.options)}
            <fieldset>
                <legend>{say!(lang, admin_facts.purpose)}</legend>
                {self.check("proves", say!(lang, admin_facts.proves), self.proves)}
                {self.check("locates", say!(lang, admin_facts.locates), self.locates)}
            </fieldset>
        }
        .into_any()
    }

    fn check(&self, id: &'static str, label: &'static str, checked: bool) -> AnyView {
        let problem = self.problem(id);
        let described = problem.is_some().then(|| format!("{id}-problem"));
        view! {
            {problem.map(|problem| view! { <p class="field-problem" id=format!("{id}-problem")>{problem}</p> })}
            <p class="check">
                <input type="checkbox" id=id name=id value="true" checked=checked aria-describedby=described />
                <label for=id>{label}</label>
            </p>
        }
        .into_any()
    }
}

/// What the page is called.
pub fn title(lang: Locale) -> &'static str {
    say!(lang, admin_facts.title)
}

/// What the page says after a form that worked.
pub fn done(lang: Locale, code: &str) -> Option<&'static str> {
    match code {
        "saved" => Some(say!(lang, admin_facts.defined)),
        "removed" => Some(say!(lang, admin_facts.removed)),
        _ => None,
    }
}
