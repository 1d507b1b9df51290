//! Reading settings as staff, and changing them: all of a patch or nothing, each change in the audit trail with what was before and
//! after it (security 171–173).

use super::{Declaration, Settings, declaration, declarations, snapshot, typed, values};
use crate::account::identifier::EmailAddress;
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::recovery::difficulty;
use crate::refused::{Fault, Refused};
use crate::reset::target;
use crate::staff::confirm::confirm;
use crate::staff::{Permission, Staff, Who};
use app::phrase;
use serde_json::{Map, Value, json};

/// A setting as staff may see it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub declared: &'static Declaration,
    /// `{"set": true}` or null for a secret, never the secret itself (security 173).
    pub value: Value,
    pub default: Value,
    pub pinned: bool,
}

/// Every setting of the moment.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden).
pub async fn current(latchkey: &Latchkey, staff: &Staff) -> Result<Vec<Shown>, Refused> {
    staff.require(Permission::ReadSettings)?;
    let rows = latchkey.store.settings().await?;
    let mut values = values(&rows, &latchkey.pinned, &latchkey.keys)?;
    let mut shown = Vec::new();
    for declared in declarations() {
        let value = values.remove(declared.name).unwrap_or_default();
        shown.push(Shown {
            declared,
            value: if declared.secret { marker(&value) } else { value },
            default: latchkey.pinned.default_of(declared)?,
            pinned: latchkey.pinned.get(declared.name).is_some(),
        });
    }
    Ok(shown)
}

fn marker(secret: &Value) -> Value {
    match secret.as_str() {
        None | Some("") => Value::Null,
        Some(_) => json!({ "set": true }),
    }
}

/// Changes what the patch names, `{"group": {"name": value}}`; null unsets. The acting person's password is asked for where much
/// depends on a setting that changes.
///
/// # Errors
/// [`Refused::Field`] naming the setting and what it takes; what [`confirm`] refuses. Then nothing is changed, and the refusal is in
/// the audit trail.
pub async fn change(
    latchkey: &Latchkey,
    staff: &Staff,
    patch: &Map<String, Value>,
    current_password: Option<&str>,
) -> Result<(), Refused> {
    staff.require(Permission::ChangeSettings)?;
    let wished = match wished(latchkey, staff, patch, current_password).await {
        Ok(wished) => wished,
        Err(refused) => {
            record_refusal(latchkey, staff, &refused).await?;
            return Err(refused);
        }
    };
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let before = values(&write.settings().await?, &latchkey.pinned, &latchkey.keys)?;
    for wish in &wished {
        let name = wish.declared.name;
        match &wish.stored {
            Some(stored) => {
                let stored = wish.declared.stored(&latchkey.keys, stored);
                write.set_setting(name, &stored, now).await?;
            }
            None => write.unset_setting(name).await?,
        }
        let was = before.get(name).unwrap_or(&Value::Null);
        let detail = json!({ "before": masked(wish.declared, was), "after": masked(wish.declared, &wish.value) });
        let entry = Entry::success(Event::SettingChanged, "").about(name);
        audit::record_staff(&mut write, staff, now, entry.saying(&detail.to_string()));
    }
    write.commit().await?;
    snapshot::forget();
    Ok(())
}

/// One change that is wanted and possible.
struct Wish {
    declared: &'static Declaration,
    /// `None` removes the row, so that the default counts.
    stored: Option<Value>,
    value: Value,
}

