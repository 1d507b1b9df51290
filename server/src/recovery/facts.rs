//! The first step: facts that all belong to exactly one account.
//!
//! A try is counted before anything is compared, against every account that a locating fact points at, and committed first; only what was
//! counted is compared (security 72, 73). Whatever is wrong — a fact, the person, the account, too many who fit — costs the same
//! statements and the same slow hashes and gets the same answer (security 70, 157).

use super::plan::{Plan, required};
use super::pointed::{Pointed, slots};
use super::token::undo_token;
use super::{LIFETIME, lock};
use crate::account::identifier::EmailAddress;
use crate::account::{Account, Kind};
use crate::audit::{self, Entry, Event};
use crate::clock::{HOUR, UnixMillis};
use crate::fact::key::{self, Bunch, Stored, fits, seal};
use crate::fact::value::{Value, read};
use crate::fact::{Attribute, EMAIL};
use crate::guard::captcha::{self, Brought, Place};
use crate::guard::limits::{RECOVERY_BY_ALL, RECOVERY_BY_CLIENT};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::Message;
use crate::mail::notice;
use crate::refused::{Malformed, Refused};
use crate::reset::receipt::new_receipt;
use crate::reset::token::new_salt;
use crate::secret::{digest, new_bearer, new_id};
use crate::settings::Settings;
use crate::store::{FactRow, NewRecovery, Write};
use app::outcome::Refusal;
use app::phrase;
use app::view::FactProblem;
use std::collections::BTreeMap;

/// Accounts compared slowly, always this many: two, to see that a second one fits as well; stand-ins where there are fewer.
const COMPARED: usize = 2;

/// What was proved. The handle is known here and to the visitor, nowhere else.
pub struct Started {
    pub handle: String,
    pub expires_at: UnixMillis,
}

/// A fact as it was typed, read.
pub type Given = (Attribute, Value);

/// Begins a recovery for whoever knows all facts of one account.
///
/// # Errors
/// [`Refusal::RecoveryOff`]; [`Refused::Facts`] for what cannot be such a fact, which costs no try; [`Refused::Captcha`]; [`Refused::TooMany`] for budgets that
/// have nothing to do with any account; [`Refusal::NotRecognised`] for everything else; [`Refusal::Busy`] costs no try either.
pub async fn start(
    latchkey: &Latchkey,
    visitor: &Visitor,
    typed: &BTreeMap<String, String>,
    captcha: Brought<'_>,
) -> Result<Started, Refused> {
    let settings = latchkey.settings().await?;
    let plan = required(latchkey, &settings).await?;
    let given = read_all(&plan, typed)?;
    // A key that is missing ends it here, before anything is counted.
    let keys = key::keys(latchkey).await?;
    captcha::require(latchkey, visitor, &settings, Place::Recovery, captcha).await?;
    let pointed = Pointed::at(latchkey, &keys, &given).await?;
    // One transaction with the budgets, so that it is committed once.
    let mut write = spend(latchkey, visitor, &settings).await?;
    write.touch_accounts(&pointed.touched()).await?;
    let counted = write
        .count_recovery_try(&pointed.meant(), settings.recovery.max_attempts, latchkey.now())
        .await?;
    write.commit().await?;

    let mut accounts = latchkey.store.accounts_in(&pointed.touched()).await?;
    accounts.retain(|account| pointed.means(&account.id));
    let possible: Vec<&Account> = accounts
        .iter()
        .filter(|account| counted.contains(&account.id))
        .filter(|account| account.takes_password() && account.kind == Kind::Person)
        .collect();
    let mut compared: Vec<&Account> = possible
        .iter()
        .copied()
        .filter(|account| pointed.agree_on(&account.id) && has_address(account, &given))
        .collect();
    let ambiguous = compared.len() > COMPARED;
    if ambiguous {
        compared.clear();
    }
    let fitting = match fitting(latchkey, &keys, &given, &pointed, &compared).await {
        Ok(fitting) => fitting,
        Err(refused) => {
            give_back(latchkey, &pointed, &counted).await?;
            return Err(refused);
        }
    };
    match fitting.as_slice() {
        [account] => begin(latchkey, visitor, &settings, &keys, &given, account, &counted).await,
        several => {
            let reasons = [
                (ambiguous || several.len() > 1, "ambiguous"),
                (accounts.is_empty(), "nobody"),
                (counted.is_empty(), "locked"),
                (possible.is_empty(), "not_possible"),
            ];
            let reason = reasons.into_iter().find(|(is_so, _)| *is_so);
            let reason = reason.map_or("no_match", |(_, reason)| reason);
            let about = possible.first().copied().or(accounts.first());
            refuse(latchkey, visitor, &settings, reason, about, &pointed, &counted).await
        }
    }
}

