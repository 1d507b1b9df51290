//! What is known about a password while it is being typed: at once from the rules the browser can check itself, a moment later
//! from the server, which has the list of common passwords. Advice only: the verdict that counts is made when the form is sent.

use crate::browser;
use crate::policy::{Policy, Violation};
use crate::view::PasswordVerdict;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long somebody pauses before the server is asked, so that it is asked about passwords and not about letters.
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Unknown,
    Met,
    Broken,
}

#[derive(Clone, Copy)]
pub struct Judge {
    typed: RwSignal<String>,
    broken: Memo<Vec<Violation>>,
    verdict: RwSignal<Option<PasswordVerdict>>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Judge {
    pub fn new(policy: Policy) -> Self {
        let typed = RwSignal::new(String::new());
        Self {
            typed,
            broken: Memo::new(move |_| typed.with(|typed| policy.violations(&browser::normalised(typed)))),
            verdict: RwSignal::new(None),
            waiting: StoredValue::new(None),
        }
    }

    /// Takes note of what the field holds now.
    pub fn hear(self, text: String) {
        self.verdict.set(None);
        self.typed.set(text);
        if let Some(waiting) = self.waiting.get_value() {
            waiting.clear();
        }
        self.waiting
            .set_value(set_timeout_with_handle(move || spawn_local(self.ask()), PAUSE).ok());
    }

    /// An answer about a password that has changed meanwhile is thrown away; so is one that comes when the page is gone.
    async fn ask(self) {
        let Some(password) = self.typed.try_get_untracked().filter(|typed| !typed.is_empty()) else {
            return;
        };
        let verdict = browser::ask_policy(&password).await;
        if self.typed.try_get_untracked().is_some_and(|typed| typed == password) {
            self.verdict.try_set(verdict);
        }
    }

    pub fn is_empty(self) -> bool {
        self.typed.with(String::is_empty)
    }

    /// Where one rule stands.
    pub fn standing(self, rule: Violation) -> Standing {
        let broken = match rule {
            Violation::Common | Violation::ContainsContext => self
                .verdict
                .with(|verdict| verdict.as_ref().map(|verdict| verdict.violations.contains(&rule))),
            _ => (!self.is_empty()).then(|| self.broken.with(|broken| broken.contains(&rule))),
        };
        match broken {
            None => Standing::Unknown,
            Some(false) => Standing::Met,
            Some(true) => Standing::Broken,
        }
    }

    /// 0 to 4, once the server has said so.
    pub fn strength(self) -> Option<u8> {
        self.verdict
            .with(|verdict| verdict.as_ref().map(|verdict| verdict.strength))
    }
}
