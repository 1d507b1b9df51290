//! The console's first page: what is missing, whether mail leaves, what happened lately.

use super::part::{Mood, tag, when};
use super::settings::{ToDo, to_do};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// What happened in each slot of time, the newest last.
pub struct Counted {
    pub requested: Vec<i64>,
    pub sent: Vec<i64>,
    pub completed: Vec<i64>,
    pub failed: Vec<i64>,
    /// When the first slot begins, and how long each is (milliseconds).
    pub start: i64,
    pub slot: i64,
}

/// How outgoing mail is doing.
pub enum Mail {
    /// Nothing waits in vain.
    Well,
    /// Nothing was sent yet.
    Unproven,
    /// This many wait after being tried in vain; the mail server's last words.
    Trouble { count: i64, reply: String },
}

/// How the captcha is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captcha {
    Off,
    Working,
    KeyMissing,
    KeyRefused,
    Unreachable,
}

/// The same in a coloured plate.
pub fn captcha(lang: Locale, captcha: Captcha) -> AnyView {
    let (mood, text) = match captcha {
        Captcha::Off => (Mood::Plain, say!(lang, admin_overview.captcha_off)),
        Captcha::Working => (Mood::Good, say!(lang, admin_overview.captcha_working)),
        Captcha::KeyMissing => (Mood::Bad, say!(lang, admin_overview.captcha_key_missing)),
        Captcha::KeyRefused => (Mood::Bad, say!(lang, admin_overview.captcha_key_refused)),
        Captcha::Unreachable => (Mood::Bad, say!(lang, admin_overview.captcha_unreachable)),
    };
    tag(mood, text)
}

/// The same on the page of its settings.
pub fn captcha_line(lang: Locale, state: Captcha) -> AnyView {
    view! { <p>{say!(lang, admin_overview.captcha)} ": " {captcha(lang, state)}</p> }.into_any()
}

pub struct Overview {
    pub todos: Vec<ToDo>,
    pub mail: Mail,
    pub waiting: i64,
    /// When the longest waiting mail was queued; 0 for none.
    pub oldest: i64,
    /// 0 for never.
    pub last_sent: i64,
    /// Mails given up in the last 24 hours.
    pub failed: i64,
    pub database: &'static str,
    pub limited: bool,
    pub captcha: Captcha,
    /// Recoveries that wait for this person's decision; as many as a page of them holds.
    pub recoveries: usize,
    /// May this person open the outbox?
    pub outbox: bool,
    pub day: Counted,
    pub month: Counted,
}

pub fn page(lang: Locale, overview: Overview) -> AnyView {
    let todos = to_do(lang, overview.todos.clone());
    let health = health(lang, &overview);
    let Overview { day, month, .. } = overview;
    let numbers = numbers(lang, &month);
    let charts = [
        (
            say!(lang, admin_overview.requested),
            "requested",
            day.requested,
            month.requested,
        ),
        (say!(lang, admin_overview.sent), "sent", day.sent, month.sent),
        (
            say!(lang, admin_overview.completed),
            "completed",
            day.completed,
            month.completed,
        ),
        (say!(lang, admin_overview.failed), "failed", day.failed, month.failed),
    ];
    let charts = charts
        .into_iter()
        .map(|(title, id, day, month)| chart(lang, title, id, &day, &month))
        .collect_view();
    view! {
        {todos}
        {health}
        <div class="panels charts">{charts}</div>
        {numbers}
    }
    .into_any()
}