async fn wished(
    latchkey: &Latchkey,
    staff: &Staff,
    patch: &Map<String, Value>,
    current_password: Option<&str>,
) -> Result<Vec<Wish>, Refused> {
    let before = values(&latchkey.store.settings().await?, &latchkey.pinned, &latchkey.keys)?;
    let mut after = before.clone();
    let mut wishes = Vec::new();
    for (group, settings) in patch {
        if !declarations().any(|declared| declared.group() == group) {
            return Err(Refused::invalid("", phrase!(problem.no_group)));
        }
        let settings = settings
            .as_object()
            .ok_or_else(|| Refused::invalid(group, phrase!(problem.group_is_object)))?;
        for (setting, value) in settings {
            let wish = wish(latchkey, staff, group, setting, value)?;
            let name = wish.declared.name;
            if before.get(name) != Some(&wish.value) {
                after.insert(name.to_owned(), wish.value.clone());
                wishes.push(wish);
            }
        }
    }
    let after = typed(after).map_err(Fault::from)?;
    consistent(&after)?;
    if wishes.iter().any(|wish| wish.declared.group() == "recovery") {
        difficulty::require(latchkey, &after).await?;
    }
    if wishes.iter().any(|wish| wish.declared.guarded) {
        confirm(latchkey, staff, current_password).await?;
    }
    Ok(wishes)
}

fn wish(latchkey: &Latchkey, staff: &Staff, group: &str, setting: &str, value: &Value) -> Result<Wish, Refused> {
    let declared = declaration(&format!("{group}.{setting}"))
        .map_err(|_| Refused::invalid("", phrase!(problem.no_setting_in_group, group = group)))?;
    if latchkey.pinned.get(declared.name).is_some() {
        return Err(Refused::conflict(declared.name, phrase!(problem.pinned)));
    }
    if value.is_null() && declared.check(value).is_err() {
        return Ok(Wish {
            declared,
            stored: None,
            value: latchkey.pinned.default_of(declared)?,
        });
    }
    let checked = declared
        .kind
        .check(value)
        .map_err(|problem| Refused::invalid(declared.name, problem))?;
    if declared.name == "mail.url" && is_folder(&checked) && !matches!(staff.who, Who::Operator) {
        return Err(Refused::invalid(declared.name, phrase!(problem.no_folder)));
    }
    Ok(Wish {
        declared,
        stored: Some(checked.clone()),
        value: checked,
    })
}

/// Whoever may change settings may not for that reason write files on the server (security 172).
fn is_folder(url: &Value) -> bool {
    url.as_str()
        .is_some_and(|url| url.to_ascii_lowercase().starts_with("file:"))
}

/// What no setting can tell by itself.
fn consistent(settings: &Settings) -> Result<(), Refused> {
    let reset = &settings.reset;
    if reset.key_parameter == reset.target_parameter {
        return Err(Refused::conflict(
            "reset.key_parameter",
            phrase!(problem.same_parameter),
        ));
    }
    for (field, name) in [
        ("reset.key_parameter", &reset.key_parameter),
        ("reset.target_parameter", &reset.target_parameter),
    ] {
        if RESERVED.contains(&name.as_str()) {
            return Err(Refused::conflict(field, phrase!(problem.reserved_parameter)));
        }
    }
    if target::allowed(reset, &reset.target_page).is_none() {
        return Err(Refused::conflict("reset.target_page", phrase!(problem.target_page)));
    }
    Ok(())
}

/// Parameters with a meaning of their own on the page that the link opens.
const RESERVED: [&str; 2] = ["refused", "violations"];

async fn record_refusal(latchkey: &Latchkey, staff: &Staff, refused: &Refused) -> Result<(), Fault> {
    let field = match refused {
        // Only names of our own: what somebody typed is not for the trail.
        Refused::Field { field, .. } if declaration(field).is_ok() => field.as_str(),
        _ => "",
    };
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let entry = Entry::failure(Event::SettingRefused, refused.refusal().code(), "").about(field);
    audit::record_staff(&mut write, staff, now, entry);
    write.commit().await
}

/// For the audit trail: secrets are not told, addresses not whole (security 173, 193).
fn masked(declared: &Declaration, value: &Value) -> Value {
    match value {
        Value::String(text) if declared.secret && !text.is_empty() => "…".into(),
        Value::String(text) if EmailAddress::parse(text).is_ok() => {
            let (local, domain) = text.rsplit_once('@').unwrap_or_default();
            let first = local.chars().next().unwrap_or('?');
            format!("{first}…@{domain}").into()
        }
        _ => value.clone(),
    }
}
