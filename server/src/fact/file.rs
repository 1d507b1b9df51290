//! Putting facts on file: by staff, by the owner, by import. Whoever puts one there cannot read it back (security 92).

use super::attribute::{all, is_stored, named};
use super::key::{self, seal};
use super::value::{Value, read};
use super::{Attribute, EMAIL};
use crate::account::Account;
use crate::account::search::{existing, show};
use crate::audit::{self, Entry, Event};
use crate::clock::UnixMillis;
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::{Said, StaffAction};
use crate::mail::notice;
use crate::password::change::require_current;
use crate::refused::{Malformed, Refused};
use crate::session::Session;
use crate::staff::{Permission, Staff};
use crate::store::{NewFact, Write};
use app::fact_words;
use app::outcome::Refusal;
use app::phrase;
use app::view::FactProblem;
use app::words::Phrase;

/// An attribute, and since when there is a fact of it; nobody can say which.
#[derive(Clone, Debug)]
pub struct OnFile {
    pub attribute: Attribute,
    pub set_at: Option<UnixMillis>,
}

/// What is on file about an account, for staff.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`].
pub async fn on_file(latchkey: &Latchkey, staff: &Staff, account_id: &str) -> Result<Vec<OnFile>, Refused> {
    let account = show(latchkey, staff, account_id).await?;
    of(latchkey, &account).await
}

/// What is on file about one's own account.
///
/// # Errors
/// When the database does not answer.
pub async fn of(latchkey: &Latchkey, account: &Account) -> Result<Vec<OnFile>, Refused> {
    let stored = latchkey.store.facts_on_file(&account.id).await?;
    let attributes = all(&latchkey.store).await?.into_iter();
    let since = |attribute: &Attribute| {
        if attribute.name == EMAIL {
            return account.email.as_ref().map(|_| account.created_at);
        }
        let found = stored.iter().find(|fact| fact.attribute == attribute.name);
        found.map(|fact| fact.set_at)
    };
    Ok(attributes
        .map(|attribute| OnFile {
            set_at: since(&attribute),
            attribute,
        })
        .collect())
}

/// Puts a fact on file for somebody, in place of an earlier one, and tells the owner.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`]; [`Refused::Field`] for what cannot be such a fact, without repeating it.
pub async fn set(latchkey: &Latchkey, staff: &Staff, account_id: &str, name: &str, typed: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeAccounts)?;
    let account = existing(latchkey, account_id).await?;
    staff.require_touch(&account)?;
    let attribute = storable(latchkey, name).await?;
    let value = read(&attribute, typed).map_err(|problem| Refused::invalid("value", words(problem, &attribute)))?;
    let keys = key::keys(latchkey).await?;
    let fact = seal(latchkey, &keys, &account.id, &attribute, &value).await?;
    let mut write = latchkey.store.write().await?;
    write.set_fact(&fact).await?;
    write.end_open_recoveries(&account.id, latchkey.now()).await?;
    changed_by_staff(latchkey, write, staff, &account, &attribute, "set").await
}

/// Takes a fact off file, and tells the owner.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`] also where there is no such fact.
pub async fn remove(latchkey: &Latchkey, staff: &Staff, account_id: &str, name: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeAccounts)?;
    let account = existing(latchkey, account_id).await?;
    staff.require_touch(&account)?;
    let attribute = storable(latchkey, name).await?;
    let mut write = latchkey.store.write().await?;
    if !write.remove_fact(&account.id, &attribute.name).await? {
        return Err(Refusal::NotFound.into());
    }
    write.end_open_recoveries(&account.id, latchkey.now()).await?;
    changed_by_staff(latchkey, write, staff, &account, &attribute, "removed").await
}

