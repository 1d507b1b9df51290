//! One account: who it is, how to help, its sessions and requests, and the form that changes it.

use super::accounts::{Account, Fields, status, word};
use super::part::{self, Mood, Row, press, tag, when};
use super::profile;
use super::requests::{self, Request};
use crate::view::{FactField, FactKind};
use crate::words::{Locale, say};
use leptos::prelude::*;

pub struct Session {
    pub last_seen_at: i64,
    pub client_address: String,
    pub device: String,
}

/// A fact that can be on file. What it is, no page ever learns (R11).
pub struct Fact {
    pub field: FactField,
    /// 0 for not on file.
    pub set_at: i64,
}

/// How the owner could get back in without the mailbox.
pub struct Recovery {
    /// Since when recovery by facts is locked; 0 while it is not.
    pub locked_at: i64,
    pub facts: Vec<Fact>,
    /// May this person change facts?
    pub may_change: bool,
    /// Name of a fact, and what is wrong with what was typed for it.
    pub problem: Option<(String, String)>,
}

pub struct Page {
    pub account: Account,
    pub recovery: Recovery,
    pub sessions: Vec<Session>,
    pub requests: Vec<Request>,
    /// Whether this person may act on this account.
    pub may_touch: bool,
    /// The form, for whoever may change accounts.
    pub fields: Option<Fields>,
    /// May this person read the audit trail?
    pub audit: bool,
    /// What was typed to confirm a removal was not the login name.
    pub removal_problem: Option<String>,
}

pub fn page(lang: Locale, page: Page) -> AnyView {
    let id = page.account.id.clone();
    let help = page.may_touch.then(|| help(lang, &id));
    let not_yours = (!page.may_touch).then(|| view! { <p class="notice">{say!(lang, admin_account.not_yours)}</p> });
    let audit = page.audit.then(|| {
        let href = format!("/admin/audit?account_id={id}");
        view! { <p><a href=href>{say!(lang, admin_account.to_audit)}</a></p> }
    });
    let recovery = recovery(lang, &id, page.recovery, page.may_touch);
    let change = page.fields.map(|fields| {
        view! {
            {change(lang, &id, &fields)}
            {removal(lang, &id, page.removal_problem)}
        }
    });
    let requests = if page.requests.is_empty() {
        part::nothing(say!(lang, admin_requests.none))
    } else {
        requests::table(lang, page.requests)
    };
    view! {
        <p><a href="/admin/accounts">{say!(lang, admin_accounts.back)}</a></p>
        {not_yours}
        <div class="panels">
            {facts(lang, page.account)}
            {help}
        </div>
        <section>
            <h2>{say!(lang, admin.requests)}</h2>
            {requests}
            {audit}
        </section>
        <section>
            <h2>{say!(lang, admin_account.sessions)}</h2>
            {sessions(lang, page.sessions)}
        </section>
        {recovery}
        {change}
    }
    .into_any()
}

fn facts(lang: Locale, account: Account) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="facts">
            <h2 id="facts">{say!(lang, admin_account.facts)}</h2>
            <dl class="facts">
                <dt>{say!(lang, admin_accounts.name)}</dt>
                <dd><bdi>{account.name}</bdi></dd>
                {profile::shown(lang, &account.profile)}
                <dt>{say!(lang, admin_accounts.email)}</dt>
                <dd><bdi>{account.email.unwrap_or_else(|| say!(lang, admin_account.no_email).to_owned())}</bdi></dd>
                <dt>{say!(lang, admin_accounts.status)}</dt>
                <dd>{status(lang, account.status)}</dd>
                <dt>{say!(lang, admin_accounts.role)}</dt>
                <dd>{word(lang, account.role)}</dd>
                <dt>{say!(lang, admin_accounts.sign_in)}</dt>
                <dd>{word(lang, account.sign_in)}</dd>
                <dt>{say!(lang, admin_accounts.kind)}</dt>
                <dd>{word(lang, account.kind)}</dd>
                <dt>{say!(lang, admin_accounts.locale)}</dt>
                <dd>{account.locale}</dd>
                <dt>{say!(lang, admin_accounts.created)}</dt>
                <dd>{when(account.created_at)}</dd>
                <dt>{say!(lang, admin_account.id)}</dt>
                <dd><code>{account.id}</code></dd>
            </dl>
        </section>
    }
    .into_any()
}

