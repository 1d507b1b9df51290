//! What may be asked for beside the built-in facts: administrators define it, and what is defined stays what it is as long as facts of
//! it are on file (R2).

use super::value::{folded, is_separator, places};
use super::{Attribute, EMAIL, NAME_PATTERN, built_in, is_built_in, is_name};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::staff::{Permission, Staff};
use crate::store::{AttributeRow, Store};
use app::outcome::Refusal;
use app::phrase;
use app::view::FactKind;

/// Longest label and option, in characters; longest format, in places.
pub const LONGEST_LABEL: usize = 80;
pub const LONGEST_FORMAT: usize = 40;
/// Most options of a pick list.
pub const MOST_OPTIONS: usize = 200;
/// Most attributes of an installation.
const MOST_ATTRIBUTES: usize = 50;

/// Everything there is, built-in ones first.
///
/// # Errors
/// When the database does not answer.
pub async fn all(store: &Store) -> Result<Vec<Attribute>, Fault> {
    let mut all = built_in().to_vec();
    for row in store.attributes().await? {
        all.push(defined(row)?);
    }
    Ok(all)
}

/// One by its name.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn named(store: &Store, name: &str) -> Result<Attribute, Refused> {
    let found = all(store).await?.into_iter().find(|attribute| attribute.name == name);
    Ok(found.ok_or(Refusal::NotFound)?)
}

fn defined(row: AttributeRow) -> Result<Attribute, Fault> {
    Ok(Attribute {
        kind: FactKind::from_code(&row.kind)
            .ok_or_else(|| Fault::Other(format!("{} is no kind of facts", row.kind)))?,
        labels: serde_json::from_str(&row.labels)?,
        options: serde_json::from_str(&row.options)?,
        name: row.name,
        format: row.format,
        proves: row.proves != 0,
        locates: row.locates != 0,
    })
}

/// Every attribute, for staff.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn list(latchkey: &Latchkey, staff: &Staff) -> Result<Vec<Attribute>, Refused> {
    staff.require(Permission::ReadSettings)?;
    Ok(all(&latchkey.store).await?)
}

/// Defines an attribute, or changes one. While facts of it are on file, only labels, further options and whether it proves can change:
/// anything else would turn right facts into wrong ones.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refused::Field`] naming what is impossible, or why it cannot change.
pub async fn define(latchkey: &Latchkey, staff: &Staff, attribute: &Attribute) -> Result<(), Refused> {
    staff.require(Permission::ChangeSettings)?;
    check(attribute)?;
    let existing = all(&latchkey.store).await?;
    let earlier = existing.iter().find(|earlier| earlier.name == attribute.name);
    if earlier.is_none() && existing.len() >= MOST_ATTRIBUTES {
        return Err(Refused::conflict(
            "name",
            phrase!(problem.attributes_most, most = MOST_ATTRIBUTES),
        ));
    }
    let settings = latchkey.settings().await?;
    if !attribute.proves && settings.recovery.facts.contains(&attribute.name) {
        return Err(Refused::conflict("proves", phrase!(problem.attribute_asked)));
    }
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    if let Some(earlier) = earlier
        && write.facts_of_attribute(&attribute.name).await? > 0
    {
        require_same(earlier, attribute)?;
    }
    write
        .set_attribute(&AttributeRow {
            name: attribute.name.clone(),
            kind: attribute.kind.code().to_owned(),
            labels: serde_json::to_string(&attribute.labels)?,
            options: serde_json::to_string(&attribute.options)?,
            format: attribute.format.clone(),
            proves: i64::from(attribute.proves),
            locates: i64::from(attribute.locates),
            created_at: now,
        })
        .await?;
    let entry = Entry::success(Event::AttributeDefined, "").about(&attribute.name);
    audit::record_staff(&mut write, staff, now, entry.saying(attribute.kind.code()));
    write.commit().await?;
    Ok(())
}

/// Removes an attribute and every fact of it.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`]; [`Refused::Field`] while recovery asks for it.
pub async fn remove(latchkey: &Latchkey, staff: &Staff, name: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeSettings)?;
    if is_built_in(name) {
        return Err(Refused::conflict("name", phrase!(problem.attribute_built_in)));
    }
    if !is_name(name) {
        return Err(Refusal::NotFound.into());
    }
    if latchkey
        .settings()
        .await?
        .recovery
        .facts
        .iter()
        .any(|asked| asked == name)
    {
        return Err(Refused::conflict("name", phrase!(problem.attribute_asked)));
    }
    let mut write = latchkey.store.write().await?;
    if !write.remove_attribute(name).await? {
        return Err(Refusal::NotFound.into());
    }
    let entry = Entry::success(Event::AttributeRemoved, "").about(name);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    Ok(())
}