/// Everything that is asked for, and nothing else.
fn read_all(plan: &Plan, typed: &BTreeMap<String, String>) -> Result<Vec<Given>, Refused> {
    if typed
        .keys()
        .any(|name| !plan.asked.iter().any(|attribute| attribute.name == *name))
    {
        return Err(Refused::invalid("facts", phrase!(problem.fact_not_asked)));
    }
    let (mut given, mut malformed) = (Vec::new(), Vec::new());
    for attribute in &plan.asked {
        let typed = typed.get(&attribute.name).map(String::as_str);
        match typed
            .ok_or(FactProblem::Missing)
            .and_then(|typed| read(attribute, typed))
        {
            Ok(value) => given.push((attribute.clone(), value)),
            Err(problem) => malformed.push(Malformed::new(attribute, problem)),
        }
    }
    if malformed.is_empty() {
        Ok(given)
    } else {
        Err(Refused::Facts(malformed))
    }
}

/// Uses the budgets, in a transaction that goes on with what they allow. They are counted also where nothing is limited.
///
/// # Errors
/// [`Refused::TooMany`], and then what was used is stored already.
pub(super) async fn spend(latchkey: &Latchkey, visitor: &Visitor, settings: &Settings) -> Result<Write, Refused> {
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let mut taken = settings
        .limits
        .of(RECOVERY_BY_CLIENT)
        .take(&mut write, &visitor.network(), now)
        .await?;
    // Who is over the own budget does not use up everybody's.
    if taken.within() {
        taken = settings.limits.of(RECOVERY_BY_ALL).take(&mut write, "", now).await?;
    }
    match taken.check() {
        Err(refused) if settings.limits.enabled => {
            if taken.just_ran_out() {
                let entry = Entry::failure(Event::RateLimited, "recovery", "");
                audit::record(&mut write, visitor, now, entry);
            }
            write.commit().await?;
            Err(refused)
        }
        _ => Ok(write),
    }
}

/// The address is a fact about the account itself, where it is asked for. A login name that looks like one is none.
fn has_address(account: &Account, given: &[Given]) -> bool {
    let typed = given.iter().find(|(attribute, _)| attribute.name == EMAIL);
    let own = account
        .email
        .as_deref()
        .and_then(|email| EmailAddress::parse(email).ok());
    typed.is_none_or(|(_, value)| own.is_some_and(|own| own.key() == value.as_str()))
}

/// Those whose every stored fact fits. Always [`COMPARED`] times the stored facts are hashed, whoever is there.
async fn fitting<'a>(
    latchkey: &Latchkey,
    keys: &Bunch,
    given: &[Given],
    pointed: &Pointed,
    compared: &[&'a Account],
) -> Result<Vec<&'a Account>, Refused> {
    let own = |index: usize| compared.get(index).map(|account| account.id.as_str());
    let id = |index: usize| own(index).unwrap_or(pointed.stand_in(index));
    let stored = latchkey.store.facts_of(id(0), id(1)).await?;
    let mut fitting = Vec::new();
    for index in 0..COMPARED {
        let mut all_fit = true;
        for (attribute, value) in given.iter().filter(|(attribute, _)| attribute.name != EMAIL) {
            let stored = own(index).and_then(|id| of_account(&stored, id, &attribute.name));
            all_fit &= fits(latchkey, keys, &attribute.name, value, stored).await?;
        }
        fitting.extend(compared.get(index).copied().filter(|_| all_fit));
    }
    Ok(fitting)
}

