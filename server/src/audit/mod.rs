//! The audit trail: every security event, success and failure, in the transaction of what it is about. Never holds a password,
//! token, code, link or a stranger's address (security 191–193, 197).

pub mod chain;
pub mod export;
pub mod search;
pub mod verify;

use crate::clock::UnixMillis;
use crate::closed;
use crate::guard::visitor::Visitor;
use crate::secret::new_id;
use crate::staff::Staff;
pub use crate::store::AuditRow;
use crate::store::Write;
use app::phrase;
use app::words::Phrase;

impl Event {
    /// What it is called where people read the trail. Programs, filters and files know it by its code.
    #[must_use]
    pub fn in_words(self) -> Phrase {
        match self {
            Self::AccountAdded => phrase!(event.account_added),
            Self::ResetRequested => phrase!(event.reset_requested),
            Self::ResetMailQueued => phrase!(event.reset_mail_queued),
            Self::ResetNotMailed => phrase!(event.reset_not_mailed),
            Self::ResetCodeTried => phrase!(event.reset_code_tried),
            Self::ResetCompleted => phrase!(event.reset_completed),
            Self::MailSent => phrase!(event.mail_sent),
            Self::MailDropped => phrase!(event.mail_dropped),
            Self::MailFailed => phrase!(event.mail_failed),
            Self::PasswordChanged => phrase!(event.password_changed),
            Self::SessionsRevoked => phrase!(event.sessions_revoked),
            Self::SignedIn => phrase!(event.signed_in),
            Self::SignInRefused => phrase!(event.sign_in_refused),
            Self::SignedOut => phrase!(event.signed_out),
            Self::SessionEnded => phrase!(event.session_ended),
            Self::RateLimited => phrase!(event.rate_limited),
            Self::CaptchaFailed => phrase!(event.captcha_failed),
            Self::LimitReleased => phrase!(event.limit_released),
            Self::SettingChanged => phrase!(event.setting_changed),
            Self::SettingRefused => phrase!(event.setting_refused),
            Self::ConfirmationRefused => phrase!(event.confirmation_refused),
            Self::AccountChanged => phrase!(event.account_changed),
            Self::AccountDeleted => phrase!(event.account_deleted),
            Self::AccountsImported => phrase!(event.accounts_imported),
            Self::EmailChanged => phrase!(event.email_changed),
            Self::ResetStarted => phrase!(event.reset_started),
            Self::ApiKeyAdded => phrase!(event.api_key_added),
            Self::ApiKeyRemoved => phrase!(event.api_key_removed),
            Self::MailRetried => phrase!(event.mail_retried),
            Self::MailCancelled => phrase!(event.mail_cancelled),
            Self::MailTested => phrase!(event.mail_tested),
            Self::MailTemplateChanged => phrase!(event.mail_template_changed),
            Self::MailTemplateRestored => phrase!(event.mail_template_restored),
            Self::MailTemplateBroken => phrase!(event.mail_template_broken),
            Self::AuditExported => phrase!(event.audit_exported),
            Self::StaffRefused => phrase!(event.staff_refused),
            Self::AttributeDefined => phrase!(event.attribute_defined),
            Self::AttributeRemoved => phrase!(event.attribute_removed),
            Self::FactChanged => phrase!(event.fact_changed),
            Self::RecoveryRefused => phrase!(event.recovery_refused),
            Self::RecoveryStarted => phrase!(event.recovery_started),
            Self::RecoveryAddressGiven => phrase!(event.recovery_address_given),
            Self::RecoveryCodeTried => phrase!(event.recovery_code_tried),
            Self::RecoveryAwaiting => phrase!(event.recovery_awaiting),
            Self::RecoveryCompleted => phrase!(event.recovery_completed),
            Self::RecoverySeconded => phrase!(event.recovery_seconded),
            Self::RecoveryApproved => phrase!(event.recovery_approved),
            Self::RecoveryDenied => phrase!(event.recovery_denied),
            Self::RecoveryStopped => phrase!(event.recovery_stopped),
            Self::RecoveryUndone => phrase!(event.recovery_undone),
            Self::RecoveryLocked => phrase!(event.recovery_locked),
            Self::RecoveryUnlocked => phrase!(event.recovery_unlocked),
            Self::RecoveryCodesMade => phrase!(event.recovery_codes_made),
        }
    }
}

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
        CaptchaFailed = "captcha_failed",
        LimitReleased = "limit_released",
        SettingChanged = "setting_changed",
        SettingRefused = "setting_refused",
        ConfirmationRefused = "confirmation_refused",
        AccountChanged = "account_changed",
        AccountDeleted = "account_deleted",
        AccountsImported = "accounts_imported",
        EmailChanged = "email_changed",
        ResetStarted = "reset_started",
        ApiKeyAdded = "api_key_added",
        ApiKeyRemoved = "api_key_removed",
        MailRetried = "mail_retried",
        MailCancelled = "mail_cancelled",
        MailTested = "mail_tested",
        MailTemplateChanged = "mail_template_changed",
        MailTemplateRestored = "mail_template_restored",
        MailTemplateBroken = "mail_template_broken",
        AuditExported = "audit_exported",
        StaffRefused = "staff_refused",
        AttributeDefined = "attribute_defined",
        AttributeRemoved = "attribute_removed",
        FactChanged = "fact_changed",
        RecoveryRefused = "recovery_refused",
        RecoveryStarted = "recovery_started",
        RecoveryAddressGiven = "recovery_address_given",
        RecoveryCodeTried = "recovery_code_tried",
        RecoveryAwaiting = "recovery_awaiting",
        RecoveryCompleted = "recovery_completed",
        RecoverySeconded = "recovery_seconded",
        RecoveryApproved = "recovery_approved",
        RecoveryDenied = "recovery_denied",
        RecoveryStopped = "recovery_stopped",
        RecoveryUndone = "recovery_undone",
        RecoveryLocked = "recovery_locked",
        RecoveryUnlocked = "recovery_unlocked",
        RecoveryCodesMade = "recovery_codes_made",
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
    /// What was changed, or the reason that staff gave. Secrets masked, addresses too.
    pub detail: &'a str,
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
            detail: "",
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
            detail: "",
        }
    }

    #[must_use]
    pub fn about(self, subject: &'a str) -> Self {
        Self { subject, ..self }
    }

    #[must_use]
    pub fn saying(self, detail: &'a str) -> Self {
        Self { detail, ..self }
    }
}

