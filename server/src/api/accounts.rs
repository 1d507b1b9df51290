//! `/accounts`: find, add, change and remove accounts, and help their owners. No operation takes or shows a password (A6).

use super::json::{self, Body};
use super::list::{Page, Params, after, limit};
use super::no_content;
use super::problem::Problem;
use super::sessions::{Listed, Sessions};
use super::staff::OnDuty;
use crate::account::add::{NewPerson, create};
use crate::account::change::{Change, NewAddress, change as change_account};
use crate::account::profile::{Patch, Profile};
use crate::account::search::{self, Wanted};
use crate::account::{self, Kind, Role, SignIn, Status};
use crate::clock::rfc3339;
use crate::latchkey::SharedLatchkey;
use crate::reset::start::start;
use crate::store::After;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An account. What its owner knows is not in it.
#[derive(Serialize, ToSchema)]
pub struct Account {
    #[schema(example = "5f0c2d6f7b3e4f0a9d1c8b7a6e5d4c3b")]
    id: String,
    #[schema(example = "ada")]
    login_name: String,
    /// Where its mail goes; null where there is none, and then no reset by mail.
    #[schema(example = "ada@example.org")]
    email: Option<String>,
    /// Both names of a joint account.
    #[schema(example = "Ada Lovelace")]
    name: String,
    profile: Profile,
    kind: Kind,
    sign_in: SignIn,
    status: Status,
    #[schema(example = "en")]
    locale: String,
    role: Role,
    /// Whether recovery by facts is switched off for it, after tries that did not fit.
    recovery_locked: bool,
    #[schema(example = "2026-03-09T14:05:07Z")]
    created_at: String,
}

impl From<account::Account> for Account {
    fn from(account: account::Account) -> Self {
        Self {
            recovery_locked: account.recovery_locked(),
            id: account.id,
            login_name: account.login_name,
            email: account.email,
            name: account.name,
            profile: account.profile,
            kind: account.kind,
            sign_in: account.sign_in,
            status: account.status,
            locale: account.locale,
            role: account.role,
            created_at: rfc3339(account.created_at),
        }
    }
}

/// Which accounts are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountFilter {
    /// A part of login name, address or name.
    #[param(max_length = 254, example = "ada")]
    search: Option<String>,
    #[param(inline)]
    status: Option<Status>,
    #[param(inline)]
    role: Option<Role>,
    #[param(inline)]
    sign_in: Option<SignIn>,
    /// Items of the page; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists accounts, the newest first.
#[utoipa::path(
    get, path = "/accounts", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:read"])), params(AccountFilter),
    responses(
        (status = 200, body = Page<Account>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Params(filter): Params<AccountFilter>,
) -> Result<Json<Page<Account>>, Problem> {
    let wanted = Wanted {
        search: filter.search,
        status: filter.status,
        role: filter.role,
        sign_in: filter.sign_in,
    };
    let limit = limit(filter.limit)?;
    let after = after(filter.cursor.as_deref())?;
    let accounts = search::list(&latchkey, &staff, &wanted, &after, limit + 1).await?;
    let place = |account: &account::Account| After {
        at: account.created_at,
        id: account.id.clone(),
    };
    Ok(Json(Page::of(accounts, limit, place, Account::from)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    #[schema(example = "ada", min_length = 1, max_length = 254)]
    login_name: String,
    #[serde(default)]
    #[schema(example = "ada@example.org", max_length = 254)]
    email: Option<String>,
    /// Made of the profile where it is left out; with the spouse's, where the account is joint.
    #[serde(default)]
    #[schema(example = "Ada Lovelace", max_length = 200)]
    name: String,
    #[serde(default, deserialize_with = "json::object")]
    profile: Patch,
    #[serde(default = "person")]
    kind: Kind,
    #[serde(default = "by_password")]
    sign_in: SignIn,
    #[serde(default = "user")]
    role: Role,
    #[serde(default)]
    #[schema(example = "en", min_length = 1, max_length = 35, pattern = "^[A-Za-z0-9-]+$")]
    locale: Option<String>,
    /// The acting person's own, where the new account is staff; keys cannot make one.
    #[serde(default)]
    current_password: Option<String>,
}

const fn person() -> Kind {
    Kind::Person
}

const fn by_password() -> SignIn {
    SignIn::Password
}

const fn user() -> Role {
    Role::User
}

/// Adds an account without a password: start a reset for it, or its owner asks for one.
#[utoipa::path(
    post, path = "/accounts", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])), request_body = NewAccount,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200, pattern = "^[!-~]+$", description = "The same key and body again answer the same and do nothing twice")),
    responses(
        (status = 201, body = Account, headers(("location" = String, description = "The new account"))),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "forbidden, confirmation_needed, current_password_wrong"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: `field` is another account's"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `field` names it"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn add(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Body(new): Body<NewAccount>,
) -> Result<Response, Problem> {
    let locale = match new.locale {
        Some(locale) => locale,
        None => latchkey
            .settings()
            .await
            .map_err(crate::refused::Refused::from)?
            .branding
            .default_locale
            .to_string(),
    };
    let person = NewPerson {
        login_name: new.login_name,
        email: new.email,
        name: new.name,
        profile: Profile::default().with(&new.profile),
        kind: new.kind,
        sign_in: new.sign_in,
        role: new.role,
        locale,
    };
    let id = create(&latchkey, &staff, person, new.current_password.as_deref()).await?;
    let account = search::existing(&latchkey, &id).await?;
    let location = [(header::LOCATION, format!("{}/accounts/{id}", super::BASE))];
    Ok((StatusCode::CREATED, location, Json(Account::from(account))).into_response())
}

