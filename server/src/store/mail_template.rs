//! Statements on `mail_templates`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// One version of a template as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MailTemplateRow {
    pub kind: String,
    pub locale: String,
    /// Counts from 1.
    pub version: i64,
    /// 1 where words are stored, 0 where the default counts again.
    pub edited: i64,
    pub subject: String,
    pub text_part: String,
    pub html_part: String,
    /// As the audit trail names whoever did it.
    pub edited_by: String,
    pub edited_at: UnixMillis,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select kind, locale, version, edited, subject, text_part, html_part, edited_by, edited_at from mail_templates ",
            $rest
        )
    };
}

impl Store {
    /// The newest version, where there is any.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mail_template(&self, kind: &str, locale: &str) -> Result<Option<MailTemplateRow>, Fault> {
        Ok(
            sqlx::query_as(select!("where kind = $1 and locale = $2 order by version desc limit 1"))
                .bind(kind)
                .bind(locale)
                .fetch_optional(&mut self.read().await?)
                .await?,
        )
    }

    /// The newest version of everything that was ever edited.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mail_templates(&self) -> Result<Vec<MailTemplateRow>, Fault> {
        Ok(sqlx::query_as(select!(
            "as newest where version = (select max(version) from mail_templates as other \
             where other.kind = newest.kind and other.locale = newest.locale)"
        ))
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// Versions that are kept, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mail_template_versions(&self, kind: &str, locale: &str) -> Result<Vec<MailTemplateRow>, Fault> {
        Ok(
            sqlx::query_as(select!("where kind = $1 and locale = $2 order by version desc"))
                .bind(kind)
                .bind(locale)
                .fetch_all(&mut self.read().await?)
                .await?,
        )
    }
}

impl Write {
    /// The number of the newest version, 0 where there is none, as this transaction sees it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_mail_template(&mut self, kind: &str, locale: &str) -> Result<i64, Fault> {
        let (newest,): (i64,) = sqlx::query_as(
            "select cast(coalesce(max(version), 0) as bigint) from mail_templates where kind = $1 and locale = $2",
        )
        .bind(kind)
        .bind(locale)
        .fetch_one(&mut self.tx)
        .await?;
        Ok(newest)
    }

    /// Stores a version. Answers false where another one of this number is there already: somebody else was faster.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_mail_template(&mut self, row: &MailTemplateRow) -> Result<bool, Fault> {
        let added = sqlx::query(
            "insert into mail_templates \
             (kind, locale, version, edited, subject, text_part, html_part, edited_by, edited_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (kind, locale, version) do nothing",
        )
        .bind(&row.kind)
        .bind(&row.locale)
        .bind(row.version)
        .bind(row.edited)
        .bind(&row.subject)
        .bind(&row.text_part)
        .bind(&row.html_part)
        .bind(&row.edited_by)
        .bind(row.edited_at)
        .execute(&mut self.tx)
        .await?;
        Ok(added.rows_affected() == 1)
    }

    /// Forgets the versions up to and including one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_mail_templates(&mut self, kind: &str, locale: &str, up_to: i64) -> Result<(), Fault> {
        let query = sqlx::query("delete from mail_templates where kind = $1 and locale = $2 and version <= $3")
            .bind(kind)
            .bind(locale)
            .bind(up_to);
        self.tx.later(query).await
    }
}
