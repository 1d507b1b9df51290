//! Recoveries that wait for somebody of the staff, and what was decided about earlier ones (R12). What a person answered is never
//! here, only which answers fitted (R11).

use super::part::{self, Mood, Row, press, tag, when};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// A recovery as listed.
pub struct Case {
    pub id: String,
    pub receipt: String,
    pub state: String,
    pub account_id: String,
    pub login_name: String,
    pub started_at: i64,
    /// 0 while it is under way or waits.
    pub ended_at: i64,
}

pub struct Recoveries {
    /// The state asked for, or `all`.
    pub state: String,
    pub cases: Vec<Case>,
    pub next: Option<String>,
}

/// One recovery, with everything a decision needs.
pub struct Decision {
    pub case: Case,
    /// Labels of the facts that fitted; none where a recovery code was shown.
    pub facts: Vec<String>,
    pub account_created_at: i64,
    /// Until when it is under way, or waits.
    pub expires_at: i64,
    pub client_address: String,
    pub device: String,
    /// The last sign-in before it began; 0 for never.
    pub last_sign_in_at: i64,
    /// Earlier sign-ins from the same address, earlier tries that failed, and earlier recoveries.
    pub sign_ins_from_there: i64,
    pub failed_tries: i64,
    pub earlier_recoveries: i64,
    /// Whether two administrators have to agree, and who did first.
    pub needs_two: bool,
    pub seconded_by: String,
    pub decided_by: String,
    pub reason: String,
    /// May this person decide about this account?
    pub may_decide: bool,
    /// What was typed as the reason, and what is wrong with it.
    pub typed: String,
    pub problem: Option<String>,
}

pub fn page(lang: Locale, page: Recoveries) -> AnyView {
    let list = if page.cases.is_empty() {
        part::nothing(say!(lang, admin_recoveries.none))
    } else {
        table(lang, page.cases)
    };
    view! {
        <p>{say!(lang, admin_recoveries.lead)}</p>
        {states(lang, &page.state)}
        {list}
        {part::more(lang, page.next)}
    }
    .into_any()
}

/// One link a state, the chosen one marked.
fn states(lang: Locale, chosen: &str) -> AnyView {
    let links = ["awaiting", "completed", "refused", "all"].into_iter().map(|state| {
        let label = match state {
            "all" => say!(lang, admin_recoveries.all),
            state => word(lang, state).1,
        };
        let href = format!("/admin/recoveries?state={state}");
        let here = (state == chosen).then_some("true");
        view! { <a class="button small" href=href aria-current=here>{label}</a> }
    });
    view! { <nav class="bar" aria-label=say!(lang, admin_recoveries.state)>{links.collect_view()}</nav> }.into_any()
}

fn table(lang: Locale, cases: Vec<Case>) -> AnyView {
    let heads = [
        say!(lang, admin_recoveries.receipt),
        say!(lang, admin_recoveries.account),
        say!(lang, admin_recoveries.state),
        say!(lang, admin_recoveries.asked),
        say!(lang, admin_recoveries.ended),
    ];
    let rows = cases.into_iter().map(|case| {
        let (mood, state) = word(lang, &case.state);
        view! {
            <tr>
                <th scope="row"><a href=format!("/admin/recoveries/{}", case.id)><code>{case.receipt}</code></a></th>
                <td><a href=format!("/admin/accounts/{}", case.account_id)>{case.login_name}</a></td>
                <td>{tag(mood, state)}</td>
                <td>{when(case.started_at)}</td>
                <td>{when(case.ended_at)}</td>
            </tr>
        }
        .into_any()
    });
    part::table(say!(lang, admin.recoveries), &heads, rows.collect())
}

/// A state as a plate.
fn word(lang: Locale, state: &str) -> (Mood, &'static str) {
    match state {
        "awaiting" => (Mood::Plain, say!(lang, admin_recoveries.awaiting)),
        "completed" => (Mood::Good, say!(lang, admin_recoveries.completed)),
        "refused" => (Mood::Bad, say!(lang, admin_recoveries.refused)),
        "stopped" => (Mood::Bad, say!(lang, admin_recoveries.stopped)),
        "undone" => (Mood::Bad, say!(lang, admin_recoveries.undone)),
        "over" => (Mood::Plain, say!(lang, admin_recoveries.over)),
        _ => (Mood::Plain, say!(lang, admin_recoveries.open)),
    }
}

/// One recovery.
pub fn show(lang: Locale, decision: &Decision) -> AnyView {
    let waits = decision.case.state == "awaiting";
    let decide = (waits && decision.may_decide).then(|| {
        view! {
            <p>{say!(lang, admin_recoveries.check)}</p>
            <div class="panels">{approve(lang, decision)} {refuse(lang, decision)}</div>
        }
    });
    let not_yours =
        (waits && !decision.may_decide).then(|| view! { <p class="notice">{say!(lang, admin_account.not_yours)}</p> });
    view! {
        <p><a href="/admin/recoveries">{say!(lang, admin_recoveries.back)}</a></p>
        {not_yours}
        {facts(lang, decision)}
        {decide}
    }
    .into_any()
}

