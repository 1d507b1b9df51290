//! Stopping a recovery, and taking one back by the mailed link.

use super::RecoveryRow;
use crate::clock::UnixMillis;
use crate::recovery::State;
use crate::refused::Fault;
use crate::store::{Store, Write};

impl Store {
    /// The recovery that a mailed link still stops or takes back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn undoable_recovery(
        &self,
        id: &str,
        undo_digest: &str,
        now: UnixMillis,
    ) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(concat!(
            "select ",
            columns!(),
            " from recoveries r where (r.id = $1 or r.undo_digest = $2) and r.undo_until >= $3 \
             and r.state in ('open', 'awaiting', 'over', 'completed')"
        ))
        .bind(id)
        .bind(undo_digest)
        .bind(now)
        .fetch_optional(&mut self.read().await?)
        .await?)
    }
}

impl Write {
    /// Notes what a finished recovery is taken back to, and until when; what it held besides is wiped.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_undo(&mut self, id: &str, old_address_sealed: &str, until: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query(
            "update recoveries set old_address_sealed = $1, undo_until = $2, password_sealed = '', address_sealed = '' \
             where id = $3",
        )
        .bind(old_address_sealed)
        .bind(until)
        .bind(id);
        self.tx.later(query).await
    }

    /// Stops or takes back a recovery by its mailed link, once. Answers it as it was before, which says which of the two it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn undo_recovery(&mut self, row: &RecoveryRow, state: State, now: UnixMillis) -> Result<bool, Fault> {
        let undone = sqlx::query(
            "update recoveries set state = $1, ended_at = $2, undo_until = 0, password_sealed = '', address_sealed = '', \
             old_address_sealed = '' where id = $3 and state = $4 and undo_until >= $2",
        )
        .bind(state.as_str())
        .bind(now)
        .bind(&row.id)
        .bind(&row.state)
        .execute(&mut self.tx)
        .await?;
        Ok(undone.rows_affected() == 1)
    }

    /// What was recovered cannot be taken back by mail any more: staff have decided about the address since.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_undo(&mut self, account_id: &str) -> Result<(), Fault> {
        let query = sqlx::query("update recoveries set undo_until = 0, old_address_sealed = '' where account_id = $1")
            .bind(account_id);
        self.tx.later(query).await
    }

    /// Gives an account its old address back and takes the password that a stranger may know: its owner chooses one by mail.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn restore_account(
        &mut self,
        account_id: &str,
        email: Option<&str>,
        now: UnixMillis,
    ) -> Result<(), Fault> {
        let query = sqlx::query(
            "update accounts set email = $1, password_hash = '', credential_version = credential_version + 1, \
             recovery_locked_at = $2 where id = $3",
        )
        .bind(email)
        .bind(now)
        .bind(account_id);
        self.tx.later(query).await
    }
}
