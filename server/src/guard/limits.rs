//! Budgets, counted in the database so that neither a restart nor a second server refills them (security 160). A budget is used
//! before the work it guards, whatever comes out of it. [`table`] has all of them; a setting can change how many each allows.

pub mod counters;
pub mod table;

use super::visitor::Visitor;
use crate::clock::UnixMillis;
use crate::refused::{Fault, Refused};
use crate::settings::limits::Limits;
use crate::store::{Store, Write};
pub use table::*;

/// At most `allowed` within each `window` (milliseconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub name: &'static str,
    /// What its uses are counted under; two budgets may share it.
    pub counter: &'static str,
    pub by: Subject,
    pub allowed: i64,
    /// The range in which `allowed` can be set, both ends included.
    pub least: i64,
    pub most: i64,
    pub window: i64,
}

impl Limits {
    /// A budget as it counts here: an administrator may have set another number. One that is out of its range by now does not count.
    #[must_use]
    pub fn of(&self, budget: Budget) -> Budget {
        let set = self.budgets.get(budget.name).copied();
        let allowed = set
            .filter(|allowed| (budget.least..=budget.most).contains(allowed))
            .unwrap_or(budget.allowed);
        Budget { allowed, ..budget }
    }
}

impl Budget {
    /// One that counts for somebody else to decide.
    #[must_use]
    pub const fn counting(name: &'static str, by: Subject, allowed: i64, window: i64) -> Self {
        Self {
            name,
            counter: name,
            by,
            allowed,
            least: 0,
            most: i64::MAX,
            window,
        }
    }

    fn window_start(self, now: UnixMillis) -> UnixMillis {
        now - now.rem_euclid(self.window)
    }

    fn key(self, of: &str) -> String {
        format!("{}:{of}", self.counter)
    }

    /// Uses one. Answers how many are used now, and the seconds until the next window.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(self, write: &mut Write, of: &str, now: UnixMillis) -> Result<Taken, Fault> {
        let start = self.window_start(now);
        let end = start + self.window;
        let used = write.use_limit(&self.key(of), start, end + self.window).await?;
        Ok(Taken {
            used,
            allowed: self.allowed,
            retry_after: seconds_between(now, end),
        })
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn used(self, store: &Store, of: &str, now: UnixMillis) -> Result<i64, Fault> {
        store.limit_used(&self.key(of), self.window_start(now)).await
    }

    /// Gives back one that was taken within the same window.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn give_back(self, write: &mut Write, of: &str, now: UnixMillis) -> Result<(), Fault> {
        write.return_limit(&self.key(of), self.window_start(now)).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn clear(self, write: &mut Write, of: &str) -> Result<(), Fault> {
        write.clear_limit(&self.key(of)).await?;
        Ok(())
    }

    /// Clears what is used under either name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clear_both(self, write: &mut Write, of: [&str; 2]) -> Result<(), Fault> {
        let [one, other] = of.map(|of| self.key(of));
        write.clear_limits([&one, &other]).await
    }
}

/// What was left when one was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    used: i64,
    allowed: i64,
    retry_after: u64,
}

impl Taken {
    #[must_use]
    pub fn within(self) -> bool {
        self.used <= self.allowed
    }

    /// Whether this was the first use too many of its window. That one is recorded; the ones after it say nothing new, and must not fill
    /// the trail, which is kept for a year (security 196).
    #[must_use]
    pub fn just_ran_out(self) -> bool {
        self.used == self.allowed + 1
    }

    /// How many are used now.
    #[must_use]
    pub fn used(self) -> i64 {
        self.used
    }

    /// # Errors
    /// [`Refused::TooMany`] when the budget is used up.
    pub fn check(self) -> Result<(), Refused> {
        if self.within() {
            Ok(())
        } else {
            Err(Refused::TooMany {
                retry_after: self.retry_after,
            })
        }
    }
}

/// Uses one of a budget in a transaction of its own, so that it stays used whatever happens next.
///
/// # Errors
/// [`Refused::TooMany`] when the budget is used up.
pub async fn spend(
    store: &Store,
    limits: &Limits,
    budget: Budget,
    visitor: &Visitor,
    now: UnixMillis,
) -> Result<(), Refused> {
    if !limits.enabled {
        return Ok(());
    }
    let mut write = store.write().await?;
    let taken = limits.of(budget).take(&mut write, &visitor.network(), now).await?;
    write.commit().await?;
    taken.check()
}

fn seconds_between(now: UnixMillis, end: UnixMillis) -> u64 {
    u64::try_from((end - now).max(0).div_euclid(1000) + 1).unwrap_or(1)
}
