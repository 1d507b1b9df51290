//! Forgot by mail, seen from its pages.

use super::{Cookies, RequestPort, confirmed, told, told_password};
use crate::clock::DAY;
use crate::reset::proof::{Proof, by_token, prove};
use crate::reset::sign_in::sign_in as with_link;
use crate::reset::{complete, request, target};
use crate::settings::reset::SignIn;
use crate::web::cookies;
use app::outcome::Refusal;
use app::port::ResetPort;
use app::view::{Finished, Opened, PasswordRefusal};
use async_trait::async_trait;

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
        let settings = self.latchkey.settings().await.map_err(|fault| told(&fault.into()))?;
        Ok(Opened {
            keep: settings.reset.sign_in == SignIn::OnLink,
            login_name: proved.owner.login_name,
            expires_at: proved.expires_at,
            remaining: proved.expires_at - self.latchkey.now(),
        })
    }

    async fn complete_reset(&self, password: String, confirmation: String) -> Result<Finished, PasswordRefusal> {
        let cookies = Cookies::of_this_request();
        confirmed(&password, &confirmation)?;
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
