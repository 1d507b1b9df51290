//! The port that pages use, made for one request: calls use-cases, sets cookies, translates outcomes. No rule lives here. What a
//! visitor can do is in the files below, one for each trait of `app::port`.

mod account;
mod recovery;
mod reset;
mod session;

use super::cookies;
use super::moment;
use super::visit::Visit;
use crate::guard::captcha::Brought;
use crate::latchkey::SharedLatchkey;
use crate::recovery::facts;
use crate::recovery::plan::plan;
use crate::refused::Refused;
use crate::reset::availability::availability;
use crate::session::{self as sessions, Session};
use app::outcome::Refusal;
use app::port::{SitePort, WaitPort};
use app::view::{FactRefusal, PasswordRefusal, Site, Waiting};
use async_trait::async_trait;
use axum::http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub struct RequestPort {
    pub latchkey: SharedLatchkey,
    pub visit: Visit,
    /// What the form at hand brought along for the captcha, and whether it may be sent without once its visitor has waited.
    pub captcha: Option<String>,
    pub may_wait: Arc<AtomicBool>,
}

/// Faults are logged where they become an answer, once.
pub fn told(refused: &Refused) -> Refusal {
    if let Refused::Fault(fault) = refused {
        tracing::error!(%fault, "request failed");
    }
    refused.refusal()
}

fn told_password(refused: Refused) -> PasswordRefusal {
    let refusal = told(&refused);
    let violations = if let Refused::Password(violations) = refused {
        violations
    } else {
        Vec::new()
    };
    PasswordRefusal { refusal, violations }
}

/// Cookies go into the answer being made; taken before the first await, where the request's context certainly is.
struct Cookies(Option<ResponseOptions>);

impl Cookies {
    fn of_this_request() -> Self {
        Self(use_context::<ResponseOptions>())
    }

    fn send(&self, cookie: HeaderValue) {
        if let Some(options) = &self.0 {
            options.append_header(header::SET_COOKIE, cookie);
        }
    }

    /// Has the browser drop what it kept of pages of somebody who was signed in (security 102). Not its cookies: those of this host it
    /// is told one by one, and the chosen language is nobody's secret.
    fn forget(&self) {
        if let Some(options) = &self.0 {
            let kept = HeaderValue::from_static("\"cache\", \"storage\"");
            options.insert_header(header::HeaderName::from_static("clear-site-data"), kept);
        }
    }
}

impl RequestPort {
    #[must_use]
    pub fn new(latchkey: SharedLatchkey, visit: Visit) -> Self {
        Self {
            latchkey,
            visit,
            captcha: None,
            may_wait: Arc::default(),
        }
    }

    fn brought(&self) -> Brought<'_> {
        Brought::of(self.captcha.as_deref())
    }

    /// As [`told`]; also remembers that the form may be sent again once its visitor has waited.
    fn told_form(&self, refused: &Refused) -> Refusal {
        if matches!(refused, Refused::Captcha { may_wait: true }) {
            self.may_wait.store(true, Ordering::Relaxed);
        }
        told(refused)
    }

    async fn session(&self) -> Result<Session, Refusal> {
        let token = self.visit.session_token.as_deref().ok_or(Refusal::NotSignedIn)?;
        let session = sessions::resume(&self.latchkey, token)
            .await
            .map_err(|fault| told(&fault.into()))?;
        session.ok_or(Refusal::NotSignedIn)
    }

    async fn end_session_before(&self) -> Result<(), Refusal> {
        if let Ok(before) = self.session().await {
            let ended = sessions::end(&self.latchkey, &self.visit.visitor, &before, &before.id).await;
            ended.map_err(|refused| told(&refused))?;
        }
        Ok(())
    }

    /// The handle that this browser was given (security 76).
    fn recovery(&self) -> Result<&str, Refusal> {
        self.visit.recovery.as_deref().ok_or(Refusal::RecoveryNotValid)
    }

    fn recovery_cookie(&self, started: &facts::Started) -> HeaderValue {
        cookies::set(
            cookies::RECOVERY,
            &started.handle,
            self.latchkey.now(),
            started.expires_at,
        )
    }

    fn session_cookie(&self, opened: &sessions::Opened) -> HeaderValue {
        cookies::set(cookies::SESSION, &opened.token, self.latchkey.now(), opened.expires_at)
    }
}

#[async_trait]
impl SitePort for RequestPort {
    async fn site(&self) -> Result<Site, Refusal> {
        let settings = self.latchkey.settings().await.map_err(|fault| told(&fault.into()))?;
        let signed_in = match &self.visit.session_token {
            Some(_) => self.session().await.is_ok(),
            None => false,
        };
        Ok(Site {
            product_name: settings.branding.product_name.clone(),
            support_contact: settings.branding.support_contact.clone(),
            reset: availability(&self.latchkey, &settings),
            delivery: settings.reset.delivery,
            link_expiry_minutes: settings.reset.link_expiry_minutes.unwrap_or_default(),
            generic_response: settings
                .reset
                .generic_response
                .get(&self.visit.visitor.locale)
                .cloned()
                .unwrap_or_default(),
            recovery: plan(&self.latchkey, &settings)
                .await
                .map_err(|fault| told(&fault.into()))?
                .is_some(),
            policy: settings.password,
            mailbox: self.latchkey.demo,
            signed_in,
        })
    }
}

#[async_trait]
impl WaitPort for RequestPort {
    async fn waiting(&self) -> Result<Waiting, Refusal> {
        let held = moment::held(&self.latchkey, &self.visit).ok_or(Refusal::NotFound)?;
        Ok(Waiting {
            seconds: moment::seconds_left(&held, self.latchkey.now()),
            back: moment::page_of(&held),
        })
    }
}

/// A mismatch is between the two fields of a form, so it is found here and spends nothing. A second field that is empty or missing is
/// one: nobody gets a password that was typed only once (security 47).
fn confirmed(password: &str, confirmation: &str) -> Result<(), PasswordRefusal> {
    if confirmation == password {
        Ok(())
    } else {
        Err(told_password(Refusal::ConfirmationDiffers.into()))
    }
}

fn told_facts(refused: Refused) -> FactRefusal {
    let refusal = told(&refused);
    let malformed = match refused {
        Refused::Facts(facts) => facts.into_iter().map(|fact| fact.name).collect(),
        _ => Vec::new(),
    };
    FactRefusal { refusal, malformed }
}
