//! Statements on `reset_tokens`.

use super::account::account_columns;
use super::{AccountRow, NewPassword, Store, Write};
use crate::account::Account;
use crate::clock::UnixMillis;
use crate::refused::Fault;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, FromRow as _, Row as _};

/// A token that is alive, and whose account it opens.
#[derive(Clone, Debug)]
pub struct LivingToken {
    pub request_id: String,
    pub salt: String,
    pub code_digest: String,
    pub expires_at: UnixMillis,
    pub owner: Account,
}

impl TryFrom<AnyRow> for LivingToken {
    type Error = Fault;

    fn try_from(row: AnyRow) -> Result<Self, Fault> {
        Ok(Self {
            request_id: row.try_get("request_id")?,
            salt: row.try_get("salt")?,
            code_digest: row.try_get("code_digest")?,
            expires_at: row.try_get("expires_at")?,
            owner: AccountRow::from_row(&row)?.try_into()?,
        })
    }
}

/// Whose token was spent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SpentToken {
    pub account_id: String,
    pub request_id: String,
    /// Where the person behind the request wants to go afterwards; empty for nowhere in particular.
    pub target: String,
    /// 1 where recovery by facts is locked at this moment, else 0.
    pub recovery_locked: i64,
}

pub struct NewToken<'a> {
    pub account_id: &'a str,
    pub request_id: &'a str,
    pub requested_at: UnixMillis,
    pub salt: &'a str,
    pub token_digest: &'a str,
    pub code_digest: &'a str,
    pub credential_version: i64,
    pub issued_at: UnixMillis,
    pub expires_at: UnixMillis,
}

/// What makes a token alive, in one place: unspent, not past its last millisecond, and nothing it relied on has changed
/// (security 23, 24).
macro_rules! living {
    ($rest:literal) => {
        concat!(
            "select t.request_id, t.salt, t.code_digest, t.expires_at, ",
            account_columns!("a."),
            " from reset_tokens t join accounts a on a.id = t.account_id and a.credential_version = t.credential_version \
             and a.status = 'active' and a.sign_in = 'password' where t.used_at = 0 and t.expires_at >= $1 and ",
            $rest
        )
    };
}

/// One conditional statement that spends a token. Everything that makes it alive is checked again here, whatever an earlier step saw
/// (security 41).
fn spending(token_digest: &str, now: UnixMillis) -> Query<'_, Any, AnyArguments> {
    sqlx::query(
        "update reset_tokens set used_at = $1 where token_digest = $2 and used_at = 0 and expires_at >= $1 \
         and credential_version = (select a.credential_version from accounts a where a.id = reset_tokens.account_id \
         and a.status = 'active' and a.sign_in = 'password') returning account_id, request_id, \
         coalesce((select r.target from reset_requests r where r.id = reset_tokens.request_id), '') as target, \
         (select count(*) from accounts a where a.id = reset_tokens.account_id and a.recovery_locked_at > 0) as recovery_locked",
    )
    .bind(now)
    .bind(token_digest)
}

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn living_token(&self, token_digest: &str, now: UnixMillis) -> Result<Option<LivingToken>, Fault> {
        let row = sqlx::query(living!("t.token_digest = $2"))
            .bind(now)
            .bind(token_digest)
            .fetch_optional(&mut self.read().await?)
            .await?;
        row.map(LivingToken::try_from).transpose()
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn living_token_of_request(
        &self,
        request_id: &str,
        now: UnixMillis,
    ) -> Result<Option<LivingToken>, Fault> {
        let row = sqlx::query(living!("t.request_id = $2"))
            .bind(now)
            .bind(request_id)
            .fetch_optional(&mut self.read().await?)
            .await?;
        row.map(LivingToken::try_from).transpose()
    }
}

impl Write {
    /// When the account's present token was issued, if it has one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn token_issued_at(&mut self, account_id: &str) -> Result<Option<UnixMillis>, Fault> {
        let row: Option<(i64,)> = sqlx::query_as("select issued_at from reset_tokens where account_id = $1")
            .bind(account_id)
            .fetch_optional(&mut self.tx)
            .await?;
        Ok(row.map(|(issued_at,)| issued_at))
    }

    /// Issues a token in place of the account's earlier one (newest wins, security 22). False when a newer request already has
    /// one: a late mail never kills a later link.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn issue_token(&mut self, token: &NewToken<'_>) -> Result<bool, Fault> {
        let issued: Option<(String,)> = sqlx::query_as(
            "insert into reset_tokens (account_id, request_id, requested_at, salt, token_digest, code_digest, \
             credential_version, issued_at, expires_at, used_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) \
             on conflict (account_id) do update set request_id = excluded.request_id, requested_at = excluded.requested_at, \
             salt = excluded.salt, token_digest = excluded.token_digest, code_digest = excluded.code_digest, \
             credential_version = excluded.credential_version, issued_at = excluded.issued_at, \
             expires_at = excluded.expires_at, used_at = 0 \
             where reset_tokens.requested_at <= excluded.requested_at returning account_id",
        )
        .bind(token.account_id)
        .bind(token.request_id)
        .bind(token.requested_at)
        .bind(token.salt)
        .bind(token.token_digest)
        .bind(token.code_digest)
        .bind(token.credential_version)
        .bind(token.issued_at)
        .bind(token.expires_at)
        .fetch_optional(&mut self.tx)
        .await?;
        Ok(issued.is_some())
    }

    /// Spends a token: of fifty at once exactly one gets the account back (security 20).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn spend_token(&mut self, token_digest: &str, now: UnixMillis) -> Result<Option<SpentToken>, Fault> {
        let spent = spending(token_digest, now).fetch_optional(&mut self.tx).await?;
        Ok(spent.map(|row| SpentToken::from_row(&row)).transpose()?)
    }

    /// Spends a token on a new password, in one go. Answers whose it was and how many sessions were ended; nothing where the token or
    /// the password before is not what it was: then the caller's transaction must not be committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn spend_token_on(
        &mut self,
        token_digest: &str,
        now: UnixMillis,
        new: &NewPassword<'_>,
    ) -> Result<Option<(SpentToken, i64)>, Fault> {
        let answers = self.each(vec![spending(token_digest, now), new.storing()]).await?;
        let [spent, stored] = &answers[..] else {
            return Err(Fault::Other("two statements have two answers".into()));
        };
        let Some(spent) = spent.rows.first() else {
            return Ok(None);
        };
        let spent = SpentToken::from_row(spent)?;
        if spent.account_id != new.account_id {
            return Ok(None);
        }
        let ended = self.end_sessions_of_before(new, stored.rows.first()).await?;
        Ok(ended.map(|ended| (spent, ended)))
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn prune_tokens(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from reset_tokens where expires_at < $1")
            .bind(before)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }
}
