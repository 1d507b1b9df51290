//! Statements on `idempotency`.

use super::Write;
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// What is known of a key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IdempotencyRow {
    pub request_mac: String,
    /// 0 while the first request is under way.
    pub status: i64,
    /// Sealed.
    pub answer: String,
}

impl Write {
    /// Claims a key for one request: of fifty at once exactly one gets `None`, the others what the first one is about.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_idempotency(
        &mut self,
        key_mac: &str,
        request_mac: &str,
        now: UnixMillis,
    ) -> Result<Option<IdempotencyRow>, Fault> {
        let claimed = sqlx::query(
            "insert into idempotency (key_mac, request_mac, status, answer, created_at) values ($1, $2, 0, '', $3) \
             on conflict (key_mac) do nothing",
        )
        .bind(key_mac)
        .bind(request_mac)
        .bind(now)
        .execute(&mut self.tx)
        .await?;
        if claimed.rows_affected() == 1 {
            return Ok(None);
        }
        let row: Option<IdempotencyRow> =
            sqlx::query_as("select request_mac, status, answer from idempotency where key_mac = $1")
                .bind(key_mac)
                .fetch_optional(&mut self.tx)
                .await?;
        // Released in between: as if it were still under way, so that nothing is done twice.
        Ok(Some(row.unwrap_or_else(|| IdempotencyRow {
            request_mac: request_mac.to_owned(),
            status: 0,
            answer: String::new(),
        })))
    }

    /// Keeps what the request of a key answered.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_answer(&mut self, key_mac: &str, status: i64, answer: &str) -> Result<(), Fault> {
        let query = sqlx::query("update idempotency set status = $1, answer = $2 where key_mac = $3")
            .bind(status)
            .bind(answer)
            .bind(key_mac);
        self.tx.later(query).await
    }

    /// Lets a key be used again: its request did nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release_idempotency(&mut self, key_mac: &str) -> Result<(), Fault> {
        let query = sqlx::query("delete from idempotency where key_mac = $1").bind(key_mac);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_idempotency(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from idempotency where created_at < $1")
            .bind(before)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
