//! The port that pages use, made for one request: calls use-cases, sets cookies, translates outcomes. No rule lives here.

use super::cookies;
use super::moment;
use super::visit::Visit;
use crate::account::Role;
use crate::clock::{DAY, MINUTE, SECOND};
use crate::fact::attribute::is_stored;
use crate::fact::file::{self, owner};
use crate::guard::captcha::Brought;
use crate::guard::visitor::device;
use crate::latchkey::SharedLatchkey;
use crate::password::change;
use crate::recovery::complete::Completed;
use crate::recovery::plan::{mailable, plan};
use crate::recovery::{self, case, code, facts, mailbox, undo};
use crate::refused::Refused;
use crate::reset::availability::availability;
use crate::reset::proof::{Proof, by_token, prove};
use crate::reset::sign_in::sign_in as with_link;
use crate::reset::{complete, request, target};
use crate::secret::Purpose;
use crate::session::sign_in::sign_in;
use crate::session::{self, Session};
use crate::settings::reset::SignIn;
use app::outcome::Refusal;
use app::port::{AccountPort, RecoveryPort, ResetPort, SessionPort, SitePort, WaitPort};
use app::view::{
    CaseState, FactRefusal, Finished, Me, Opened, OpenedRecovery, OwnFact, PasswordRefusal, Recovered, RecoveryForm,
    RecoveryStep, SessionView, Site, Waiting,
};
use async_trait::async_trait;
use axum::http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub struct RequestPort {
    pub latchkey: SharedLatchkey,
    pub visit: Visit,
    /// What the form at hand brought along for the captcha, and whether that was what it lacked.
    pub captcha: Option<String>,
    pub lacks_captcha: Arc<AtomicBool>,
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
            lacks_captcha: Arc::default(),
        }
    }

    fn brought(&self) -> Brought<'_> {
        Brought::of(self.captcha.as_deref())
    }

    /// As [`told`]; also remembers that the form may be sent again once its visitor has waited.
    fn told_form(&self, refused: &Refused) -> Refusal {
        if matches!(refused, Refused::Captcha { missing: true }) {
            self.lacks_captcha.store(true, Ordering::Relaxed);
        }
        told(refused)
    }

    async fn session(&self) -> Result<Session, Refusal> {
        let token = self.visit.session_token.as_deref().ok_or(Refusal::NotSignedIn)?;
        let session = session::resume(&self.latchkey, token)
            .await
            .map_err(|fault| told(&fault.into()))?;
        session.ok_or(Refusal::NotSignedIn)
    }

    async fn end_session_before(&self) -> Result<(), Refusal> {
        if let Ok(before) = self.session().await {
            let ended = session::end(&self.latchkey, &self.visit.visitor, &before, &before.id).await;
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

    fn session_cookie(&self, opened: &session::Opened) -> HeaderValue {
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

#[async_trait]
impl ResetPort for RequestPort {
    async fn request_reset(&self, identifier: String, target: Option<String>) -> Result<String, Refusal> {
        let settings = self.latchkey.settings().await.map_err(|fault| told(&fault.into()))?;
        let target = target.and_then(|target| target::allowed(&settings.reset, &target));
        request::request(
            &self.latchkey,
            &self.visit.visitor,
            &identifier,
            target.as_deref(),
            self.brought(),
        )
        .await
        .map_err(|refused| self.told_form(&refused))
    }

    async fn resend_reset(&self, receipt: String) -> Result<String, Refusal> {
        request::resend(&self.latchkey, &self.visit.visitor, &receipt)
            .await
            .map_err(|refused| told(&refused))
    }

    async fn verify_reset_code(&self, receipt: String, code: String) -> Result<(), Refusal> {
        let cookies = Cookies::of_this_request();
        let proof = Proof::Code { receipt, code };
        let proved = prove(&self.latchkey, &self.visit.visitor, &proof)
            .await
            .map_err(|refused| told(&refused))?;
        let now = self.latchkey.now();
        cookies.send(cookies::set(cookies::RESET, &proved.token, now, now + DAY));
        Ok(())
    }

    async fn opened_reset(&self) -> Result<Opened, Refusal> {
        let token = self.visit.reset_token.as_deref().ok_or(Refusal::LinkNotValid)?;
        let proved = by_token(&self.latchkey, token)
            .await
            .map_err(|refused| told(&refused))?;
        let account = self
            .latchkey
            .store
            .account(&proved.row.account_id)
            .await
            .map_err(|fault| told(&fault.into()))?;
        let account = account.ok_or(Refusal::LinkNotValid)?;
        let expires_at = proved.row.expires_at;
        let settings = self.latchkey.settings().await.map_err(|fault| told(&fault.into()))?;
        Ok(Opened {
            keep: settings.reset.sign_in == SignIn::OnLink,
            login_name: account.login_name,
            expires_at,
            remaining: expires_at - self.latchkey.now(),
        })
    }

    async fn complete_reset(
        &self,
        password: String,
        confirmation: Option<String>,
    ) -> Result<Finished, PasswordRefusal> {
        let cookies = Cookies::of_this_request();
        confirmed(&password, confirmation.as_deref())?;
        let token = self
            .visit
            .reset_token
            .clone()
            .ok_or_else(|| told_password(Refusal::LinkNotValid.into()))?;
        let completed = complete::complete(
            &self.latchkey,
            &self.visit.visitor,
            &Proof::Token(token),
            &password,
            None,
        )
        .await
        .map_err(told_password)?;
        cookies.send(cookies::clear(cookies::RESET));
        match &completed.session {
            Some(opened) => cookies.send(self.session_cookie(opened)),
            None => cookies.send(cookies::clear(cookies::SESSION)),
        }
        Ok(Finished {
            signed_in: completed.session.is_some(),
            target: completed.target,
        })
    }

    async fn keep_password(&self) -> Result<Option<String>, Refusal> {
        let cookies = Cookies::of_this_request();
        let token = self.visit.reset_token.clone().ok_or(Refusal::LinkNotValid)?;
        let (opened, target) = with_link(&self.latchkey, &self.visit.visitor, &Proof::Token(token))
            .await
            .map_err(|refused| told(&refused))?;
        // The session that this browser had before, if any, is not left behind open (security 96).
        self.end_session_before().await?;
        cookies.send(cookies::clear(cookies::RESET));
        cookies.send(self.session_cookie(&opened));
        Ok(target)
    }
}

/// A mismatch is between the two fields of a form, so it is found here and spends nothing (security 47).
fn confirmed(password: &str, confirmation: Option<&str>) -> Result<(), PasswordRefusal> {
    match confirmation {
        Some(confirmation) if confirmation != password => Err(told_password(Refusal::ConfirmationDiffers.into())),
        _ => Ok(()),
    }
}

#[async_trait]
impl SessionPort for RequestPort {
    async fn sign_in(&self, identifier: String, password: String) -> Result<(), Refusal> {
        let cookies = Cookies::of_this_request();
        let opened = sign_in(
            &self.latchkey,
            &self.visit.visitor,
            &identifier,
            &password,
            self.brought(),
        )
        .await
        .map_err(|refused| self.told_form(&refused))?;
        // The session that this browser had before, if any, is not left behind open (security 96).
        self.end_session_before().await?;
        cookies.send(self.session_cookie(&opened));
        Ok(())
    }

    async fn sign_out(&self) -> Result<(), Refusal> {
        let cookies = Cookies::of_this_request();
        cookies.send(cookies::clear(cookies::SESSION));
        cookies.forget();
        let session = self.session().await?;
        session::end(&self.latchkey, &self.visit.visitor, &session, &session.id)
            .await
            .map_err(|refused| told(&refused))
    }

    async fn end_session(&self, id: String) -> Result<(), Refusal> {
        let session = self.session().await?;
        session::end(&self.latchkey, &self.visit.visitor, &session, &id)
            .await
            .map_err(|refused| told(&refused))
    }
}

#[async_trait]
impl AccountPort for RequestPort {
    async fn me(&self) -> Result<Me, Refusal> {
        let session = self.session().await?;
        let account = self
            .latchkey
            .store
            .account(&session.account_id)
            .await
            .map_err(|fault| told(&fault.into()))?;
        let account = account.ok_or(Refusal::NotSignedIn)?;
        let sessions = session::list(&self.latchkey, &account.id)
            .await
            .map_err(|fault| told(&fault.into()))?;
        let sessions = sessions.into_iter().map(|listed| view(listed, &session.id)).collect();
        let codes = self.latchkey.store.recovery_codes_left(&account.id).await;
        let codes = codes.map_err(|fault| told(&fault.into()))?;
        Ok(Me {
            staff: account.role != Role::User,
            login_name: account.login_name,
            name: account.name,
            email: account.email,
            needs_current: change::needs_current(&session),
            recovery_codes: u32::try_from(codes).unwrap_or_default(),
            sessions,
        })
    }

    async fn change_password(
        &self,
        current: String,
        password: String,
        confirmation: Option<String>,
    ) -> Result<(), PasswordRefusal> {
        let cookies = Cookies::of_this_request();
        let session = self.session().await.map_err(|refusal| told_password(refusal.into()))?;
        confirmed(&password, confirmation.as_deref())?;
        let opened = change::change(&self.latchkey, &self.visit.visitor, &session, Some(&current), &password)
            .await
            .map_err(told_password)?;
        cookies.send(self.session_cookie(&opened));
        Ok(())
    }

    async fn own_facts(&self) -> Result<Vec<OwnFact>, Refusal> {
        let session = self.session().await?;
        let lang = self.visit.lang;
        let account = owner(&self.latchkey, &session)
            .await
            .map_err(|refused| told(&refused))?;
        let on_file = file::of(&self.latchkey, &account)
            .await
            .map_err(|refused| told(&refused))?;
        let own = on_file
            .into_iter()
            .filter(|fact| fact.attribute.proves && is_stored(&fact.attribute));
        Ok(own
            .map(|fact| OwnFact {
                on_file: fact.set_at.is_some(),
                field: fact.attribute.field(lang),
            })
            .collect())
    }

    async fn set_own_fact(&self, name: String, value: String, current: String) -> Result<(), FactRefusal> {
        let session = self.session().await.map_err(|refusal| told_facts(refusal.into()))?;
        file::set_own(&self.latchkey, &self.visit.visitor, &session, &name, &value, &current)
            .await
            .map_err(told_facts)
    }

    async fn make_recovery_codes(&self, current: String) -> Result<(), Refusal> {
        let cookies = Cookies::of_this_request();
        let session = self.session().await?;
        let made = code::make(&self.latchkey, &self.visit.visitor, &session, &current).await;
        let made = made.map_err(|refused| told(&refused))?;
        // A form is answered with a redirect, so the page that shows them is another request. Only this session opens the cookie.
        let sealed = self
            .latchkey
            .keys
            .seal(Purpose::RecoveryCodesShown, &session.id, &made.join(" "));
        let now = self.latchkey.now();
        cookies.send(cookies::set(cookies::CODES, &sealed, now, now + 5 * MINUTE));
        Ok(())
    }

    async fn made_recovery_codes(&self) -> Result<Vec<String>, Refusal> {
        let cookies = Cookies::of_this_request();
        let Some(sealed) = &self.visit.codes else {
            return Ok(Vec::new());
        };
        cookies.send(cookies::clear(cookies::CODES));
        let session = self.session().await?;
        let opened = self
            .latchkey
            .keys
            .open(Purpose::RecoveryCodesShown, &session.id, sealed);
        // A cookie of an earlier session shows nothing; it is no fault of anybody.
        Ok(opened.map_or_else(
            |_| Vec::new(),
            |codes| codes.split_whitespace().map(str::to_owned).collect(),
        ))
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

#[async_trait]
impl RecoveryPort for RequestPort {
    async fn recovery_form(&self) -> Result<RecoveryForm, Refusal> {
        let settings = self.latchkey.settings().await.map_err(|fault| told(&fault.into()))?;
        let plan = plan(&self.latchkey, &settings)
            .await
            .map_err(|fault| told(&fault.into()))?;
        if plan.is_none() && !mailable(&self.latchkey, &settings) {
            return Err(Refusal::RecoveryOff);
        }
        let lang = self.visit.lang;
        let asked = plan.into_iter().flat_map(|plan| plan.asked);
        Ok(RecoveryForm {
            facts: asked.map(|attribute| attribute.field(lang)).collect(),
        })
    }

    async fn start_recovery(&self, facts: Vec<(String, String)>) -> Result<(), FactRefusal> {
        let cookies = Cookies::of_this_request();
        let typed = facts.into_iter().collect();
        let started = facts::start(&self.latchkey, &self.visit.visitor, &typed, self.brought())
            .await
            .map_err(|refused| {
                self.told_form(&refused);
                told_facts(refused)
            })?;
        cookies.send(self.recovery_cookie(&started));
        Ok(())
    }

    async fn start_recovery_with_code(&self, code: String) -> Result<(), Refusal> {
        let cookies = Cookies::of_this_request();
        let started = code::start(&self.latchkey, &self.visit.visitor, &code, self.brought())
            .await
            .map_err(|refused| self.told_form(&refused))?;
        cookies.send(self.recovery_cookie(&started));
        Ok(())
    }

    async fn opened_recovery(&self) -> Result<OpenedRecovery, Refusal> {
        let row = recovery::opened(&self.latchkey, self.recovery()?)
            .await
            .map_err(|refused| told(&refused))?;
        let step = match (row.proved_at, row.code_salt.as_str()) {
            (0, "") => RecoveryStep::Mailbox,
            (0, _) => RecoveryStep::Code,
            _ => RecoveryStep::Choose,
        };
        let login_name = if step == RecoveryStep::Choose {
            let account = self.latchkey.store.account(&row.account_id).await;
            let account = account.map_err(|fault| told(&fault.into()))?;
            account.ok_or(Refusal::RecoveryNotValid)?.login_name
        } else {
            String::new()
        };
        Ok(OpenedRecovery {
            step,
            new_address: mailbox::address_of(&self.latchkey, &row).map_err(|refused| told(&refused))?,
            login_name,
            expires_at: row.expires_at,
            remaining: row.expires_at - self.latchkey.now(),
        })
    }

    async fn set_recovery_address(&self, address: String) -> Result<(), Refusal> {
        mailbox::set_address(&self.latchkey, &self.visit.visitor, self.recovery()?, &address)
            .await
            .map_err(|refused| told(&refused))
    }

    async fn prove_recovery_address(&self, code: String) -> Result<(), Refusal> {
        mailbox::prove(&self.latchkey, &self.visit.visitor, self.recovery()?, &code)
            .await
            .map_err(|refused| told(&refused))
    }

    async fn complete_recovery(
        &self,
        password: String,
        confirmation: Option<String>,
    ) -> Result<Recovered, PasswordRefusal> {
        let cookies = Cookies::of_this_request();
        let handle = self.recovery().map_err(|refusal| told_password(refusal.into()))?;
        confirmed(&password, confirmation.as_deref())?;
        let completed = recovery::complete::complete(&self.latchkey, &self.visit.visitor, handle, &password)
            .await
            .map_err(told_password)?;
        cookies.send(cookies::clear(cookies::RECOVERY));
        Ok(match completed {
            Completed::Awaiting { receipt } => Recovered::AwaitingApproval { receipt },
            Completed::Done { session } => {
                match &session {
                    Some(opened) => cookies.send(self.session_cookie(opened)),
                    None => cookies.send(cookies::clear(cookies::SESSION)),
                }
                Recovered::Done {
                    signed_in: session.is_some(),
                }
            }
        })
    }

    async fn recovery_case(&self, receipt: String) -> Result<CaseState, Refusal> {
        case::state(&self.latchkey, &receipt)
            .await
            .map_err(|refused| told(&refused))
    }

    async fn undo_opened(&self) -> Result<(), Refusal> {
        let token = self.visit.undo_token.as_deref().ok_or(Refusal::LinkNotValid)?;
        undo::look(&self.latchkey, token)
            .await
            .map(drop)
            .map_err(|refused| told(&refused))
    }

    async fn undo_recovery(&self) -> Result<(), Refusal> {
        let cookies = Cookies::of_this_request();
        let token = self.visit.undo_token.as_deref().ok_or(Refusal::LinkNotValid)?;
        undo::undo(&self.latchkey, &self.visit.visitor, token)
            .await
            .map_err(|refused| told(&refused))?;
        cookies.send(cookies::clear(cookies::UNDO));
        Ok(())
    }
}

fn view(session: Session, current: &str) -> SessionView {
    SessionView {
        current: session.id == current,
        id: session.id,
        // Whole seconds are all a person needs.
        created_at: session.created_at - session.created_at % SECOND,
        last_seen_at: session.last_seen_at - session.last_seen_at % SECOND,
        client_address: session.client_address,
        device: device(&session.user_agent),
    }
}
