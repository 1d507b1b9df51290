//! Facts: what may be asked for, what is on file about an account, and one's own. Values go in and never come out (security 92).

use super::json::{Body, texts};
use super::no_content;
use super::problem::Problem;
use super::signed_in;
use super::staff::OnDuty;
use crate::clock::rfc3339;
use crate::fact::file::{self, OnFile};
use crate::fact::{Attribute, attribute};
use crate::latchkey::SharedLatchkey;
use crate::recovery::code;
use crate::web::visit::Visit;
use app::view::FactKind;
use app::words::Locale;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What may be asked for.
#[derive(Serialize, ToSchema)]
pub struct AttributeShown {
    #[schema(example = "member_number")]
    name: String,
    #[schema(value_type = String, example = "number")]
    kind: FactKind,
    /// By language; empty for built-in ones.
    labels: BTreeMap<String, String>,
    options: Vec<String>,
    format: String,
    proves: bool,
    locates: bool,
    built_in: bool,
}

impl From<Attribute> for AttributeShown {
    fn from(attribute: Attribute) -> Self {
        Self {
            built_in: attribute.is_built_in(),
            name: attribute.name,
            kind: attribute.kind,
            labels: attribute.labels,
            options: attribute.options,
            format: attribute.format,
            proves: attribute.proves,
            locates: attribute.locates,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct AttributesShown {
    items: Vec<AttributeShown>,
    next_cursor: Option<String>,
}

/// Lists what may be asked for, built-in facts first.
#[utoipa::path(
    get, path = "/attributes", tag = "facts", security(("session" = []), ("api_key" = ["settings:read"])),
    responses(
        (status = 200, body = AttributesShown),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn attributes(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<AttributesShown>, Problem> {
    let all = attribute::list(&latchkey, &staff).await?;
    Ok(Json(AttributesShown {
        items: all.into_iter().map(AttributeShown::from).collect(),
        next_cursor: None,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeDefinition {
    /// `short_text`, `number`, `date` or `pick_list`.
    #[schema(value_type = String, example = "number")]
    kind: FactKind,
    /// By language.
    #[serde(deserialize_with = "texts")]
    #[schema(example = json!({ "en": "Member number" }))]
    labels: BTreeMap<String, String>,
    /// Of a pick list.
    #[serde(default)]
    options: Vec<String>,
    /// Of texts and numbers: `A` a letter, `9` a digit, `*` either; spaces, dashes, dots and slashes between.
    #[serde(default)]
    #[schema(example = "9999-9999", max_length = 80)]
    format: String,
    /// Whether recovery may ask for it.
    #[serde(default = "yes")]
    proves: bool,
    /// Whether an account can be found by it; never by dates and pick lists.
    #[serde(default)]
    locates: bool,
}

const fn yes() -> bool {
    true
}

/// Defines an attribute, or changes what may still change about one.
#[utoipa::path(
    put, path = "/attributes/{name}", tag = "facts", security(("session" = []), ("api_key" = ["settings:write"])),
    params(("name" = String, Path, pattern = "^[a-z][a-z0-9_]{0,39}$")), request_body = AttributeDefinition,
    responses(
        (status = 204),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: built in, in use, or facts of it are on file"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `field` names it"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn define(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(name): Path<String>,
    Body(body): Body<AttributeDefinition>,
) -> Result<Response, Problem> {
    let wanted = Attribute {
        name,
        kind: body.kind,
        labels: body.labels,
        options: body.options,
        format: body.format,
        proves: body.proves,
        locates: body.locates,
    };
    attribute::define(&latchkey, &staff, &wanted).await?;
    Ok(no_content())
}

/// Removes an attribute and every fact of it.
#[utoipa::path(
    delete, path = "/attributes/{name}", tag = "facts", security(("session" = []), ("api_key" = ["settings:write"])),
    params(("name" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: built in, or recovery asks for it"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn undefine(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    attribute::remove(&latchkey, &staff, &name).await?;
    Ok(no_content())
}

/// Whether a fact is on file. What it is, nobody can read.
#[derive(Serialize, ToSchema)]
pub struct FactState {
    #[schema(example = "social_security_number")]
    name: String,
    #[schema(value_type = String, example = "social_security_number")]
    kind: FactKind,
    label: String,
    on_file: bool,
    set_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct FactStates {
    items: Vec<FactState>,
    next_cursor: Option<String>,
}

impl FactStates {
    fn of(facts: Vec<OnFile>, lang: Locale) -> Self {
        let items = facts.into_iter().map(|fact| FactState {
            label: fact.attribute.label(lang).to_owned(),
            kind: fact.attribute.kind,
            on_file: fact.set_at.is_some(),
            set_at: fact.set_at.map(rfc3339),
            name: fact.attribute.name,
        });
        Self {
            items: items.collect(),
            next_cursor: None,
        }
    }
}

/// Says which facts are on file about an account.
#[utoipa::path(
    get, path = "/accounts/{id}/facts", tag = "facts", security(("session" = []), ("api_key" = ["accounts:read"])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = FactStates),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Json<FactStates>, Problem> {
    let facts = file::on_file(&latchkey, &staff, &id).await?;
    Ok(Json(FactStates::of(facts, visit.lang)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactValue {
    #[schema(example = "123-45-6789", min_length = 1, max_length = 300)]
    value: String,
}

/// Puts a fact on file, in place of an earlier one. It can never be read again.
#[utoipa::path(
    put, path = "/accounts/{id}/facts/{name}", tag = "facts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path), ("name" = String, Path)), request_body = FactValue,
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: the address is changed as such"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `value` cannot be such a fact"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn set(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path((id, name)): Path<(String, String)>,
    Body(body): Body<FactValue>,
) -> Result<Response, Problem> {
    file::set(&latchkey, &staff, &id, &name, &body.value).await?;
    Ok(no_content())
}

/// Takes a fact off file.
#[utoipa::path(
    delete, path = "/accounts/{id}/facts/{name}", tag = "facts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path), ("name" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    file::remove(&latchkey, &staff, &id, &name).await?;
    Ok(no_content())
}

/// Says which of one's own facts are on file.
#[utoipa::path(
    get, path = "/me/facts", tag = "me", security(("session" = [])),
    responses(
        (status = 200, body = FactStates),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn own(State(latchkey): State<SharedLatchkey>, visit: Visit) -> Result<Json<FactStates>, Problem> {
    let session = signed_in::session(&latchkey, &visit).await?;
    let account = file::owner(&latchkey, &session).await?;
    let facts = file::of(&latchkey, &account).await?;
    Ok(Json(FactStates::of(facts, visit.lang)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnFactValue {
    /// Null or empty takes it off file.
    #[schema(example = "123-45-6789", max_length = 300)]
    value: Option<String>,
    current_password: String,
}

/// Puts one's own fact on file, or takes it off; a mail tells of it.
#[utoipa::path(
    put, path = "/me/facts/{name}", tag = "me", security(("session" = [])),
    params(("name" = String, Path)), request_body = OwnFactValue,
    responses(
        (status = 204),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "current_password_wrong"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "fact_malformed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn set_own(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Path(name): Path<String>,
    Body(body): Body<OwnFactValue>,
) -> Result<Response, Problem> {
    let session = signed_in::session(&latchkey, &visit).await?;
    let value = body.value.unwrap_or_default();
    file::set_own(
        &latchkey,
        &visit.visitor,
        &session,
        &name,
        &value,
        &body.current_password,
    )
    .await?;
    Ok(no_content())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodesWish {
    current_password: String,
}

/// Recovery codes, shown this once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    #[schema(example = json!(["ABCD-EFGH-JKLM-NPQR"]))]
    codes: Vec<String>,
}

/// Makes ten recovery codes in place of all earlier ones; a mail tells of it.
#[utoipa::path(
    post, path = "/me/recovery-codes", tag = "me", security(("session" = [])), request_body = CodesWish,
    responses(
        (status = 201, body = RecoveryCodes),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "current_password_wrong"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn make_codes(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(body): Body<CodesWish>,
) -> Result<(StatusCode, Json<RecoveryCodes>), Problem> {
    let session = signed_in::session(&latchkey, &visit).await?;
    let codes = code::make(&latchkey, &visit.visitor, &session, &body.current_password).await?;
    Ok((StatusCode::CREATED, Json(RecoveryCodes { codes })))
}
