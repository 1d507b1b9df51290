//! Statements on `sessions`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// A session of an account that may still sign in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionRow {
    pub id: String,
    pub account_id: String,
    pub created_at: UnixMillis,
    pub last_seen_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub client_address: String,
    pub user_agent: String,
    pub opened_by: String,
}

pub struct NewSession<'a> {
    pub id: &'a str,
    pub account_id: &'a str,
    pub token_digest: &'a str,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub client_address: &'a str,
    pub user_agent: &'a str,
    pub opened_by: &'a str,
}

impl Store {
    /// The living session that a token opens: not expired, not idle since before `idle_since`, of an active account (security 98).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(
        &self,
        token_digest: &str,
        now: UnixMillis,
        idle_since: UnixMillis,
    ) -> Result<Option<SessionRow>, Fault> {
        Ok(sqlx::query_as(
            "select s.id, s.account_id, s.created_at, s.last_seen_at, s.expires_at, s.client_address, s.user_agent, \
             s.opened_by \
             from sessions s join accounts a on a.id = s.account_id \
             where s.token_digest = $1 and s.expires_at > $2 and s.last_seen_at > $3 and a.status = 'active'",
        )
        .bind(token_digest)
        .bind(now)
        .bind(idle_since)
        .fetch_optional(&mut self.read().await?)
        .await?)
    }

    /// An account's living sessions, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions_of(
        &self,
        account_id: &str,
        now: UnixMillis,
        idle_since: UnixMillis,
    ) -> Result<Vec<SessionRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, account_id, created_at, last_seen_at, expires_at, client_address, user_agent, opened_by from sessions \
             where account_id = $1 and expires_at > $2 and last_seen_at > $3 order by created_at desc, id",
        )
        .bind(account_id)
        .bind(now)
        .bind(idle_since)
        .fetch_all(&mut self.read().await?)
        .await?)
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_session(&mut self, session: &NewSession<'_>) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into sessions (id, account_id, token_digest, created_at, last_seen_at, expires_at, client_address, \
             user_agent, opened_by) values ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
        )
        .bind(session.id)
        .bind(session.account_id)
        .bind(session.token_digest)
        .bind(session.created_at)
        .bind(session.expires_at)
        .bind(session.client_address)
        .bind(session.user_agent)
        .bind(session.opened_by);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn touch_session(&mut self, id: &str, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query("update sessions set last_seen_at = $1 where id = $2 and last_seen_at < $1")
            .bind(now)
            .bind(id);
        self.tx.later(query).await
    }

    /// Ends one session of this account. False when there is none of that id: somebody else's is not told apart from a missing one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_session(&mut self, account_id: &str, id: &str) -> Result<bool, Fault> {
        let ended = sqlx::query("delete from sessions where id = $1 and account_id = $2")
            .bind(id)
            .bind(account_id)
            .execute(&mut self.tx)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Ends every session of an account. Answers how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_sessions(&mut self, account_id: &str) -> Result<u64, Fault> {
        let ended = sqlx::query("delete from sessions where account_id = $1")
            .bind(account_id)
            .execute(&mut self.tx)
            .await?;
        Ok(ended.rows_affected())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_sessions(&mut self, now: UnixMillis, idle_since: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from sessions where expires_at <= $1 or last_seen_at <= $2")
            .bind(now)
            .bind(idle_since)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
