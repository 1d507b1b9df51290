//! Statements on `recoveries`: the way of a recovery from its facts to the account it gives back.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::recovery::State;
use crate::refused::Fault;

/// A recovery.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RecoveryRow {
    pub id: String,
    pub receipt: String,
    pub account_id: String,
    pub credential_version: i64,
    pub state: String,
    pub facts: String,
    pub code_id: String,
    pub started_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub address_sealed: String,
    pub code_salt: String,
    pub code_digest: String,
    pub proved_at: UnixMillis,
    pub password_sealed: String,
    pub undo_salt: String,
    pub undo_until: UnixMillis,
    pub old_address_sealed: String,
}

pub struct NewRecovery<'a> {
    pub id: &'a str,
    pub receipt: &'a str,
    pub handle_digest: &'a str,
    pub account_id: &'a str,
    pub credential_version: i64,
    pub facts: &'a str,
    pub code_id: &'a str,
    pub client_address: &'a str,
    pub user_agent: &'a str,
    pub started_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub undo_salt: &'a str,
    pub undo_digest: &'a str,
    pub undo_until: UnixMillis,
}

/// A new address and the code that proves it.
pub struct NewPending<'a> {
    pub address_sealed: &'a str,
    pub code_salt: &'a str,
    /// Empty where no code may ever fit.
    pub code_digest: &'a str,
}

macro_rules! columns {
    () => {
        "r.id, r.receipt, r.account_id, r.credential_version, r.state, r.facts, r.code_id, r.started_at, r.expires_at, \
         r.address_sealed, r.code_salt, r.code_digest, r.proved_at, r.password_sealed, r.undo_salt, r.undo_until, \
         r.old_address_sealed"
    };
}

/// What makes a recovery alive, in one place: under way, in time, and nothing it relied on has changed (security 23, 76).
macro_rules! living {
    ($rest:literal) => {
        concat!(
            "select ",
            columns!(),
            " from recoveries r join accounts a on a.id = r.account_id and a.credential_version = r.credential_version \
             and a.status = 'active' and a.sign_in = 'password' where r.state = 'open' and r.expires_at >= $1 and ",
            $rest
        )
    };
}

/// The same as a condition of a statement that changes one.
macro_rules! still_living {
    () => {
        "state = 'open' and expires_at >= $1 and credential_version = (select a.credential_version from accounts a \
         where a.id = recoveries.account_id and a.status = 'active' and a.sign_in = 'password')"
    };
}

/// `returning` names the table's own columns.
macro_rules! returning {
    () => {
        " returning id, receipt, account_id, credential_version, state, facts, code_id, started_at, expires_at, \
         address_sealed, code_salt, code_digest, proved_at, password_sealed, undo_salt, undo_until, old_address_sealed"
    };
}

mod case;
mod code;
mod tries;
mod undo;