fn of_account<'a>(stored: &'a [FactRow], account_id: &str, attribute: &str) -> Option<Stored<'a>> {
    let row = stored
        .iter()
        .find(|row| row.account_id == account_id && row.attribute == attribute)?;
    Some(Stored {
        account_id: &row.account_id,
        key_id: &row.key_id,
        verifier: &row.verifier,
    })
}

async fn give_back(latchkey: &Latchkey, pointed: &Pointed, counted: &[String]) -> Result<(), Refused> {
    let mut write = latchkey.store.write().await?;
    write.touch_accounts(&pointed.touched()).await?;
    write.return_recovery_try(&slots(counted)).await?;
    write.commit().await?;
    Ok(())
}

/// One audit row and one row for the worker, whatever was wrong. The worker tells the owners of accounts that this try locked.
async fn refuse(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    reason: &str,
    about: Option<&Account>,
    pointed: &Pointed,
    counted: &[String],
) -> Result<Started, Refused> {
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    write.touch_accounts(&pointed.touched()).await?;
    let locked = write
        .fail_recovery_try(&slots(counted), settings.recovery.max_attempts, now)
        .await?;
    lock::queue_look(latchkey, &mut write, &locked).await?;
    let account_id = about.map_or("", |account| account.id.as_str());
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::failure(Event::RecoveryRefused, reason, account_id),
    );
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Err(Refusal::NotRecognised.into())
}

/// The facts fit. The try was none, and what was stored under an old key is stored anew while it is at hand (security 93).
async fn begin(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    keys: &Bunch,
    given: &[Given],
    account: &Account,
    counted: &[String],
) -> Result<Started, Refused> {
    let current = keys.last().map_or("", |key| key.id.as_str());
    let stored = latchkey.store.facts_of(&account.id, "").await?;
    let mut renewed = Vec::new();
    for (attribute, value) in given {
        let outdated = |row: &FactRow| row.attribute == attribute.name && row.key_id != current;
        if stored.iter().any(outdated) {
            renewed.push(seal(latchkey, keys, &account.id, attribute, value).await?);
        }
    }
    let names: Vec<&str> = given.iter().map(|(attribute, _)| attribute.name.as_str()).collect();
    let mut write = latchkey.store.write().await?;
    write.return_recovery_try(&slots(counted)).await?;
    write
        .keep_recovery_place(&account.id, latchkey.now() + LIFETIME)
        .await?;
    for fact in &renewed {
        write.set_fact(fact).await?;
    }
    let started = open(latchkey, &mut write, visitor, settings, account, &names.join(" "), "").await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(started)
}

/// Opens a recovery, and tells the present mailbox at once how to stop it (R10, security 77).
///
/// # Errors
/// When the database does not answer.
pub(super) async fn open(
    latchkey: &Latchkey,
    write: &mut Write,
    visitor: &Visitor,
    settings: &Settings,
    account: &Account,
    facts: &str,
    code_id: &str,
) -> Result<Started, Refused> {
    let now = latchkey.now();
    let (id, handle, salt) = (new_id(), new_bearer(), new_salt());
    let expires_at = now + LIFETIME;
    write
        .add_recovery(&NewRecovery {
            id: &id,
            receipt: &new_receipt(),
            handle_digest: &digest(&handle),
            account_id: &account.id,
            credential_version: account.credential_version,
            facts,
            code_id,
            client_address: &visitor.client.to_string(),
            user_agent: &visitor.user_agent,
            started_at: now,
            expires_at,
            undo_salt: &salt,
            undo_digest: &digest(&undo_token(&latchkey.keys, &id, &salt)),
            undo_until: now + settings.recovery.undo_hours * HOUR,
        })
        .await?;
    let entry = Entry::success(Event::RecoveryStarted, &account.id).about(&id);
    audit::record(
        write,
        visitor,
        now,
        entry.saying(if code_id.is_empty() { facts } else { "recovery code" }),
    );
    let message = Message::RecoveryStarted {
        occasion: notice::occasion(latchkey, Some(visitor)),
        recovery: id,
    };
    notice::tell(latchkey, write, account, message).await?;
    Ok(Started { handle, expires_at })
}
