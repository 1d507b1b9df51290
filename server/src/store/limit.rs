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
            .fetch_optional(&mut self.read().await?)
            .await?;
        Ok(row.map_or(0, |(used,)| used))
    }

    /// Names that begin like this and what is used of them in a window, the most used first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn limits_used(
        &self,
        prefix: &str,
        window_start: UnixMillis,
        limit: i64,
    ) -> Result<Vec<(String, i64)>, Fault> {
        let length = i64::try_from(prefix.len()).unwrap_or(i64::MAX);
        let rows = sqlx::query_as(
            "select name, used from limits where window_start = $1 and substr(name, 1, cast($2 as integer)) = $3 and used > 0 \
             order by used desc, name limit $4",
        )
        .bind(window_start)
        .bind(length)
        .bind(prefix)
        .bind(limit)
        .fetch_all(&mut self.read().await?)
        .await?;
        Ok(rows)
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
        .fetch_one(&mut self.tx)
        .await?;
        Ok(row.0)
    }

    /// Gives one back, where any is used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn return_limit(&mut self, name: &str, window_start: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query("update limits set used = used - 1 where name = $1 and window_start = $2 and used > 0")
            .bind(name)
            .bind(window_start);
        self.tx.later(query).await
    }

    /// Gives back everything used under a name. Answers in how many windows something was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clear_limit(&mut self, name: &str) -> Result<u64, Fault> {
        let cleared = sqlx::query("delete from limits where name = $1")
            .bind(name)
            .execute(&mut self.tx)
            .await?;
        Ok(cleared.rows_affected())
    }

    /// The same for two names at once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clear_limits(&mut self, names: [&str; 2]) -> Result<(), Fault> {
        let [one, other] = names;
        let query = sqlx::query("delete from limits where name in ($1, $2)")
            .bind(one)
            .bind(other);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_limits(&mut self, now: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from limits where expires_at <= $1")
            .bind(now)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
