//! Mails kept in memory, for tests of everything above.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Failure, Outgoing, Reply};

/// The transport's side: puts mails in.
#[derive(Clone, Debug)]
pub struct Memory {
    mailbox: Mailbox,
}

/// The test's side: reads mails, and decides whether the next ones are taken.
#[derive(Clone, Debug, Default)]
pub struct Mailbox {
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    mails: Vec<Outgoing>,
    refusal: Option<Failure>,
}

impl Memory {
    pub(super) fn new(mailbox: Mailbox) -> Self {
        Self { mailbox }
    }

    pub(super) fn keep(&self, mail: &Outgoing) -> Result<Reply, Failure> {
        let mut inside = self.mailbox.open();
        if let Some(refusal) = &inside.refusal {
            return Err(refusal.clone());
        }
        inside.mails.push(mail.clone());
        Ok(Reply::new("250 kept in memory"))
    }
}

impl Mailbox {
    /// Every mail so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Outgoing> {
        self.open().mails.clone()
    }

    /// Takes every mail out, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Outgoing> {
        std::mem::take(&mut self.open().mails)
    }

    /// From now on every mail is refused like this; `None` accepts again.
    pub fn refuse(&self, refusal: Option<Failure>) {
        self.open().refusal = refusal;
    }

    /// A test that panicked elsewhere must not hide its own message behind a poisoned lock.
    fn open(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
