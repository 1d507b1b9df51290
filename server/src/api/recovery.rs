//! `/recovery`: getting back in without the mailbox, step by step.

use super::grant;
use super::json::{Body, texts_or_nothing};
use super::list::Params;
use super::no_content;
use super::password_reset::is_tag;
use super::problem::Problem;
use super::sessions::SessionToken;
use crate::clock::rfc3339;
use crate::guard::captcha::Brought;
use crate::latchkey::SharedLatchkey;
use crate::recovery::complete::{self, Completed};
use crate::recovery::facts::{self, Started};
use crate::recovery::plan::{mailable, plan};
use crate::recovery::{case, code, mailbox, undo};
use crate::refused::Refused;
use crate::web::visit::Visit;
use app::phrase;
use app::view::{CaseState, FactField, FactKind};
use app::words::Locale;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// One fact that is asked for.
#[derive(Serialize, ToSchema)]
pub struct FactAsked {
    #[schema(example = "social_security_number")]
    name: String,
    #[schema(value_type = String, example = "social_security_number")]
    kind: FactKind,
    /// In the language of the request.
    #[schema(example = "Social security number")]
    label: String,
    /// Of a pick list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
    /// How it is written: `A` a letter, `9` a digit, `*` either.
    #[serde(skip_serializing_if = "String::is_empty")]
    format: String,
}

impl From<FactField> for FactAsked {
    fn from(field: FactField) -> Self {
        Self {
            name: field.name,
            kind: field.kind,
            label: field.label,
            options: field.options,
            format: field.format,
        }
    }
}

/// What a person without the mailbox may show instead.
#[derive(Serialize, ToSchema)]
pub struct RecoveryOffer {
    /// Whether facts are enough.
    enabled: bool,
    /// All of them are needed; empty while it is off.
    facts: Vec<FactAsked>,
    /// Whether a recovery code is enough.
    recovery_codes: bool,
}

/// Says what recovery asks for.
#[utoipa::path(
    get, path = "/recovery", tag = "recovery",
    responses(
        (status = 200, body = RecoveryOffer),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(State(latchkey): State<SharedLatchkey>, visit: Visit) -> Result<Json<RecoveryOffer>, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    let settings = latchkey.settings().await.map_err(Refused::from)?;
    let plan = plan(&latchkey, &settings).await.map_err(Refused::from)?;
    let lang = visit.lang;
    Ok(Json(RecoveryOffer {
        enabled: plan.is_some(),
        facts: plan
            .into_iter()
            .flat_map(|plan| plan.asked)
            .map(|attribute| attribute.field(lang).into())
            .collect(),
        recovery_codes: mailable(&latchkey, &settings),
    }))
}

/// Facts, or a recovery code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryProof {
    /// Every fact that `GET /recovery` names, by name.
    #[serde(default, deserialize_with = "texts_or_nothing")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "email": "ada@example.org", "social_security_number": "123-45-6789" }))]
    facts: Option<BTreeMap<String, String>>,
    #[serde(default)]
    #[schema(example = "ABCD-EFGH-JKLM-NPQR", max_length = 200)]
    recovery_code: Option<String>,
    /// Language of the mails to the new address, e.g. `en`.
    #[serde(default)]
    #[schema(example = "en", max_length = 35)]
    locale: Option<String>,
    /// The answer to a challenge of `GET /captcha`, or the provider's token.
    #[serde(default, deserialize_with = "super::captcha::answer")]
    #[schema(max_length = 8192)]
    captcha: Option<String>,
}

/// A recovery begun.
#[derive(Serialize, ToSchema)]
pub struct RecoveryBegun {
    /// A secret: whoever has it can go on.
    recovery: String,
    /// RFC 3339, UTC.
    expires_at: String,
}

