//! Statements on `audit`: rows are added and, after their retention, pruned; nothing ever changes one.

use super::{After, Store, Write};
use crate::audit::chain::Head;
use crate::audit::search::Wanted;
use crate::audit::{Event, EventResult};
use crate::clock::UnixMillis;
use crate::refused::Fault;
use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    pub id: String,
    pub at: UnixMillis,
    pub event: String,
    pub outcome: String,
    pub reason: String,
    pub actor: String,
    pub account_id: String,
    pub subject: String,
    pub detail: String,
    pub client_address: String,
    pub user_agent: String,
    /// Of the request that caused it; the answer carries the same.
    pub request_id: String,
    /// Of the program that wrote it.
    pub version: String,
    /// Place in the chain, from 1 on; 0 for rows of before there was one.
    pub seq: i64,
    pub origin_mac: String,
    pub chain: String,
}

/// Both ends of the chain.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditHead {
    pub seq: i64,
    pub chain: String,
    /// The last row that retention removed.
    pub pruned_seq: i64,
    pub pruned_chain: String,
}

/// `select` on whole rows.
macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "select id, at, event, outcome, reason, actor, account_id, subject, detail, client_address, user_agent, \
             request_id, version, seq, origin_mac, chain from audit where ",
            $rest
        )
    };
}

/// How often an event succeeded within one slot of time.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SlotRow {
    pub slot: i64,
    pub event: String,
    pub number: i64,
}

