//! Budgets, counted in the database so that neither a restart nor a second server refills them (security 160). A budget is used
//! before the work it guards, whatever comes out of it.

use super::visitor::Visitor;
use crate::clock::{DAY, HOUR, MINUTE, UnixMillis};
use crate::refused::{Fault, Refused};
use crate::store::{Store, Write};

/// At most `allowed` within each `window` (milliseconds).
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub name: &'static str,
    pub allowed: i64,
    pub window: i64,
}

/// Requests by one client: an office behind one address still gets through.
pub const RESET_BY_CLIENT: Budget = Budget {
    name: "reset-client",
    allowed: 100,
    window: 10 * MINUTE,
};
/// Requests by everybody: bounds table and mail, whoever floods (security 165).
pub const RESET_BY_ALL: Budget = Budget {
    name: "reset-all",
    allowed: 6_000,
    window: MINUTE,
};
/// Mails to one account: a mailbox cannot be bombed by asking in many ways (security 141).
pub const MAIL_PER_HOUR: Budget = Budget {
    name: "mail-hour",
    allowed: 5,
    window: HOUR,
};
pub const MAIL_PER_DAY: Budget = Budget {
    name: "mail-day",
    allowed: 10,
    window: DAY,
};
/// Codes tried on what one identifier asked for, across all its receipts: a new receipt does not refill it (security 19).
pub const CODE_BY_IDENTIFIER: Budget = Budget {
    name: "code-identifier",
    allowed: 30,
    window: HOUR,
};
/// Links, codes and new passwords tried by one client.
pub const PROOF_BY_CLIENT: Budget = Budget {
    name: "proof-client",
    allowed: 200,
    window: 10 * MINUTE,
};
/// Sign-ins by one client, whomever it tries.
pub const SIGN_IN_BY_CLIENT: Budget = Budget {
    name: "sign-in-client",
    allowed: 100,
    window: 15 * MINUTE,
};
/// Sign-ins by one client to one account.
pub const SIGN_IN_BY_PAIR: Budget = Budget {
    name: "sign-in-pair",
    allowed: 10,
    window: 15 * MINUTE,
};
/// The same once the account is under attack from many clients: fewer tries for each, but never none, so the owner gets in from a
/// client that was not part of it (security 162).
pub const SIGN_IN_BY_PAIR_UNDER_ATTACK: Budget = Budget {
    name: "sign-in-pair",
    allowed: 3,
    window: 15 * MINUTE,
};
/// From so many tries on, an account counts as under attack.
pub const SIGN_IN_BY_IDENTIFIER: Budget = Budget {
    name: "sign-in-identifier",
    allowed: 50,
    window: HOUR,
};
/// Wrong current passwords when changing it (security 52).
pub const CHANGE_BY_ACCOUNT: Budget = Budget {
    name: "change-account",
    allowed: 10,
    window: 15 * MINUTE,
};
/// Passwords judged while typing, by one client: each costs an estimate of strength.
pub const POLICY_BY_CLIENT: Budget = Budget {
    name: "policy-client",
    allowed: 600,
    window: 10 * MINUTE,
};

/// Reports of violated policies by one client: a page that breaks its policy does so again and again.
pub const VIOLATIONS_BY_CLIENT: Budget = Budget {
    name: "violations-client",
    allowed: 60,
    window: 10 * MINUTE,
};

/// Recoveries tried by one client, whatever came of it: what is counted here must not depend on whether a try pointed at anybody, or
/// the answer "too many" would tell (security 73, 158).
pub const RECOVERY_BY_CLIENT: Budget = Budget {
    name: "recovery-client",
    allowed: 10,
    window: HOUR,
};
/// Recoveries tried by everybody: what bounds a sweep over numbers that point at nobody, from however many clients it comes
/// (security 73). The least difficulty of facts is reckoned against this.
pub const RECOVERY_BY_ALL: Budget = Budget {
    name: "recovery-all",
    allowed: 200,
    window: HOUR,
};
/// Steps after the facts by one client.
pub const RECOVERY_STEP_BY_CLIENT: Budget = Budget {
    name: "recovery-step-client",
    allowed: 100,
    window: 10 * MINUTE,
};
/// Mails to an address that somebody gives as their new one: it may be anybody's (security 141).
pub const RECOVERY_MAIL_BY_ADDRESS: Budget = Budget {
    name: "recovery-mail-address",
    allowed: 5,
    window: HOUR,
};

/// Test mails by one member of staff: each makes this server speak to another (security 172).
pub const MAIL_TEST: Budget = Budget {
    name: "mail-test",
    allowed: 10,
    window: HOUR,
};

/// Questions to the DNS by one member of staff, for the same reason.
pub const DELIVERABILITY: Budget = Budget {
    name: "deliverability",
    allowed: 30,
    window: HOUR,
};

impl Budget {
    fn window_start(self, now: UnixMillis) -> UnixMillis {
        now - now.rem_euclid(self.window)
    }

    fn key(self, of: &str) -> String {
        format!("{}:{of}", self.name)
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

    /// # Errors
    /// When the database does not answer.
    pub async fn clear(self, write: &mut Write, of: &str) -> Result<(), Fault> {
        write.clear_limit(&self.key(of)).await
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
    enabled: bool,
    budget: Budget,
    visitor: &Visitor,
    now: UnixMillis,
) -> Result<(), Refused> {
    if !enabled {
        return Ok(());
    }
    let mut write = store.write().await?;
    let taken = budget.take(&mut write, &visitor.network(), now).await?;
    write.commit().await?;
    taken.check()
}

fn seconds_between(now: UnixMillis, end: UnixMillis) -> u64 {
    u64::try_from((end - now).max(0).div_euclid(1000) + 1).unwrap_or(1)
}
