//! Budgets: how many are allowed, and what is used of them at the moment.

use super::part::{self, Mood, press, tag, when};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// What a budget is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Client,
    Account,
    Name,
    ClientAndName,
    Address,
    Staff,
    Everybody,
}

/// A budget in the form.
pub struct Budget {
    pub name: &'static str,
    pub by: By,
    /// As it stands in the field.
    pub value: String,
    pub least: i64,
    pub most: i64,
    pub default: i64,
    /// Milliseconds.
    pub window: i64,
}

/// What somebody used of one.
pub struct Counter {
    pub id: String,
    pub budget: &'static str,
    pub by: By,
    /// A network, an id, or the beginning of a hash; empty for everybody.
    pub subject: String,
    pub used: i64,
    pub allowed: i64,
    pub used_up: bool,
    pub until: i64,
}

pub struct Limits {
    pub on: bool,
    /// The configuration decides, so the form only shows.
    pub pinned: bool,
    pub budgets: Vec<Budget>,
    pub counters: Vec<Counter>,
}

pub fn page(lang: Locale, page: Limits) -> AnyView {
    let state = if page.on {
        tag(Mood::Good, say!(lang, admin_overview.limits_on))
    } else {
        tag(Mood::Bad, say!(lang, admin_overview.limits_off))
    };
    view! {
        <p>{state}</p>
        <p>{say!(lang, admin_limits.lead)}</p>
        {counters(lang, page.counters)}
        {budgets(lang, page.budgets, page.pinned)}
    }
    .into_any()
}

/// From the settings to the budgets.
pub fn way(lang: Locale) -> AnyView {
    view! { <p><a class="button quiet" href="/admin/limits">{say!(lang, admin_limits.budgets)}</a></p> }.into_any()
}

/// After a change.
pub fn saved(lang: Locale) -> &'static str {
    say!(lang, admin_limits.saved)
}

/// After a release.
pub fn released(lang: Locale) -> &'static str {
    say!(lang, admin_limits.released)
}

fn counters(lang: Locale, counters: Vec<Counter>) -> AnyView {
    let list = if counters.is_empty() {
        part::nothing(say!(lang, admin_limits.nothing_used))
    } else {
        let heads = [
            say!(lang, admin_limits.what),
            say!(lang, admin_limits.who),
            say!(lang, admin_limits.used),
            say!(lang, admin_limits.until),
            say!(lang, admin_keys.action),
        ];
        let rows = counters.into_iter().map(|counter| row(lang, counter));
        part::table(say!(lang, admin_limits.counters), &heads, rows.collect())
    };
    view! {
        <section>
            <h2>{say!(lang, admin_limits.counters)}</h2>
            <p class="hint">{say!(lang, admin_limits.counters_lead)}</p>
            {list}
        </section>
    }
    .into_any()
}

fn row(lang: Locale, counter: Counter) -> AnyView {
    let mood = if counter.used_up { Mood::Bad } else { Mood::Plain };
    let used = say!(
        lang,
        admin_limits.of,
        used = lang.number(counter.used),
        allowed = lang.number(counter.allowed)
    );
    let (what, who) = (what(lang, counter.budget), by(lang, counter.by));
    let about = format!(": {what}, {who} {}", counter.subject);
    let action = format!("/admin/limits/{}/release", counter.id);
    let subject = (!counter.subject.is_empty()).then(|| view! { <br /><bdi><code>{counter.subject}</code></bdi> });
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>{who} {subject}</td>
            <td>{tag(mood, used)}</td>
            <td>{when(counter.until)}</td>
            <td>
                {press(action, say!(lang, admin_limits.release), "small", Vec::new())}
                <span class="aside-text">{about}</span>
            </td>
        </tr>
    }
    .into_any()
}