impl Store {
    /// Counts what the overview draws, by slots of `slot` milliseconds from `start` on. Names the events, so that the many others are
    /// not even grouped.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn events_by_slot(&self, start: UnixMillis, slot: i64) -> Result<Vec<SlotRow>, Fault> {
        Ok(sqlx::query_as(
            "select (at - $1) / $2 as slot, event, count(*) as number from audit where at >= $1 and (outcome = 'success' \
             and event in ('reset_requested', 'reset_started', 'mail_sent', 'reset_completed') or event = 'mail_failed') \
             group by 1, 2",
        )
        .bind(start)
        .bind(slot)
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// Events that match, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit(&self, wanted: &Wanted, after: &After, limit: i64) -> Result<Vec<AuditRow>, Fault> {
        Ok(sqlx::query_as(rows!(
            "(at < $1 or (at = $1 and id < $2)) and ($3 = '' or event = $3) and ($4 = '' or outcome = $4) \
             and ($5 = '' or account_id = $5) and ($6 = '' or actor = $6) and at >= $7 and at < $8 \
             order by at desc, id desc limit $9"
        ))
        .bind(after.at)
        .bind(&after.id)
        .bind(wanted.event.map_or("", Event::as_str))
        .bind(wanted.result.map_or("", EventResult::as_str))
        .bind(wanted.account_id.as_deref().unwrap_or_default())
        .bind(wanted.actor.as_deref().unwrap_or_default())
        .bind(wanted.from.unwrap_or(i64::MIN))
        .bind(wanted.to.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// The same in the order of the chain, after the row given: its number, and for rows of before there was a chain their time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_ascending(
        &self,
        wanted: &Wanted,
        last: Option<&AuditRow>,
        limit: i64,
    ) -> Result<Vec<AuditRow>, Fault> {
        let (seq, at, id) = last.map_or((-1, 0, ""), |row| (row.seq, row.at, row.id.as_str()));
        Ok(sqlx::query_as(rows!(
            "(seq > $1 or (seq = $1 and (at > $2 or (at = $2 and id > $3)))) and ($4 = '' or event = $4) \
             and ($5 = '' or outcome = $5) and ($6 = '' or account_id = $6) and ($7 = '' or actor = $7) \
             and at >= $8 and at < $9 order by seq, at, id limit $10"
        ))
        .bind(seq)
        .bind(at)
        .bind(id)
        .bind(wanted.event.map_or("", Event::as_str))
        .bind(wanted.result.map_or("", EventResult::as_str))
        .bind(wanted.account_id.as_deref().unwrap_or_default())
        .bind(wanted.actor.as_deref().unwrap_or_default())
        .bind(wanted.from.unwrap_or(i64::MIN))
        .bind(wanted.to.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn audit_head(&self) -> Result<AuditHead, Fault> {
        Ok(
            sqlx::query_as("select seq, chain, pruned_seq, pruned_chain from audit_head where id = 'head'")
                .fetch_one(&mut self.read().await?)
                .await?,
        )
    }

    /// Rows of the chain after number `seq` (and id `id`, should a number be there twice) and up to `last`, in their order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_chain(&self, seq: i64, id: &str, last: i64, limit: i64) -> Result<Vec<AuditRow>, Fault> {
        Ok(sqlx::query_as(rows!(
            "seq > 0 and (seq > $1 or (seq = $1 and id <> $2 and $2 <> '')) and seq <= $3 order by seq, id limit $4"
        ))
        .bind(seq)
        .bind(id)
        .bind(last)
        .bind(limit)
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// A row outside of the chain that is not older than its first row, or stands behind its head.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unchained_audit(&self, since: UnixMillis) -> Result<Option<String>, Fault> {
        let row: Option<(String,)> = sqlx::query_as(
            "select id from audit where (seq <= 0 and at > $1) \
             or seq > (select seq from audit_head where id = 'head') limit 1",
        )
        .bind(since)
        .fetch_optional(&mut self.read().await?)
        .await?;
        Ok(row.map(|(id,)| id))
    }
}

/// Where the chain goes on.
pub(super) const HEAD: &str = "select seq, chain from audit_head where id = 'head'";

/// Sets the head to `new` where it is `known`.
fn moving<'a>(known: &'a Head, new: &'a Head) -> Query<'a, Any, AnyArguments> {
    sqlx::query("update audit_head set seq = $1, chain = $2 where id = 'head' and seq = $3 and chain = $4")
        .bind(new.seq)
        .bind(&new.chain)
        .bind(known.seq)
        .bind(&known.chain)
}

impl Write {
    /// Keeps an event until the commit, which stores it behind the newest one.
    pub fn note(&mut self, row: AuditRow) {
        self.trail.push(row);
    }

    /// Stores what was noted, each row tied to the one before. Comes last in a transaction: everybody who writes an event waits for
    /// this one row, so it is held for a moment only, and nobody who holds it waits for anything else.
    ///
    /// # Errors
    /// When the database does not answer; then the change it belongs to must not be committed (security 196).
    pub(super) async fn store_trail(&mut self) -> Result<(), Fault> {
        if self.trail.is_empty() {
            return Ok(());
        }
        let mut rows = std::mem::take(&mut self.trail);
        let new = match self.head.take() {
            Some(certain) => {
                let new = self.chain.tie(&certain, &mut rows);
                self.tx.later(moving(&certain, &new)).await?;
                new
            }
            None => self.take_places(&mut rows).await?,
        };
        for row in &rows {
            self.add_audit(row).await?;
        }
        self.chain.remember(new);
        Ok(())
    }

    /// Moves the head for rows, wherever it is.
    async fn take_places(&mut self, rows: &mut [AuditRow]) -> Result<Head, Fault> {
        // A guess that saves asking. It is right or refused, because no two heads have the same hash.
        let known = self.chain.newest();
        let new = self.chain.tie(&known, rows);
        if self.move_head(&known, &new).await? {
            return Ok(new);
        }
        // Another server wrote since, or a writer here took theirs back. Held from here on.
        let found = sqlx::query_as("update audit_head set seq = seq where id = 'head' returning seq, chain")
            .fetch_one(&mut self.tx)
            .await?;
        let new = self.chain.tie(&found, rows);
        if self.move_head(&found, &new).await? {
            return Ok(new);
        }
        Err(Fault::Other("the head of the audit chain cannot be moved".into()))
    }

    /// False where it is another one.
    async fn move_head(&mut self, known: &Head, new: &Head) -> Result<bool, Fault> {
        let moved = moving(known, new).execute(&mut self.tx).await?;
        Ok(moved.rows_affected() == 1)
    }

    async fn add_audit(&mut self, row: &AuditRow) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into audit (id, at, event, outcome, reason, actor, account_id, subject, detail, client_address, \
             user_agent, request_id, version, seq, origin_mac, chain) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(&row.id)
        .bind(row.at)
        .bind(&row.event)
        .bind(&row.outcome)
        .bind(&row.reason)
        .bind(&row.actor)
        .bind(&row.account_id)
        .bind(&row.subject)
        .bind(&row.detail)
        .bind(&row.client_address)
        .bind(&row.user_agent)
        .bind(&row.request_id)
        .bind(&row.version)
        .bind(row.seq)
        .bind(&row.origin_mac)
        .bind(&row.chain);
        self.tx.later(query).await
    }

    /// Empties where somebody was, for good: the events themselves stay (security 200).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_origins(&mut self, account_id: &str) -> Result<(), Fault> {
        let query =
            sqlx::query("update audit set client_address = '', user_agent = '' where account_id = $1").bind(account_id);
        self.tx.later(query).await
    }

    /// Forgets the events at the beginning of the chain that are older than `before`, and remembers where what is left begins.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_audit(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let unchained = sqlx::query("delete from audit where seq <= 0 and at < $1")
            .bind(before)
            .execute(&mut self.tx)
            .await?;
        // The head is held first, so that no row can come while its end is looked for.
        let head: AuditHead = sqlx::query_as(
            "update audit_head set seq = seq where id = 'head' returning seq, chain, pruned_seq, pruned_chain",
        )
        .fetch_one(&mut self.tx)
        .await?;
        let (first_kept,): (Option<i64>,) = sqlx::query_as("select min(seq) from audit where seq > 0 and at >= $1")
            .bind(before)
            .fetch_one(&mut self.tx)
            .await?;
        let last = first_kept.map_or(head.seq, |seq| seq - 1);
        let row: Option<(String,)> = sqlx::query_as("select chain from audit where seq = $1")
            .bind(last)
            .fetch_optional(&mut self.tx)
            .await?;
        // A row that should be there and is not: keep what is left, so that `audit verify` finds the gap.
        let Some((chain,)) = row.filter(|_| last > head.pruned_seq) else {
            return Ok(unchained.rows_affected());
        };
        let pruned = sqlx::query("delete from audit where seq > 0 and seq <= $1")
            .bind(last)
            .execute(&mut self.tx)
            .await?;
        sqlx::query("update audit_head set pruned_seq = $1, pruned_chain = $2 where id = 'head'")
            .bind(last)
            .bind(&chain)
            .execute(&mut self.tx)
            .await?;
        Ok(unchained.rows_affected() + pruned.rows_affected())
    }
}
