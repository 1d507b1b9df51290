//! Recovery without the mailbox, seen from its pages.

use super::{Cookies, RequestPort, confirmed, told, told_facts, told_password};
use crate::recovery::complete::Completed;
use crate::recovery::plan::{mailable, plan};
use crate::recovery::{self, case, code, facts, mailbox, undo};
use crate::web::cookies;
use app::outcome::Refusal;
use app::port::RecoveryPort;
use app::view::{CaseState, FactRefusal, OpenedRecovery, PasswordRefusal, Recovered, RecoveryForm, RecoveryStep};
use async_trait::async_trait;

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

    async fn complete_recovery(&self, password: String, confirmation: String) -> Result<Recovered, PasswordRefusal> {
        let cookies = Cookies::of_this_request();
        let handle = self.recovery().map_err(|refusal| told_password(refusal.into()))?;
        confirmed(&password, &confirmation)?;
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
