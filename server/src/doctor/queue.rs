//! The queue: whether mails leave it.

use super::{Examined, Finding};
use crate::clock::{DAY, MINUTE};
use crate::latchkey::Latchkey;
use app::phrase;

/// Links live for half an hour by default: mails this old bring most of them too late.
const STUCK: i64 = 15 * MINUTE;

pub async fn look(latchkey: &Latchkey) -> Vec<Finding> {
    let now = latchkey.now();
    let health = match latchkey.store.mail_health(now - DAY).await {
        Ok(health) => health,
        Err(fault) => {
            let found = phrase!(doctor.queue_unreadable, why = fault.in_words());
            return vec![Finding::problem(
                Examined::Queue,
                found,
                phrase!(doctor.queue_unreadable_next),
            )];
        }
    };
    let mut findings = Vec::new();
    let age = health.oldest.map_or(0, |oldest| (now - oldest).max(0));
    if age > STUCK {
        let trouble = if health.trouble.is_empty() {
            phrase!(doctor.queue_untried)
        } else {
            phrase!(doctor.queue_says, reply = health.trouble)
        };
        findings.push(Finding::problem(
            Examined::Queue,
            phrase!(
                doctor.queue_stuck,
                count = health.waiting,
                minutes = age / MINUTE,
                trouble = trouble,
            ),
            phrase!(doctor.queue_stuck_next),
        ));
    }
    if health.failed > 0 {
        findings.push(Finding::warning(
            Examined::Queue,
            phrase!(doctor.queue_failed, count = health.failed),
            phrase!(doctor.queue_failed_next),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            Examined::Queue,
            phrase!(doctor.queue_well, count = health.waiting),
        ));
    }
    findings
}
