//! How a use-case ends when it does not succeed: an expected refusal, or a fault nobody outside may see the details of.

use crate::fact::Attribute;
use crate::mail::template::problem::Problem;
use app::outcome::Refusal;
use app::policy::Violation;
use app::view::FactProblem;
use app::words::Phrase;
use app::{fact_words, phrase};

/// Why a use-case did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// An expected refusal, safe to show.
    #[error("{}", self.in_words())]
    Because(Refusal),
    /// The new password breaks these rules; nothing was spent.
    #[error("{}", self.in_words())]
    Password(Vec<Violation>),
    /// These facts cannot be any, whoever they are about; no try was counted (security 86).
    #[error("{}", self.in_words())]
    Facts(Vec<Malformed>),
    /// A mail template that cannot count, with everything that is wrong.
    #[error("{}", self.in_words())]
    Template(Vec<Problem>),
    /// One value is the reason, and these words say why. For staff and programs only, who may know what they were refused for.
    #[error("{}", self.in_words())]
    Field {
        /// [`Refusal::Invalid`] or [`Refusal::Conflict`].
        refusal: Refusal,
        /// Empty where it is about no single one.
        field: String,
        problem: Phrase,
    },
    /// It could not be seen that this is not one of very many requests. `may_wait`: a form may be sent all the same, a few seconds later.
    #[error("{}{}", self.in_words(), if *.may_wait { ", waiting is a way" } else { "" })]
    Captcha { may_wait: bool },
    /// A budget is used up until this many seconds from now.
    #[error("{}", self.in_words())]
    TooMany { retry_after: u64 },
    /// Logged with its chain, shown as [`Refusal::Unexpected`].
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A fact that cannot be one. Holds nothing of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub name: String,
    pub problem: FactProblem,
    /// How the attribute is written, for the words.
    pub format: String,
}

impl Malformed {
    #[must_use]
    pub fn new(attribute: &Attribute, problem: FactProblem) -> Self {
        Self {
            name: attribute.name.clone(),
            problem,
            format: attribute.format.clone(),
        }
    }
}

/// What is wrong with each of several facts.
#[must_use]
pub fn facts_in_words(facts: &[Malformed]) -> Phrase {
    let words = |fact: &Malformed| {
        let problem = fact_words::problem(fact.problem, &fact.format);
        phrase!(problem.fact, name = fact.name.as_str(), problem = problem)
    };
    Phrase::list(facts.iter().map(words).collect())
}

/// The rules that a password breaks.
#[must_use]
pub fn rules_in_words(violations: &[Violation]) -> Phrase {
    let rule = |violation: &Violation| match violation {
        Violation::TooShort => phrase!(problem.rule_too_short),
        Violation::TooLong => phrase!(problem.rule_too_long),
        Violation::TooFewNonAlphanumeric => phrase!(problem.rule_too_few_non_alphanumeric),
        Violation::TooFewDigits => phrase!(problem.rule_too_few_digits),
        Violation::Common => phrase!(problem.rule_common),
        Violation::ContainsContext => phrase!(problem.rule_contains_context),
    };
    phrase!(
        trouble.password,
        rules = Phrase::list(violations.iter().map(rule).collect())
    )
}

