//! Statements on `spent_captchas`: which answers were used.

use super::Write;
use crate::clock::UnixMillis;
use crate::refused::Fault;

impl Write {
    /// Uses an answer, if nobody did before: one conditional insert, so that of many at once, on however many servers, one gets it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn spend_captcha(&mut self, id: &str, expires_at: UnixMillis) -> Result<bool, Fault> {
        let spent =
            sqlx::query("insert into spent_captchas (id, expires_at) values ($1, $2) on conflict (id) do nothing")
                .bind(id)
                .bind(expires_at)
                .execute(&mut self.tx)
                .await?;
        Ok(spent.rows_affected() == 1)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_captchas(&mut self, now: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from spent_captchas where expires_at <= $1")
            .bind(now)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
