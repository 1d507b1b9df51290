//! What becomes of a row after a turn, and when it is tried again.

use super::{Ended, State, Turn};
use crate::audit::{self, Entry, Event};
use crate::clock::{MINUTE, SECOND, UnixMillis};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::secret::random;
use crate::store::{FinishedMail, OutboxRow, Write};

/// Attempts on a row that breaks the worker instead of the mail server; then it is set aside (security 147).
const POISON_ATTEMPTS: i64 = 5;

/// First and longest wait between attempts.
const BACKOFF_FIRST: i64 = 5 * SECOND;
const BACKOFF_LONGEST: i64 = 15 * MINUTE;

/// What becomes of a row after a turn.
pub(super) enum End {
    /// It is over.
    Finished {
        state: State,
        reason: &'static str,
        reply: String,
    },
    /// It never becomes a mail; why is in the audit trail already.
    Nothing { reason: &'static str },
    /// It waits until then.
    Later { until: UnixMillis, reply: String },
}

impl End {
    pub(super) fn sent(reply: String) -> Self {
        Self::Finished {
            state: State::Sent,
            reason: "",
            reply,
        }
    }

    pub(super) fn failed(reason: &'static str, reply: String) -> Self {
        Self::Finished {
            state: State::Failed,
            reason,
            reply,
        }
    }

    pub(super) fn useless(reason: &'static str) -> Self {
        Self::Finished {
            state: State::Dropped,
            reason,
            reply: String::new(),
        }
    }

    pub(super) fn turn(&self) -> Turn {
        match self {
            Self::Later { .. } => Turn::Postponed,
            Self::Nothing { .. } => Turn::Dropped,
            Self::Finished { state, .. } => match state {
                State::Sent => Turn::Sent,
                State::Failed => Turn::Failed,
                State::Dropped | State::Queued => Turn::Dropped,
            },
        }
    }
}

pub(super) fn later(latchkey: &Latchkey, row: &OutboxRow, reply: String) -> End {
    tracing::warn!(
        row = row.id,
        attempts = row.attempts,
        reply,
        "mail not sent, will be tried again"
    );
    let until = latchkey.now() + backoff(row.attempts);
    End::Later { until, reply }
}

pub(super) fn set_aside(latchkey: &Latchkey, row: &OutboxRow, reason: &'static str) -> End {
    if row.attempts < POISON_ATTEMPTS {
        later(latchkey, row, reason.to_owned())
    } else {
        End::failed(reason, String::new())
    }
}

/// Writes down what became of rows.
pub(super) async fn settle(latchkey: &Latchkey, write: &mut Write, ended: &[Ended]) -> Result<(), Fault> {
    let now = latchkey.now();
    let mut finished = Vec::new();
    for Ended { row, end } in ended {
        let (state, reason, reply) = match end {
            End::Later { until, reply } => {
                write.postpone_mail(row, *until, reply).await?;
                continue;
            }
            End::Nothing { reason } => (State::Dropped, *reason, ""),
            End::Finished { state, reason, reply } => (*state, *reason, reply.as_str()),
        };
        let mail = FinishedMail {
            row,
            state,
            reason,
            reply,
        };
        finished.push((mail, entry(row, end)));
    }
    let (mails, entries): (Vec<_>, Vec<_>) = finished.into_iter().unzip();
    let held = write.finish_mails(&mails, now).await?;
    for (entry, held) in entries.into_iter().zip(held) {
        if let Some(entry) = entry.filter(|_| held) {
            audit::record_own(write, now, entry);
        }
    }
    Ok(())
}

/// What the trail says of a mail that is over.
fn entry<'a>(row: &'a OutboxRow, end: &End) -> Option<Entry<'a>> {
    let End::Finished { state, reason, .. } = end else {
        return None;
    };
    let account_id = row.account_id.as_deref().unwrap_or_default();
    let entry = match state {
        State::Sent => Entry::success(Event::MailSent, account_id),
        State::Failed => Entry::failure(Event::MailFailed, reason, account_id),
        State::Dropped | State::Queued => Entry::failure(Event::MailDropped, reason, account_id),
    };
    Some(entry.about(&row.id))
}

/// Doubles from five seconds to a quarter of an hour, each time up to a quarter longer, so that servers which failed together do
/// not come back together.
fn backoff(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    let wait = (BACKOFF_FIRST << doublings).min(BACKOFF_LONGEST);
    let [jitter] = random::<1>();
    wait + wait * i64::from(jitter) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        for attempts in 0..100 {
            let wait = backoff(attempts);
            assert!(
                (BACKOFF_FIRST..=BACKOFF_LONGEST * 5 / 4).contains(&wait),
                "{attempts}: {wait}"
            );
        }
        assert!(backoff(1) < backoff(4));
    }
}
