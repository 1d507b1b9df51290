//! The one verdict on a new password, for reset, change, import and the checklist alike (P2).

use super::Password;
use super::check::{OwnerContext, Verdict, check, violations};
use super::hash::Hasher;
use crate::account::Account;
use crate::refused::{Fault, Refused};
use crate::settings::Settings;

/// The verdict, with what is known of the owner. An estimate takes milliseconds, so it is made off the threads that answer requests.
///
/// # Errors
/// [`Refused::Password`] when it is too long to be looked at.
pub async fn verdict(settings: &Settings, owner: Option<&Account>, text: &str) -> Result<Verdict, Refused> {
    let password = password(text)?;
    let (policy, context) = (settings.password, context(settings, owner));
    let judging = tokio::task::spawn_blocking(move || check(&policy, &password, &context));
    judging.await.map_err(|error| Fault::Other(error.to_string()).into())
}

/// The hash of a new password, when its owner may use it.
///
/// # Errors
/// [`Refused::Password`] with every rule it breaks; busy where [`Hasher::hash`] is.
pub async fn hashed(hasher: &Hasher, settings: &Settings, owner: &Account, text: &str) -> Result<String, Refused> {
    let password = password(text)?;
    let (policy, context) = (settings.password, context(settings, Some(owner)));
    let judge = move |password: &Password| match violations(&policy, password, &context) {
        none if none.is_empty() => Ok(()),
        broken => Err(broken),
    };
    hasher.hash_judged(&password, judge).await?.map_err(Refused::Password)
}

fn password(text: &str) -> Result<Password, Refused> {
    Password::new(text).map_err(|violation| Refused::Password(vec![violation]))
}

fn context(settings: &Settings, owner: Option<&Account>) -> OwnerContext {
    let product_name = &settings.branding.product_name;
    match owner {
        Some(owner) => OwnerContext::of(&owner.login_name, owner.email.as_deref(), &owner.name, product_name)
            .knowing(owner.profile.names()),
        None => OwnerContext::of("", None, "", product_name),
    }
}
