//! Recoveries as staff see them, and what staff decide about them.

use super::RecoveryRow;
use crate::clock::UnixMillis;
use crate::recovery::State;
use crate::refused::Fault;
use crate::store::{After, Store, Write};

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

impl Store {
    /// State of the recovery with a receipt, and until when it waits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_of_receipt(&self, receipt: &str) -> Result<Option<(String, UnixMillis)>, Fault> {
        Ok(
            sqlx::query_as("select state, expires_at from recoveries where receipt = $1")
                .bind(receipt)
                .fetch_optional(&mut self.read().await?)
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
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_recovery(&self, id: &str) -> Result<Option<SeenRecovery>, Fault> {
        Ok(sqlx::query_as(seen!("r.id = $1"))
            .bind(id)
            .fetch_optional(&mut self.read().await?)
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
        .fetch_one(&mut self.read().await?)
        .await?)
    }
}

impl Write {
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
        .execute(&mut self.tx)
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
        .fetch_optional(&mut self.tx)
        .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_exists(&mut self, id: &str) -> Result<bool, Fault> {
        let row: (i64,) = sqlx::query_as("select count(*) from recoveries where id = $1")
            .bind(id)
            .fetch_one(&mut self.tx)
            .await?;
        Ok(row.0 > 0)
    }
}
