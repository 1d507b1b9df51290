//! The way for browsers without a script, and for whoever a provider's script does not like: wait a few seconds, then go on. Nobody is
//! locked out, and nothing has to be seen, heard or solved (WCAG 3.3.8). One client waits the longer the more of its requests wait, so
//! waiting at many doors at once gains nothing.

use super::{Failure, Once, Place, ticket};
use crate::clock::{MINUTE, SECOND, UnixMillis};
use crate::guard::limits::CAPTCHA_WAITS_BY_CLIENT;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::secret::new_id;

/// What the text of a pass begins with.
const KIND: &str = "wait";

/// How long each of a client's requests keeps the next one waiting.
const STEP: i64 = 5 * SECOND;

/// How long a pass counts once it is one.
const LIFETIME: i64 = 10 * MINUTE;

/// Counts from `from` on.
#[derive(Clone, Debug)]
pub struct Pass {
    pub token: String,
    pub from: UnixMillis,
    pub until: UnixMillis,
}

/// Gives a pass to somebody who is about to wait.
///
/// # Errors
/// [`Refused::TooMany`] where so many of one client wait that the next one would do so for minutes.
pub async fn begin(latchkey: &Latchkey, visitor: &Visitor, place: Place) -> Result<Pass, Refused> {
    let limits = latchkey.settings().await?.limits.clone();
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let waiting = limits
        .of(CAPTCHA_WAITS_BY_CLIENT)
        .take(&mut write, &visitor.network(), now)
        .await?;
    write.commit().await?;
    waiting.check()?;
    let from = now + waiting.used() * STEP;
    let until = from + LIFETIME;
    let token = ticket::sign(
        &latchkey.keys,
        &[KIND, place.as_str(), &from.to_string(), &until.to_string(), &new_id()],
    );
    Ok(Pass { token, from, until })
}

/// Whether an answer claims to be a pass.
#[must_use]
pub fn is_pass(answer: &str) -> bool {
    answer.split('.').next() == Some(KIND)
}

/// Whether a pass counts by now. Does not know whether it was used.
///
/// # Errors
/// Why not.
pub fn check(latchkey: &Latchkey, place: Place, answer: &str) -> Result<Once, Failure> {
    let [kind, at, from, until, id] = ticket::open::<5>(&latchkey.keys, answer).ok_or(Failure::Forged)?;
    if kind != KIND || at != place.as_str() {
        return Err(Failure::Forged);
    }
    let moment = |text: &str| text.parse::<UnixMillis>().map_err(|_| Failure::Forged);
    let (from, until, now) = (moment(from)?, moment(until)?, latchkey.now());
    if now < from {
        return Err(Failure::TooEarly);
    }
    if until <= now {
        return Err(Failure::Expired);
    }
    Ok(Once {
        id: format!("{KIND}:{id}"),
        until,
    })
}
