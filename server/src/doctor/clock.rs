//! The clock: lifetimes of links, budgets and sessions hang on it.

use super::{Examined, Finding};
use crate::clock::{MINUTE, SECOND, UnixMillis, rfc3339};
use crate::latchkey::Latchkey;
use app::phrase;
use app::words::Phrase;

/// Earlier than this program: 2026-01-01.
const EARLIEST: UnixMillis = 1_767_225_600_000;

/// Clocks that differ by more make several servers disagree on what has expired.
const SKEW: i64 = 30 * SECOND;

fn next() -> Phrase {
    phrase!(doctor.clock_next)
}

/// Compares with what cannot be, with what was recorded, and with the database's own clock.
pub async fn look(latchkey: &Latchkey) -> Vec<Finding> {
    let now = latchkey.now();
    if now < EARLIEST {
        let found = phrase!(doctor.clock_past, now = rfc3339(now));
        return vec![Finding::problem(Examined::Clock, found, next())];
    }
    let newest = latchkey.store.newest_event().await.ok().flatten().unwrap_or_default();
    if newest > now + 5 * MINUTE {
        let found = phrase!(doctor.clock_back, now = rfc3339(now), newest = rfc3339(newest));
        return vec![Finding::problem(Examined::Clock, found, next())];
    }
    match latchkey.store.clock().await {
        Ok(Some(theirs)) if (theirs - latchkey.now()).abs() > SKEW => {
            let seconds = (theirs - latchkey.now()) / SECOND;
            let found = phrase!(doctor.clock_differs, seconds = seconds);
            vec![Finding::warning(Examined::Clock, found, next())]
        }
        _ => vec![Finding::ok(
            Examined::Clock,
            phrase!(doctor.clock_well, now = rfc3339(now)),
        )],
    }
}
