//! At the sign-in an answer is asked for after a few failures: of a client, whoever it tries, and of a name, whoever tries it. Names are
//! counted as they are typed, so one that nobody has is asked for just as soon (security 1, 158).

use super::{Brought, Place, pass};
use crate::clock::MINUTE;
use crate::guard::limits::{Budget, Subject};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::settings::Settings;
use crate::settings::captcha::Provider;
use crate::store::Write;

const WINDOW: i64 = 15 * MINUTE;

/// Tries that can fail before an answer is asked for; how many, the settings say.
const fn by_client(free: i64) -> Budget {
    Budget::counting("captcha-sign-in-client", Subject::Client, free, WINDOW)
}

const fn by_name(free: i64) -> Budget {
    Budget::counting("captcha-sign-in-name", Subject::Name, free, WINDOW)
}

/// Whether this client is asked, whomever it names next. For pages; the sign-in itself asks [`require`].
///
/// # Errors
/// When the database does not answer.
pub async fn asks(latchkey: &Latchkey, visitor: &Visitor, settings: &Settings) -> Result<bool, Fault> {
    let Some(free) = free(settings) else { return Ok(false) };
    let used = by_client(free)
        .used(&latchkey.store, &visitor.network(), latchkey.now())
        .await?;
    Ok(used >= free)
}

/// Counts a try as failed until [`succeeded`] says otherwise, so that fifty at once are not all the first; then asks for an answer
/// where too many failed before. `name` is the keyed hash of what was typed.
///
/// # Errors
/// As [`require`](super::require).
pub async fn require(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    name: &str,
    brought: Brought<'_>,
) -> Result<(), Refused> {
    let Some(free) = free(settings) else { return Ok(()) };
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let of_client = by_client(free).take(&mut write, &visitor.network(), now).await?;
    if !of_client.within() {
        write.commit().await?;
        // Whoever is asked anyway, and has no answer, leaves no counters of further names (security 165).
        pass(latchkey, visitor, settings, Place::SignIn, brought).await?;
        let mut write = latchkey.store.write().await?;
        by_name(free).take(&mut write, name, now).await?;
        write.commit().await?;
        return Ok(());
    }
    let of_name = by_name(free).take(&mut write, name, now).await?;
    write.commit().await?;
    if of_name.within() {
        return Ok(());
    }
    pass(latchkey, visitor, settings, Place::SignIn, brought).await
}

/// The right password: this try was no failure of the client, and the name starts afresh.
///
/// # Errors
/// When the database does not answer.
pub async fn succeeded(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: &Visitor,
    settings: &Settings,
    name: &str,
) -> Result<(), Fault> {
    let Some(free) = free(settings) else { return Ok(()) };
    by_client(free)
        .give_back(write, &visitor.network(), latchkey.now())
        .await?;
    by_name(free).clear(write, name).await
}

/// Failures that cost nothing; none where nobody is ever asked.
fn free(settings: &Settings) -> Option<i64> {
    let free = settings.captcha.on_sign_in_after_failures;
    (settings.captcha.provider != Provider::None && free > 0).then_some(free)
}
