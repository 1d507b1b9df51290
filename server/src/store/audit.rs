//! Statements on `audit`: rows are added and, after their retention, pruned; nothing ever changes one.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

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
    pub client_address: String,
    pub user_agent: String,
}

impl Store {
    /// The newest events, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit(&self, limit: i64) -> Result<Vec<AuditRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, at, event, outcome, reason, actor, account_id, subject, client_address, user_agent from audit \
             order by at desc, id desc limit $1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer; then the change it belongs to must not be committed (security 196).
    pub async fn add_audit(&mut self, row: &AuditRow) -> Result<(), Fault> {
        sqlx::query(
            "insert into audit (id, at, event, outcome, reason, actor, account_id, subject, client_address, user_agent) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&row.id)
        .bind(row.at)
        .bind(&row.event)
        .bind(&row.outcome)
        .bind(&row.reason)
        .bind(&row.actor)
        .bind(&row.account_id)
        .bind(&row.subject)
        .bind(&row.client_address)
        .bind(&row.user_agent)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_audit(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from audit where at < $1")
            .bind(before)
            .execute(&mut *self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