fn check(attribute: &Attribute) -> Result<(), Refused> {
    if !is_name(&attribute.name) {
        return Err(Refused::invalid(
            "name",
            phrase!(problem.attribute_name, pattern = NAME_PATTERN),
        ));
    }
    if is_built_in(&attribute.name) {
        return Err(Refused::conflict("name", phrase!(problem.attribute_built_in)));
    }
    let own_kind = [
        FactKind::ShortText,
        FactKind::Number,
        FactKind::Date,
        FactKind::PickList,
    ];
    if !own_kind.contains(&attribute.kind) {
        return Err(Refused::invalid("kind", phrase!(problem.attribute_kind)));
    }
    check_labels(attribute)?;
    check_options(attribute)?;
    check_format(attribute)?;
    if attribute.locates && matches!(attribute.kind, FactKind::Date | FactKind::PickList) {
        return Err(Refused::invalid("locates", phrase!(problem.attribute_locates)));
    }
    Ok(())
}

fn check_labels(attribute: &Attribute) -> Result<(), Refused> {
    let is_language =
        |tag: &str| (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let fits = |label: &str| {
        !label.trim().is_empty() && label.chars().count() <= LONGEST_LABEL && !label.chars().any(char::is_control)
    };
    let all_fit = attribute
        .labels
        .iter()
        .all(|(tag, label)| is_language(tag) && fits(label));
    if all_fit && (1..=40).contains(&attribute.labels.len()) {
        return Ok(());
    }
    let problem = phrase!(problem.attribute_labels, count = LONGEST_LABEL);
    Err(Refused::invalid("labels", problem))
}

fn check_options(attribute: &Attribute) -> Result<(), Refused> {
    if attribute.kind != FactKind::PickList {
        return if attribute.options.is_empty() {
            Ok(())
        } else {
            Err(Refused::invalid("options", phrase!(problem.attribute_no_options)))
        };
    }
    let mut distinct: Vec<String> = attribute.options.iter().map(|option| folded(option)).collect();
    distinct.sort();
    distinct.dedup();
    let fits = |option: &String| {
        !option.trim().is_empty() && option.chars().count() <= LONGEST_LABEL && !option.chars().any(char::is_control)
    };
    let possible = attribute.options.iter().all(fits) && distinct.len() == attribute.options.len();
    if possible && (2..=MOST_OPTIONS).contains(&distinct.len()) {
        return Ok(());
    }
    let problem = phrase!(problem.attribute_options, most = MOST_OPTIONS, count = LONGEST_LABEL);
    Err(Refused::invalid("options", problem))
}

fn check_format(attribute: &Attribute) -> Result<(), Refused> {
    let format = &attribute.format;
    if format.is_empty() {
        return Ok(());
    }
    let allowed = |c: char| match attribute.kind {
        FactKind::ShortText => matches!(c, 'A' | '9' | '*') || c.is_ascii() && is_separator(c),
        FactKind::Number => c == '9' || c.is_ascii() && is_separator(c),
        _ => false,
    };
    let number = places(format).count();
    if format.chars().all(allowed) && (1..=LONGEST_FORMAT).contains(&number) && format.len() <= 2 * LONGEST_FORMAT {
        return Ok(());
    }
    Err(Refused::invalid("format", phrase!(problem.attribute_format)))
}

fn require_same(earlier: &Attribute, new: &Attribute) -> Result<(), Refused> {
    let kept_options = earlier.options.iter().all(|option| new.options.contains(option));
    for (field, same) in [
        ("kind", earlier.kind == new.kind),
        ("format", earlier.format == new.format),
        ("locates", earlier.locates == new.locates),
        ("options", kept_options),
    ] {
        if !same {
            return Err(Refused::conflict(field, phrase!(problem.attribute_in_use)));
        }
    }
    Ok(())
}

/// Whether facts of it are stored; the address on file is the account's own.
#[must_use]
pub fn is_stored(attribute: &Attribute) -> bool {
    attribute.name != EMAIL
}
