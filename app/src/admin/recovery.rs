//! What an administrator should know before recovery by facts is switched on: the risk in plain words, and how hard the chosen facts
//! are to guess (R1, security 68, 202).

use super::part::{Mood, tag};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// What one fact adds.
pub struct Part {
    pub label: String,
    pub bits: u32,
}

/// Of the facts that are chosen.
pub enum Estimate {
    Of {
        parts: Vec<Part>,
        /// Of all together, for anybody among the accounts.
        bits: u32,
        minimum: u32,
        accounts: i64,
        enough: bool,
    },
    /// Why they cannot be asked for together.
    NotYet(String),
}

pub struct About {
    /// None where no fact is chosen.
    pub estimate: Option<Estimate>,
}

/// Whether an account can be found by a fact.
pub fn hint(lang: Locale, locates: bool) -> &'static str {
    if locates {
        say!(lang, admin_recovery.fact_finds)
    } else {
        say!(lang, admin_recovery.fact_only_proves)
    }
}

pub fn risk(lang: Locale, about: About) -> AnyView {
    view! {
        <section class="panel missing" aria-labelledby="risk">
            <h2 id="risk">{say!(lang, admin_recovery.risk)}</h2>
            <p>{say!(lang, admin_recovery.risk_known)}</p>
            <p>{say!(lang, admin_recovery.risk_guess)}</p>
            <p>{say!(lang, admin_recovery.risk_instead)}</p>
            <p>{say!(lang, admin_recovery.risk_more)}</p>
            <p>{say!(lang, admin_recovery.risk_law)}</p>
        </section>
        <div class="panels">
            {about.estimate.map(|estimate| self::estimate(lang, estimate))}
            <section class="panel" aria-labelledby="facts">
                <h2 id="facts">{say!(lang, admin_facts.title)}</h2>
                <p>{say!(lang, admin_recovery.define_help)}</p>
                <p><a class="button" href="/admin/facts">{say!(lang, admin_recovery.define)}</a></p>
            </section>
        </div>
    }
    .into_any()
}

fn estimate(lang: Locale, estimate: Estimate) -> AnyView {
    let content = match estimate {
        Estimate::NotYet(problem) => {
            view! { <p>{say!(lang, admin_recovery.not_yet, problem = problem)}</p> }.into_any()
        }
        Estimate::Of {
            parts,
            bits,
            minimum,
            accounts,
            enough,
        } => {
            let words = say!(
                lang,
                admin_recovery.estimate_bits,
                bits = bits.to_string(),
                accounts = accounts.to_string(),
                minimum = minimum.to_string()
            );
            let verdict = if enough {
                tag(Mood::Good, say!(lang, admin_recovery.enough))
            } else {
                tag(Mood::Bad, say!(lang, admin_recovery.too_easy))
            };
            let parts = parts.into_iter().map(|part| {
                let bits = say!(lang, admin_recovery.bits, bits = part.bits.to_string());
                view! { <dt>{part.label}</dt><dd>{bits}</dd> }
            });
            view! {
                <p>{verdict} " " {words}</p>
                <dl class="facts">{parts.collect_view()}</dl>
            }
            .into_any()
        }
    };
    view! {
        <section class="panel" aria-labelledby="estimate">
            <h2 id="estimate">{say!(lang, admin_recovery.estimate)}</h2>
            {content}
        </section>
    }
    .into_any()
}
