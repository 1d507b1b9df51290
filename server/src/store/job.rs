//! Statements on `jobs`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// A job as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct JobRow {
    pub id: String,
    pub kind: String,
    pub state: String,
    pub total: i64,
    pub done: i64,
    pub stored: i64,
    pub refused: i64,
    /// Sealed; empty until there is one.
    pub report: String,
    pub started_by: String,
    pub created_at: UnixMillis,
    /// Last sign of life of the server that does it.
    pub seen_at: UnixMillis,
    /// 0 while it runs.
    pub finished_at: UnixMillis,
}

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn job(&self, id: &str) -> Result<Option<JobRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, kind, state, total, done, stored, refused, report, started_by, created_at, seen_at, finished_at \
             from jobs where id = $1",
        )
        .bind(id)
        .fetch_optional(&mut self.read().await?)
        .await?)
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_job(&mut self, job: &JobRow) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into jobs (id, kind, state, total, done, stored, refused, report, started_by, created_at, seen_at, finished_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&job.id)
        .bind(&job.kind)
        .bind(&job.state)
        .bind(job.total)
        .bind(job.done)
        .bind(job.stored)
        .bind(job.refused)
        .bind(&job.report)
        .bind(&job.started_by)
        .bind(job.created_at)
        .bind(job.seen_at)
        .bind(job.finished_at);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn update_job(&mut self, job: &JobRow) -> Result<(), Fault> {
        let query = sqlx::query(
            "update jobs set state = $2, done = $3, stored = $4, refused = $5, report = $6, seen_at = $7, finished_at = $8 \
             where id = $1",
        )
        .bind(&job.id)
        .bind(&job.state)
        .bind(job.done)
        .bind(job.stored)
        .bind(job.refused)
        .bind(&job.report)
        .bind(job.seen_at)
        .bind(job.finished_at);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_jobs(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from jobs where created_at < $1")
            .bind(before)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
