//! What the database says about itself: the version of its schema, its own version, its clock.

use super::{Engine, Store};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// How the schema stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// So many migrations are still to be made.
    Behind(usize),
    /// Written by a newer version.
    Ahead,
}

impl Store {
    /// Compares the migrations made with those there are. Makes none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn schema(&self) -> Result<Schema, Fault> {
        self.ping().await?;
        let known: Vec<i64> = super::migrations().iter().map(|migration| migration.version).collect();
        // It answers, so what fails here is that there is no such table: nothing was ever migrated.
        let made: Vec<(i64,)> = sqlx::query_as("select version from _sqlx_migrations where success")
            .fetch_all(&mut self.read().await?)
            .await
            .unwrap_or_default();
        if made.iter().any(|(version,)| !known.contains(version)) {
            return Ok(Schema::Ahead);
        }
        Ok(match known.len().saturating_sub(made.len()) {
            0 => Schema::Current,
            steps => Schema::Behind(steps),
        })
    }

    /// The engine's own version.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn version(&self) -> Result<String, Fault> {
        let sql = match self.engine() {
            Engine::Sqlite => "select sqlite_version()",
            Engine::Postgres => "select current_setting('server_version')",
        };
        let (version,): (String,) = sqlx::query_as(sql).fetch_one(&mut self.read().await?).await?;
        Ok(version)
    }

    /// The clock of a database on another machine; nothing where it is this one's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clock(&self) -> Result<Option<UnixMillis>, Fault> {
        if self.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let (now,): (UnixMillis,) =
            sqlx::query_as("select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)")
                .fetch_one(&mut self.read().await?)
                .await?;
        Ok(Some(now))
    }

    /// When something was last recorded.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_event(&self) -> Result<Option<UnixMillis>, Fault> {
        let (newest,): (Option<UnixMillis>,) = sqlx::query_as("select max(at) from audit")
            .fetch_one(&mut self.read().await?)
            .await?;
        Ok(newest)
    }
}
