//! Statements on `settings`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

impl Store {
    /// Every stored setting: name and JSON value.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settings(&self) -> Result<Vec<(String, String)>, Fault> {
        Ok(sqlx::query_as("select name, value from settings")
            .fetch_all(&mut self.read().await?)
            .await?)
    }
}

impl Write {
    /// The same, as this transaction sees it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settings(&mut self) -> Result<Vec<(String, String)>, Fault> {
        Ok(sqlx::query_as("select name, value from settings")
            .fetch_all(&mut self.tx)
            .await?)
    }

    /// Lets the default count again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unset_setting(&mut self, name: &str) -> Result<(), Fault> {
        let query = sqlx::query("delete from settings where name = $1").bind(name);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn set_setting(&mut self, name: &str, value: &str, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into settings (name, value, updated_at) values ($1, $2, $3) \
             on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at",
        )
        .bind(name)
        .bind(value)
        .bind(now);
        self.tx.later(query).await
    }

    /// Stores a value unless there is one; answers the one that counts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn setting_or_insert(&mut self, name: &str, value: &str, now: UnixMillis) -> Result<String, Fault> {
        let row: (String,) = sqlx::query_as(
            "insert into settings (name, value, updated_at) values ($1, $2, $3) \
             on conflict (name) do update set name = excluded.name returning value",
        )
        .bind(name)
        .bind(value)
        .bind(now)
        .fetch_one(&mut self.tx)
        .await?;
        Ok(row.0)
    }
}
