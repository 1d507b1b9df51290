//! The audit trail: every security event, success and failure, in the transaction of what it is about. Never holds a password,
//! token, code, link or a stranger's address (security 191–193, 197).

use crate::clock::UnixMillis;
use crate::closed;
use crate::guard::visitor::Visitor;
use crate::refused::Fault;
use crate::secret::new_id;
use crate::store::{AuditRow, Write};

closed!(
    /// What happened.
    Event {
        AccountAdded = "account_added",
        ResetRequested = "reset_requested",
        ResetMailQueued = "reset_mail_queued",
        ResetNotMailed = "reset_not_mailed",
        ResetCodeTried = "reset_code_tried",
        ResetCompleted = "reset_completed",
        MailSent = "mail_sent",
        MailDropped = "mail_dropped",
        MailFailed = "mail_failed",
        PasswordChanged = "password_changed",
        SessionsRevoked = "sessions_revoked",
        SignedIn = "signed_in",
        SignInRefused = "sign_in_refused",
        SignedOut = "signed_out",
        SessionEnded = "session_ended",
        RateLimited = "rate_limited",
        SettingChanged = "setting_changed",
    }
);
closed!(EventResult { Success = "success", Failure = "failure" });

/// One event about to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub event: Event,
    pub result: EventResult,
    /// A fixed word, never a value someone typed.
    pub reason: &'a str,
    /// Whom it is about, where that is known.
    pub account_id: &'a str,
    /// A keyed hash or id of what it is about otherwise.
    pub subject: &'a str,
}

impl<'a> Entry<'a> {
    #[must_use]
    pub fn success(event: Event, account_id: &'a str) -> Self {
        Self {
            event,
            result: EventResult::Success,
            reason: "",
            account_id,
            subject: "",
        }
    }

    #[must_use]
    pub fn failure(event: Event, reason: &'a str, account_id: &'a str) -> Self {
        Self {
            event,
            result: EventResult::Failure,
            reason,
            account_id,
            subject: "",
        }
    }

    #[must_use]
    pub fn about(self, subject: &'a str) -> Self {
        Self { subject, ..self }
    }
}

/// Records an event with who caused it.
///
/// # Errors
/// When the database does not answer; the caller's transaction then fails with it (security 196).
pub async fn record(write: &mut Write, visitor: &Visitor, at: UnixMillis, entry: Entry<'_>) -> Result<(), Fault> {
    add(
        write,
        at,
        entry,
        "visitor",
        &visitor.client.to_string(),
        &visitor.user_agent,
    )
    .await
}

/// Records an event that the server caused by itself.
///
/// # Errors
/// When the database does not answer.
pub async fn record_own(write: &mut Write, at: UnixMillis, entry: Entry<'_>) -> Result<(), Fault> {
    add(write, at, entry, "server", "", "").await
}

async fn add(
    write: &mut Write,
    at: UnixMillis,
    entry: Entry<'_>,
    actor: &str,
    client_address: &str,
    user_agent: &str,
) -> Result<(), Fault> {
    tracing::info!(event = %entry.event, result = %entry.result, reason = entry.reason, account = entry.account_id, "audit");
    write
        .add_audit(&AuditRow {
            id: new_id(),
            at,
            event: entry.event.to_string(),
            outcome: entry.result.to_string(),
            reason: entry.reason.to_owned(),
            actor: actor.to_owned(),
            account_id: entry.account_id.to_owned(),
            subject: entry.subject.to_owned(),
            client_address: client_address.to_owned(),
            user_agent: user_agent.to_owned(),
        })
        .await
}
