//! Everything the server may refuse, as one closed list. No free text ever travels to the browser: a refusal is a code, and
//! each door (page, REST) maps the code to its words and status in one place.

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// An expected "no". Carries nothing that depends on whether an account exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The workflow is switched off or not configured; `site.reset` says which.
    ResetUnavailable,
    /// No login name or address was typed.
    IdentifierMissing,
    /// The typed login name or address cannot be one (too long, control characters).
    IdentifierMalformed,
    /// Unknown, used, expired, replaced or forged link, or wrong code: deliberately one answer (security 37).
    LinkNotValid,
    /// The new password does not meet the policy; the violations travel beside it.
    PasswordRefused,
    /// The two passwords typed differ.
    ConfirmationDiffers,
    /// The current password was not right.
    CurrentPasswordWrong,
    /// Wrong password, unknown account, disabled or SSO account: deliberately one answer (security 1).
    SignInRefused,
    /// The session has ended or never existed.
    NotSignedIn,
    /// There is no such thing, or it is not yours.
    NotFound,
    /// Signed in, but this is not for you.
    Forbidden,
    /// An administrator closed this way in.
    EndpointClosed,
    /// This needs the password again, because much depends on it.
    ConfirmationNeeded,
    /// A value is not possible; which one and why travels beside it.
    Invalid,
    /// What was asked for contradicts what is there; why travels beside it.
    Conflict,
    /// Recovery without the mailbox is switched off.
    RecoveryOff,
    /// Wrong, unknown, ambiguous, locked, disabled, elsewhere: deliberately one answer (security 70).
    NotRecognised,
    /// A fact cannot be one, whoever it is about; which one travels beside it. Costs no try (security 86).
    FactMalformed,
    /// This cannot be a mail address.
    AddressMalformed,
    /// Wrong code of a recovery, or none is left to try.
    CodeRefused,
    /// Unknown, finished, expired or stopped recovery, or one whose account changed: deliberately one answer.
    RecoveryNotValid,
    /// This may be one of very many requests of a machine; the answer that would show otherwise is missing, wrong, too old or used.
    CaptchaFailed,
    /// A budget that has nothing to do with the account is used up.
    TooManyRequests,
    /// The server is at its limit of password hashing; trying again shortly works.
    Busy,
    /// Something broke; the log has the details, the answer has none.
    Unexpected,
}

impl Refusal {
    pub const ALL: [Refusal; 25] = [
        Self::ResetUnavailable,
        Self::IdentifierMissing,
        Self::IdentifierMalformed,
        Self::LinkNotValid,
        Self::PasswordRefused,
        Self::ConfirmationDiffers,
        Self::CurrentPasswordWrong,
        Self::SignInRefused,
        Self::NotSignedIn,
        Self::NotFound,
        Self::Forbidden,
        Self::EndpointClosed,
        Self::ConfirmationNeeded,
        Self::Invalid,
        Self::Conflict,
        Self::RecoveryOff,
        Self::NotRecognised,
        Self::FactMalformed,
        Self::AddressMalformed,
        Self::CodeRefused,
        Self::RecoveryNotValid,
        Self::CaptchaFailed,
        Self::TooManyRequests,
        Self::Busy,
        Self::Unexpected,
    ];

    /// The stable code used in URLs of pages and in REST problems.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ResetUnavailable => "reset_unavailable",
            Self::IdentifierMissing => "identifier_missing",
            Self::IdentifierMalformed => "identifier_malformed",
            Self::LinkNotValid => "link_not_valid",
            Self::PasswordRefused => "password_refused",
            Self::ConfirmationDiffers => "confirmation_differs",
            Self::CurrentPasswordWrong => "current_password_wrong",
            Self::SignInRefused => "sign_in_refused",
            Self::NotSignedIn => "not_signed_in",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::EndpointClosed => "endpoint_closed",
            Self::ConfirmationNeeded => "confirmation_needed",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::RecoveryOff => "recovery_off",
            Self::NotRecognised => "not_recognised",
            Self::FactMalformed => "fact_malformed",
            Self::AddressMalformed => "address_malformed",
            Self::CodeRefused => "code_refused",
            Self::RecoveryNotValid => "recovery_not_valid",
            Self::CaptchaFailed => "captcha_failed",
            Self::TooManyRequests => "too_many_requests",
            Self::Busy => "busy",
            Self::Unexpected => "unexpected",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

/// Server functions answer with a bare refusal: neither the framework's nor a database's words reach a browser (security 182).
impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Unexpected
    }
}