fn budgets(lang: Locale, budgets: Vec<Budget>, pinned: bool) -> AnyView {
    let heads = [
        say!(lang, admin_limits.what),
        say!(lang, admin_limits.who),
        say!(lang, admin_limits.within),
        say!(lang, admin_limits.allowed),
        say!(lang, admin_limits.range),
    ];
    let rows = budgets.into_iter().map(|budget| {
        let what = what(lang, budget.name);
        let label = format!("{what}, {}", by(lang, budget.by));
        let range = say!(
            lang,
            admin_limits.range_of,
            least = lang.number(budget.least),
            most = lang.number(budget.most),
            default = lang.number(budget.default)
        );
        view! {
            <tr>
                <th scope="row">{what} <br /><code>{budget.name}</code></th>
                <td>{by(lang, budget.by)}</td>
                <td>{window(lang, budget.window)}</td>
                <td>
                    <input
                        class="count"
                        name=budget.name
                        type="number"
                        inputmode="numeric"
                        min=budget.least.to_string()
                        max=budget.most.to_string()
                        step="1"
                        value=budget.value
                        disabled=pinned
                        aria-label=label
                    />
                </td>
                <td>{range}</td>
            </tr>
        }
        .into_any()
    });
    let table = part::table(say!(lang, admin_limits.budgets), &heads, rows.collect());
    let end = if pinned {
        view! { <p class="hint">{say!(lang, admin_settings.pinned)}</p> }.into_any()
    } else {
        view! {
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_settings.save)}</button></div>
        }
        .into_any()
    };
    view! {
        <form method="post" action="/admin/limits" aria-labelledby="budgets">
            <h2 id="budgets">{say!(lang, admin_limits.budgets)}</h2>
            <p class="hint">{say!(lang, admin_limits.budgets_lead)}</p>
            {table}
            {end}
        </form>
    }
    .into_any()
}

fn window(lang: Locale, milliseconds: i64) -> String {
    let minutes = milliseconds / 60_000;
    match (minutes, minutes % 1440, minutes % 60) {
        (1440.., 0, _) => say!(lang, admin_limits.days, count = minutes / 1440),
        (60.., _, 0) => say!(lang, admin_limits.hours, count = minutes / 60),
        _ => say!(lang, admin_limits.minutes, count = minutes),
    }
}

fn by(lang: Locale, by: By) -> &'static str {
    match by {
        By::Client => say!(lang, admin_limits.by_client),
        By::Account => say!(lang, admin_limits.by_account),
        By::Name => say!(lang, admin_limits.by_name),
        By::ClientAndName => say!(lang, admin_limits.by_client_and_name),
        By::Address => say!(lang, admin_limits.by_address),
        By::Staff => say!(lang, admin_limits.by_staff),
        By::Everybody => say!(lang, admin_limits.by_everybody),
    }
}

/// What a budget counts; its name where nobody wrote words for it.
fn what(lang: Locale, name: &'static str) -> &'static str {
    match name {
        "reset-client" | "reset-all" => say!(lang, admin_limits.reset),
        "mail-hour" | "mail-day" => say!(lang, admin_limits.mail),
        "code-identifier" => say!(lang, admin_limits.code),
        "proof-client" => say!(lang, admin_limits.proof),
        "sign-in-client" | "sign-in-pair" => say!(lang, admin_limits.sign_in),
        "sign-in-pair-under-attack" => say!(lang, admin_limits.sign_in_under_attack),
        "sign-in-identifier" => say!(lang, admin_limits.attack),
        "change-account" => say!(lang, admin_limits.change),
        "policy-client" => say!(lang, admin_limits.policy),
        "recovery-client" | "recovery-all" => say!(lang, admin_limits.recovery),
        "recovery-step-client" => say!(lang, admin_limits.recovery_step),
        "recovery-mail-address" => say!(lang, admin_limits.recovery_mail),
        "captcha-client" => say!(lang, admin_limits.captcha),
        "captcha-waits-client" => say!(lang, admin_limits.captcha_waits),
        "violations-client" => say!(lang, admin_limits.violations_client),
        "mail-test" => say!(lang, admin_limits.mail_test),
        "deliverability" => say!(lang, admin_limits.deliverability),
        other => other,
    }
}
