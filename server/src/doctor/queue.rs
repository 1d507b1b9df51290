//! The queue: whether mails leave it.

use super::{Examined, Finding};
use crate::clock::{DAY, MINUTE};
use crate::latchkey::Latchkey;

/// Links live for half an hour by default: mails this old bring most of them too late.
const STUCK: i64 = 15 * MINUTE;

pub async fn look(latchkey: &Latchkey) -> Vec<Finding> {
    let now = latchkey.now();
    let health = match latchkey.store.mail_health(now - DAY).await {
        Ok(health) => health,
        Err(fault) => {
            let found = format!("the queue cannot be read: {fault}");
            return vec![Finding::problem(Examined::Queue, found, "look into the database's log")];
        }
    };
    let mut findings = Vec::new();
    let age = health.oldest.map_or(0, |oldest| (now - oldest).max(0));
    if age > STUCK {
        let trouble = if health.trouble.is_empty() {
            "nobody has tried to send it".to_owned()
        } else {
            format!("the mail server says: {}", health.trouble)
        };
        findings.push(Finding::problem(
            Examined::Queue,
            format!(
                "{} mails wait, the oldest for {} minutes; {trouble}",
                health.waiting,
                age / MINUTE
            ),
            "see that latchkey serve is running, and settle what the mail server says",
        ));
    }
    if health.failed > 0 {
        findings.push(Finding::warning(
            Examined::Queue,
            format!("{} mails were given up in the last 24 hours", health.failed),
            "read why under Outbox in the console, and try them again from there",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            Examined::Queue,
            format!("{} mails wait, none for long", health.waiting),
        ));
    }
    findings
}