fn facts(lang: Locale, decision: &Decision) -> AnyView {
    let case = &decision.case;
    let (mood, state) = word(lang, &case.state);
    let fitted = if decision.facts.is_empty() {
        say!(lang, admin_recoveries.by_code).into_any()
    } else {
        let tags = decision.facts.iter().map(|label| tag(Mood::Good, label.clone()));
        tags.collect_view().into_any()
    };
    let from = [decision.client_address.as_str(), &decision.device]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let ended = (case.ended_at != 0).then(|| {
        view! { <dt>{say!(lang, admin_recoveries.ended)}</dt><dd>{when(case.ended_at)}</dd> }
    });
    let until = (case.ended_at == 0).then(|| {
        view! { <dt>{say!(lang, admin_recoveries.until)}</dt><dd>{when(decision.expires_at)}</dd> }
    });
    let last_sign_in = match decision.last_sign_in_at {
        0 => say!(lang, admin_recoveries.never).into_any(),
        at => when(at),
    };
    let seconded_by = (!decision.seconded_by.is_empty()).then(|| {
        view! { <dt>{say!(lang, admin_recoveries.seconded_by)}</dt><dd><code>{decision.seconded_by.clone()}</code></dd> }
    });
    let decided_by = (!decision.decided_by.is_empty()).then(|| {
        view! { <dt>{say!(lang, admin_recoveries.decided_by)}</dt><dd><code>{decision.decided_by.clone()}</code></dd> }
    });
    let reason = (!decision.reason.is_empty()).then(|| {
        view! { <dt>{say!(lang, admin_recoveries.reason)}</dt><dd>{decision.reason.clone()}</dd> }
    });
    view! {
        <section class="panel" aria-labelledby="case">
            <h2 id="case">{say!(lang, admin_recoveries.about)}</h2>
            <dl class="facts">
                <dt>{say!(lang, admin_recoveries.account)}</dt>
                <dd><a href=format!("/admin/accounts/{}", case.account_id)>{case.login_name.clone()}</a></dd>
                <dt>{say!(lang, admin_recoveries.account_since)}</dt>
                <dd>{when(decision.account_created_at)}</dd>
                <dt>{say!(lang, admin_recoveries.last_sign_in)}</dt>
                <dd>{last_sign_in}</dd>
                <dt>{say!(lang, admin_recoveries.from_there)}</dt>
                <dd>{decision.sign_ins_from_there}</dd>
                <dt>{say!(lang, admin_recoveries.failed_tries)}</dt>
                <dd>{decision.failed_tries}</dd>
                <dt>{say!(lang, admin_recoveries.earlier)}</dt>
                <dd>{decision.earlier_recoveries}</dd>
                <dt>{say!(lang, admin_recoveries.state)}</dt>
                <dd>{tag(mood, state)}</dd>
                <dt>{say!(lang, admin_recoveries.asked)}</dt>
                <dd>{when(case.started_at)}</dd>
                {until}
                {ended}
                <dt>{say!(lang, admin_recoveries.fitted)}</dt>
                <dd class="bar">{fitted}</dd>
                <dt>{say!(lang, admin_recoveries.origin)}</dt>
                <dd>{from}</dd>
                <dt>{say!(lang, admin_recoveries.receipt)}</dt>
                <dd><code>{case.receipt.clone()}</code></dd>
                {seconded_by}
                {decided_by}
                {reason}
            </dl>
        </section>
    }
    .into_any()
}

fn approve(lang: Locale, decision: &Decision) -> AnyView {
    let action = format!("/admin/recoveries/{}/approve", decision.case.id);
    view! {
        <section class="panel" aria-labelledby="approve">
            <h2 id="approve">{say!(lang, admin_recoveries.approve)}</h2>
            <p>{say!(lang, admin_recoveries.approve_help)}</p>
            {decision.needs_two.then(|| view! { <p>{say!(lang, admin_recoveries.two_needed)}</p> })}
            {press(action, say!(lang, admin_recoveries.approve), "primary", Vec::new())}
        </section>
    }
    .into_any()
}

/// The reason is mailed to the person, and stays with the case.
fn refuse(lang: Locale, decision: &Decision) -> AnyView {
    let action = format!("/admin/recoveries/{}/refuse", decision.case.id);
    let reason = Row {
        id: "reason",
        label: say!(lang, admin_recoveries.reason).to_owned(),
        help: say!(lang, admin_recoveries.reason_help).to_owned(),
        problem: decision.problem.clone(),
    };
    view! {
        <form class="panel" method="post" action=action aria-labelledby="refuse">
            <h2 id="refuse">{say!(lang, admin_recoveries.refuse)}</h2>
            {reason.input("text", decision.typed.clone(), "off")}
            <div class="bar"><button class="button danger" type="submit">{say!(lang, admin_recoveries.refuse)}</button></div>
        </form>
    }
    .into_any()
}

/// What the page says after a form that worked.
pub fn done(lang: Locale, code: &str) -> Option<&'static str> {
    match code {
        "approved" => Some(say!(lang, admin_recoveries.approved_done)),
        "seconded" => Some(say!(lang, admin_recoveries.seconded_done)),
        "refused" => Some(say!(lang, admin_recoveries.refused_done)),
        _ => None,
    }
}
