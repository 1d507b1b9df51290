//! The traits through which pages reach the server, one per capability. The server puts one [`Port`] made for the request at
//! hand into the leptos context; it already knows the visitor's cookies, address and language, so no method takes them.
//!
//! Methods that open or end something also set or clear the cookie that proves it.

use crate::outcome::Refusal;
use crate::view::{Finished, Me, Opened, PasswordRefusal, Site};
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
    /// Sets the password and spends the link. `confirmation` is `None` where the form had no second field.
    async fn complete_reset(&self, password: String, confirmation: Option<String>)
    -> Result<Finished, PasswordRefusal>;
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
        confirmation: Option<String>,
    ) -> Result<(), PasswordRefusal>;
}

pub trait Port: SitePort + ResetPort + SessionPort + AccountPort {}
impl<T: SitePort + ResetPort + SessionPort + AccountPort> Port for T {}

/// The port of the request at hand.
///
/// # Errors
/// [`Refusal::Unexpected`] outside a request, which only a missing context in the server can cause.
pub fn port() -> Result<Arc<dyn Port>, Refusal> {
    use_context::<Arc<dyn Port>>().ok_or(Refusal::Unexpected)
}