/// What support does all day.
fn help(lang: Locale, id: &str) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="help">
            <h2 id="help">{say!(lang, admin_account.help)}</h2>
            <p>{say!(lang, admin_account.reset_help)}</p>
            {press(format!("/admin/accounts/{id}/reset"), say!(lang, admin_account.reset), "primary", Vec::new())}
            <p>{say!(lang, admin_account.end_sessions_help)}</p>
            {press(format!("/admin/accounts/{id}/end-sessions"), say!(lang, admin_account.end_sessions), "", Vec::new())}
        </section>
    }
    .into_any()
}

/// Whether recovery by facts is locked, and what is on file for it.
fn recovery(lang: Locale, id: &str, recovery: Recovery, may_touch: bool) -> AnyView {
    let locked = recovery.locked_at != 0;
    let state = if locked {
        let since = when(recovery.locked_at);
        view! {
            {tag(Mood::Bad, say!(lang, admin_account.recovery_locked))} " " {say!(lang, admin_account.recovery_locked_since)} " " {since}
        }
        .into_any()
    } else {
        tag(Mood::Plain, say!(lang, admin_account.recovery_open))
    };
    let unlock = (locked && may_touch).then(|| {
        let action = format!("/admin/accounts/{id}/unlock-recovery");
        view! {
            <p>{say!(lang, admin_account.unlock_help)}</p>
            <div class="bar">{press(action, say!(lang, admin_account.unlock), "primary", Vec::new())}</div>
        }
    });
    let mut heads = vec![say!(lang, admin_account.fact), say!(lang, admin_account.on_file_since)];
    if recovery.may_change {
        heads.push(say!(lang, admin_account.new_value));
    }
    let Recovery {
        facts,
        may_change,
        problem,
        ..
    } = recovery;
    let rows = facts.into_iter().map(|fact| {
        let problem = problem.as_ref().filter(|(name, _)| *name == fact.field.name);
        let problem = problem.map(|(_, problem)| problem.clone());
        let label = fact.field.label.clone();
        let since = when(fact.set_at);
        let form = may_change.then(|| view! { <td>{fact_form(lang, id, fact, problem)}</td> });
        view! { <tr><th scope="row">{label}</th><td>{since}</td>{form}</tr> }.into_any()
    });
    let table = part::table(say!(lang, admin_account.fact_table), &heads, rows.collect());
    view! {
        <section aria-labelledby="recovery">
            <h2 id="recovery">{say!(lang, admin_account.recovery)}</h2>
            <p>{say!(lang, admin_account.recovery_state)} ": " {state}</p>
            {unlock}
            <p>{say!(lang, admin_account.fact_lead)}</p>
            {table}
        </section>
    }
    .into_any()
}

/// The value, and two buttons with it: one puts it on file, the other takes off what is there.
fn fact_form(lang: Locale, id: &str, fact: Fact, problem: Option<String>) -> AnyView {
    let action = format!("/admin/accounts/{id}/facts");
    let take_off = format!("{action}/remove");
    let label = fact.field.label.clone();
    let named = move |verb: &'static str| format!("{verb}: {label}");
    let remove = (fact.set_at != 0).then(|| {
        let name = named(say!(lang, admin_account.take_off));
        view! {
            <button class="button small danger" type="submit" formaction=take_off aria-label=name>
                {say!(lang, admin_account.take_off)}
            </button>
        }
    });
    let name = fact.field.name.clone();
    let set = named(say!(lang, admin_account.set));
    view! {
        <form class="bar" method="post" action=action>
            <input type="hidden" name="name" value=name />
            {fact_input(fact.field, problem)}
            <button class="button small" type="submit" aria-label=set>{say!(lang, admin_account.set)}</button>
            {remove}
        </form>
    }
    .into_any()
}

