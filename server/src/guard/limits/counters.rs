//! What is used of the budgets at the moment, for staff: to see who floods, and to let somebody in again who was caught in it.

use super::Budget;
use super::table::{BUDGETS, Subject};
use crate::audit::{self, Entry, Event};
use crate::clock::UnixMillis;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::staff::{Permission, Staff};
use app::outcome::Refusal;
use data_encoding::BASE64URL_NOPAD;

/// Most counters shown of one budget, the fullest first.
const MOST: i64 = 20;

/// Longest name of a counter: budget, hash, network.
const LONGEST: usize = 200;

/// One budget of somebody, as far as it is used.
#[derive(Clone, Debug)]
pub struct Counter {
    pub id: String,
    pub budget: Budget,
    /// A client's network, an id, or the beginning of a keyed hash: what people typed is not to be had from it.
    pub subject: String,
    pub used: i64,
    pub until: UnixMillis,
}

impl Counter {
    /// Whether the next use is refused.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.used >= self.budget.allowed
    }
}

/// The counters of the moment, the fullest first.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn counters(latchkey: &Latchkey, staff: &Staff) -> Result<Vec<Counter>, Refused> {
    staff.require(Permission::ReadSettings)?;
    let limits = latchkey.settings().await?.limits.clone();
    let now = latchkey.now();
    let mut counters = Vec::new();
    // Two that share a counter would show it twice.
    for budget in BUDGETS.into_iter().filter(|budget| budget.counter == budget.name) {
        let budget = limits.of(budget);
        let prefix = format!("{}:", budget.counter);
        let start = budget.window_start(now);
        for (name, used) in latchkey.store.limits_used(&prefix, start, MOST).await? {
            let subject = name.get(prefix.len()..).unwrap_or_default();
            counters.push(Counter {
                id: BASE64URL_NOPAD.encode(name.as_bytes()),
                subject: shown(budget.by, subject),
                budget,
                used,
                until: start + budget.window,
            });
        }
    }
    counters.sort_by_key(|counter| std::cmp::Reverse(counter.used * 1000 / counter.budget.allowed.max(1)));
    Ok(counters)
}

fn shown(by: Subject, subject: &str) -> String {
    let begun = |hash: &str| hash.chars().take(8).chain(['…']).collect::<String>();
    match by {
        Subject::Client | Subject::Account | Subject::Staff | Subject::Everybody => subject.to_owned(),
        Subject::Name | Subject::Address => begun(subject),
        Subject::ClientAndName => match subject.split_once(':') {
            Some((name, client)) => format!("{client} {}", begun(name)),
            None => begun(subject),
        },
    }
}

/// Gives everything back that a counter used.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`] for a counter that there is not.
pub async fn release(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeSettings)?;
    let (budget, name) = named(id).ok_or(Refusal::NotFound)?;
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    if write.clear_limit(&name).await? == 0 {
        return Err(Refusal::NotFound.into());
    }
    let subject = shown(budget.by, name.get(budget.counter.len() + 1..).unwrap_or_default());
    let entry = Entry::success(Event::LimitReleased, "").about(budget.name);
    audit::record_staff(&mut write, staff, now, entry.saying(&subject));
    write.commit().await?;
    Ok(())
}

/// The counter behind an id.
fn named(id: &str) -> Option<(Budget, String)> {
    let name = BASE64URL_NOPAD.decode(id.as_bytes()).ok()?;
    let name = String::from_utf8(name).ok()?;
    // A NUL is nothing that PostgreSQL takes (security 127).
    if name.len() > LONGEST || name.chars().any(char::is_control) {
        return None;
    }
    let (counter, _) = name.split_once(':')?;
    let budget = BUDGETS.into_iter().find(|budget| budget.name == counter)?;
    Some((budget, name))
}