pub use case::{SeenRecovery, Signals};

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn living_recovery(&self, handle_digest: &str, now: UnixMillis) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(living!("r.handle_digest = $2"))
            .bind(now)
            .bind(handle_digest)
            .fetch_optional(&mut self.read().await?)
            .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn living_recovery_of_id(&self, id: &str, now: UnixMillis) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(living!("r.id = $2"))
            .bind(now)
            .bind(id)
            .fetch_optional(&mut self.read().await?)
            .await?)
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_recovery(&mut self, recovery: &NewRecovery<'_>) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into recoveries (id, receipt, handle_digest, account_id, credential_version, state, facts, code_id, \
             client_address, user_agent, started_at, expires_at, address_sealed, addresses_given, code_salt, code_digest, \
             code_attempts, proved_at, password_sealed, ended_at, seconded_by, decided_by, reason, undo_salt, undo_digest, undo_until, \
             old_address_sealed) values ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10, $11, '', 0, '', '', 0, 0, '', 0, '', \
             '', '', $12, $13, $14, '')",
        )
        .bind(recovery.id)
        .bind(recovery.receipt)
        .bind(recovery.handle_digest)
        .bind(recovery.account_id)
        .bind(recovery.credential_version)
        .bind(recovery.facts)
        .bind(recovery.code_id)
        .bind(recovery.client_address)
        .bind(recovery.user_agent)
        .bind(recovery.started_at)
        .bind(recovery.expires_at)
        .bind(recovery.undo_salt)
        .bind(recovery.undo_digest)
        .bind(recovery.undo_until);
        self.tx.later(query).await
    }

    /// Gives a recovery a new address. The earlier code dies in the same statement, whatever address it was for and also when the
    /// address is the same: a code always proves the address that stands beside it (security 80). False when the recovery is over, or
    /// has been given as many addresses as it may.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_recovery_address(
        &mut self,
        id: &str,
        pending: &NewPending<'_>,
        most: i64,
        now: UnixMillis,
    ) -> Result<bool, Fault> {
        let set = sqlx::query(concat!(
            "update recoveries set address_sealed = $3, code_salt = $4, code_digest = $5, code_attempts = 0, proved_at = 0, \
             addresses_given = addresses_given + 1 where id = $2 and addresses_given < $6 and ",
            still_living!()
        ))
        .bind(now)
        .bind(id)
        .bind(pending.address_sealed)
        .bind(pending.code_salt)
        .bind(pending.code_digest)
        .bind(most)
        .execute(&mut self.tx)
        .await?;
        Ok(set.rows_affected() == 1)
    }

    /// Takes one of the tries that a code has, before it is compared (security 19). `None`: the recovery is over, no code is out, or no
    /// try is left.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_recovery_code_try(
        &mut self,
        handle_digest: &str,
        tries: i64,
        now: UnixMillis,
    ) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(concat!(
            "update recoveries set code_attempts = code_attempts + 1 where handle_digest = $2 and code_attempts < $3 \
             and code_salt <> '' and ",
            still_living!(),
            returning!()
        ))
        .bind(now)
        .bind(handle_digest)
        .bind(tries)
        .fetch_optional(&mut self.tx)
        .await?)
    }

    /// Records that the address is proven — the one whose code was compared: another one may have been given meanwhile, and then this
    /// is false (security 80).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prove_recovery(&mut self, id: &str, code_salt: &str, now: UnixMillis) -> Result<bool, Fault> {
        let proved = sqlx::query(concat!(
            "update recoveries set proved_at = $1, code_attempts = 0, code_digest = '' where id = $2 and code_salt = $3 and ",
            still_living!()
        ))
        .bind(now)
        .bind(id)
        .bind(code_salt)
        .execute(&mut self.tx)
        .await?;
        Ok(proved.rows_affected() == 1)
    }

    /// Ends a recovery whose address is proven, once: of fifty at once exactly one gets the account (security 76). Everything that
    /// makes it alive is checked again here (security 41). `password_sealed` is empty unless it waits for approval, and then it waits
    /// until `expires_at`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finish_recovery(
        &mut self,
        row: &RecoveryRow,
        state: State,
        password_sealed: &str,
        expires_at: UnixMillis,
        now: UnixMillis,
    ) -> Result<bool, Fault> {
        let finished = sqlx::query(concat!(
            "update recoveries set state = $4, password_sealed = $5, expires_at = $6, \
             ended_at = case when $4 = 'awaiting' then 0 else $1 end where id = $2 and code_salt = $3 and proved_at > 0 and ",
            still_living!()
        ))
        .bind(now)
        .bind(&row.id)
        .bind(&row.code_salt)
        .bind(state.as_str())
        .bind(password_sealed)
        .bind(expires_at)
        .execute(&mut self.tx)
        .await?;
        Ok(finished.rows_affected() == 1)
    }

    /// Ends what is under way or waits: something it relied on has changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_open_recoveries(&mut self, account_id: &str, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query(
            "update recoveries set state = 'over', ended_at = $1, password_sealed = '', address_sealed = '' \
             where account_id = $2 and state in ('open', 'awaiting')",
        )
        .bind(now)
        .bind(account_id);
        self.tx.later(query).await
    }

    /// Gives an account its new address and password together, and forgets the tries against it. False when something it relied on has
    /// changed since `version`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recover_account(
        &mut self,
        account_id: &str,
        email: &str,
        hash: &str,
        version: i64,
    ) -> Result<bool, Fault> {
        let recovered = sqlx::query(
            "update accounts set email = $1, password_hash = $2, credential_version = credential_version + 1, \
             recovery_tries = 0, recovery_failures = 0, recovery_open_until = 0, recovery_locked_at = 0 \
             where id = $3 and credential_version = $4 and status = 'active' and sign_in = 'password'",
        )
        .bind(email)
        .bind(hash)
        .bind(account_id)
        .bind(version)
        .execute(&mut self.tx)
        .await?;
        Ok(recovered.rows_affected() == 1)
    }

    /// Ends what ran out of time and wipes what nothing can be done with any more; forgets recoveries that nobody can take back since
    /// `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_recoveries(&mut self, before: UnixMillis, now: UnixMillis) -> Result<u64, Fault> {
        sqlx::query(
            "update recoveries set state = 'over', ended_at = $1, password_sealed = '', address_sealed = '' \
             where state in ('open', 'awaiting') and expires_at < $1",
        )
        .bind(now)
        .execute(&mut self.tx)
        .await?;
        sqlx::query(
            "update recoveries set old_address_sealed = '', address_sealed = '' \
             where undo_until < $1 and old_address_sealed <> ''",
        )
        .bind(now)
        .execute(&mut self.tx)
        .await?;
        let pruned = sqlx::query(
            "delete from recoveries where state not in ('open', 'awaiting') and undo_until < $1 and started_at < $1",
        )
        .bind(before)
        .execute(&mut self.tx)
        .await?;
        Ok(pruned.rows_affected())
    }
}
