//! The clock: lifetimes of links, budgets and sessions hang on it.

use super::{Examined, Finding};
use crate::clock::{MINUTE, SECOND, UnixMillis, rfc3339};
use crate::latchkey::Latchkey;

/// Earlier than this program: 2026-01-01.
const EARLIEST: UnixMillis = 1_767_225_600_000;

/// Clocks that differ by more make several servers disagree on what has expired.
const SKEW: i64 = 30 * SECOND;

const NEXT: &str = "switch on time synchronisation (timedatectl set-ntp true)";

/// Compares with what cannot be, with what was recorded, and with the database's own clock.
pub async fn look(latchkey: &Latchkey) -> Vec<Finding> {
    let now = latchkey.now();
    if now < EARLIEST {
        let found = format!("the clock says {}, which has passed", rfc3339(now));
        return vec![Finding::problem(Examined::Clock, found, NEXT)];
    }
    let newest = latchkey.store.newest_event().await.ok().flatten().unwrap_or_default();
    if newest > now + 5 * MINUTE {
        let found = format!(
            "the clock says {}, but something was recorded at {}: it went back, or another server's is ahead",
            rfc3339(now),
            rfc3339(newest)
        );
        return vec![Finding::problem(Examined::Clock, found, NEXT)];
    }
    match latchkey.store.clock().await {
        Ok(Some(theirs)) if (theirs - latchkey.now()).abs() > SKEW => {
            let seconds = (theirs - latchkey.now()) / SECOND;
            let found = format!("the clock of the database server differs by {seconds} s");
            vec![Finding::warning(Examined::Clock, found, NEXT)]
        }
        _ => vec![Finding::ok(Examined::Clock, format!("{} is plausible", rfc3339(now)))],
    }
}
