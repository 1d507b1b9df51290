//! What an account remembers of tries that did not fit, and the lock they lead to.

use crate::account::Account;
use crate::clock::UnixMillis;
use crate::recovery::facts::SLOTS;
use crate::refused::Fault;
use crate::store::account::{AccountRow, account_columns};
use crate::store::{Store, Write};

impl Store {
    /// The accounts in some slots; `""` is nobody. Always the same statement, however many there are (security 70).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts_in(&self, slots: &[String; SLOTS]) -> Result<Vec<Account>, Fault> {
        let mut query = sqlx::query_as(concat!(
            "select ",
            account_columns!("a."),
            " from accounts a where a.id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        ));
        for id in slots {
            query = query.bind(id);
        }
        let rows: Vec<AccountRow> = query.fetch_all(&mut *self.read().await?).await?;
        rows.into_iter().map(Account::try_from).collect()
    }
}

impl Write {
    /// Counts a try against every account in the slots that is not locked, before anything is compared, in one statement: of fifty at
    /// once no more than `most` are counted, and only what is counted is compared (security 72). A right try takes no part in the
    /// failures, but keeps its place while the recovery it opened is under way. Answers the accounts' ids.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_recovery_try(
        &mut self,
        slots: &[String; SLOTS],
        most: i64,
        now: UnixMillis,
    ) -> Result<Vec<String>, Fault> {
        let mut query = sqlx::query_as(
            "update accounts set recovery_tries = recovery_tries + 1 where recovery_locked_at = 0 \
             and recovery_tries + (case when recovery_open_until > $2 then 1 else 0 end) < $1 \
             and id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning id",
        )
        .bind(most)
        .bind(now);
        for id in slots {
            query = query.bind(id);
        }
        let counted: Vec<(String,)> = query.fetch_all(&mut self.tx).await?;
        Ok(counted.into_iter().map(|(id,)| id).collect())
    }

    /// Makes a counted try a failure, and locks whom it was one too many for. Answers those.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fail_recovery_try(
        &mut self,
        counted: &[String; SLOTS],
        most: i64,
        now: UnixMillis,
    ) -> Result<Vec<String>, Fault> {
        let mut query = sqlx::query_as(
            "update accounts set recovery_failures = recovery_failures + 1, recovery_locked_at = case \
             when recovery_locked_at = 0 and recovery_failures + 1 >= $1 then $2 else recovery_locked_at end \
             where id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
             returning id, recovery_failures, recovery_locked_at",
        )
        .bind(most)
        .bind(now);
        for id in counted {
            query = query.bind(id);
        }
        let failed: Vec<(String, i64, UnixMillis)> = query.fetch_all(&mut self.tx).await?;
        let locked = failed
            .into_iter()
            .filter(|(_, failures, at)| *failures >= most && *at == now);
        Ok(locked.map(|(id, ..)| id).collect())
    }

    /// Gives a counted try back that was not a failure.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn return_recovery_try(&mut self, account_id: &str) -> Result<(), Fault> {
        let query = sqlx::query("update accounts set recovery_tries = recovery_tries - 1 where id = $1 and recovery_tries > recovery_failures")
            .bind(account_id);
        self.tx.later(query).await
    }

    /// Notes until when a recovery that facts opened is under way.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_recovery_place(&mut self, account_id: &str, until: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query("update accounts set recovery_open_until = $1 where id = $2")
            .bind(until)
            .bind(account_id);
        self.tx.later(query).await
    }

    /// Forgets the tries and the lock. True when there was a lock.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release_recovery(&mut self, account_id: &str) -> Result<bool, Fault> {
        let locked = self.recovery_locked(account_id).await?;
        sqlx::query(
            "update accounts set recovery_tries = 0, recovery_failures = 0, recovery_open_until = 0, recovery_locked_at = 0 \
             where id = $1",
        )
            .bind(account_id)
            .execute(&mut self.tx)
            .await?;
        Ok(locked)
    }

    /// Whether recovery by facts is locked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_locked(&mut self, account_id: &str) -> Result<bool, Fault> {
        let locked: (i64,) = sqlx::query_as("select count(*) from accounts where id = $1 and recovery_locked_at > 0")
            .bind(account_id)
            .fetch_one(&mut self.tx)
            .await?;
        Ok(locked.0 > 0)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn lock_recovery(&mut self, account_id: &str, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query("update accounts set recovery_locked_at = $1 where id = $2 and recovery_locked_at = 0")
            .bind(now)
            .bind(account_id);
        self.tx.later(query).await
    }
}
