//! Statements on `reset_requests`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;
use crate::reset::Outcome;

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
}

const COLUMNS_BY_ID: &str = "select id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, \
    requested_at, account_id, outcome from reset_requests where id = $1";

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn request_by_receipt(&self, receipt: &str) -> Result<Option<RequestRow>, Fault> {
        Ok(sqlx::query_as(
            "select id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, requested_at, \
             account_id, outcome from reset_requests where receipt = $1",
        )
        .bind(receipt)
        .fetch_optional(&self.pool)
        .await?)
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_request(&mut self, request: &NewRequest<'_>) -> Result<(), Fault> {
        sqlx::query(
            "insert into reset_requests (id, receipt, identifier_sealed, identifier_mac, locale, client_address, user_agent, \
             requested_at, account_id, outcome, code_attempts) values ($1, $2, $3, $4, $5, $6, $7, $8, null, 'waiting', 0)",
        )
        .bind(request.id)
        .bind(request.receipt)
        .bind(request.identifier_sealed)
        .bind(request.identifier_mac)
        .bind(request.locale)
        .bind(request.client_address)
        .bind(request.user_agent)
        .bind(request.requested_at)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn request(&mut self, id: &str) -> Result<Option<RequestRow>, Fault> {
        Ok(sqlx::query_as(COLUMNS_BY_ID)
            .bind(id)
            .fetch_optional(&mut *self.tx)
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
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(newer.0 > 0)
    }

    /// Records how a request ended, and whose it was when that is known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_request(&mut self, id: &str, outcome: Outcome, account_id: Option<&str>) -> Result<(), Fault> {
        sqlx::query("update reset_requests set outcome = $1, account_id = coalesce($2, account_id) where id = $3")
            .bind(outcome.as_str())
            .bind(account_id)
            .bind(id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
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
             account_id, outcome",
        )
        .bind(receipt)
        .bind(tries)
        .fetch_optional(&mut *self.tx)
        .await?)
    }

    /// Gives a try back: the code was right, so it was not a guess.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn return_code_try(&mut self, id: &str) -> Result<(), Fault> {
        sqlx::query("update reset_requests set code_attempts = code_attempts - 1 where id = $1 and code_attempts > 0")
            .bind(id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Forgets requests made before `before`, and with them their tokens and mails.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune_requests(&mut self, before: UnixMillis) -> Result<u64, Fault> {
        let pruned = sqlx::query("delete from reset_requests where requested_at < $1")
            .bind(before)
            .execute(&mut *self.tx)
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
        .execute(&mut *self.tx)
        .await?;
        Ok(wiped.rows_affected())
    }
}
