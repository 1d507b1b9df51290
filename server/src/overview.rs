//! How things are going: what happened lately, and whether mail leaves (A10).

use crate::audit::Event;
use crate::clock::{DAY, HOUR, UnixMillis};
use crate::guard::captcha::probe::{self, State};
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::reset::availability::{Missing, missing};
use crate::staff::{Permission, Staff};
use crate::store::{Engine, MailHealth};

/// How often something happened in each of several slots of time, the newest last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub requested: Vec<i64>,
    pub sent: Vec<i64>,
    pub completed: Vec<i64>,
    pub failed: Vec<i64>,
    /// When the first slot begins.
    pub start: UnixMillis,
    /// Length of a slot in milliseconds.
    pub slot: i64,
}

/// What staff see first.
#[derive(Clone, Debug)]
pub struct Overview {
    /// By the hour.
    pub day: Series,
    /// By the day.
    pub month: Series,
    pub missing: Vec<Missing>,
    pub mail: MailHealth,
    pub engine: Engine,
    /// Whether limits are in force; without them anybody may flood (they are lifted for load tests only).
    pub limited: bool,
    pub captcha: State,
}

type Pick = fn(&mut Series) -> &mut Vec<i64>;

/// What counts as what: people and staff ask, mails go out or never do, passwords are chosen.
const COUNTED: [(Event, Pick); 5] = [
    (Event::ResetRequested, |series| &mut series.requested),
    (Event::ResetStarted, |series| &mut series.requested),
    (Event::MailSent, |series| &mut series.sent),
    (Event::ResetCompleted, |series| &mut series.completed),
    (Event::MailFailed, |series| &mut series.failed),
];

/// Counts what happened and looks at the queue.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden).
pub async fn overview(latchkey: &Latchkey, staff: &Staff) -> Result<Overview, Refused> {
    staff.require(Permission::ReadRequests)?;
    let settings = latchkey.settings().await?;
    Ok(Overview {
        day: series(latchkey, HOUR, 24).await?,
        month: series(latchkey, DAY, 30).await?,
        missing: missing(latchkey, &settings),
        mail: latchkey.store.mail_health(latchkey.now() - DAY).await?,
        engine: latchkey.store.engine(),
        limited: settings.limits.enabled,
        captcha: probe::state(latchkey, &settings.captcha).await,
    })
}

async fn series(latchkey: &Latchkey, slot: i64, slots: i64) -> Result<Series, Fault> {
    let now = latchkey.now();
    let start = now - now.rem_euclid(slot) - (slots - 1) * slot;
    let empty = vec![0; usize::try_from(slots).unwrap_or(0)];
    let mut series = Series {
        requested: empty.clone(),
        sent: empty.clone(),
        completed: empty.clone(),
        failed: empty,
        start,
        slot,
    };
    for row in latchkey.store.events_by_slot(start, slot).await? {
        for (event, list) in COUNTED {
            let index = usize::try_from(row.slot).unwrap_or(usize::MAX);
            if row.event == event.as_str()
                && let Some(count) = list(&mut series).get_mut(index)
            {
                *count += row.number;
            }
        }
    }
    Ok(series)
}
