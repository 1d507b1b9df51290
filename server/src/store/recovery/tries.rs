//! What an account remembers of tries that did not fit, and the lock they lead to.

use crate::account::Account;
use crate::clock::UnixMillis;
use crate::recovery::pointed::Slots;
use crate::refused::Fault;
use crate::store::account::{AccountRow, account_columns};
use crate::store::{Store, Write};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, FromRow, Row as _};

/// The accounts in the slots, which are the first fifteen arguments.
macro_rules! in_slots {
    () => {
        "id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    };
}

fn with<'q>(query: Query<'q, Any, AnyArguments>, slots: &Slots) -> Query<'q, Any, AnyArguments> {
    slots.iter().fold(query, |query, id| query.bind(id.clone()))
}

impl Store {
    /// The accounts in some slots; `""` is nobody. Always the same statement, however many there are (security 70).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts_in(&self, slots: &Slots) -> Result<Vec<Account>, Fault> {
        let query = sqlx::query(concat!(
            "select ",
            account_columns!("a."),
            " from accounts a where a.",
            in_slots!()
        ));
        let rows = with(query, slots).fetch_all(&mut self.read().await?).await?;
        rows.iter().map(|row| AccountRow::from_row(row)?.try_into()).collect()
    }
}

impl Write {
    /// Changes a row of every account in the slots and nothing that counts: all are written, whoever of them is counted later on
    /// (security 157). SQLite does not write a row that is what it was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn touch_accounts(&mut self, slots: &Slots) -> Result<(), Fault> {
        let query = sqlx::query(concat!(
            "update accounts set recovery_touches = recovery_touches + 1 where ",
            in_slots!()
        ));
        self.tx.later(with(query, slots)).await
    }

    /// Counts a try against every account in the slots that is not locked, before anything is compared, in one statement: of fifty at
    /// once no more than `most` are counted, and only what is counted is compared (security 72). A right try takes no part in the
    /// failures, but keeps its place while the recovery it opened is under way. Answers the accounts' ids.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_recovery_try(
        &mut self,
        slots: &Slots,
        most: i64,
        now: UnixMillis,
    ) -> Result<Vec<String>, Fault> {
        let query = sqlx::query(concat!(
            "update accounts set recovery_tries = recovery_tries + 1 where recovery_locked_at = 0 \
             and recovery_tries + (case when recovery_open_until > $17 then 1 else 0 end) < $16 and ",
            in_slots!(),
            " returning id"
        ));
        let counted = with(query, slots).bind(most).bind(now).fetch_all(&mut self.tx).await?;
        counted.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Makes a counted try a failure, and locks whom it was one too many for. Answers those.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fail_recovery_try(
        &mut self,
        counted: &Slots,
        most: i64,
        now: UnixMillis,
    ) -> Result<Vec<String>, Fault> {
        let query = sqlx::query(concat!(
            "update accounts set recovery_failures = recovery_failures + 1, recovery_locked_at = case \
             when recovery_locked_at = 0 and recovery_failures + 1 >= $16 then $17 else recovery_locked_at end where ",
            in_slots!(),
            " returning id, recovery_failures, recovery_locked_at"
        ));
        let mut locked = Vec::new();
        for row in with(query, counted)
            .bind(most)
            .bind(now)
            .fetch_all(&mut self.tx)
            .await?
        {
            let (id, failures, at): (String, i64, UnixMillis) = FromRow::from_row(&row)?;
            if failures >= most && at == now {
                locked.push(id);
            }
        }
        Ok(locked)
    }

    /// Gives a counted try back that was not a failure.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn return_recovery_try(&mut self, counted: &Slots) -> Result<(), Fault> {
        let query = sqlx::query(concat!(
            "update accounts set recovery_tries = recovery_tries - 1 where recovery_tries > recovery_failures and ",
            in_slots!()
        ));
        self.tx.later(with(query, counted)).await
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
