//! RFC 9457 problem documents: a stable code and plain words, never an address, a stack or SQL (security 111).

use super::mail_templates::TemplateProblem;
use crate::mail::template::problem::Problem as Wrong;
use crate::refused::{Refused, facts_in_words, title};
use crate::web::port::told;
use app::outcome::Refusal;
use app::phrase;
use app::policy::Violation;
use app::words::{Locale, Phrase};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// An error answer, as it is written.
#[derive(Serialize, ToSchema)]
struct Document {
    /// Always `about:blank`: the code says it all.
    #[serde(rename = "type")]
    kind: &'static str,
    /// In the language that the client accepts; English for one that does not say.
    title: String,
    status: u16,
    /// Stable, for programs.
    #[schema(example = "link_not_valid")]
    code: &'static str,
    /// In the same language as the title.
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
}

/// An error answer, before it is known who reads it.
#[derive(Clone, Debug)]
pub struct Problem {
    title: Phrase,
    status: StatusCode,
    code: &'static str,
    detail: Option<Phrase>,
    field: Option<String>,
    violations: Vec<Violation>,
    problems: Vec<Wrong>,
    /// Seconds; told in the header `Retry-After`.
    retry_after: Option<u64>,
}

impl utoipa::PartialSchema for Problem {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        Document::schema()
    }
}

impl utoipa::ToSchema for Problem {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
        Document::schemas(schemas);
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: Phrase) -> Self {
        Self {
            title,
            status,
            code,
            detail: None,
            field: None,
            violations: Vec::new(),
            problems: Vec::new(),
            retry_after: None,
        }
    }

    fn because(refusal: Refusal) -> Self {
        Self::new(status(refusal), refusal.code(), title(refusal))
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
            phrase!(title.method_not_allowed),
        )
    }

    /// The body is not what the operation takes. `detail` names the field, never its value.
    #[must_use]
    pub fn malformed(status: StatusCode, detail: Phrase) -> Self {
        Self {
            detail: Some(detail),
            ..Self::of_status(status)
        }
    }

    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::new(status, "malformed", phrase!(title.malformed)),
            StatusCode::FORBIDDEN => Self::new(status, "cross_site", phrase!(title.cross_site)),
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(),
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "timeout", phrase!(title.timeout)),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "body_too_large", phrase!(title.body_too_large)),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(status, "not_json", phrase!(title.not_json)),
            StatusCode::UNPROCESSABLE_ENTITY => Self::new(status, "unprocessable", phrase!(title.unprocessable)),
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
                detail: Some(phrase!(problem.all_facts, facts = facts_in_words(&facts))),
                field: facts.first().map(|fact| format!("facts.{}", fact.name)),
                ..problem
            },
            Refused::Template(problems) => Self {
                detail: Some(phrase!(problem.template)),
                problems,
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

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::from(Refused::from(refusal))
    }
}

impl Problem {
    fn written(&self, lang: Locale) -> Document {
        Document {
            kind: "about:blank",
            title: self.title.say(lang),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail.as_ref().map(|detail| detail.say(lang)),
            field: self.field.clone(),
            violations: self.violations.clone(),
            problems: self
                .problems
                .iter()
                .map(|wrong| TemplateProblem::told(wrong, lang))
                .collect(),
        }
    }

    fn answer(self, lang: Locale) -> Response {
        let mut response = (self.status, Json(self.written(lang))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
        headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// In English, until [`in_language`] knows better.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.answer(Locale::En)
    }
}

/// A problem in the language of whoever asked; any other answer as it is.
#[must_use]
pub fn in_language(mut response: Response, lang: Locale) -> Response {
    if lang == Locale::En {
        return response;
    }
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let mut told = problem.answer(lang);
    // What was said on the way, such as cookies, stays.
    let own: Vec<_> = told.headers().keys().cloned().collect();
    for (name, value) in response.headers() {
        if !own.contains(name) && name != header::CONTENT_LENGTH {
            told.headers_mut().append(name, value.clone());
        }
    }
    told
}

/// The status of an answer that refuses.
#[must_use]
pub fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::ResetUnavailable | Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::IdentifierMissing
        | Refusal::IdentifierMalformed
        | Refusal::PasswordRefused
        | Refusal::ConfirmationDiffers
        | Refusal::Invalid
        | Refusal::FactMalformed
        | Refusal::AddressMalformed
        | Refusal::CaptchaFailed => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::LinkNotValid | Refusal::RecoveryNotValid => StatusCode::GONE,
        Refusal::SignInRefused | Refusal::NotSignedIn => StatusCode::UNAUTHORIZED,
        Refusal::NotFound | Refusal::RecoveryOff => StatusCode::NOT_FOUND,
        Refusal::CurrentPasswordWrong
        | Refusal::Forbidden
        | Refusal::EndpointClosed
        | Refusal::ConfirmationNeeded
        | Refusal::NotRecognised
        | Refusal::CodeRefused => StatusCode::FORBIDDEN,
        Refusal::Conflict => StatusCode::CONFLICT,
        Refusal::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
