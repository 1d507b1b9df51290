//! `/password-policy/check`: the verdict on a password while it is typed.

use super::grant;
use super::json::Body;
use super::problem::Problem;
use crate::account::Account;
use crate::account::identifier::Identifier;
use crate::guard::limits::{POLICY_BY_CLIENT, spend};
use crate::latchkey::SharedLatchkey;
use crate::password::judge::verdict;
use crate::refused::{Fault, Refused};
use crate::reset::proof::by_token;
use crate::session;
use crate::web::visit::Visit;
use app::policy::Violation;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    password: String,
    /// Words of this name count as easy to guess; nobody is looked up.
    #[serde(default)]
    login_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Checked {
    accepted: bool,
    #[schema(value_type = Vec<String>, example = json!(["too_short"]))]
    violations: Vec<Violation>,
    /// 0 (guessed at once) to 4 (very hard to guess).
    #[schema(minimum = 0, maximum = 4)]
    strength: u8,
}

/// Judges a password. Who is signed in, or holds an opened link, is judged with the words about the owner.
#[utoipa::path(
    post, path = "/password-policy/check", tag = "password policy", request_body = Check,
    responses((status = 200, body = Checked), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub async fn check(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Body(check): Body<Check>,
) -> Result<Json<Checked>, Problem> {
    grant::require(&latchkey, &visit, None, |grants| grants.password_policy).await?;
    let settings = latchkey.settings().await.map_err(Refused::from)?;
    spend(
        &latchkey.store,
        &settings.limits,
        POLICY_BY_CLIENT,
        &visit.visitor,
        latchkey.now(),
    )
    .await?;
    let owner = match &check.login_name {
        Some(name) => Identifier::parse(name).ok().map(|_| named(name)),
        None => owner(&latchkey, &visit).await.map_err(Refused::from)?,
    };
    Ok(Json(match verdict(&settings, owner.as_ref(), &check.password).await {
        Ok(verdict) => Checked {
            accepted: verdict.accepted(),
            violations: verdict.violations,
            strength: verdict.strength,
        },
        Err(Refused::Password(violations)) => Checked {
            accepted: false,
            violations,
            strength: 0,
        },
        Err(other) => return Err(other.into()),
    }))
}

/// Whoever the visitor proves to be.
async fn owner(latchkey: &SharedLatchkey, visit: &Visit) -> Result<Option<Account>, Fault> {
    if let Some(token) = &visit.reset_token
        && let Ok(proved) = by_token(latchkey, token).await
    {
        return Ok(Some(proved.owner));
    }
    if let Some(token) = &visit.session_token
        && let Some(session) = session::resume(latchkey, token).await?
    {
        return latchkey.store.account(&session.account_id).await;
    }
    Ok(None)
}

/// A stand-in with nothing but a name.
fn named(login_name: &str) -> Account {
    use crate::account::profile::Profile;
    use crate::account::{Kind, Role, SignIn, Status};
    Account {
        id: String::new(),
        login_name: login_name.to_owned(),
        email: None,
        name: String::new(),
        profile: Profile::default(),
        kind: Kind::Person,
        sign_in: SignIn::Password,
        status: Status::Active,
        role: Role::User,
        locale: String::new(),
        password_hash: String::new(),
        credential_version: 0,
        recovery_locked_at: 0,
        created_at: 0,
    }
}
