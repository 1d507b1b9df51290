//! The chain that makes tampering seen: every row carries a keyed hash of itself and of the row before it (security 195).
//!
//! ```text
//! row 1 ── chain 1 ──▶ row 2 ── chain 2 ──▶ row 3 ── chain 3 ──▶ head: 3, chain 3
//! ```
//!
//! The key is in the key file, not in the database: whoever can write the database can change, remove or add rows, but cannot make
//! the chain fit. Where somebody was is hashed by itself, so that erasing a person can empty it without breaking the chain
//! (security 200).

use super::AuditRow;
use crate::secret::{Keys, Purpose};
use std::sync::{Arc, Mutex, PoisonError};

/// Ties rows together. Clones share what they know of the newest row.
#[derive(Clone)]
pub struct Chain {
    keys: Arc<Keys>,
    newest: Arc<Mutex<Head>>,
}

/// The newest row of the chain: its number and its hash. None yet: 0 and nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    pub seq: i64,
    pub chain: String,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chain(…)")
    }
}

impl Chain {
    #[must_use]
    pub fn new(keys: Arc<Keys>) -> Self {
        Self {
            keys,
            newest: Arc::default(),
        }
    }

    /// The head as this process left it. A guess: others write too, and what was written may have been taken back.
    #[must_use]
    pub fn newest(&self) -> Head {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn remember(&self, head: Head) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = head;
    }

    /// Gives rows their places behind `head`, and answers the head they make.
    #[must_use]
    pub fn tie(&self, head: &Head, rows: &mut [AuditRow]) -> Head {
        let mut head = head.clone();
        for row in rows {
            head.seq += 1;
            row.seq = head.seq;
            row.origin_mac = self.origin(row);
            row.chain = self.link(&head.chain, row);
            head.chain.clone_from(&row.chain);
        }
        head
    }

    /// Hash of where an event came from.
    #[must_use]
    pub fn origin(&self, row: &AuditRow) -> String {
        self.keys.mac_text(
            Purpose::Audit,
            &["origin", &row.id, &row.client_address, &row.user_agent],
        )
    }

    /// Hash of a row at its place, behind the row whose chain is `previous` (empty for the first).
    #[must_use]
    pub fn link(&self, previous: &str, row: &AuditRow) -> String {
        let (seq, at) = (row.seq.to_string(), row.at.to_string());
        self.keys.mac_text(
            Purpose::Audit,
            &[
                "row",
                previous,
                &seq,
                &row.id,
                &at,
                &row.event,
                &row.outcome,
                &row.reason,
                &row.actor,
                &row.account_id,
                &row.subject,
                &row.detail,
                &row.request_id,
                &row.version,
                &row.origin_mac,
            ],
        )
    }

    /// Whether a row says where it came from as it did at first, or does not say it any more.
    #[must_use]
    pub fn origin_fits(&self, row: &AuditRow) -> bool {
        let erased = row.client_address.is_empty() && row.user_agent.is_empty();
        erased || row.origin_mac == self.origin(row)
    }
}
