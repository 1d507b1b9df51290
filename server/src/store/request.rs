//! Statements on `reset_requests`.

use super::{After, Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;
use crate::reset::Outcome;
use crate::reset::search::Wanted;

/// A request for a reset, whoever it named.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RequestRow {
    pub id: String,
    pub receipt: String,
    pub identifier_sealed: String,
    pub identifier_mac: String,
    pub locale: String,
    pub client_address: String,
    pub user_agent: String,
    pub requested_at: UnixMillis,
    pub account_id: Option<String>,
    pub outcome: String,
    /// Where the person wants to go afterwards; empty for nowhere in particular.
    pub target: String,
    /// Which member of staff started it; empty for the person.
    pub started_by: String,
}

/// A request as staff see it, with what became of its mail. Without what was typed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SeenRequest {
    pub id: String,
    pub receipt: String,
    pub requested_at: UnixMillis,
    pub account_id: Option<String>,
    /// Of the account, where one was found.
    pub login_name: Option<String>,
    pub outcome: String,
    pub started_by: String,
    pub client_address: String,
    pub user_agent: String,
    /// State of the outbox row, while there is one.
    pub mail_state: Option<String>,
    pub mail_attempts: Option<i64>,
    pub mail_reason: Option<String>,
    pub mail_reply: Option<String>,
}

pub struct NewRequest<'a> {
    pub id: &'a str,
    pub receipt: &'a str,
    pub identifier_sealed: &'a str,
    pub identifier_mac: &'a str,
    pub locale: &'a str,
    pub client_address: &'a str,
    pub user_agent: &'a str,
    pub requested_at: UnixMillis,
    pub target: &'a str,
    /// Whom it is for, where staff chose; otherwise the worker finds out.
    pub account_id: Option<&'a str>,
    pub started_by: &'a str,
}

const COLUMNS_BY_ID: &str = "select id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, \
    requested_at, account_id, outcome, target, started_by from reset_requests where id = $1";

/// Every filter is one that may be empty.
const WANTED: &str = "select r.id, r.receipt, r.requested_at, r.account_id, a.login_name, r.outcome, r.started_by, r.client_address, \
    r.user_agent, o.state as mail_state, o.attempts as mail_attempts, o.reason as mail_reason, o.reply as mail_reply \
    from reset_requests r left join accounts a on a.id = r.account_id left join outbox o on o.request_id = r.id \
    where (r.requested_at < $1 or (r.requested_at = $1 and r.id < $2)) and ($3 = '' or r.receipt = $3) \
    and ($4 = '' or r.account_id = $4) and ($5 = '' or r.outcome = $5) \
    and ($6 = 0 or r.outcome in ('unknown', 'disabled', 'sso', 'no_address', 'over_limit', 'unavailable', 'cancelled') \
    or o.state = 'failed' or (o.state = 'dropped' and r.outcome = 'mailed') or (o.state = 'queued' and o.attempts > 1)) \
    order by r.requested_at desc, r.id desc limit $7";

impl Store {
    /// Requests that match, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn requests(&self, wanted: &Wanted, after: &After, limit: i64) -> Result<Vec<SeenRequest>, Fault> {
        Ok(sqlx::query_as(WANTED)
            .bind(after.at)
            .bind(&after.id)
            .bind(wanted.receipt.as_deref().unwrap_or_default())
            .bind(wanted.account_id.as_deref().unwrap_or_default())
            .bind(wanted.outcome.map_or("", Outcome::as_str))
            .bind(i64::from(wanted.not_mailed))
            .bind(limit)
            .fetch_all(&mut self.read().await?)
            .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn request_by_receipt(&self, receipt: &str) -> Result<Option<RequestRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, requested_at, \
             account_id, outcome, target, started_by from reset_requests where receipt = $1",
        )
        .bind(receipt)
        .fetch_optional(&mut self.read().await?)
        .await?)
    }
}

impl Store {
    /// Where the person behind a request wants to go afterwards; empty for nowhere in particular, or for no such request.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn target_of_request(&self, id: &str) -> Result<String, Fault> {
        let row: Option<(String,)> = sqlx::query_as("select target from reset_requests where id = $1")
            .bind(id)
            .fetch_optional(&mut self.read().await?)
            .await?;
        Ok(row.map(|(target,)| target).unwrap_or_default())
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_request(&mut self, request: &NewRequest<'_>) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into reset_requests (id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, \
             requested_at, account_id, outcome, code_attempts, target, started_by) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $10, 'waiting', 0, $9, $11)",
        )
        .bind(request.id)
        .bind(request.receipt)
        .bind(request.identifier_sealed)
        .bind(request.identifier_mac)
        .bind(request.locale)
        .bind(request.client_address)
        .bind(request.user_agent)
        .bind(request.requested_at)
        .bind(request.target)
        .bind(request.account_id)
        .bind(request.started_by);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn request(&mut self, id: &str) -> Result<Option<RequestRow>, Fault> {
        Ok(sqlx::query_as(COLUMNS_BY_ID)
            .bind(id)
            .fetch_optional(&mut self.tx)
            .await?)
    }

    /// Whether the same identifier was asked for again after this request.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn request_superseded(&mut self, request: &RequestRow) -> Result<bool, Fault> {
        let newer: (i64,) = sqlx::query_as(
            "select count(*) from reset_requests where identifier_mac = $1 \
             and (requested_at > $2 or (requested_at = $2 and id > $3))",
        )
        .bind(&request.identifier_mac)
        .bind(request.requested_at)
        .bind(&request.id)
        .fetch_one(&mut self.tx)
        .await?;
        Ok(newer.0 > 0)
    }

    /// Records how a request ended, and whose it was when that is known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_request(&mut self, id: &str, outcome: Outcome, account_id: Option<&str>) -> Result<(), Fault> {
        let query =
            sqlx::query("update reset_requests set outcome = $1, account_id = coalesce($2, account_id) where id = $3")
                .bind(outcome.as_str())
                .bind(account_id)
                .bind(id);
        self.tx.later(query).await
    }

    /// Takes one of the tries that a receipt has, before anything is compared, in one statement: fifty at once get no more
    /// than `tries` (security 19). `None`: no such receipt, or none left.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_code_try(&mut self, receipt: &str, tries: i64) -> Result<Option<RequestRow>, Fault> {
        Ok(sqlx::query_as(
            "update reset_requests set code_attempts = code_attempts + 1 where receipt = $1 and code_attempts < $2 \
             returning id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, requested_at, \
             account_id, outcome, target, started_by",
        )
        .bind(receipt)
        .bind(tries)
        .fetch_optional(&mut self.tx)
        .await?)
    }

    /// Gives a try back: the code was right, so it was not a guess.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn return_code_try(&mut self, id: &str) -> Result<(), Fault> {
        let query = sqlx::query(
            "update reset_requests set code_attempts = code_attempts - 1 where id = $1 and code_attempts > 0",
        )
        .bind(id);
        self.tx.later(query).await
    }

    /// Forgets requests made before `before`, and with them their tokens and mails.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_requests(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from reset_requests where requested_at < $1")
            .bind(before)
            .execute(&mut self.tx)
            .await?;
        Ok(pruned.rows_affected())
    }

    /// Forgets what was typed once no resend can need it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn wipe_identifiers(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let wiped = sqlx::query(
            "update reset_requests set identifier_sealed = '' where requested_at < $1 and identifier_sealed <> '' \
             and outcome <> 'waiting'",
        )
        .bind(before)
        .execute(&mut self.tx)
        .await?;
        Ok(wiped.rows_affected())
    }
}
