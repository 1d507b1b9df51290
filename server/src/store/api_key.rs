//! Statements on `api_keys`.

use super::{After, Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// A key as stored: what it opens with is known to its holder only.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiKeyRow {
    pub id: String,
    pub name: String,
    /// Separated by spaces.
    pub scopes: String,
    pub created_by: String,
    pub created_at: UnixMillis,
    /// 0 until it was used.
    pub last_used_at: UnixMillis,
}

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn api_key(&self, digest: &str) -> Result<Option<ApiKeyRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, name, scopes, created_by, created_at, last_used_at from api_keys where key_digest = $1",
        )
        .bind(digest)
        .fetch_optional(&mut self.read().await?)
        .await?)
    }

    /// The newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_keys(&self, after: &After, limit: i64) -> Result<Vec<ApiKeyRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, name, scopes, created_by, created_at, last_used_at from api_keys \
             where created_at < $1 or (created_at = $1 and id < $2) order by created_at desc, id desc limit $3",
        )
        .bind(after.at)
        .bind(&after.id)
        .bind(limit)
        .fetch_all(&mut self.read().await?)
        .await?)
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_api_key(&mut self, key: &ApiKeyRow, digest: &str) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into api_keys (id, name, key_digest, scopes, created_by, created_at, last_used_at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&key.id)
        .bind(&key.name)
        .bind(digest)
        .bind(&key.scopes)
        .bind(&key.created_by)
        .bind(key.created_at)
        .bind(key.last_used_at);
        self.tx.later(query).await
    }

    /// False when there is none of that id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_api_key(&mut self, id: &str) -> Result<bool, Fault> {
        let removed = sqlx::query("delete from api_keys where id = $1")
            .bind(id)
            .execute(&mut self.tx)
            .await?;
        Ok(removed.rows_affected() == 1)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn touch_api_key(&mut self, id: &str, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query("update api_keys set last_used_at = $1 where id = $2 and last_used_at < $1")
            .bind(now)
            .bind(id);
        self.tx.later(query).await
    }
}
