//! Every budget there is: what is counted, by what, and how many are allowed unless an administrator says otherwise within a range that
//! neither opens a door nor locks the owner out (security 160, 162).

use super::Budget;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::closed;

closed!(
    /// What a budget is counted by.
    Subject {
        /// One IPv4 address, or the /64 that one IPv6 customer gets.
        Client = "client",
        Account = "account",
        /// A login name or address as it was typed, whether anybody has it or not.
        Name = "name",
        ClientAndName = "client_and_name",
        /// A mail address.
        Address = "address",
        Staff = "staff",
        Everybody = "everybody",
    }
);

/// A budget whose number of allowed uses can be set to a tenth and to ten times as many.
const fn budget(name: &'static str, by: Subject, allowed: i64, window: i64) -> Budget {
    let least = if allowed < 10 { 1 } else { allowed / 10 };
    Budget {
        name,
        counter: name,
        by,
        allowed,
        least,
        most: allowed * 10,
        window,
    }
}

/// The same with a range of its own.
const fn within(budget: Budget, least: i64, most: i64) -> Budget {
    Budget { least, most, ..budget }
}

/// Requests by one client: an office behind one address still gets through.
pub const RESET_BY_CLIENT: Budget = budget("reset-client", Subject::Client, 100, 10 * MINUTE);
/// Requests by everybody: bounds table and mail, whoever floods (security 165).
pub const RESET_BY_ALL: Budget = budget("reset-all", Subject::Everybody, 6_000, MINUTE);
/// Mails to one account: a mailbox cannot be bombed by asking in many ways (security 141).
pub const MAIL_PER_HOUR: Budget = within(budget("mail-hour", Subject::Account, 5, HOUR), 2, 20);
pub const MAIL_PER_DAY: Budget = within(budget("mail-day", Subject::Account, 10, DAY), 4, 50);
/// Codes tried on what one identifier asked for, across all its receipts: a new receipt does not refill it (security 19).
pub const CODE_BY_IDENTIFIER: Budget = within(budget("code-identifier", Subject::Name, 30, HOUR), 10, 60);
/// Links, codes and new passwords tried by one client.
pub const PROOF_BY_CLIENT: Budget = budget("proof-client", Subject::Client, 200, 10 * MINUTE);
/// Sign-ins by one client, whomever it tries.
pub const SIGN_IN_BY_CLIENT: Budget = budget("sign-in-client", Subject::Client, 100, 15 * MINUTE);
/// Sign-ins by one client to one account.
pub const SIGN_IN_BY_PAIR: Budget = within(budget("sign-in-pair", Subject::ClientAndName, 10, 15 * MINUTE), 5, 30);
/// The same once the account is under attack from many clients: fewer tries for each, but never none, so the owner gets in from a
/// client that was not part of it (security 162).
pub const SIGN_IN_BY_PAIR_UNDER_ATTACK: Budget = Budget {
    counter: SIGN_IN_BY_PAIR.name,
    ..within(
        budget("sign-in-pair-under-attack", Subject::ClientAndName, 3, 15 * MINUTE),
        2,
        10,
    )
};
/// From so many tries on, an account counts as under attack.
pub const SIGN_IN_BY_IDENTIFIER: Budget = within(budget("sign-in-identifier", Subject::Name, 50, HOUR), 10, 200);
/// Wrong current passwords when changing it (security 52).
pub const CHANGE_BY_ACCOUNT: Budget = within(budget("change-account", Subject::Account, 10, 15 * MINUTE), 3, 30);
/// Passwords judged while typing, by one client: each costs an estimate of strength.
pub const POLICY_BY_CLIENT: Budget = budget("policy-client", Subject::Client, 600, 10 * MINUTE);
/// Recoveries tried by one client, whatever came of it: what is counted here must not depend on whether a try pointed at anybody, or
/// the answer "too many" would tell (security 73, 158).
pub const RECOVERY_BY_CLIENT: Budget = within(budget("recovery-client", Subject::Client, 10, HOUR), 3, 100);
/// Recoveries tried by everybody: what bounds a sweep over numbers that point at nobody, from however many clients it comes
/// (security 73). The least difficulty of facts is reckoned against this, so it cannot be raised.
pub const RECOVERY_BY_ALL: Budget = within(budget("recovery-all", Subject::Everybody, 200, HOUR), 20, 200);
/// Steps after the facts by one client.
pub const RECOVERY_STEP_BY_CLIENT: Budget = budget("recovery-step-client", Subject::Client, 100, 10 * MINUTE);
/// Mails to an address that somebody gives as their new one: it may be anybody's (security 141).
pub const RECOVERY_MAIL_BY_ADDRESS: Budget = within(budget("recovery-mail-address", Subject::Address, 5, HOUR), 2, 20);
/// Captchas that one client does not pass; each is a row in the audit trail.
pub const CAPTCHA_BY_CLIENT: Budget = budget("captcha-client", Subject::Client, 60, 10 * MINUTE);
/// Requests of one client that wait for want of a script; each waits longer than the one before.
pub const CAPTCHA_WAITS_BY_CLIENT: Budget = within(
    budget("captcha-waits-client", Subject::Client, 60, 10 * MINUTE),
    10,
    100,
);
/// Reports of violated policies by one client: a page that breaks its policy does so again and again.
pub const VIOLATIONS_BY_CLIENT: Budget = budget("violations-client", Subject::Client, 60, 10 * MINUTE);
/// Test mails by one member of staff: each makes this server speak to another (security 172).
pub const MAIL_TEST: Budget = budget("mail-test", Subject::Staff, 10, HOUR);
/// Questions to the DNS by one member of staff, for the same reason.
pub const DELIVERABILITY: Budget = budget("deliverability", Subject::Staff, 30, HOUR);

/// All of them, in the order in which people meet them.
pub const BUDGETS: [Budget; 21] = [
    RESET_BY_CLIENT,
    RESET_BY_ALL,
    MAIL_PER_HOUR,
    MAIL_PER_DAY,
    CODE_BY_IDENTIFIER,
    PROOF_BY_CLIENT,
    SIGN_IN_BY_CLIENT,
    SIGN_IN_BY_PAIR,
    SIGN_IN_BY_PAIR_UNDER_ATTACK,
    SIGN_IN_BY_IDENTIFIER,
    CHANGE_BY_ACCOUNT,
    POLICY_BY_CLIENT,
    RECOVERY_BY_CLIENT,
    RECOVERY_BY_ALL,
    RECOVERY_STEP_BY_CLIENT,
    RECOVERY_MAIL_BY_ADDRESS,
    CAPTCHA_BY_CLIENT,
    CAPTCHA_WAITS_BY_CLIENT,
    VIOLATIONS_BY_CLIENT,
    MAIL_TEST,
    DELIVERABILITY,
];

/// The budget of that name.
#[must_use]
pub fn budget_of(name: &str) -> Option<Budget> {
    BUDGETS.into_iter().find(|budget| budget.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_budget_has_a_name_of_its_own_and_a_range_around_what_it_allows() {
        for (index, budget) in BUDGETS.iter().enumerate() {
            assert!(budget.least >= 1, "{budget:?}: nobody is locked out by a setting");
            assert!((budget.least..=budget.most).contains(&budget.allowed), "{budget:?}");
            assert!(
                BUDGETS[index + 1..].iter().all(|other| other.name != budget.name),
                "{budget:?}"
            );
        }
    }

    // security 73
    #[test]
    fn what_recovery_is_reckoned_against_cannot_be_raised() {
        assert_eq!(RECOVERY_BY_ALL.most, RECOVERY_BY_ALL.allowed);
    }
}
