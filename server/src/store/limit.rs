//! Statements on `limits`: counters per name and window.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

impl Store {
    /// How much of a window is used, without using any.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn limit_used(&self, name: &str, window_start: UnixMillis) -> Result<i64, Fault> {
        let row: Option<(i64,)> = sqlx::query_as("select used from limits where name = $1 and window_start = $2")
            .bind(name)
            .bind(window_start)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map_or(0, |(used,)| used))
    }
}

impl Write {
    /// Uses one of a window and answers how many are used now, in one statement.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_limit(
        &mut self,
        name: &str,
        window_start: UnixMillis,
        expires_at: UnixMillis,
    ) -> Result<i64, Fault> {
        let row: (i64,) = sqlx::query_as(
            "insert into limits (name, window_start, used, expires_at) values ($1, $2, 1, $3) \
             on conflict (name, window_start) do update set used = limits.used + 1 returning used",
        )
        .bind(name)
        .bind(window_start)
        .bind(expires_at)
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(row.0)
    }

    /// Gives back everything used under a name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clear_limit(&mut self, name: &str) -> Result<(), Fault> {
        sqlx::query("delete from limits where name = $1")
            .bind(name)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_limits(&mut self, now: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from limits where expires_at <= $1")
            .bind(now)
            .execute(&mut *self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
