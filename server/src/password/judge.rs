//! The one verdict on a new password, for reset, change, import and the checklist alike (P2).

use super::Password;
use super::check::{OwnerContext, Verdict, check};
use crate::account::Account;
use crate::refused::{Fault, Refused};
use crate::settings::Settings;

/// The verdict, with what is known of the owner. An estimate takes milliseconds, so it is made off the threads that answer requests.
///
/// # Errors
/// [`Refused::Password`] when it is too long to be looked at.
pub async fn verdict(settings: &Settings, owner: Option<&Account>, text: &str) -> Result<(Password, Verdict), Refused> {
    let password = Password::new(text).map_err(|violation| Refused::Password(vec![violation]))?;
    let policy = settings.password;
    let context = context(settings, owner);
    let judged = tokio::task::spawn_blocking(move || {
        let verdict = check(&policy, &password, &context);
        (password, verdict)
    });
    judged.await.map_err(|error| Fault::Other(error.to_string()).into())
}

/// The password, when it may be used.
///
/// # Errors
/// [`Refused::Password`] with every rule it breaks.
pub async fn accepted(settings: &Settings, owner: Option<&Account>, text: &str) -> Result<Password, Refused> {
    let (password, verdict) = verdict(settings, owner, text).await?;
    if verdict.accepted() {
        Ok(password)
    } else {
        Err(Refused::Password(verdict.violations))
    }
}

fn context(settings: &Settings, owner: Option<&Account>) -> OwnerContext {
    let product_name = &settings.branding.product_name;
    match owner {
        Some(owner) => OwnerContext::of(&owner.login_name, owner.email.as_deref(), &owner.name, product_name)
            .knowing(owner.profile.names()),
        None => OwnerContext::of("", None, "", product_name),
    }
}
