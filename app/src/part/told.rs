//! What a page was told by its last form: the refusal in its URL, or that the request itself failed.

use crate::outcome::Refusal;
use crate::part::form::Sending;
use crate::policy::Violation;
use crate::words::{Locale, say};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[derive(Clone, Copy)]
pub struct Told {
    refusal: Signal<Option<Refusal>>,
    /// Which rules the refused password broke.
    pub violations: Memo<Vec<Violation>>,
    /// Rises with every answer, also when the same answer comes twice.
    pub attempts: Signal<usize>,
    instead: Option<(Refusal, &'static str)>,
}

impl Told {
    /// Listens to the URL and to one form.
    pub fn by(form: Sending) -> Self {
        let query = use_query_map();
        let url = Self {
            refusal: Signal::derive(move || query.with(|query| query.get_str("refused").and_then(Refusal::from_code))),
            violations: Memo::new(move |_| {
                query
                    .with(|query| query.get_str("violations").map(Violation::from_codes))
                    .unwrap_or_default()
            }),
            attempts: Signal::stored(0),
            instead: None,
        };
        url.or(form)
    }

    /// Listens to one more form of the same screen.
    pub fn or(self, form: Sending) -> Self {
        Self {
            refusal: Signal::derive(move || form.broken.get().or_else(|| self.refusal.get())),
            attempts: Signal::derive(move || self.attempts.get() + form.answers.get()),
            ..self
        }
    }

    /// Replaces the general words for a refusal by some that fit the screen better.
    pub fn saying(self, refusal: Refusal, words: &'static str) -> Self {
        Self {
            instead: Some((refusal, words)),
            ..self
        }
    }

    pub fn failed(self) -> Signal<bool> {
        Signal::derive(move || self.refusal.get().is_some())
    }

    /// What happened, in words.
    pub fn words(self, lang: Locale) -> Option<&'static str> {
        self.refusal.get().map(|refusal| self.phrase(lang, refusal))
    }

    /// The same beside a field, if the refusal is one of those that are about it.
    pub fn about(self, lang: Locale, reasons: &'static [Refusal]) -> Signal<Option<&'static str>> {
        Signal::derive(move || {
            self.refusal
                .get()
                .filter(|refusal| reasons.contains(refusal))
                .map(|refusal| self.phrase(lang, refusal))
        })
    }

    fn phrase(self, lang: Locale, refusal: Refusal) -> &'static str {
        match self.instead {
            Some((about, words)) if about == refusal => words,
            _ => text(lang, refusal),
        }
    }
}

/// The words for a refusal: what happened and what to do next.
#[must_use]
pub fn text(lang: Locale, refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::ResetUnavailable => say!(lang, refused.reset_unavailable),
        Refusal::IdentifierMissing => say!(lang, refused.identifier_missing),
        Refusal::IdentifierMalformed => say!(lang, refused.identifier_malformed),
        Refusal::LinkNotValid => say!(lang, refused.link_not_valid),
        Refusal::PasswordRefused => say!(lang, refused.password_refused),
        Refusal::ConfirmationDiffers => say!(lang, refused.confirmation_differs),
        Refusal::CurrentPasswordWrong => say!(lang, refused.current_password_wrong),
        Refusal::SignInRefused => say!(lang, refused.sign_in_refused),
        Refusal::NotSignedIn => say!(lang, refused.not_signed_in),
        Refusal::NotFound => say!(lang, refused.not_found),
        Refusal::Forbidden => say!(lang, refused.forbidden),
        Refusal::EndpointClosed => say!(lang, refused.endpoint_closed),
        Refusal::ConfirmationNeeded => say!(lang, refused.confirmation_needed),
        Refusal::Invalid => say!(lang, refused.invalid),
        Refusal::Conflict => say!(lang, refused.conflict),
        Refusal::RecoveryOff => say!(lang, refused.recovery_off),
        Refusal::NotRecognised => say!(lang, refused.not_recognised),
        Refusal::FactMalformed => say!(lang, refused.fact_malformed),
        Refusal::AddressMalformed => say!(lang, refused.address_malformed),
        Refusal::CodeRefused => say!(lang, refused.code_refused),
        Refusal::RecoveryNotValid => say!(lang, refused.recovery_not_valid),
        Refusal::CaptchaFailed => say!(lang, refused.captcha_failed),
        Refusal::TooManyRequests => say!(lang, refused.too_many_requests),
        Refusal::Busy => say!(lang, refused.busy),
        Refusal::Unexpected => say!(lang, refused.unexpected),
    }
}
