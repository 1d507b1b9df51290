//! API keys: what programs show instead of a password. Known to whoever made them and to nobody else, this server included (A3).

use super::confirm::confirm;
use super::recognise::KEY_PREFIX;
use super::{Permission, Scope, Staff, Who};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::secret::{digest, has_id_shape, new_bearer, new_id};
use crate::store::{After, ApiKeyRow};
use app::outcome::Refusal;
use app::phrase;

/// Longest name of a key, in characters.
pub const LONGEST_NAME: usize = 80;

/// A key just made: `key` is shown once.
pub struct Made {
    pub id: String,
    pub key: String,
}

/// Makes a key. People confirm with their own password; a key makes no key that may more than itself.
///
/// # Errors
/// [`Refusal::Forbidden`], what [`confirm`] refuses, [`Refusal::Invalid`] for `name` and `scopes`.
pub async fn add(
    latchkey: &Latchkey,
    staff: &Staff,
    name: &str,
    scopes: &[Scope],
    password: Option<&str>,
) -> Result<Made, Refused> {
    staff.require(Permission::ManageKeys)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let problem = phrase!(problem.up_to_plain_characters, count = LONGEST_NAME);
        return Err(Refused::invalid("name", problem));
    }
    if scopes.is_empty() {
        return Err(Refused::invalid("scopes", phrase!(problem.scopes_missing)));
    }
    if let Who::Key { scopes: own, .. } = &staff.who
        && let Some(more) = scopes.iter().find(|scope| !own.contains(scope))
    {
        return Err(Refused::invalid(
            "scopes",
            phrase!(problem.scope_beyond, scope = more.as_str()),
        ));
    }
    confirm(latchkey, staff, password).await?;
    // In the order of the list, each once.
    let scopes: Vec<_> = Scope::ALL
        .iter()
        .filter(|scope| scopes.contains(scope))
        .map(|scope| scope.as_str())
        .collect();
    let scopes = scopes.join(" ");
    let (id, key, now) = (new_id(), format!("{KEY_PREFIX}{}", new_bearer()), latchkey.now());
    let row = ApiKeyRow {
        id: id.clone(),
        name: name.to_owned(),
        scopes: scopes.clone(),
        created_by: staff.actor(),
        created_at: now,
        last_used_at: 0,
    };
    let mut write = latchkey.store.write().await?;
    write.add_api_key(&row, &digest(&key)).await?;
    let detail = format!("{name}: {scopes}");
    let entry = Entry::success(Event::ApiKeyAdded, "").about(&id).saying(&detail);
    audit::record_staff(&mut write, staff, now, entry);
    write.commit().await?;
    Ok(Made { id, key })
}

/// Keys, the newest first: names and scopes, never the key.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn list(latchkey: &Latchkey, staff: &Staff, after: &After, limit: i64) -> Result<Vec<ApiKeyRow>, Refused> {
    staff.require(Permission::ManageKeys)?;
    Ok(latchkey.store.api_keys(after, limit).await?)
}

/// Removes a key; it opens nothing from now on.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`].
pub async fn remove(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<(), Refused> {
    staff.require(Permission::ManageKeys)?;
    if !has_id_shape(id) {
        return Err(Refusal::NotFound.into());
    }
    let mut write = latchkey.store.write().await?;
    if !write.remove_api_key(id).await? {
        return Err(Refusal::NotFound.into());
    }
    let entry = Entry::success(Event::ApiKeyRemoved, "").about(id);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    Ok(())
}
