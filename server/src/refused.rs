//! How a use-case ends when it does not succeed: an expected refusal, or a fault nobody outside may see the details of.

use crate::fact::Attribute;
use crate::mail::template::problem::Problem;
use app::outcome::Refusal;
use app::policy::Violation;
use app::view::FactProblem;

/// Why a use-case did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// An expected refusal, safe to show.
    #[error("{0}")]
    Because(Refusal),
    /// The new password breaks these rules; nothing was spent.
    #[error("password refused: {0:?}")]
    Password(Vec<Violation>),
    /// These facts cannot be any, whoever they are about; no try was counted (security 86).
    #[error("facts refused: {}", names(.0))]
    Facts(Vec<Malformed>),
    /// A mail template that cannot count, with everything that is wrong.
    #[error("template refused: {} problems", .0.len())]
    Template(Vec<Problem>),
    /// One value is the reason, and these words say why. For staff and programs only, who may know what they were refused for.
    #[error("{field}: {problem}")]
    Field {
        /// [`Refusal::Invalid`] or [`Refusal::Conflict`].
        refusal: Refusal,
        /// Empty where it is about no single one.
        field: String,
        problem: String,
    },
    /// It could not be seen that this is not one of very many requests. `may_wait`: a form may be sent all the same, a few seconds later.
    #[error("captcha failed{}", if *.may_wait { ", waiting is a way" } else { "" })]
    Captcha { may_wait: bool },
    /// A budget is used up until this many seconds from now.
    #[error("too many requests, again in {retry_after} s")]
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

fn names(facts: &[Malformed]) -> String {
    facts
        .iter()
        .map(|fact| fact.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Something broke. Never shown to a client (security 182).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("database: {0}")]
    Column(#[from] crate::closed::NotInList),
    #[error(transparent)]
    Sealed(#[from] crate::secret::SealBroken),
    #[error("stored data: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Other(String),
}

impl Refused {
    /// A value that is not possible.
    #[must_use]
    pub fn invalid(field: &str, problem: impl Into<String>) -> Self {
        Self::Field {
            refusal: Refusal::Invalid,
            field: field.to_owned(),
            problem: problem.into(),
        }
    }

    /// A wish that contradicts what is there.
    #[must_use]
    pub fn conflict(field: &str, problem: impl Into<String>) -> Self {
        Self::Field {
            refusal: Refusal::Conflict,
            field: field.to_owned(),
            problem: problem.into(),
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
            crate::password::hash::HashError::Failed => Self::Fault(Fault::Other(error.to_string())),
        }
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}