fn health(lang: Locale, overview: &Overview) -> AnyView {
    let mail = match &overview.mail {
        Mail::Well => tag(Mood::Good, say!(lang, admin_overview.mail_well)),
        Mail::Unproven => tag(Mood::Plain, say!(lang, admin_overview.mail_unproven)),
        Mail::Trouble { count, reply } => {
            let words = say!(lang, admin_overview.mail_trouble, count = *count);
            let reply = reply.clone();
            view! { {tag(Mood::Bad, words)} <p><code>{reply}</code></p> }.into_any()
        }
    };
    let failed = (overview.failed > 0).then(|| {
        let words = say!(lang, admin_overview.given_up, count = overview.failed);
        view! { <p>{tag(Mood::Bad, words)}</p> }
    });
    let outbox = overview.outbox.then(|| {
        view! { <p><a class="button small" href="/admin/outbox">{say!(lang, admin_overview.to_outbox)}</a></p> }
    });
    let recoveries = (overview.recoveries > 0).then(|| {
        let words = say!(
            lang,
            admin_overview.recoveries_wait,
            count = overview.recoveries.to_string()
        );
        view! {
            <dt>{say!(lang, admin.recoveries)}</dt>
            <dd><a href="/admin/recoveries">{words}</a></dd>
        }
    });
    let queue = if overview.waiting == 0 {
        say!(lang, admin_overview.queue_empty).into_any()
    } else {
        let words = say!(lang, admin_overview.queue_waiting, count = overview.waiting);
        view! { {words} " " {when(overview.oldest)} }.into_any()
    };
    let limits = if overview.limited {
        tag(Mood::Good, say!(lang, admin_overview.limits_on))
    } else {
        tag(Mood::Bad, say!(lang, admin_overview.limits_off))
    };
    view! {
        <section class="panel" aria-labelledby="health">
            <h2 id="health">{say!(lang, admin_overview.health)}</h2>
            <dl class="facts">
                <dt>{say!(lang, admin_overview.mail)}</dt>
                <dd>{mail} {failed}</dd>
                <dt>{say!(lang, admin_overview.last_sent)}</dt>
                <dd>{when(overview.last_sent)}</dd>
                <dt>{say!(lang, admin_overview.queue)}</dt>
                <dd>{queue}</dd>
                {recoveries}
                <dt>{say!(lang, admin_overview.database)}</dt>
                <dd>{overview.database}</dd>
                <dt>{say!(lang, admin_overview.limits)}</dt>
                <dd>{limits}</dd>
                <dt>{say!(lang, admin_overview.captcha)}</dt>
                <dd>{captcha(lang, overview.captcha)}</dd>
            </dl>
            {outbox}
        </section>
    }
    .into_any()
}

/// One thing that is counted: its sum of the day, and how it went by the hour and by the day.
fn chart(lang: Locale, title: &'static str, id: &'static str, day: &[i64], month: &[i64]) -> AnyView {
    let sum: i64 = day.iter().sum();
    view! {
        <section class="panel chart" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <p class="number"><strong>{lang.number(sum)}</strong> " " {say!(lang, admin_overview.today)}</p>
            {bars(lang, say!(lang, admin_overview.by_hour), day)}
            {bars(lang, say!(lang, admin_overview.by_day), month)}
        </section>
    }
    .into_any()
}

/// Height of the drawing; each bar has a slot of `SLOT` with a gap in it.
const HEIGHT: i64 = 48;
const SLOT: i64 = 10;

fn bars(lang: Locale, caption: &'static str, counts: &[i64]) -> AnyView {
    let most = counts.iter().copied().max().unwrap_or(0);
    let sum: i64 = counts.iter().sum();
    let label = say!(
        lang,
        admin_overview.chart_label,
        caption = caption,
        sum = lang.number(sum),
        most = lang.number(most)
    );
    let width = SLOT * i64::try_from(counts.len()).unwrap_or(0);
    let drawn = counts.iter().zip(0_i64..).map(|(count, index)| {
        // What happened at all is seen, however small beside the most.
        let height = if *count == 0 { 1 } else { (count * HEIGHT / most.max(1)).max(3) };
        let class = if *count == 0 { "none" } else { "some" };
        let (x, y) = (index * SLOT + 1, HEIGHT - height);
        view! { <rect class=class x=x.to_string() y=y.to_string() width=(SLOT - 2).to_string() height=height.to_string() /> }
    });
    let drawn = drawn.collect_view();
    view! {
        <figure>
            <svg
                class="bars"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=label
            >
                {drawn}
            </svg>
            <figcaption>{caption}</figcaption>
        </figure>
    }
    .into_any()
}

/// The same in numbers, for whoever cannot see the bars or wants to copy them.
fn numbers(lang: Locale, month: &Counted) -> AnyView {
    let rows = month.requested.iter().enumerate().rev().map(|(index, requested)| {
        let day = month.start + month.slot * i64::try_from(index).unwrap_or(0);
        let at = |list: &[i64]| lang.number(list.get(index).copied().unwrap_or(0));
        view! {
            <tr>
                <td>{when(day)}</td>
                <td>{lang.number(*requested)}</td>
                <td>{at(&month.sent)}</td>
                <td>{at(&month.completed)}</td>
                <td>{at(&month.failed)}</td>
            </tr>
        }
        .into_any()
    });
    let heads = [
        say!(lang, admin_overview.day),
        say!(lang, admin_overview.requested),
        say!(lang, admin_overview.sent),
        say!(lang, admin_overview.completed),
        say!(lang, admin_overview.failed),
    ];
    let table = super::part::table(say!(lang, admin_overview.numbers), &heads, rows.collect());
    view! {
        <details class="panel">
            <summary>{say!(lang, admin_overview.numbers)}</summary>
            {table}
        </details>
    }
    .into_any()
}
