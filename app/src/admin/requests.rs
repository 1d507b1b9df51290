//! Requests for a reset, and what became of each (F15, A5).

use super::part::{self, Mood, Row, tag, when};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// A request as listed.
pub struct Request {
    pub receipt: String,
    pub requested_at: i64,
    pub outcome: String,
    /// Id and login name, where an account was found.
    pub account: Option<(String, String)>,
    pub by_staff: bool,
    /// State, attempts and what was said last, of the mail it led to.
    pub mail: Option<Mail>,
}

pub struct Mail {
    pub state: String,
    pub attempts: i64,
    pub words: String,
}

/// What was asked for, and what is wrong with it.
#[derive(Default)]
pub struct Filter {
    pub receipt: String,
    pub receipt_problem: Option<String>,
    pub outcome: String,
    pub not_mailed: bool,
}

pub struct Requests {
    pub filter: Filter,
    pub outcomes: Vec<&'static str>,
    pub requests: Vec<Request>,
    pub next: Option<String>,
}

pub fn page(lang: Locale, page: Requests) -> AnyView {
    let list = if page.requests.is_empty() {
        part::nothing(say!(lang, admin_requests.none))
    } else {
        table(lang, page.requests)
    };
    view! {
        <p>{say!(lang, admin_requests.lead)}</p>
        {filter(lang, page.filter, &page.outcomes)}
        {list}
        {part::more(lang, page.next)}
    }
    .into_any()
}

fn filter(lang: Locale, filter: Filter, outcomes: &[&'static str]) -> AnyView {
    let receipt = Row {
        id: "receipt",
        label: say!(lang, admin_requests.receipt).to_owned(),
        help: say!(lang, admin_requests.receipt_help).to_owned(),
        problem: filter.receipt_problem,
    };
    let outcome = Row {
        id: "outcome",
        label: say!(lang, admin_requests.outcome).to_owned(),
        help: String::new(),
        problem: None,
    };
    let mut options = vec![(String::new(), say!(lang, admin_requests.any).to_owned())];
    options.extend(
        outcomes
            .iter()
            .map(|code| ((*code).to_owned(), outcome_words(lang, code).0.to_owned())),
    );
    view! {
        <form class="panel" method="get" action="/admin/requests">
            <div class="bar">
                {receipt.input("text", filter.receipt, "off")}
                {outcome.select(options, &filter.outcome)}
                <p class="check">
                    <input type="checkbox" id="not_mailed" name="not_mailed" value="true" checked=filter.not_mailed />
                    <label for="not_mailed">{say!(lang, admin_requests.not_mailed)}</label>
                </p>
                <button class="button" type="submit">{say!(lang, admin_requests.find)}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Requests in a table; the page of an account shows its own in the same way.
pub fn table(lang: Locale, requests: Vec<Request>) -> AnyView {
    let heads = [
        say!(lang, admin_requests.when),
        say!(lang, admin_requests.receipt),
        say!(lang, admin_requests.account),
        say!(lang, admin_requests.outcome),
        say!(lang, admin_requests.mail),
    ];
    let rows = requests.into_iter().map(|request| row(lang, request));
    part::table(say!(lang, admin.requests), &heads, rows.collect())
}

fn row(lang: Locale, request: Request) -> AnyView {
    let (words, mood, advice) = outcome_words(lang, &request.outcome);
    let account = match request.account {
        Some((id, login)) => view! { <a href=format!("/admin/accounts/{id}")><bdi>{login}</bdi></a> }.into_any(),
        None => "–".into_any(),
    };
    let by_staff = request
        .by_staff
        .then(|| view! { <p class="hint">{say!(lang, admin_requests.by_staff)}</p> });
    let mail = match request.mail {
        None => "–".into_any(),
        Some(mail) => {
            let (state, mood) = mail_state(lang, &mail.state);
            let tries = say!(lang, admin_requests.attempts, count = mail.attempts.to_string());
            view! { {tag(mood, state)} <p class="hint">{tries} " " {mail.words}</p> }.into_any()
        }
    };
    view! {
        <tr>
            <td>{when(request.requested_at)} {by_staff}</td>
            <td><code>{request.receipt}</code></td>
            <td>{account}</td>
            <td>{tag(mood, words)} <p class="hint">{advice}</p></td>
            <td>{mail}</td>
        </tr>
    }
    .into_any()
}

/// What an outcome means, how to take it, and what support can do about it.
fn outcome_words(lang: Locale, code: &str) -> (&'static str, Mood, &'static str) {
    match code {
        "mailed" => (
            say!(lang, admin_requests.mailed),
            Mood::Good,
            say!(lang, admin_requests.mailed_next),
        ),
        "completed" => (say!(lang, admin_requests.completed), Mood::Good, ""),
        "unknown" => (
            say!(lang, admin_requests.unknown),
            Mood::Bad,
            say!(lang, admin_requests.unknown_next),
        ),
        "disabled" => (
            say!(lang, admin_requests.disabled),
            Mood::Bad,
            say!(lang, admin_requests.disabled_next),
        ),
        "sso" => (
            say!(lang, admin_requests.sso),
            Mood::Bad,
            say!(lang, admin_requests.sso_next),
        ),
        "no_address" => (
            say!(lang, admin_requests.no_address),
            Mood::Bad,
            say!(lang, admin_requests.no_address_next),
        ),
        "over_limit" => (
            say!(lang, admin_requests.over_limit),
            Mood::Bad,
            say!(lang, admin_requests.over_limit_next),
        ),
        "superseded" => (
            say!(lang, admin_requests.superseded),
            Mood::Plain,
            say!(lang, admin_requests.superseded_next),
        ),
        "unavailable" => (
            say!(lang, admin_requests.unavailable),
            Mood::Bad,
            say!(lang, admin_requests.unavailable_next),
        ),
        "cancelled" => (
            say!(lang, admin_requests.cancelled),
            Mood::Bad,
            say!(lang, admin_requests.cancelled_next),
        ),
        _ => (say!(lang, admin_requests.waiting), Mood::Plain, ""),
    }
}

fn mail_state(lang: Locale, code: &str) -> (&'static str, Mood) {
    match code {
        "sent" => (say!(lang, admin_requests.mail_sent), Mood::Good),
        "failed" => (say!(lang, admin_requests.mail_failed), Mood::Bad),
        "dropped" => (say!(lang, admin_requests.mail_dropped), Mood::Plain),
        _ => (say!(lang, admin_requests.mail_queued), Mood::Plain),
    }
}
