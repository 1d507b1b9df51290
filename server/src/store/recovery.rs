//! Statements on `recoveries` and `recovery_codes`, and on what an account remembers of tries that did not fit.

use super::{After, Store, Write};
use crate::account::Account;
use crate::clock::UnixMillis;
use crate::recovery::State;
use crate::recovery::facts::SLOTS;
use crate::refused::Fault;
use crate::store::account::{AccountRow, account_columns};

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

/// A recovery as staff see it: no value, no address.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SeenRecovery {
    pub id: String,
    pub receipt: String,
    pub state: String,
    pub account_id: String,
    pub login_name: String,
    pub account_created_at: UnixMillis,
    /// Names of the facts that fitted, with spaces between; empty where a recovery code was shown.
    pub facts: String,
    pub client_address: String,
    pub user_agent: String,
    pub started_at: UnixMillis,
    pub expires_at: UnixMillis,
    /// 0 while it is under way or waits.
    pub ended_at: UnixMillis,
    pub seconded_by: String,
    pub decided_by: String,
    pub reason: String,
}

/// What else helps to decide about a recovery: traces that the account's owner left.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Signals {
    /// The last time somebody signed in before the recovery began; 0 for never.
    pub last_sign_in_at: UnixMillis,
    /// Earlier sign-ins from the address that the recovery was begun from.
    pub sign_ins_from_there: i64,
    /// Earlier tries to recover the account that failed.
    pub failed_tries: i64,
    /// Earlier recoveries of the account that were begun, whatever came of them.
    pub earlier_recoveries: i64,
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

