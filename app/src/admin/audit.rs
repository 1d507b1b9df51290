//! The audit trail: search, take along, check.

use super::part::{self, Mood, Row, press, tag, when};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// What was asked for, and what is wrong with one field of it.
#[derive(Default)]
pub struct Filter {
    pub event: String,
    pub result: String,
    pub account_id: String,
    pub from: String,
    pub to: String,
    pub problem: Option<(String, String)>,
}

/// An event as listed.
pub struct Event {
    pub at: i64,
    /// Its code.
    pub event: String,
    /// In words.
    pub name: String,
    pub success: bool,
    pub reason: String,
    pub detail: String,
    pub actor: String,
    pub account_id: String,
    pub client_address: String,
    pub request_id: String,
}

/// What a check of the chain found.
pub enum Check {
    Intact { rows: i64 },
    Broken { flaw: &'static str, seq: i64, id: String },
}

pub struct Audit {
    pub filter: Filter,
    /// Every event there is: code and words.
    pub names: Vec<(&'static str, String)>,
    pub events: Vec<Event>,
    pub next: Option<String>,
    /// Address of the same events as a file; the format is still to be added.
    pub export: String,
    pub check: Option<Check>,
}

pub fn page(lang: Locale, page: Audit) -> AnyView {
    let list = if page.events.is_empty() {
        part::nothing(say!(lang, admin_audit.none))
    } else {
        table(lang, page.events)
    };
    let (csv, lines) = (
        format!("{}&format=csv", page.export),
        format!("{}&format=jsonl", page.export),
    );
    view! {
        {check(lang, page.check)}
        {filter(lang, &page.filter, &page.names)}
        <p class="bar">
            <a class="button small" href=csv download="">{say!(lang, admin_audit.csv)}</a>
            <a class="button small" href=lines download="">{say!(lang, admin_audit.json_lines)}</a>
        </p>
        {list}
        {part::more(lang, page.next)}
    }
    .into_any()
}

fn check(lang: Locale, check: Option<Check>) -> AnyView {
    let found = check.map(|check| match check {
        Check::Intact { rows } => {
            let words = say!(lang, admin_audit.intact, count = rows);
            view! { <p role="status">{tag(Mood::Good, words)}</p> }.into_any()
        }
        Check::Broken { flaw, seq, id } => {
            let words = match flaw {
                "changed" => say!(lang, admin_audit.changed, seq = seq.to_string()),
                "missing" => say!(lang, admin_audit.missing, seq = seq.to_string()),
                "inserted" => say!(lang, admin_audit.inserted, seq = seq.to_string()),
                _ => say!(lang, admin_audit.head, seq = seq.to_string()),
            };
            view! { <p role="alert">{tag(Mood::Bad, words)} " " <code>{id}</code></p> }.into_any()
        }
    });
    view! {
        <section class="panel" aria-labelledby="chain">
            <h2 id="chain">{say!(lang, admin_audit.chain)}</h2>
            <p>{say!(lang, admin_audit.chain_lead)}</p>
            {found}
            {press("/admin/audit/verify".to_owned(), say!(lang, admin_audit.check), "small", Vec::new())}
        </section>
    }
    .into_any()
}

fn filter(lang: Locale, filter: &Filter, names: &[(&'static str, String)]) -> AnyView {
    let problem = |field: &str| {
        let problem = filter.problem.as_ref().filter(|(name, _)| name == field);
        problem.map(|(_, problem)| problem.clone())
    };
    let row = |id: &'static str, label: &'static str| Row {
        id,
        label: label.to_owned(),
        help: String::new(),
        problem: problem(id),
    };
    let any = || (String::new(), say!(lang, admin_audit.any).to_owned());
    let mut events = vec![any()];
    events.extend(names.iter().map(|(code, name)| ((*code).to_owned(), name.clone())));
    let results = vec![
        any(),
        ("success".to_owned(), say!(lang, admin_audit.success).to_owned()),
        ("failure".to_owned(), say!(lang, admin_audit.failure).to_owned()),
    ];
    view! {
        <form class="panel" method="get" action="/admin/audit">
            <div class="bar">
                {row("event", say!(lang, admin_audit.event)).select(events, &filter.event)}
                {row("result", say!(lang, admin_audit.result)).select(results, &filter.result)}
                {row("from", say!(lang, admin_audit.from)).input("date", filter.from.clone(), "off")}
                {row("to", say!(lang, admin_audit.to)).input("date", filter.to.clone(), "off")}
                {row("account_id", say!(lang, admin_audit.account_id)).input("text", filter.account_id.clone(), "off")}
                <button class="button" type="submit">{say!(lang, admin_audit.find)}</button>
            </div>
        </form>
    }
    .into_any()
}

fn table(lang: Locale, events: Vec<Event>) -> AnyView {
    let heads = [
        say!(lang, admin_audit.time),
        say!(lang, admin_audit.event),
        say!(lang, admin_audit.who),
        say!(lang, admin_audit.about),
        say!(lang, admin_audit.origin),
    ];
    let rows = events.into_iter().map(|event| row(lang, event));
    part::table(say!(lang, admin.audit), &heads, rows.collect())
}

fn row(lang: Locale, event: Event) -> AnyView {
    let (mood, result) = if event.success {
        (Mood::Good, say!(lang, admin_audit.success))
    } else {
        (Mood::Bad, say!(lang, admin_audit.failure))
    };
    let about = if event.account_id.is_empty() {
        "–".into_any()
    } else {
        view! { {account(&event.account_id)} }.into_any()
    };
    let who = match event.actor.strip_prefix("account:") {
        Some(id) => account(id),
        None => view! { <bdi>{event.actor}</bdi> }.into_any(),
    };
    let words = [event.reason, event.detail]
        .into_iter()
        .filter(|words| !words.is_empty());
    let words = words.collect::<Vec<_>>().join(" – ");
    let origin = (!event.client_address.is_empty()).then(|| view! { <bdi>{event.client_address}</bdi> });
    let request = (!event.request_id.is_empty()).then(|| {
        view! { <p class="hint"><code>{event.request_id}</code></p> }
    });
    view! {
        <tr>
            <td>{when(event.at)}</td>
            <td>{event.name} " " {tag(mood, result)} <p class="hint"><code>{event.event}</code> " " <bdi>{words}</bdi></p></td>
            <td>{who}</td>
            <td>{about}</td>
            <td>{origin} {request}</td>
        </tr>
    }
    .into_any()
}

/// The beginning of an id is enough to tell two apart; the link has all of it.
fn account(id: &str) -> AnyView {
    let short: String = id.chars().take(8).collect();
    view! { <a href=format!("/admin/accounts/{id}")><code>{short}</code></a> }.into_any()
}
