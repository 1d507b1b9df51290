//! The outbox: what waits, what failed and why; once more, or not at all (M7).

use super::part::{self, Mood, press, tag, when};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// A mail as listed.
pub struct Mail {
    pub id: String,
    pub kind: String,
    pub state: String,
    pub reason: String,
    pub reply: String,
    /// Masked.
    pub recipient: String,
    pub account_id: Option<String>,
    pub receipt: Option<String>,
    pub attempts: i64,
    pub created_at: i64,
    /// 0 once it has ended.
    pub next_attempt_at: i64,
    /// 0 while it waits.
    pub finished_at: i64,
    pub may_retry: bool,
    pub may_cancel: bool,
}

pub struct Outbox {
    /// The state asked for; empty for all.
    pub state: String,
    pub mails: Vec<Mail>,
    pub next: Option<String>,
    pub may_change: bool,
}

pub fn page(lang: Locale, page: Outbox) -> AnyView {
    let list = if page.mails.is_empty() {
        part::nothing(say!(lang, admin_outbox.none))
    } else {
        table(lang, page.mails, page.may_change)
    };
    view! {
        <p>{say!(lang, admin_outbox.lead)} " " <a href="/admin/settings/mail">{say!(lang, admin_outbox.to_settings)}</a></p>
        {states(lang, &page.state)}
        {list}
        {part::more(lang, page.next)}
    }
    .into_any()
}

/// One link a state, the chosen one marked.
fn states(lang: Locale, chosen: &str) -> AnyView {
    let all = [
        ("", say!(lang, admin_outbox.all)),
        ("queued", say!(lang, admin_outbox.queued)),
        ("failed", say!(lang, admin_outbox.failed)),
        ("sent", say!(lang, admin_outbox.sent)),
        ("dropped", say!(lang, admin_outbox.dropped)),
    ];
    let links = all.into_iter().map(|(state, label)| {
        let href = if state.is_empty() {
            "/admin/outbox".to_owned()
        } else {
            format!("/admin/outbox?state={state}")
        };
        let here = (state == chosen).then_some("true");
        view! { <a class="button small" href=href aria-current=here>{label}</a> }
    });
    view! { <nav class="bar" aria-label=say!(lang, admin_outbox.state)>{links.collect_view()}</nav> }.into_any()
}

fn table(lang: Locale, mails: Vec<Mail>, may_change: bool) -> AnyView {
    let mut heads = vec![
        say!(lang, admin_outbox.created),
        say!(lang, admin_outbox.mail),
        say!(lang, admin_outbox.to),
        say!(lang, admin_outbox.state),
        say!(lang, admin_outbox.reply),
    ];
    if may_change {
        heads.push(say!(lang, admin_outbox.action));
    }
    let rows = mails.into_iter().map(|mail| row(lang, mail, may_change));
    part::table(say!(lang, admin.outbox), &heads, rows.collect())
}

fn row(lang: Locale, mail: Mail, may_change: bool) -> AnyView {
    let (mood, state) = match mail.state.as_str() {
        "sent" => (Mood::Good, say!(lang, admin_outbox.sent)),
        "failed" => (Mood::Bad, say!(lang, admin_outbox.failed)),
        "dropped" => (Mood::Plain, say!(lang, admin_outbox.dropped)),
        _ => (Mood::Plain, say!(lang, admin_outbox.queued)),
    };
    let next = (mail.next_attempt_at != 0 && mail.attempts > 0).then(|| {
        view! { <p class="hint">{say!(lang, admin_outbox.next)} " " {when(mail.next_attempt_at)}</p> }
    });
    let tries = say!(lang, admin_outbox.attempts, count = mail.attempts.to_string());
    let to = match mail.account_id {
        Some(id) if mail.recipient.is_empty() => {
            view! { <a href=format!("/admin/accounts/{id}")>{say!(lang, admin_outbox.account)}</a> }.into_any()
        }
        Some(id) => view! { <a href=format!("/admin/accounts/{id}")><bdi>{mail.recipient}</bdi></a> }.into_any(),
        None if mail.recipient.is_empty() => "–".into_any(),
        None => view! { <bdi>{mail.recipient}</bdi> }.into_any(),
    };
    let receipt = mail.receipt.map(|receipt| {
        let href = format!("/admin/requests?receipt={receipt}");
        view! { <p class="hint"><a href=href><code>{receipt}</code></a></p> }
    });
    let words = [mail.reason, mail.reply].into_iter().filter(|words| !words.is_empty());
    let words = words.map(|words| view! { <p><bdi>{words}</bdi></p> }).collect_view();
    let name = kind(lang, &mail.kind);
    let actions = may_change.then(|| {
        let path = format!("/admin/outbox/{}", mail.id);
        let retry = mail.may_retry.then(|| {
            press(
                format!("{path}/retry"),
                say!(lang, admin_outbox.retry),
                "small",
                Vec::new(),
            )
        });
        let cancel = mail.may_cancel.then(|| {
            press(
                format!("{path}/cancel"),
                say!(lang, admin_outbox.cancel),
                "small danger",
                Vec::new(),
            )
        });
        view! { <td><div class="bar">{retry} {cancel}</div></td> }
    });
    view! {
        <tr>
            <td>{when(mail.created_at)}</td>
            <td>{name} {receipt}</td>
            <td>{to}</td>
            <td>{tag(mood, state)} <p class="hint">{tries}</p> {next}</td>
            <td>{words}</td>
            {actions}
        </tr>
    }
    .into_any()
}

/// What a kind of mail is called.
pub fn kind(lang: Locale, code: &str) -> &'static str {
    match code {
        "reset_request" => say!(lang, admin_outbox.reset_request),
        "reset_link" => say!(lang, admin_outbox.reset_link),
        "password_changed" => say!(lang, admin_outbox.password_changed),
        "email_changed" => say!(lang, admin_outbox.email_changed),
        "recovery_started" => say!(lang, admin_outbox.recovery_started),
        "recovery_code" => say!(lang, admin_outbox.recovery_code),
        "recovery_completed" => say!(lang, admin_outbox.recovery_completed),
        "recovery_denied" => say!(lang, admin_outbox.recovery_denied),
        "recovery_said" => say!(lang, admin_outbox.recovery_said),
        "sso_hint" => say!(lang, admin_outbox.sso_hint),
        _ => say!(lang, admin_outbox.staff_acted),
    }
}

/// What the page says after a button that worked.
pub fn done(lang: Locale, code: &str) -> Option<&'static str> {
    match code {
        "retried" => Some(say!(lang, admin_outbox.retried)),
        "cancelled" => Some(say!(lang, admin_outbox.cancelled)),
        _ => None,
    }
}