/// A recovery as staff see it.
macro_rules! seen {
    ($rest:literal) => {
        concat!(
            "select r.id, r.receipt, r.state, r.account_id, a.login_name, a.created_at as account_created_at, r.facts, \
             r.client_address, r.user_agent, r.started_at, r.expires_at, r.ended_at, r.seconded_by, r.decided_by, r.reason \
             from recoveries r join accounts a on a.id = r.account_id where ",
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

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn living_recovery(&self, handle_digest: &str, now: UnixMillis) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(living!("r.handle_digest = $2"))
            .bind(now)
            .bind(handle_digest)
            .fetch_optional(&mut *self.read().await?)
            .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn living_recovery_of_id(&self, id: &str, now: UnixMillis) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(living!("r.id = $2"))
            .bind(now)
            .bind(id)
            .fetch_optional(&mut *self.read().await?)
            .await?)
    }

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
        .fetch_optional(&mut *self.read().await?)
        .await?)
    }

    /// State of the recovery with a receipt, and until when it waits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_of_receipt(&self, receipt: &str) -> Result<Option<(String, UnixMillis)>, Fault> {
        Ok(
            sqlx::query_as("select state, expires_at from recoveries where receipt = $1")
                .bind(receipt)
                .fetch_optional(&mut *self.read().await?)
                .await?,
        )
    }

    /// Recoveries as staff see them, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recoveries(
        &self,
        state: Option<State>,
        after: &After,
        limit: i64,
    ) -> Result<Vec<SeenRecovery>, Fault> {
        Ok(sqlx::query_as(seen!(
            "(r.started_at < $1 or (r.started_at = $1 and r.id < $2)) and ($3 = '' or r.state = $3) \
             order by r.started_at desc, r.id desc limit $4"
        ))
        .bind(after.at)
        .bind(&after.id)
        .bind(state.map_or("", State::as_str))
        .bind(limit)
        .fetch_all(&mut *self.read().await?)
        .await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_recovery(&self, id: &str) -> Result<Option<SeenRecovery>, Fault> {
        Ok(sqlx::query_as(seen!("r.id = $1"))
            .bind(id)
            .fetch_optional(&mut *self.read().await?)
            .await?)
    }

    /// What the audit trail remembers of the account, up to the recovery.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_signals(&self, seen: &SeenRecovery) -> Result<Signals, Fault> {
        Ok(sqlx::query_as(
            "select coalesce(max(case when event = 'signed_in' then at end), 0) as last_sign_in_at, \
             count(case when event = 'signed_in' and client_address = $2 then 1 end) as sign_ins_from_there, \
             count(case when event = 'recovery_refused' then 1 end) as failed_tries, \
             count(case when event = 'recovery_started' and subject <> $4 then 1 end) as earlier_recoveries \
             from audit where account_id = $1 and at <= $3",
        )
        .bind(&seen.account_id)
        .bind(&seen.client_address)
        .bind(seen.started_at)
        .bind(&seen.id)
        .fetch_one(&mut *self.read().await?)
        .await?)
    }

    /// An unused recovery code: its id and whose it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_code(&self, code_mac: &str) -> Result<Option<(String, String)>, Fault> {
        Ok(
            sqlx::query_as("select id, account_id from recovery_codes where code_mac = $1 and used_at = 0")
                .bind(code_mac)
                .fetch_optional(&mut *self.read().await?)
                .await?,
        )
    }

    /// How many recovery codes an account has left.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_codes_left(&self, account_id: &str) -> Result<i64, Fault> {
        let row: (i64,) = sqlx::query_as("select count(*) from recovery_codes where account_id = $1 and used_at = 0")
            .bind(account_id)
            .fetch_one(&mut *self.read().await?)
            .await?;
        Ok(row.0)
    }

    /// Which account a canonical address or name belongs to.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_id_by_key(&self, key: &str) -> Result<Option<String>, Fault> {
        let row: Option<(String,)> =
            sqlx::query_as("select account_id from account_identifiers where identifier_key = $1")
                .bind(key)
                .fetch_optional(&mut *self.read().await?)
                .await?;
        Ok(row.map(|(id,)| id))
    }

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

    /// # Errors
    /// When the database does not answer.
    pub async fn count_accounts(&self) -> Result<i64, Fault> {
        let row: (i64,) = sqlx::query_as("select count(*) from accounts")
            .fetch_one(&mut *self.read().await?)
            .await?;
        Ok(row.0)
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
        let counted: Vec<(String,)> = query.fetch_all(&mut *self.tx).await?;
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
        let failed: Vec<(String, i64, UnixMillis)> = query.fetch_all(&mut *self.tx).await?;
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
        sqlx::query("update accounts set recovery_tries = recovery_tries - 1 where id = $1 and recovery_tries > recovery_failures")
            .bind(account_id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Notes until when a recovery that facts opened is under way.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_recovery_place(&mut self, account_id: &str, until: UnixMillis) -> Result<(), Fault> {
        sqlx::query("update accounts set recovery_open_until = $1 where id = $2")
            .bind(until)
            .bind(account_id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
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
            .execute(&mut *self.tx)
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
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(locked.0 > 0)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn lock_recovery(&mut self, account_id: &str, now: UnixMillis) -> Result<(), Fault> {
        sqlx::query("update accounts set recovery_locked_at = $1 where id = $2 and recovery_locked_at = 0")
            .bind(now)
            .bind(account_id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn add_recovery(&mut self, recovery: &NewRecovery<'_>) -> Result<(), Fault> {
        sqlx::query(
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
        .bind(recovery.undo_until)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
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
        .execute(&mut *self.tx)
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
        .fetch_optional(&mut *self.tx)
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
        .execute(&mut *self.tx)
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
        .execute(&mut *self.tx)
        .await?;
        Ok(finished.rows_affected() == 1)
    }

    /// Notes the first of two who agree. False when there is one already, or it does not wait any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn second_recovery(&mut self, id: &str, by: &str, now: UnixMillis) -> Result<bool, Fault> {
        let seconded = sqlx::query(
            "update recoveries set seconded_by = $2 where id = $1 and seconded_by = '' and state = 'awaiting' and expires_at >= $3",
        )
        .bind(id)
        .bind(by)
        .bind(now)
        .execute(&mut *self.tx)
        .await?;
        Ok(seconded.rows_affected() == 1)
    }

    /// Decides on a recovery that waits. `None` when it does not wait any more, or `unless_seconded_by`, where not empty, agreed first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn decide_recovery(
        &mut self,
        id: &str,
        state: State,
        decided_by: &str,
        reason: &str,
        unless_seconded_by: &str,
        now: UnixMillis,
    ) -> Result<Option<RecoveryRow>, Fault> {
        Ok(sqlx::query_as(concat!(
            "update recoveries set state = $2, decided_by = $3, reason = $4, ended_at = $5 \
             where id = $1 and state = 'awaiting' and expires_at >= $5 and ($6 = '' or seconded_by <> $6)",
            returning!()
        ))
        .bind(id)
        .bind(state.as_str())
        .bind(decided_by)
        .bind(reason)
        .bind(now)
        .bind(unless_seconded_by)
        .fetch_optional(&mut *self.tx)
        .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_exists(&mut self, id: &str) -> Result<bool, Fault> {
        let row: (i64,) = sqlx::query_as("select count(*) from recoveries where id = $1")
            .bind(id)
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(row.0 > 0)
    }

    /// Notes what a finished recovery is taken back to, and until when; what it held besides is wiped.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_undo(&mut self, id: &str, old_address_sealed: &str, until: UnixMillis) -> Result<(), Fault> {
        sqlx::query(
            "update recoveries set old_address_sealed = $1, undo_until = $2, password_sealed = '', address_sealed = '' \
             where id = $3",
        )
        .bind(old_address_sealed)
        .bind(until)
        .bind(id)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
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
        .execute(&mut *self.tx)
        .await?;
        Ok(undone.rows_affected() == 1)
    }

    /// Ends what is under way or waits: something it relied on has changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_open_recoveries(&mut self, account_id: &str, now: UnixMillis) -> Result<(), Fault> {
        sqlx::query(
            "update recoveries set state = 'over', ended_at = $1, password_sealed = '', address_sealed = '' \
             where account_id = $2 and state in ('open', 'awaiting')",
        )
        .bind(now)
        .bind(account_id)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// What was recovered cannot be taken back by mail any more: staff have decided about the address since.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_undo(&mut self, account_id: &str) -> Result<(), Fault> {
        sqlx::query("update recoveries set undo_until = 0, old_address_sealed = '' where account_id = $1")
            .bind(account_id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
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
        .execute(&mut *self.tx)
        .await?;
        Ok(recovered.rows_affected() == 1)
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
        sqlx::query(
            "update accounts set email = $1, password_hash = '', credential_version = credential_version + 1, \
             recovery_locked_at = $2 where id = $3",
        )
        .bind(email)
        .bind(now)
        .bind(account_id)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Stores recovery codes in place of all earlier ones, used or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn replace_recovery_codes(
        &mut self,
        account_id: &str,
        codes: &[(String, String)],
        now: UnixMillis,
    ) -> Result<(), Fault> {
        sqlx::query("delete from recovery_codes where account_id = $1")
            .bind(account_id)
            .execute(&mut *self.tx)
            .await?;
        for (id, code_mac) in codes {
            sqlx::query(
                "insert into recovery_codes (id, account_id, code_mac, created_at, used_at) values ($1, $2, $3, $4, 0)",
            )
            .bind(id)
            .bind(account_id)
            .bind(code_mac)
            .bind(now)
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    /// Spends a recovery code, once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn spend_recovery_code(&mut self, id: &str, now: UnixMillis) -> Result<bool, Fault> {
        let spent = sqlx::query("update recovery_codes set used_at = $1 where id = $2 and used_at = 0")
            .bind(now)
            .bind(id)
            .execute(&mut *self.tx)
            .await?;
        Ok(spent.rows_affected() == 1)
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
        .execute(&mut *self.tx)
        .await?;
        sqlx::query(
            "update recoveries set old_address_sealed = '', address_sealed = '' \
             where undo_until < $1 and old_address_sealed <> ''",
        )
        .bind(now)
        .execute(&mut *self.tx)
        .await?;
        let pruned = sqlx::query(
            "delete from recoveries where state not in ('open', 'awaiting') and undo_until < $1 and started_at < $1",
        )
        .bind(before)
        .execute(&mut *self.tx)
        .await?;
        Ok(pruned.rows_affected())
    }
}
