//! Statements on `outbox`.

use super::{After, Store, Write};
use crate::clock::UnixMillis;
use crate::mail::outbox::State;
use crate::mail::queue::Wanted;
use crate::refused::Fault;
use crate::reset::Outcome;

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
    /// 0 while no template was ever edited, so that none need be looked for; else 1.
    pub templates_edited: i64,
}

pub struct NewMail<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub account_id: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub payload: &'a str,
    /// Masked, for staff; empty while nobody knows.
    pub recipient: &'a str,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
}

/// How a row ended, and what the mail server said.
pub struct FinishedMail<'a> {
    pub row: &'a OutboxRow,
    pub state: State,
    pub reason: &'a str,
    pub reply: &'a str,
}

/// A row as staff see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SeenMail {
    pub id: String,
    pub kind: String,
    pub state: String,
    /// Why it ended, in words.
    pub reason: String,
    /// What the mail server said last.
    pub reply: String,
    /// Masked.
    pub recipient: String,
    pub account_id: Option<String>,
    /// Of the request it belongs to.
    pub receipt: Option<String>,
    pub attempts: i64,
    pub created_at: UnixMillis,
    pub next_attempt_at: UnixMillis,
    pub lease_until: UnixMillis,
    pub expires_at: UnixMillis,
    /// 0 while it waits.
    pub finished_at: UnixMillis,
}

/// `select` on rows as staff see them.
macro_rules! seen {
    ($rest:literal) => {
        concat!(
            "select o.id, o.kind, o.state, o.reason, o.reply, o.recipient, o.account_id, r.receipt, o.attempts, o.created_at, \
             o.next_attempt_at, o.lease_until, o.expires_at, o.finished_at \
             from outbox o left join reset_requests r on r.id = o.request_id where ",
            $rest
        )
    };
}

/// How outgoing mail is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailHealth {
    pub waiting: i64,
    /// When the longest waiting mail was queued.
    pub oldest: Option<UnixMillis>,
    /// Of those waiting, how many were tried in vain.
    pub retrying: i64,
    /// What the mail server said to the last of them.
    pub trouble: String,
    /// When a mail last went out; within the retention of the outbox.
    pub last_sent: Option<UnixMillis>,
    /// Mails given up since the moment asked for.
    pub failed: i64,
}

impl Store {
    /// Rows that match, the newest first; without those that never become a mail.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mails(&self, wanted: Wanted, after: &After, limit: i64) -> Result<Vec<SeenMail>, Fault> {
        Ok(sqlx::query_as(seen!(
            "(o.created_at < $1 or (o.created_at = $1 and o.id < $2)) and ($3 = '' or o.state = $3) \
             and o.kind <> 'recovery_look' order by o.created_at desc, o.id desc limit $4"
        ))
        .bind(after.at)
        .bind(&after.id)
        .bind(wanted.state.map_or("", State::as_str))
        .bind(limit)
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn mail_health(&self, since: UnixMillis) -> Result<MailHealth, Fault> {
        let (waiting, oldest) = self.outbox_waiting().await?;
        let (retrying,): (i64,) =
            sqlx::query_as("select count(*) from outbox where state = 'queued' and attempts > 0 and reply <> ''")
                .fetch_one(&mut self.read().await?)
                .await?;
        let trouble: Option<(String,)> = sqlx::query_as(
            "select reply from outbox where state = 'queued' and attempts > 0 and reply <> '' order by created_at desc limit 1",
        )
        .fetch_optional(&mut self.read().await?)
        .await?;
        let (last_sent,): (Option<UnixMillis>,) =
            sqlx::query_as("select max(finished_at) from outbox where state = 'sent'")
                .fetch_one(&mut self.read().await?)
                .await?;
        let (failed,): (i64,) =
            sqlx::query_as("select count(*) from outbox where state = 'failed' and finished_at >= $1")
                .bind(since)
                .fetch_one(&mut self.read().await?)
                .await?;
        Ok(MailHealth {
            waiting,
            oldest,
            retrying,
            trouble: trouble.map(|(reply,)| reply).unwrap_or_default(),
            last_sent,
            failed,
        })
    }

    /// Rows waiting, and the age of the oldest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outbox_waiting(&self) -> Result<(i64, Option<UnixMillis>), Fault> {
        Ok(
            sqlx::query_as("select count(*), min(created_at) from outbox where state = 'queued'")
                .fetch_one(&mut self.read().await?)
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
        .fetch_optional(&mut self.read().await?)
        .await?;
        Ok(due.is_some())
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn queue_mail(&mut self, mail: &NewMail<'_>) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into outbox (id, kind, account_id, request_id, payload, state, reason, reply, attempts, created_at, \
             next_attempt_at, lease_until, expires_at, finished_at, recipient) \
             values ($1, $2, $3, $4, $5, 'queued', '', '', 0, $6, $6, 0, $7, 0, $8)",
        )
        .bind(mail.id)
        .bind(mail.kind)
        .bind(mail.account_id)
        .bind(mail.request_id)
        .bind(mail.payload)
        .bind(mail.created_at)
        .bind(mail.expires_at)
        .bind(mail.recipient);
        self.tx.later(query).await
    }

    /// Claims the rows that are due the longest, at most so many. One conditional statement: two workers never hold the same row
    /// (security 145). SQLite prepares a statement anew for every value of a plain `limit $3`; a sum it takes as it comes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_mails(
        &mut self,
        now: UnixMillis,
        lease_until: UnixMillis,
        most: usize,
    ) -> Result<Vec<OutboxRow>, Fault> {
        Ok(sqlx::query_as(
            "update outbox set lease_until = $2, attempts = attempts + 1 \
             where id in (select id from outbox where state = 'queued' and next_attempt_at <= $1 and lease_until <= $1 \
             order by next_attempt_at, id limit $3 + 0) and state = 'queued' and lease_until <= $1 \
             returning id, kind, account_id, request_id, payload, attempts, created_at, lease_until, expires_at, \
             (select count(*) from (select 1 from mail_templates limit 1) as edited) as templates_edited",
        )
        .bind(now)
        .bind(lease_until)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&mut self.tx)
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
                .execute(&mut self.tx)
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
        recipient: &str,
        expires_at: UnixMillis,
    ) -> Result<(), Fault> {
        let query = sqlx::query(
            "update outbox set kind = $1, account_id = $2, payload = $3, recipient = $4, expires_at = $5 \
             where id = $6 and lease_until = $7",
        )
        .bind(kind)
        .bind(account_id)
        .bind(payload)
        .bind(recipient)
        .bind(expires_at)
        .bind(&row.id)
        .bind(row.lease_until);
        self.tx.later(query).await
    }