async fn changed_by_staff(
    latchkey: &Latchkey,
    mut write: Write,
    staff: &Staff,
    account: &Account,
    attribute: &Attribute,
    done: &str,
) -> Result<(), Refused> {
    let entry = Entry::success(Event::FactChanged, &account.id).about(&attribute.name);
    audit::record_staff(&mut write, staff, latchkey.now(), entry.saying(done));
    notice::staff_acted(latchkey, &mut write, account, StaffAction::FactsChanged).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

/// Puts a fact of one's own on file, or takes it off with an empty text. Asks for the own password: facts are a second key to the
/// account, and an unlocked screen is not enough to copy it (security 88, 103).
///
/// # Errors
/// [`Refusal::CurrentPasswordWrong`], [`Refused::TooMany`], [`Refusal::NotFound`]; [`Refused::Facts`] for what cannot be such a fact.
pub async fn set_own(
    latchkey: &Latchkey,
    visitor: &Visitor,
    session: &Session,
    name: &str,
    typed: &str,
    current: &str,
) -> Result<(), Refused> {
    let account = owner(latchkey, session).await?;
    let attribute = storable(latchkey, name).await?;
    let value = match read(&attribute, typed) {
        Ok(value) => Some(value),
        Err(FactProblem::Missing) => None,
        Err(problem) => return Err(Refused::Facts(vec![Malformed::new(&attribute, problem)])),
    };
    require_current(latchkey, visitor, &account, current).await?;
    let keys = key::keys(latchkey).await?;
    let now = latchkey.now();
    let sealed = match &value {
        Some(value) => Some(seal(latchkey, &keys, &account.id, &attribute, value).await?),
        None => None,
    };
    let mut write = latchkey.store.write().await?;
    let done = match &sealed {
        Some(fact) => {
            write.set_fact(fact).await?;
            "set"
        }
        None if write.remove_fact(&account.id, &attribute.name).await? => "removed",
        None => return Ok(()),
    };
    write.end_open_recoveries(&account.id, now).await?;
    let entry = Entry::success(Event::FactChanged, &account.id).about(&attribute.name);
    audit::record(&mut write, visitor, now, entry.saying(done));
    notice::said(latchkey, &mut write, Some(visitor), &account, Said::FactsChanged).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

/// The account of a session.
///
/// # Errors
/// [`Refusal::NotSignedIn`].
pub async fn owner(latchkey: &Latchkey, session: &Session) -> Result<Account, Refused> {
    let account = latchkey.store.account(&session.account_id).await?;
    Ok(account.ok_or(Refusal::NotSignedIn)?)
}

/// Facts of an account that is about to be imported, ready to be stored with it.
///
/// # Errors
/// What is wrong with one of them, in words, without the value.
pub async fn prepared(
    latchkey: &Latchkey,
    attributes: &[Attribute],
    keys: &key::Bunch,
    account_id: &str,
    typed: &[(String, String)],
) -> Result<Vec<NewFact>, Phrase> {
    let mut facts = Vec::new();
    for (name, typed) in typed {
        let attribute = attributes
            .iter()
            .find(|attribute| attribute.name == *name && is_stored(attribute));
        let attribute = attribute.ok_or_else(|| phrase!(problem.fact_column_unknown, name = name.as_str()))?;
        let value: Value = read(attribute, typed).map_err(|problem| {
            phrase!(
                problem.fact_column,
                name = name.as_str(),
                problem = words(problem, attribute)
            )
        })?;
        let fact = seal(latchkey, keys, account_id, attribute, &value).await;
        facts.push(fact.map_err(|error| error.in_words())?);
    }
    Ok(facts)
}

/// An attribute of which facts are stored.
async fn storable(latchkey: &Latchkey, name: &str) -> Result<Attribute, Refused> {
    let attribute = named(&latchkey.store, name).await?;
    if is_stored(&attribute) {
        Ok(attribute)
    } else {
        Err(Refused::conflict("name", phrase!(problem.own_address)))
    }
}

fn words(problem: FactProblem, attribute: &Attribute) -> Phrase {
    fact_words::problem(problem, &attribute.format)
}
