//! The password rules as a list: plain text on every page, and ticked off while typing where JavaScript runs.

use crate::part::judge::{Judge, Standing};
use crate::policy::{MAX_LENGTH, Policy, Violation};
use crate::words::{Locale, lang, say};
use leptos::prelude::*;

#[component]
pub fn Checklist(
    /// The field this belongs to.
    name: &'static str,
    policy: Policy,
    product: String,
    judge: Judge,
    /// What the server found wrong with the last try.
    violations: Memo<Vec<Violation>>,
) -> impl IntoView {
    let lang = lang();
    let standing = move |rule| {
        if judge.is_empty() && violations.with(|broken| broken.contains(&rule)) {
            Standing::Broken
        } else {
            judge.standing(rule)
        }
    };
    let rules = rules(policy).into_iter().map(move |rule| {
        let words = words(lang, policy, rule, &product);
        view! {
            <li
                class:met=move || standing(rule) == Standing::Met
                class:broken=move || standing(rule) == Standing::Broken
                // Nobody needs to read about a limit this far away, until it is reached.
                hidden=move || rule == Violation::TooLong && standing(rule) != Standing::Broken
            >
                {words}
                <span class="aside-text">
                    {move || match standing(rule) {
                        Standing::Unknown => None,
                        Standing::Met => Some(format!(" ({})", say!(lang, password.met))),
                        Standing::Broken => Some(format!(" ({})", say!(lang, password.unmet))),
                    }}
                </span>
            </li>
        }
    });
    view! {
        <div class="rules" id=format!("{name}-hint")>
            <p class="rules-title">{say!(lang, password.rules)}</p>
            <ul>{rules.collect_view()}</ul>
            <p class="hint">{say!(lang, password.advice)}</p>
        </div>
    }
}

/// The rules that apply here, in the order in which verdicts list them.
fn rules(policy: Policy) -> Vec<Violation> {
    let applies = |rule: &Violation| match rule {
        Violation::TooFewNonAlphanumeric => policy.min_non_alphanumeric > 0,
        Violation::TooFewDigits => policy.min_digits > 0,
        Violation::TooShort | Violation::TooLong | Violation::Common | Violation::ContainsContext => true,
    };
    Violation::ALL.into_iter().filter(applies).collect()
}

fn words(lang: Locale, policy: Policy, rule: Violation, product: &str) -> String {
    match rule {
        Violation::TooShort => say!(lang, password.too_short, count = policy.min_length),
        Violation::TooLong => say!(lang, password.too_long, count = MAX_LENGTH),
        Violation::TooFewNonAlphanumeric => {
            say!(
                lang,
                password.too_few_non_alphanumeric,
                count = policy.min_non_alphanumeric
            )
        }
        Violation::TooFewDigits => say!(lang, password.too_few_digits, count = policy.min_digits),
        Violation::Common => say!(lang, password.common).to_owned(),
        Violation::ContainsContext => say!(lang, password.contains_context, product = product),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_ask_for_nothing_are_not_listed() {
        assert!(!rules(Policy::default()).contains(&Violation::TooFewDigits));
        let strict = Policy {
            min_digits: 2,
            min_non_alphanumeric: 1,
            ..Policy::default()
        };
        assert_eq!(rules(strict), Violation::ALL);
    }
}
