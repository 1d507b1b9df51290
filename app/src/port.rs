//! The traits through which pages reach the server, one per capability. The server puts one [`Port`] made for the request at
//! hand into the leptos context; it already knows the visitor's cookies, address and language, so no method takes them.
//!
//! Methods that open or end something also set or clear the cookie that proves it.

use crate::outcome::Refusal;
use crate::view::{
    CaseState, FactRefusal, Finished, Me, Opened, OpenedRecovery, OwnFact, PasswordRefusal, Recovered, RecoveryForm,
    Site, Waiting,
};
use async_trait::async_trait;
use leptos::prelude::*;
use std::sync::Arc;

#[async_trait]
pub trait SitePort: Send + Sync {
    async fn site(&self) -> Result<Site, Refusal>;
}

#[async_trait]
pub trait ResetPort: Send + Sync {
    /// Stores the request; the answer is the same whoever it names. Returns the receipt.
    /// A `target` that is not allowed is ignored.
    async fn request_reset(&self, identifier: String, target: Option<String>) -> Result<String, Refusal>;
    /// Asks again for what the receipt asked for. Returns a new receipt.
    async fn resend_reset(&self, receipt: String) -> Result<String, Refusal>;
    /// Proves receipt and code; on success the visitor holds the same cookie as after opening the link.
    async fn verify_reset_code(&self, receipt: String, code: String) -> Result<(), Refusal>;
    /// What the visitor's cookie gives the right to. Spends nothing.
    async fn opened_reset(&self) -> Result<Opened, Refusal>;
    /// Sets the password and spends the link. `confirmation` is the password once more, as for every new one.
    async fn complete_reset(&self, password: String, confirmation: String) -> Result<Finished, PasswordRefusal>;
    /// Signs in with the link instead of setting a password, and spends it. Returns where the person goes on, if anywhere.
    async fn keep_password(&self) -> Result<Option<String>, Refusal>;
}

#[async_trait]
pub trait SessionPort: Send + Sync {
    async fn sign_in(&self, identifier: String, password: String) -> Result<(), Refusal>;
    async fn sign_out(&self) -> Result<(), Refusal>;
    async fn end_session(&self, id: String) -> Result<(), Refusal>;
}

#[async_trait]
pub trait AccountPort: Send + Sync {
    async fn me(&self) -> Result<Me, Refusal>;
    async fn change_password(
        &self,
        current: String,
        password: String,
        confirmation: String,
    ) -> Result<(), PasswordRefusal>;
    /// Every fact that may prove this person one day, and whether it is on file.
    async fn own_facts(&self) -> Result<Vec<OwnFact>, Refusal>;
    /// Puts a fact on file, or with an empty value takes it off. The own password is asked for again (security 88).
    async fn set_own_fact(&self, name: String, value: String, current: String) -> Result<(), FactRefusal>;
    /// Makes ten recovery codes in place of all earlier ones. They are waiting to be shown once: see [`Self::made_recovery_codes`].
    async fn make_recovery_codes(&self, current: String) -> Result<(), Refusal>;
    /// The codes just made, this once; empty ever after.
    async fn made_recovery_codes(&self) -> Result<Vec<String>, Refusal>;
}

/// Getting back in without the mailbox. What the visitor has reached is bound to a cookie, so no method takes a handle.
#[async_trait]
pub trait RecoveryPort: Send + Sync {
    /// What is asked for. [`Refusal::RecoveryOff`] only where neither facts nor codes are possible.
    async fn recovery_form(&self) -> Result<RecoveryForm, Refusal>;
    /// Proves who somebody is by facts: name and value of each. The visitor holds the recovery's cookie afterwards.
    async fn start_recovery(&self, facts: Vec<(String, String)>) -> Result<(), FactRefusal>;
    /// The same by a recovery code.
    async fn start_recovery_with_code(&self, code: String) -> Result<(), Refusal>;
    /// How far the visitor's recovery is. [`Refusal::RecoveryNotValid`] for every reason there is none.
    async fn opened_recovery(&self) -> Result<OpenedRecovery, Refusal>;
    /// Mails a code to a new address; an earlier code dies, whatever address it went to. Answers alike for an address that is taken.
    async fn set_recovery_address(&self, address: String) -> Result<(), Refusal>;
    /// Proves the new address.
    async fn prove_recovery_address(&self, code: String) -> Result<(), Refusal>;
    /// Sets address and password together.
    async fn complete_recovery(&self, password: String, confirmation: String) -> Result<Recovered, PasswordRefusal>;
    /// What staff decided, by the receipt.
    async fn recovery_case(&self, receipt: String) -> Result<CaseState, Refusal>;
    /// Whether the link to stop or undo a recovery, which left a cookie when it was opened, is still worth something. Spends nothing.
    async fn undo_opened(&self) -> Result<(), Refusal>;
    /// Stops the recovery that is under way, or takes back the one that is finished.
    async fn undo_recovery(&self) -> Result<(), Refusal>;
}

/// Forms that came without an answer to the captcha wait in the visitor's browser, sealed, until their visitor goes on.
#[async_trait]
pub trait WaitPort: Send + Sync {
    /// The form that waits. [`Refusal::NotFound`] where none does.
    async fn waiting(&self) -> Result<Waiting, Refusal>;
}

pub trait Port: SitePort + ResetPort + SessionPort + AccountPort + RecoveryPort + WaitPort {}
impl<T: SitePort + ResetPort + SessionPort + AccountPort + RecoveryPort + WaitPort> Port for T {}

/// The port of the request at hand.
///
/// # Errors
/// [`Refusal::Unexpected`] outside a request, which only a missing context in the server can cause.
pub fn port() -> Result<Arc<dyn Port>, Refusal> {
    use_context::<Arc<dyn Port>>().ok_or(Refusal::Unexpected)
}
