//! From a credential to staff.

use super::{Scope, Staff, Who};
use crate::account::{Role, Status};
use crate::clock::MINUTE;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::secret::digest;
use crate::session;
use app::outcome::Refusal;

/// What every API key starts with, so that scanners for leaked secrets recognise one.
pub const KEY_PREFIX: &str = "lk_";

/// Use of a key is noted at most this often.
const USED_EVERY: i64 = MINUTE;

/// The staff behind a bearer: an API key or a session's token.
///
/// # Errors
/// [`Refusal::NotSignedIn`] for a credential that opens nothing, [`Refusal::Forbidden`] for one of somebody without a role.
pub async fn recognise(latchkey: &Latchkey, visitor: &Visitor, bearer: &str) -> Result<Staff, Refused> {
    let who = if bearer.starts_with(KEY_PREFIX) {
        key(latchkey, bearer).await?
    } else {
        person(latchkey, bearer).await?
    };
    Ok(Staff {
        who,
        visitor: visitor.clone(),
    })
}

async fn person(latchkey: &Latchkey, token: &str) -> Result<Who, Refused> {
    let session = session::resume(latchkey, token).await?.ok_or(Refusal::NotSignedIn)?;
    let account = latchkey
        .store
        .account(&session.account_id)
        .await?
        .filter(|account| account.status == Status::Active)
        .ok_or(Refusal::NotSignedIn)?;
    if account.role == Role::User {
        return Err(Refusal::Forbidden.into());
    }
    Ok(Who::Person {
        account: Box::new(account),
        session: Box::new(session),
    })
}

async fn key(latchkey: &Latchkey, bearer: &str) -> Result<Who, Refused> {
    let now = latchkey.now();
    let row = latchkey
        .store
        .api_key(&digest(bearer))
        .await?
        .ok_or(Refusal::NotSignedIn)?;
    if now - row.last_used_at >= USED_EVERY {
        let mut write = latchkey.store.write().await?;
        write.touch_api_key(&row.id, now).await?;
        write.commit().await?;
    }
    // A scope that this version does not know gives nothing.
    let scopes = row
        .scopes
        .split(' ')
        .filter_map(|scope| scope.parse::<Scope>().ok())
        .collect();
    Ok(Who::Key {
        id: row.id,
        name: row.name,
        scopes,
    })
}