/// Something broke. Never shown to a client (security 182).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{}", self.in_words())]
    Database(#[from] sqlx::Error),
    #[error("{}", self.in_words())]
    Column(#[from] crate::closed::NotInList),
    #[error("{}", self.in_words())]
    Sealed(#[from] crate::secret::SealBroken),
    #[error("{}", self.in_words())]
    Json(#[from] serde_json::Error),
    /// What whoever runs the server can mend.
    #[error("{0}")]
    Trouble(Phrase),
    /// What only a developer can.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// For whoever runs the server.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Database(error) => phrase!(trouble.database, why = error.to_string()),
            Self::Column(error) => phrase!(trouble.database, why = error.to_string()),
            Self::Sealed(_) => phrase!(trouble.seal),
            Self::Json(error) => phrase!(trouble.stored_data, why = error.to_string()),
            Self::Trouble(phrase) => phrase.clone(),
            Self::Other(text) => Phrase::verbatim(text.clone()),
        }
    }
}

impl From<Phrase> for Fault {
    fn from(phrase: Phrase) -> Self {
        Self::Trouble(phrase)
    }
}

impl Refused {
    /// A value that is not possible.
    #[must_use]
    pub fn invalid(field: &str, problem: Phrase) -> Self {
        Self::Field {
            refusal: Refusal::Invalid,
            field: field.to_owned(),
            problem,
        }
    }

    /// A wish that contradicts what is there.
    #[must_use]
    pub fn conflict(field: &str, problem: Phrase) -> Self {
        Self::Field {
            refusal: Refusal::Conflict,
            field: field.to_owned(),
            problem,
        }
    }

    /// For whoever runs the server, and for logs: more than a client may know.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Because(refusal) => title(*refusal),
            Self::Password(violations) => rules_in_words(violations),
            Self::Facts(facts) => phrase!(trouble.facts, facts = facts_in_words(facts)),
            Self::Template(problems) => phrase!(trouble.template, count = problems.len()),
            Self::Field { field, problem, .. } if field.is_empty() => problem.clone(),
            Self::Field { field, problem, .. } => {
                phrase!(trouble.in_field, field = field.as_str(), problem = problem.clone())
            }
            Self::Captcha { .. } => title(Refusal::CaptchaFailed),
            Self::TooMany { retry_after } => phrase!(trouble.too_many_requests, count = *retry_after),
            Self::Fault(fault) => fault.in_words(),
        }
    }

    /// What a client may know.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Because(refusal) | Self::Field { refusal, .. } => *refusal,
            Self::Password(_) => Refusal::PasswordRefused,
            Self::Facts(_) => Refusal::FactMalformed,
            Self::Template(_) => Refusal::Invalid,
            Self::Captcha { .. } => Refusal::CaptchaFailed,
            Self::TooMany { .. } => Refusal::TooManyRequests,
            Self::Fault(_) => Refusal::Unexpected,
        }
    }
}

/// A refusal in a few words, as programs hear it.
#[must_use]
pub fn title(refusal: Refusal) -> Phrase {
    match refusal {
        Refusal::ResetUnavailable => phrase!(title.reset_unavailable),
        Refusal::IdentifierMissing => phrase!(title.identifier_missing),
        Refusal::IdentifierMalformed => phrase!(title.identifier_malformed),
        Refusal::LinkNotValid => phrase!(title.link_not_valid),
        Refusal::PasswordRefused => phrase!(title.password_refused),
        Refusal::ConfirmationDiffers => phrase!(title.confirmation_differs),
        Refusal::CurrentPasswordWrong => phrase!(title.current_password_wrong),
        Refusal::SignInRefused => phrase!(title.sign_in_refused),
        Refusal::NotSignedIn => phrase!(title.not_signed_in),
        Refusal::NotFound => phrase!(title.not_found),
        Refusal::Forbidden => phrase!(title.forbidden),
        Refusal::EndpointClosed => phrase!(title.endpoint_closed),
        Refusal::ConfirmationNeeded => phrase!(title.confirmation_needed),
        Refusal::Invalid => phrase!(title.invalid),
        Refusal::Conflict => phrase!(title.conflict),
        Refusal::RecoveryOff => phrase!(title.recovery_off),
        Refusal::NotRecognised => phrase!(title.not_recognised),
        Refusal::FactMalformed => phrase!(title.fact_malformed),
        Refusal::AddressMalformed => phrase!(title.address_malformed),
        Refusal::CodeRefused => phrase!(title.code_refused),
        Refusal::RecoveryNotValid => phrase!(title.recovery_not_valid),
        Refusal::CaptchaFailed => phrase!(title.captcha_failed),
        Refusal::TooManyRequests => phrase!(title.too_many_requests),
        Refusal::Busy => phrase!(title.busy),
        Refusal::Unexpected => phrase!(title.unexpected),
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Because(refusal)
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<crate::secret::SealBroken> for Refused {
    fn from(error: crate::secret::SealBroken) -> Self {
        Self::Fault(error.into())
    }
}

impl From<crate::password::hash::HashError> for Refused {
    fn from(error: crate::password::hash::HashError) -> Self {
        match error {
            crate::password::hash::HashError::Busy => Self::Because(Refusal::Busy),
            crate::password::hash::HashError::Failed => Self::Fault(phrase!(trouble.hashing).into()),
        }
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}
