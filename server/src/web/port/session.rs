//! Signing in and out, seen from its pages.

use super::{Cookies, RequestPort, told};
use crate::session;
use crate::session::sign_in::sign_in;
use crate::web::cookies;
use app::outcome::Refusal;
use app::port::SessionPort;
use async_trait::async_trait;

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
