//! The one verdict on a new password, for reset, change, import and the checklist alike (P2).

use super::Password;
use super::check::{OwnerContext, Verdict, check, violations};
use crate::account::Account;
use crate::refused::{Fault, Refused};
use crate::settings::Settings;
use app::policy::Policy;

/// The verdict, with what is known of the owner.
///
/// # Errors
/// [`Refused::Password`] when it is too long to be looked at.
pub async fn verdict(settings: &Settings, owner: Option<&Account>, text: &str) -> Result<(Password, Verdict), Refused> {
    judged(settings, owner, text, check).await
}

/// The password, when it may be used.
///
/// # Errors
/// [`Refused::Password`] with every rule it breaks.
pub async fn accepted(settings: &Settings, owner: Option<&Account>, text: &str) -> Result<Password, Refused> {
    let (password, broken) = judged(settings, owner, text, violations).await?;
    if broken.is_empty() {
        Ok(password)
    } else {
        Err(Refused::Password(broken))
    }
}

/// An estimate takes milliseconds, so it is made off the threads that answer requests.
async fn judged<T: Send + 'static>(
    settings: &Settings,
    owner: Option<&Account>,
    text: &str,
    how: fn(&Policy, &Password, &OwnerContext) -> T,
) -> Result<(Password, T), Refused> {
    let password = Password::new(text).map_err(|violation| Refused::Password(vec![violation]))?;
    let policy = settings.password;
    let context = context(settings, owner);
    let judging = tokio::task::spawn_blocking(move || {
        let judged = how(&policy, &password, &context);
        (password, judged)
    });
    judging.await.map_err(|error| Fault::Other(error.to_string()).into())
}

fn context(settings: &Settings, owner: Option<&Account>) -> OwnerContext {
    let product_name = &settings.branding.product_name;
    match owner {
        Some(owner) => OwnerContext::of(&owner.login_name, owner.email.as_deref(), &owner.name, product_name)
            .knowing(owner.profile.names()),
        None => OwnerContext::of("", None, "", product_name),
    }
}
