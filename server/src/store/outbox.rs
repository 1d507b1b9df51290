//! Statements on `outbox`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::mail::outbox::State;
use crate::refused::Fault;

/// A row that a worker holds until `lease_until`. The lease is also the proof of holding it: every statement that ends a row names
/// it, so a worker that was too slow changes nothing.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OutboxRow {
    pub id: String,
    pub kind: String,
    pub account_id: Option<String>,
    pub request_id: Option<String>,
    pub payload: String,
    pub attempts: i64,
    pub created_at: UnixMillis,
    pub lease_until: UnixMillis,
    pub expires_at: UnixMillis,
}

pub struct NewMail<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub account_id: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub payload: &'a str,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
}

impl Store {
    /// Rows waiting, and the age of the oldest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outbox_waiting(&self) -> Result<(i64, Option<UnixMillis>), Fault> {
        Ok(
            sqlx::query_as("select count(*), min(created_at) from outbox where state = 'queued'")
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// Whether a row is due. A plain read, so that an idle worker never takes the write lock.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outbox_due(&self, now: UnixMillis) -> Result<bool, Fault> {
        let due: Option<(String,)> = sqlx::query_as(
            "select id from outbox where state = 'queued' and next_attempt_at <= $1 and lease_until <= $1 limit 1",
        )
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        Ok(due.is_some())
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn queue_mail(&mut self, mail: &NewMail<'_>) -> Result<(), Fault> {
        sqlx::query(
            "insert into outbox (id, kind, account_id, request_id, payload, state, reason, reply, attempts, created_at, \
             next_attempt_at, lease_until, expires_at, finished_at) \
             values ($1, $2, $3, $4, $5, 'queued', '', '', 0, $6, $6, 0, $7, 0)",
        )
        .bind(mail.id)
        .bind(mail.kind)
        .bind(mail.account_id)
        .bind(mail.request_id)
        .bind(mail.payload)
        .bind(mail.created_at)
        .bind(mail.expires_at)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Claims the row that is due the longest. One conditional statement: two workers never hold the same row (security 145).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_mail(&mut self, now: UnixMillis, lease_until: UnixMillis) -> Result<Option<OutboxRow>, Fault> {
        Ok(sqlx::query_as(
            "update outbox set lease_until = $2, attempts = attempts + 1 \
             where id = (select id from outbox where state = 'queued' and next_attempt_at <= $1 and lease_until <= $1 \
             order by next_attempt_at, id limit 1) and state = 'queued' and lease_until <= $1 \
             returning id, kind, account_id, request_id, payload, attempts, created_at, lease_until, expires_at",
        )
        .bind(now)
        .bind(lease_until)
        .fetch_optional(&mut *self.tx)
        .await?)
    }

    /// Holds a row longer. False when it is not ours any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn extend_lease(&mut self, id: &str, held: UnixMillis, until: UnixMillis) -> Result<bool, Fault> {
        let extended =
            sqlx::query("update outbox set lease_until = $1 where id = $2 and lease_until = $3 and state = 'queued'")
                .bind(until)
                .bind(id)
                .bind(held)
                .execute(&mut *self.tx)
                .await?;
        Ok(extended.rows_affected() == 1)
    }

    /// Turns a request into the mail it led to; the row, and with it the Message-ID, stays the same.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn become_mail(
        &mut self,
        row: &OutboxRow,
        kind: &str,
        account_id: &str,
        payload: &str,
        expires_at: UnixMillis,
    ) -> Result<(), Fault> {
        sqlx::query("update outbox set kind = $1, account_id = $2, payload = $3, expires_at = $4 where id = $5 and lease_until = $6")
            .bind(kind)
            .bind(account_id)
            .bind(payload)
            .bind(expires_at)
            .bind(&row.id)
            .bind(row.lease_until)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Puts a row back for a later attempt.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn postpone_mail(&mut self, row: &OutboxRow, until: UnixMillis, reply: &str) -> Result<(), Fault> {
        sqlx::query(
            "update outbox set next_attempt_at = $1, lease_until = 0, reply = $2 where id = $3 and lease_until = $4",
        )
        .bind(until)
        .bind(reply)
        .bind(&row.id)
        .bind(row.lease_until)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Ends a row for good and wipes its payload.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finish_mail(
        &mut self,
        row: &OutboxRow,
        state: State,
        reason: &str,
        reply: &str,
        now: UnixMillis,
    ) -> Result<bool, Fault> {
        let finished = sqlx::query(
            "update outbox set state = $1, reason = $2, reply = $3, finished_at = $4, payload = '', lease_until = 0 \
             where id = $5 and lease_until = $6 and state = 'queued'",
        )
        .bind(state.as_str())
        .bind(reason)
        .bind(reply)
        .bind(now)
        .bind(&row.id)
        .bind(row.lease_until)
        .execute(&mut *self.tx)
        .await?;
        Ok(finished.rows_affected() == 1)
    }

    /// Forgets rows finished before `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_outbox(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from outbox where state <> 'queued' and finished_at < $1")
            .bind(before)
            .execute(&mut *self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
