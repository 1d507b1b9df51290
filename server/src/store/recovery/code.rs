//! Statements on `recovery_codes`.

use crate::clock::UnixMillis;
use crate::refused::Fault;
use crate::store::{Store, Write};

impl Store {
    /// An unused recovery code: its id and whose it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_code(&self, code_mac: &str) -> Result<Option<(String, String)>, Fault> {
        Ok(
            sqlx::query_as("select id, account_id from recovery_codes where code_mac = $1 and used_at = 0")
                .bind(code_mac)
                .fetch_optional(&mut self.read().await?)
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
            .fetch_one(&mut self.read().await?)
            .await?;
        Ok(row.0)
    }
}

impl Write {
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
            .execute(&mut self.tx)
            .await?;
        for (id, code_mac) in codes {
            sqlx::query(
                "insert into recovery_codes (id, account_id, code_mac, created_at, used_at) values ($1, $2, $3, $4, 0)",
            )
            .bind(id)
            .bind(account_id)
            .bind(code_mac)
            .bind(now)
            .execute(&mut self.tx)
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
            .execute(&mut self.tx)
            .await?;
        Ok(spent.rows_affected() == 1)
    }
}
