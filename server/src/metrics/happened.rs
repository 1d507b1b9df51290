//! What the audit trail records, counted when it is committed: an event that was rolled back has not happened.

use crate::audit::{Event, EventResult};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Recorded {
    event: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Reached {
    step: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    result: &'static str,
}

/// Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    events: Family<Recorded, Counter>,
    resets: Family<Reached, Counter>,
    mails: Family<Ended, Counter>,
}

impl Happened {
    pub(super) fn register(&self, registry: &mut Registry) {
        // There from the start: a rate over a number that is not there yet is no rate.
        for step in ["asked", "completed"] {
            drop(self.resets.get_or_create(&Reached { step }));
        }
        for result in ["sent", "failed", "dropped"] {
            drop(self.mails.get_or_create(&Ended { result }));
        }
        registry.register("events", "Events of the audit trail", self.events.clone());
        registry.register("resets", "Resets, by how far they came", self.resets.clone());
        registry.register(
            "mails",
            "Mails that left the queue, by what became of them",
            self.mails.clone(),
        );
    }

    /// Counts what was committed.
    pub fn count(&self, event: Event, result: EventResult) {
        let recorded = Recorded {
            event: event.as_str(),
            result: result.as_str(),
        };
        self.events.get_or_create(&recorded).inc();
        match (event, result) {
            (Event::ResetRequested | Event::ResetStarted, EventResult::Success) => self.reset("asked"),
            (Event::ResetCompleted, EventResult::Success) => self.reset("completed"),
            (Event::MailSent, _) => self.mail("sent"),
            (Event::MailFailed, _) => self.mail("failed"),
            (Event::MailDropped, _) => self.mail("dropped"),
            _ => {}
        }
    }

    fn reset(&self, step: &'static str) {
        self.resets.get_or_create(&Reached { step }).inc();
    }

    fn mail(&self, result: &'static str) {
        self.mails.get_or_create(&Ended { result }).inc();
    }
}