    /// Puts a row back for a later attempt.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn postpone_mail(&mut self, row: &OutboxRow, until: UnixMillis, reply: &str) -> Result<(), Fault> {
        let query = sqlx::query(
            "update outbox set next_attempt_at = $1, lease_until = 0, reply = $2 where id = $3 and lease_until = $4",
        )
        .bind(until)
        .bind(reply)
        .bind(&row.id)
        .bind(row.lease_until);
        self.tx.later(query).await
    }

    /// Ends rows and wipes their payloads, except that of a failed one: staff may try it again once the cause is settled. Answers of
    /// each whether it was still held.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finish_mails(&mut self, finished: &[FinishedMail<'_>], now: UnixMillis) -> Result<Vec<bool>, Fault> {
        let queries = finished.iter().map(|one| {
            sqlx::query(
                "update outbox set state = $1, reason = $2, reply = $3, finished_at = $4, lease_until = 0, \
                 payload = case when $1 = 'failed' then payload else '' end \
                 where id = $5 and lease_until = $6 and state = 'queued'",
            )
            .bind(one.state.as_str())
            .bind(one.reason)
            .bind(one.reply)
            .bind(now)
            .bind(&one.row.id)
            .bind(one.row.lease_until)
        });
        let answers = self.each(queries.collect()).await?;
        Ok(answers.iter().map(|answer| answer.changed == 1).collect())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn mail(&mut self, id: &str) -> Result<Option<SeenMail>, Fault> {
        Ok(sqlx::query_as(seen!("o.id = $1"))
            .bind(id)
            .fetch_optional(&mut self.tx)
            .await?)
    }

    /// Makes a row due at once that waits or has failed, and that nobody holds. False when it cannot be sent any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn retry_mail(&mut self, id: &str, now: UnixMillis) -> Result<bool, Fault> {
        let retried = sqlx::query(
            "update outbox set state = 'queued', next_attempt_at = $2, attempts = 0, lease_until = 0, finished_at = 0, reason = '' \
             where id = $1 and state in ('queued', 'failed') and lease_until <= $2 and expires_at >= $2 \
             and (payload <> '' or kind = 'reset_request')",
        )
        .bind(id)
        .bind(now)
        .execute(&mut self.tx)
        .await?;
        Ok(retried.rows_affected() == 1)
    }

    /// Gives up a row that waits or has failed, and that nobody holds, and wipes it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn cancel_mail(&mut self, id: &str, reason: &str, by: &str, now: UnixMillis) -> Result<bool, Fault> {
        let cancelled = sqlx::query(
            "update outbox set state = 'dropped', reason = $2, finished_by = $3, finished_at = $4, payload = '', lease_until = 0 \
             where id = $1 and state in ('queued', 'failed') and lease_until <= $4",
        )
        .bind(id)
        .bind(reason)
        .bind(by)
        .bind(now)
        .execute(&mut self.tx)
        .await?;
        Ok(cancelled.rows_affected() == 1)
    }

    /// Records at the request of a cancelled mail that there will be none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn cancel_request_of_mail(&mut self, id: &str, outcome: Outcome) -> Result<(), Fault> {
        let query = sqlx::query(
            "update reset_requests set outcome = $2 where id = (select request_id from outbox where id = $1) \
             and outcome in ('waiting', 'mailed')",
        )
        .bind(id)
        .bind(outcome.as_str());
        self.tx.later(query).await
    }

    /// Forgets rows finished before `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_outbox(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from outbox where state <> 'queued' and finished_at < $1")
            .bind(before)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
