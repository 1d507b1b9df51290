//! `/password-reset`: ask, verify, complete.

use super::grant;
use super::json::Body;
use super::no_content;
use super::problem::Problem;
use super::sessions::SessionToken;
use crate::clock::rfc3339;
use crate::latchkey::SharedLatchkey;
use crate::refused::{Fault, Refused};
use crate::reset::proof::{Proof, prove};
use crate::reset::{complete as completion, request as asking};
use crate::staff::Scope;
use crate::web::visit::Visit;
use app::phrase;
use app::words::{Locale, generic_answer};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Login name or e-mail address.
    #[schema(example = "ada@example.org", min_length = 1, max_length = 256)]
    identifier: String,
    /// Language of page and mail, e.g. `en`.
    #[serde(default)]
    #[schema(example = "en", max_length = 35)]
    locale: Option<String>,
    /// Where the person goes on after the reset: a path of this site, or a page of a site that the settings list.
    #[serde(default)]
    #[schema(example = "/app", max_length = 500)]
    target: Option<String>,
    /// The answer to a challenge of `GET /captcha`, or the provider's token. An API key of scope `resets:request` needs none.
    #[serde(default, deserialize_with = "super::captcha::answer")]
    #[schema(max_length = 8192)]
    captcha: Option<String>,
}

/// The same for everyone.
#[derive(Serialize, ToSchema)]
pub struct Asked {
    /// What to show, whoever was named.
    message: String,
    /// Names this request to the code and to support.
    #[schema(example = "ABCD-EFGH-JKLM-NPQR")]
    receipt: String,
}

/// Asks for a reset mail. The answer does not depend on whether the account exists. Where `grants.password_reset` closed this call,
/// an API key of scope `resets:request` may use it all the same.
#[utoipa::path(
    post, path = "/password-reset", tag = "password reset", request_body = Ask,
    responses(
        (status = 202, body = Asked),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "captcha_failed, whoever is named; or a field is not possible"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "reset_unavailable"),
    ),
)]
pub async fn request(
    State(latchkey): State<SharedLatchkey>,
    mut visit: Visit,
    Body(ask): Body<Ask>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    grant::require(&latchkey, &visit, Some(Scope::ResetsRequest), |grants| {
        grants.password_reset
    })
    .await?;
    if let Some(locale) = ask.locale {
        if !is_tag(&locale) {
            let problem = phrase!(problem.locale_no_tag);
            return Err(Problem::malformed(StatusCode::UNPROCESSABLE_ENTITY, problem));
        }
        visit.lang = Locale::of_tag(&locale).unwrap_or(visit.lang);
        visit.visitor.locale = visit.lang.to_string();
    }
    let captcha = grant::brought(&latchkey, &visit, Scope::ResetsRequest, ask.captcha.as_deref()).await?;
    let target = ask.target.as_deref();
    let receipt = asking::request(&latchkey, &visit.visitor, &ask.identifier, target, captcha).await?;
    let settings = latchkey.settings().await.map_err(Refused::from)?;
    let own_words = settings.reset.generic_response.get(&visit.visitor.locale).cloned();
    let message = own_words.unwrap_or_else(|| generic_answer(visit.lang).to_owned());
    Ok((StatusCode::ACCEPTED, Json(Asked { message, receipt })))
}

/// Whether it can be a language at all; one that we do not speak is no mistake.
pub(super) fn is_tag(tag: &str) -> bool {
    (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The token of the link, or receipt and code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    #[schema(example = "ABCD-EFGH-JKLM-NPQR")]
    receipt: Option<String>,
    #[serde(default)]
    #[schema(example = "ABCD-2345")]
    code: Option<String>,
}

/// What the proof opens. Nothing is spent.
#[derive(Serialize, ToSchema)]
pub struct Verified {
    /// RFC 3339, UTC.
    expires_at: String,
    /// The login name, of which all but the first characters are hidden.
    #[schema(example = "ad…")]
    account_hint: String,
    policy: Policy,
}

/// Rules for the new password.
#[derive(Serialize, ToSchema)]
pub struct Policy {
    min_length: u32,
    max_length: u32,
    min_non_alphanumeric: u32,
    min_digits: u32,
}

/// Checks a link or code without spending it.
#[utoipa::path(
    post, path = "/password-reset/verify", tag = "password reset", request_body = Verify,
    responses(
        (status = 200, body = Verified),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "link_not_valid, whatever the reason"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn verify(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(verify): Body<Verify>,
) -> Result<Json<Verified>, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.password_reset_verify).await?;
    let proof = proof(verify.token, verify.receipt, verify.code).ok_or_else(no_proof)?;
    let proved = prove(&latchkey, &visit.visitor, &proof).await?;
    let fault = |fault: Fault| Problem::from(Refused::from(fault));
    let policy = latchkey.settings().await.map_err(fault)?.password;
    Ok(Json(Verified {
        expires_at: rfc3339(proved.expires_at),
        account_hint: proved.owner.login_name.chars().take(2).chain(['…']).collect(),
        policy: Policy {
            min_length: policy.min_length,
            max_length: app::policy::MAX_LENGTH,
            min_non_alphanumeric: policy.min_non_alphanumeric,
            min_digits: policy.min_digits,
        },
    }))
}

/// A proof and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    receipt: Option<String>,
    #[serde(default)]
    code: Option<String>,
    password: String,
    /// When given, it must be the owner's; otherwise nothing happens.
    #[serde(default)]
    login_name: Option<String>,
}

/// Sets the new password and spends the link.
#[utoipa::path(
    post, path = "/password-reset/complete", tag = "password reset", request_body = Complete,
    responses(
        (status = 200, body = SessionToken, description = "The same, and the person is signed in: reset.sign_in says so"),
        (status = 204, description = "The password is changed, all sessions are ended"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "link_not_valid, whatever the reason"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "password_refused with violations; nothing is spent"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn complete(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(complete): Body<Complete>,
) -> Result<Response, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.password_reset_complete).await?;
    let proof = proof(complete.token, complete.receipt, complete.code).ok_or_else(no_proof)?;
    let completed = completion::complete(
        &latchkey,
        &visit.visitor,
        &proof,
        &complete.password,
        complete.login_name.as_deref(),
    )
    .await?;
    Ok(match completed.session {
        Some(opened) => Json(SessionToken::new(opened)).into_response(),
        None => no_content(),
    })
}

fn proof(token: Option<String>, receipt: Option<String>, code: Option<String>) -> Option<Proof> {
    match (token, receipt, code) {
        (Some(token), None, None) => Some(Proof::Token(token)),
        (None, Some(receipt), Some(code)) => Some(Proof::Code { receipt, code }),
        _ => None,
    }
}

fn no_proof() -> Problem {
    Problem::malformed(StatusCode::UNPROCESSABLE_ENTITY, phrase!(problem.token_or_code))
}