/// Proves who somebody is. Facts that are not all of one and the same account get one answer, whatever is wrong; after a few of them
/// the accounts that they pointed at have no recovery by facts until a reset succeeds.
#[utoipa::path(
    post, path = "/recovery", tag = "recovery", request_body = RecoveryProof,
    responses(
        (status = 201, body = RecoveryBegun),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "not_recognised, whatever the reason"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "recovery_off"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "captcha_failed; or fact_malformed: `field` names the first, `detail` says what is wrong with each; no try is counted"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "too_many_requests, whoever is meant"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn start(
    State(latchkey): State<SharedLatchkey>,
    mut visit: Visit,
    Body(proof): Body<RecoveryProof>,
) -> Result<(StatusCode, Json<RecoveryBegun>), Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    if let Some(locale) = &proof.locale {
        if !is_tag(locale) {
            let problem = phrase!(problem.locale_no_tag);
            return Err(Problem::malformed(StatusCode::UNPROCESSABLE_ENTITY, problem));
        }
        visit.visitor.locale = Locale::of_tag(locale).unwrap_or(visit.lang).to_string();
    }
    let captcha = Brought::of(proof.captcha.as_deref());
    let Started { handle, expires_at } = match (&proof.facts, &proof.recovery_code) {
        (Some(facts), None) => facts::start(&latchkey, &visit.visitor, facts, captcha).await?,
        (None, Some(code)) => code::start(&latchkey, &visit.visitor, code, captcha).await?,
        _ => {
            return Err(Problem::malformed(
                StatusCode::UNPROCESSABLE_ENTITY,
                phrase!(problem.facts_or_code),
            ));
        }
    };
    let begun = RecoveryBegun {
        recovery: handle,
        expires_at: rfc3339(expires_at),
    };
    Ok((StatusCode::CREATED, Json(begun)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryAddress {
    recovery: String,
    #[schema(example = "ada@new.example", max_length = 254)]
    email: String,
}

/// Mails a code to a new address. The answer is the same for an address that is another account's; an earlier code dies in any case.
#[utoipa::path(
    post, path = "/recovery/email", tag = "recovery", request_body = RecoveryAddress,
    responses(
        (status = 202, description = "A code is on its way, if the address can be the new one"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "recovery_not_valid, whatever the reason"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "address_malformed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn email(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(body): Body<RecoveryAddress>,
) -> Result<StatusCode, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    mailbox::set_address(&latchkey, &visit.visitor, &body.recovery, &body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCode {
    recovery: String,
    #[schema(example = "ABCD-2345", max_length = 200)]
    code: String,
}

/// Proves the new address by the code mailed there. Five tries for each address given.
#[utoipa::path(
    post, path = "/recovery/code", tag = "recovery", request_body = RecoveryCode,
    responses(
        (status = 204),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "code_refused"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "recovery_not_valid, whatever the reason"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn prove(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(body): Body<RecoveryCode>,
) -> Result<Response, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    mailbox::prove(&latchkey, &visit.visitor, &body.recovery, &body.code).await?;
    Ok(no_content())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryPassword {
    recovery: String,
    password: String,
}

/// Waits for staff.
#[derive(Serialize, ToSchema)]
pub struct AwaitingApproval {
    /// Always `awaiting_approval`.
    #[schema(example = "awaiting_approval")]
    state: &'static str,
    /// For `GET /recovery/case?receipt=…`.
    #[schema(example = "ABCD-EFGH-JKLM-NPQR")]
    receipt: String,
}

/// Changes address and password together and ends every session; both mailboxes are told.
#[utoipa::path(
    post, path = "/recovery/complete", tag = "recovery", request_body = RecoveryPassword,
    responses(
        (status = 200, body = SessionToken, description = "Recovered, and the person is signed in: recovery.sign_in says so"),
        (status = 202, body = AwaitingApproval, description = "Nothing is changed yet: recovery.approval says so"),
        (status = 204, description = "Recovered"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "recovery_not_valid, whatever the reason"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "password_refused with violations; nothing is spent"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn complete(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(body): Body<RecoveryPassword>,
) -> Result<Response, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    let completed = complete::complete(&latchkey, &visit.visitor, &body.recovery, &body.password).await?;
    Ok(match completed {
        Completed::Done { session: Some(opened) } => Json(SessionToken::new(opened)).into_response(),
        Completed::Done { session: None } => no_content(),
        Completed::Awaiting { receipt } => {
            let state = "awaiting_approval";
            (StatusCode::ACCEPTED, Json(AwaitingApproval { state, receipt })).into_response()
        }
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryUndo {
    /// The key in the link of the mail to the old address.
    token: String,
}

/// Stops a recovery that is under way, or takes back one that is finished: the old address counts again, everybody is signed out, the
/// password is gone, and recovery by facts is locked.
#[utoipa::path(
    post, path = "/recovery/undo", tag = "recovery", request_body = RecoveryUndo,
    responses(
        (status = 204),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "link_not_valid, whatever the reason"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn undo(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(body): Body<RecoveryUndo>,
) -> Result<Response, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    undo::undo(&latchkey, &visit.visitor, &body.token).await?;
    Ok(no_content())
}

/// Which recovery is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// As `POST /recovery/complete` answered it; case, spaces and dashes do not matter.
    #[param(example = "ABCD-EFGH-JKLM-NPQR")]
    receipt: String,
}

#[derive(Serialize, ToSchema)]
pub struct RecoveryDecision {
    /// `awaiting`, `approved`, `refused`, or `over` when nobody decided in time or the account changed.
    #[schema(value_type = String, example = "awaiting")]
    state: CaseState,
}

/// What staff decided.
#[utoipa::path(
    get, path = "/recovery/case", tag = "recovery", params(CaseQuery),
    responses(
        (status = 200, body = RecoveryDecision),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn decision(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Params(query): Params<CaseQuery>,
) -> Result<Json<RecoveryDecision>, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.recovery).await?;
    let state = case::state(&latchkey, &query.receipt).await?;
    Ok(Json(RecoveryDecision { state }))
}