/// Records an event with who caused it.
///
/// It is stored when the transaction is committed; when it cannot be, neither is anything else (security 196).
pub fn record(write: &mut Write, visitor: &Visitor, at: UnixMillis, entry: Entry<'_>) {
    add(write, at, entry, "visitor", Some(visitor));
}

/// Records what staff did, as [`record`] does.
pub fn record_staff(write: &mut Write, staff: &Staff, at: UnixMillis, entry: Entry<'_>) {
    add(write, at, entry, &staff.actor(), Some(&staff.visitor));
}

/// Records an event that the server caused by itself, as [`record`] does.
pub fn record_own(write: &mut Write, at: UnixMillis, entry: Entry<'_>) {
    add(write, at, entry, "server", None);
}

fn add(write: &mut Write, at: UnixMillis, entry: Entry<'_>, actor: &str, visitor: Option<&Visitor>) {
    tracing::info!(event = %entry.event, result = %entry.result, reason = entry.reason, account = entry.account_id, "audit");
    write.note(AuditRow {
        id: new_id(),
        at,
        event: entry.event.to_string(),
        outcome: entry.result.to_string(),
        reason: entry.reason.to_owned(),
        actor: actor.to_owned(),
        account_id: entry.account_id.to_owned(),
        subject: entry.subject.to_owned(),
        detail: entry.detail.to_owned(),
        client_address: visitor.map(|visitor| visitor.client.to_string()).unwrap_or_default(),
        user_agent: visitor.map(|visitor| visitor.user_agent.clone()).unwrap_or_default(),
        request_id: visitor.map(|visitor| visitor.request_id.clone()).unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        // Given with its place in the chain.
        seq: 0,
        origin_mac: String::new(),
        chain: String::new(),
    });
}
