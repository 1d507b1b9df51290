//! Sessions: an opaque token in a cookie or header, of which the database only knows the digest (security 95).

pub mod sign_in;

use crate::audit::{self, Entry, Event};
use crate::clock::{HOUR, MINUTE, UnixMillis};
use crate::closed;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::secret::{digest, has_id_shape, new_bearer, new_id};
use crate::settings::Settings;
use crate::store::{NewSession, SessionRow, Write};
use app::outcome::Refusal;

/// A living session.
pub type Session = SessionRow;

closed!(
    /// How a session was opened.
    OpenedBy {
        Password = "password",
        /// With the new password of a reset.
        Reset = "reset",
        /// With the new password of a recovery.
        Recovery = "recovery",
        /// With a mailed link instead of a password; it may set one without knowing the old one.
        MailLink = "mail_link",
    }
);

/// A session just opened. The token is known here and to its owner, nowhere else.
pub struct Opened {
    pub token: String,
    pub expires_at: UnixMillis,
}

/// Use is noted at most this often, so that reading a page does not become a write each time.
const SEEN_EVERY: i64 = MINUTE;

/// Opens a session under a new token; an id from before is never adopted (security 96).
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: &Visitor,
    settings: &Settings,
    account_id: &str,
    by: OpenedBy,
) -> Result<Opened, Fault> {
    let now = latchkey.now();
    let token = new_bearer();
    let expires_at = now + settings.session.absolute_hours * HOUR;
    write
        .add_session(&NewSession {
            id: &new_id(),
            account_id,
            token_digest: &digest(&token),
            created_at: now,
            expires_at,
            client_address: &visitor.client.to_string(),
            user_agent: &visitor.user_agent,
            opened_by: by.as_str(),
        })
        .await?;
    Ok(Opened { token, expires_at })
}

/// The living session behind a token (security 97–99).
///
/// # Errors
/// When the database does not answer.
pub async fn resume(latchkey: &Latchkey, token: &str) -> Result<Option<Session>, Fault> {
    let settings = latchkey.settings().await?;
    let now = latchkey.now();
    let session = latchkey
        .store
        .session(&digest(token), now, idle_since(&settings, now))
        .await?;
    if let Some(session) = &session
        && now - session.last_seen_at >= SEEN_EVERY
    {
        let mut write = latchkey.store.write().await?;
        write.touch_session(&session.id, now).await?;
        write.commit().await?;
    }
    Ok(session)
}

/// The moment before which an unused session is dead.
#[must_use]
pub fn idle_since(settings: &Settings, now: UnixMillis) -> UnixMillis {
    now - settings.session.idle_minutes * MINUTE
}

/// An account's living sessions, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(latchkey: &Latchkey, account_id: &str) -> Result<Vec<Session>, Fault> {
    let settings = latchkey.settings().await?;
    let now = latchkey.now();
    latchkey
        .store
        .sessions_of(account_id, now, idle_since(&settings, now))
        .await
}

/// Ends one of the owner's own sessions.
///
/// # Errors
/// [`Refusal::NotFound`] for an id that is not one of theirs.
pub async fn end(latchkey: &Latchkey, visitor: &Visitor, session: &Session, id: &str) -> Result<(), Refused> {
    let event = if session.id == id {
        Event::SignedOut
    } else {
        Event::SessionEnded
    };
    if !has_id_shape(id) {
        return Err(Refusal::NotFound.into());
    }
    let mut write = latchkey.store.write().await?;
    if !write.end_session(&session.account_id, id).await? {
        return Err(Refusal::NotFound.into());
    }
    audit::record(
        &mut write,
        visitor,
        latchkey.now(),
        Entry::success(event, &session.account_id),
    );
    write.commit().await?;
    Ok(())
}