fn fact_input(field: FactField, problem: Option<String>) -> AnyView {
    let id = format!("fact-{}", field.name);
    let described = problem.is_some().then(|| format!("{id}-problem"));
    let invalid = problem.is_some().then_some("true");
    let problem = problem.map(|problem| view! { <p class="field-problem" id=format!("{id}-problem")>{problem}</p> });
    let label = field.label;
    let placeholder = Some(field.format).filter(|format| !format.is_empty());
    let control = if field.kind == FactKind::PickList {
        let options = field.options.into_iter().map(|option| {
            let value = option.clone();
            view! { <option value=value>{option}</option> }
        });
        view! {
            <select id=id name="value" aria-label=label aria-invalid=invalid aria-describedby=described>
                <option value="">"–"</option>
                {options.collect_view()}
            </select>
        }
        .into_any()
    } else {
        let (kind, inputmode) = match field.kind {
            FactKind::Date => ("date", "text"),
            FactKind::SocialSecurityNumber | FactKind::Number => ("text", "numeric"),
            _ => ("text", "text"),
        };
        view! {
            <input
                id=id
                name="value"
                type=kind
                inputmode=inputmode
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                aria-label=label
                aria-invalid=invalid
                aria-describedby=described
            />
        }
        .into_any()
    };
    view! { <div class="field">{problem} {control}</div> }.into_any()
}

fn sessions(lang: Locale, sessions: Vec<Session>) -> AnyView {
    if sessions.is_empty() {
        return part::nothing(say!(lang, admin_account.no_sessions));
    }
    let heads = [
        say!(lang, admin_account.last_seen),
        say!(lang, admin_account.device),
        say!(lang, admin_account.origin),
    ];
    let rows = sessions.into_iter().map(|session| {
        view! {
            <tr>
                <td>{when(session.last_seen_at)}</td>
                <td><bdi>{session.device}</bdi></td>
                <td><bdi>{session.client_address}</bdi></td>
            </tr>
        }
        .into_any()
    });
    part::table(say!(lang, admin_account.sessions), &heads, rows.collect())
}

fn change(lang: Locale, id: &str, fields: &Fields) -> AnyView {
    view! {
        <form class="panel" method="post" action=format!("/admin/accounts/{id}") aria-labelledby="change">
            <h2 id="change">{say!(lang, admin_account.change)}</h2>
            <p>{say!(lang, admin_account.change_help)}</p>
            {fields.view(lang, true)}
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_account.save)}</button></div>
        </form>
    }
    .into_any()
}

/// Removing is for good, so the name is typed first.
fn removal(lang: Locale, id: &str, problem: Option<String>) -> AnyView {
    let row = Row {
        id: "confirm",
        label: say!(lang, admin_account.remove_confirm).to_owned(),
        help: String::new(),
        problem,
    };
    view! {
        <form class="panel" method="post" action=format!("/admin/accounts/{id}/remove") aria-labelledby="remove">
            <h2 id="remove">{say!(lang, admin_account.remove)}</h2>
            <p>{say!(lang, admin_account.remove_help)}</p>
            {row.input("text", String::new(), "off")}
            <div class="bar"><button class="button danger" type="submit">{say!(lang, admin_account.remove)}</button></div>
        </form>
    }
    .into_any()
}

/// What the page says after a form that worked.
pub fn done(lang: Locale, code: &str) -> Option<String> {
    let text = match code {
        "added" => say!(lang, admin_accounts.added),
        "saved" => say!(lang, admin_account.saved),
        "sessions_ended" => say!(lang, admin_account.sessions_ended),
        "unlocked" => say!(lang, admin_account.unlocked),
        "fact_set" => say!(lang, admin_account.fact_set),
        "fact_removed" => say!(lang, admin_account.fact_removed),
        _ => return None,
    };
    Some(text.to_owned())
}

/// The same after a reset was started.
pub fn reset_started(lang: Locale, receipt: &str) -> String {
    say!(lang, admin_account.reset_started, receipt = receipt.to_owned())
}