/// Shows one account.
#[utoipa::path(
    get, path = "/accounts/{id}", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:read"])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = Account),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Json<Account>, Problem> {
    Ok(Json(search::show(&latchkey, &staff, &id).await?.into()))
}

/// What is to be different; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    #[serde(default)]
    #[schema(example = "ada", min_length = 1, max_length = 254)]
    login_name: Option<String>,
    /// Null takes the address away.
    #[serde(default, deserialize_with = "address")]
    #[schema(value_type = Option<String>, example = "ada@example.org", max_length = 254)]
    email: NewAddress,
    /// Empty: made of the profile again, and following it.
    #[serde(default)]
    #[schema(example = "Ada Lovelace", max_length = 200)]
    name: Option<String>,
    #[serde(default, deserialize_with = "json::object")]
    profile: Patch,
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    sign_in: Option<SignIn>,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    #[schema(example = "en", min_length = 1, max_length = 35, pattern = "^[A-Za-z0-9-]+$")]
    locale: Option<String>,
    /// The acting person's own, where `role` changes; keys cannot change it.
    #[serde(default)]
    current_password: Option<String>,
}

/// Left out is not the same as null.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NewAddress, D::Error> {
    Ok(match Option::deserialize(deserializer)? {
        None => NewAddress::Remove,
        Some(address) => NewAddress::Set(address),
    })
}

/// Changes an account. Its owner is told of everything that concerns getting in; a new address is told to the old one as well.
#[utoipa::path(
    patch, path = "/accounts/{id}", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path)), request_body = AccountPatch,
    responses(
        (status = 200, body = Account),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "forbidden, confirmation_needed, current_password_wrong"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: another account's name or address, one's own account, the last administrator"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `field` names it"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn change(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
    Body(patch): Body<AccountPatch>,
) -> Result<Json<Account>, Problem> {
    let wanted = Change {
        login_name: patch.login_name,
        email: patch.email,
        name: patch.name,
        profile: patch.profile,
        kind: patch.kind,
        sign_in: patch.sign_in,
        status: patch.status,
        role: patch.role,
        locale: patch.locale,
    };
    let password = patch.current_password.as_deref();
    Ok(Json(
        change_account(&latchkey, &staff, &id, &wanted, password).await?.into(),
    ))
}

/// Removes an account and everything stored with it, for good. What happened to it stays in the audit trail, under its id only.
#[utoipa::path(
    delete, path = "/accounts/{id}", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: one's own account, the last administrator"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    account::remove::remove(&latchkey, &staff, &id).await?;
    Ok(no_content())
}

/// The receipt of a request.
#[derive(Serialize, ToSchema)]
pub struct Started {
    /// For `GET /password-resets?receipt=…`; it opens nothing.
    #[schema(example = "7KQ2-M8XW-3HTC-9DPV")]
    receipt: String,
}

/// Mails the owner a link to choose a new password. Whoever starts it sees neither link nor code.
#[utoipa::path(
    post, path = "/accounts/{id}/password-reset", tag = "accounts", security(("session" = []), ("api_key" = ["resets:start"])),
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200, pattern = "^[!-~]+$", description = "The same key again answers the same and mails nothing twice"),
    ),
    responses(
        (status = 202, body = Started),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: `detail` says why this account cannot have one"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "reset_unavailable"),
    ),
)]
pub async fn start_reset(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    let receipt = start(&latchkey, &staff, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Started { receipt })))
}

/// Lists the sessions of an account, the newest first.
#[utoipa::path(
    get, path = "/accounts/{id}/sessions", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:read"])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = Sessions),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn sessions(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Json<Sessions>, Problem> {
    let sessions = search::sessions(&latchkey, &staff, &id).await?;
    let items = sessions.into_iter().map(|session| Listed::new(session, "")).collect();
    Ok(Json(Sessions::all(items)))
}

/// Ends all sessions of an account and tells its owner.
#[utoipa::path(
    delete, path = "/accounts/{id}/sessions", tag = "accounts", security(("session" = []), ("api_key" = ["accounts:write"])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn end_sessions(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    account::sessions::end_all(&latchkey, &staff, &id).await?;
    Ok(no_content())
}
