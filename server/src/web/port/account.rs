//! A signed-in person's own account, seen from its pages.

use super::{Cookies, RequestPort, confirmed, told, told_facts, told_password};
use crate::account::Role;
use crate::clock::{MINUTE, SECOND};
use crate::fact::attribute::is_stored;
use crate::fact::file::{self, owner};
use crate::guard::visitor::device;
use crate::password::change;
use crate::recovery::code;
use crate::secret::Purpose;
use crate::session::{self, Session};
use crate::web::cookies;
use app::outcome::Refusal;
use app::port::AccountPort;
use app::view::{FactRefusal, Me, OwnFact, PasswordRefusal, SessionView};
use async_trait::async_trait;

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
        confirmation: String,
    ) -> Result<(), PasswordRefusal> {
        let cookies = Cookies::of_this_request();
        let session = self.session().await.map_err(|refusal| told_password(refusal.into()))?;
        confirmed(&password, &confirmation)?;
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
