//! RFC 9457 problem documents: a stable code and plain words, never an address, a stack or SQL (security 111).

use super::mail_templates::TemplateProblem;
use crate::refused::{Malformed, Refused};
use crate::web::port::told;
use app::fact_words;
use app::outcome::Refusal;
use app::policy::Violation;
use app::words::Locale;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// An error answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says it all.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// Stable, for programs.
    #[schema(example = "link_not_valid")]
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The field, setting or parameter that `detail` is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "reset.link_expiry_minutes")]
    field: Option<String>,
    /// The rules a refused password breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    violations: Vec<Violation>,
    /// Everything that is wrong with a mail template.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<TemplateProblem>,
    /// Seconds; also in the header `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            code,
            detail: None,
            field: None,
            violations: Vec::new(),
            problems: Vec::new(),
            retry_after: None,
        }
    }

    fn because(refusal: Refusal) -> Self {
        let (status, title) = status_and_title(refusal);
        Self::new(status, refusal.code(), title)
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::because(Refusal::NotFound)
    }

    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This method is not possible here",
        )
    }

    /// The body is not what the operation takes. `detail` names the field, never its value.
    #[must_use]
    pub fn malformed(status: StatusCode, detail: String) -> Self {
        Self {
            detail: Some(detail),
            ..Self::of_status(status)
        }
    }

    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::new(status, "malformed", "The request cannot be read"),
            StatusCode::FORBIDDEN => Self::new(status, "cross_site", "This request came from another site"),
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(),
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "timeout", "The request took too long"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "body_too_large", "The body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(status, "not_json", "The body must be application/json"),
            StatusCode::UNPROCESSABLE_ENTITY => {
                Self::new(status, "unprocessable", "The body is not what is expected here")
            }
            _ => Self::because(Refusal::Unexpected),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let problem = Self::because(told(&refused));
        match refused {
            Refused::Password(violations) => Self { violations, ..problem },
            Refused::Facts(facts) => Self {
                detail: Some(in_words(&facts)),
                field: facts.first().map(|fact| format!("facts.{}", fact.name)),
                ..problem
            },
            Refused::Template(problems) => Self {
                detail: Some("The template cannot count like this; `problems` says why.".to_owned()),
                problems: problems.into_iter().map(TemplateProblem::from).collect(),
                ..problem
            },
            Refused::TooMany { retry_after } => Self {
                retry_after: Some(retry_after),
                ..problem
            },
            Refused::Field {
                field, problem: detail, ..
            } => Self {
                detail: Some(detail),
                field: (!field.is_empty()).then_some(field),
                ..problem
            },
            Refused::Because(Refusal::Busy) => Self {
                retry_after: Some(1),
                ..problem
            },
            Refused::Because(_) | Refused::Captcha { .. } | Refused::Fault(_) => problem,
        }
    }
}

/// Every fact that cannot be one, and why.
fn in_words(facts: &[Malformed]) -> String {
    let words = |fact: &Malformed| {
        format!(
            "{} {}",
            fact.name,
            fact_words::problem(Locale::En, fact.problem, &fact.format)
        )
    };
    format!("{}.", facts.iter().map(words).collect::<Vec<_>>().join("; "))
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::from(Refused::from(refusal))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The status of an answer that refuses.
#[must_use]
pub fn status(refusal: Refusal) -> StatusCode {
    status_and_title(refusal).0
}

fn status_and_title(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::ResetUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "Password reset is not available"),
        Refusal::IdentifierMissing => (StatusCode::UNPROCESSABLE_ENTITY, "A login name or address is needed"),
        Refusal::IdentifierMalformed => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This cannot be a login name or address",
        ),
        Refusal::LinkNotValid => (StatusCode::GONE, "This link or code is not valid any more"),
        Refusal::PasswordRefused => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The password does not meet the policy",
        ),
        Refusal::ConfirmationDiffers => (StatusCode::UNPROCESSABLE_ENTITY, "The two passwords differ"),
        Refusal::CurrentPasswordWrong => (StatusCode::FORBIDDEN, "The current password is not right"),
        Refusal::SignInRefused => (StatusCode::UNAUTHORIZED, "Name or password is not right"),
        Refusal::NotSignedIn => (StatusCode::UNAUTHORIZED, "Sign in first"),
        Refusal::NotFound => (StatusCode::NOT_FOUND, "There is no such thing"),
        Refusal::Forbidden => (StatusCode::FORBIDDEN, "This is not allowed for you"),
        Refusal::EndpointClosed => (StatusCode::FORBIDDEN, "This is switched off on this server"),
        Refusal::ConfirmationNeeded => (StatusCode::FORBIDDEN, "Give your password to confirm this"),
        Refusal::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "A value is not possible"),
        Refusal::Conflict => (StatusCode::CONFLICT, "This contradicts what is there"),
        Refusal::RecoveryOff => (StatusCode::NOT_FOUND, "Account recovery is switched off"),
        Refusal::NotRecognised => (StatusCode::FORBIDDEN, "This does not lead to an account"),
        Refusal::FactMalformed => (StatusCode::UNPROCESSABLE_ENTITY, "This cannot be such a fact"),
        Refusal::AddressMalformed => (StatusCode::UNPROCESSABLE_ENTITY, "This cannot be a mail address"),
        Refusal::CodeRefused => (
            StatusCode::FORBIDDEN,
            "This code is not right, or there are no tries left",
        ),
        Refusal::RecoveryNotValid => (StatusCode::GONE, "This recovery is not valid any more"),
        Refusal::CaptchaFailed => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "An answer to GET /captcha is needed, a fresh one each time",
        ),
        Refusal::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        Refusal::Busy => (StatusCode::SERVICE_UNAVAILABLE, "The server is busy, try again shortly"),
        Refusal::Unexpected => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong"),
    }
}
