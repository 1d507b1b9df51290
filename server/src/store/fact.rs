//! Statements on `attributes`, `fact_keys` and `facts`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// An attribute as stored; lists are JSON.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AttributeRow {
    pub name: String,
    pub kind: String,
    pub labels: String,
    pub options: String,
    pub format: String,
    pub proves: i64,
    pub locates: i64,
    pub created_at: UnixMillis,
}

/// The name of a key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FactKeyRow {
    pub id: String,
    pub number: i64,
}

/// A key and how many facts are stored under it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UsedFactKey {
    pub id: String,
    pub number: i64,
    pub created_at: UnixMillis,
    pub facts: i64,
}

/// A fact about to be stored.
pub struct NewFact {
    pub account_id: String,
    pub attribute: String,
    pub key_id: String,
    pub verifier: String,
    pub blind_index: String,
    pub set_at: UnixMillis,
}

/// What a fact is compared with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FactRow {
    pub account_id: String,
    pub attribute: String,
    pub key_id: String,
    pub verifier: String,
}

/// That a fact is on file, and since when.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FactOnFile {
    pub attribute: String,
    pub set_at: UnixMillis,
}

const ON_FILE: &str = "select attribute, set_at from facts where account_id = $1 order by attribute";

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn attributes(&self) -> Result<Vec<AttributeRow>, Fault> {
        Ok(sqlx::query_as(
            "select name, kind, labels, options, format, proves, locates, created_at from attributes order by created_at, name",
        )
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// The keys facts were or will be stored under, the current one last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fact_keys(&self) -> Result<Vec<FactKeyRow>, Fault> {
        Ok(sqlx::query_as("select id, number from fact_keys order by number")
            .fetch_all(&mut self.read().await?)
            .await?)
    }

    /// The same, with what depends on each.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fact_keys_in_use(&self) -> Result<Vec<UsedFactKey>, Fault> {
        Ok(sqlx::query_as(
            "select k.id, k.number, k.created_at, count(f.account_id) as facts from fact_keys k \
             left join facts f on f.key_id = k.id group by k.id, k.number, k.created_at order by k.number",
        )
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn facts_on_file(&self, account_id: &str) -> Result<Vec<FactOnFile>, Fault> {
        Ok(sqlx::query_as(ON_FILE)
            .bind(account_id)
            .fetch_all(&mut self.read().await?)
            .await?)
    }

    /// What is stored for two accounts; `""` is nobody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn facts_of(&self, first: &str, second: &str) -> Result<Vec<FactRow>, Fault> {
        Ok(sqlx::query_as(
            "select account_id, attribute, key_id, verifier from facts where account_id = $1 or account_id = $2",
        )
        .bind(first)
        .bind(second)
        .fetch_all(&mut self.read().await?)
        .await?)
    }

    /// Accounts that a fact locates, at most `most` of them. As many rows are read where there are none: those that come next, the first
    /// ones behind the last, which are left out (security 157).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn located(&self, attribute: &str, blind_index: &str, most: usize) -> Result<Vec<String>, Fault> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "select blind_index, attribute, account_id from (\
             select 0 as turn, n.* from (select blind_index, attribute, account_id from facts where blind_index >= $1 \
             order by blind_index limit $2) n union all \
             select 1 as turn, f.* from (select blind_index, attribute, account_id from facts order by blind_index limit $2) f\
             ) r order by turn, blind_index limit $2",
        )
        .bind(blind_index)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&mut self.read().await?)
        .await?;
        let own = rows
            .into_iter()
            .filter(|(index, of, _)| index == blind_index && of == attribute);
        Ok(distinct(own.map(|(.., id)| id)))
    }

    /// Up to `most` accounts with facts on file: those that come next to an id, and the first ones behind the last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn with_facts(&self, from: &str, most: i64) -> Result<Vec<String>, Fault> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "select account_id from (\
             select 0 as turn, n.* from (select distinct account_id from facts where account_id >= $1 \
             order by account_id limit $2) n union all \
             select 1 as turn, f.* from (select distinct account_id from facts order by account_id limit $2) f\
             ) r order by turn, account_id limit $2",
        )
        .bind(from)
        .bind(most)
        .fetch_all(&mut self.read().await?)
        .await?;
        Ok(distinct(rows.into_iter().map(|(id,)| id)))
    }
}

/// Each once: where there are few rows, the first ones are also those that come next.
fn distinct(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for id in ids {
        if !seen.contains(&id) {
            seen.push(id);
        }
    }
    seen
}

impl Write {
    /// Defines an attribute, or defines it anew.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_attribute(&mut self, row: &AttributeRow) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into attributes (name, kind, labels, options, format, proves, locates, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name) do update set kind = excluded.kind, \
             labels = excluded.labels, options = excluded.options, format = excluded.format, proves = excluded.proves, \
             locates = excluded.locates",
        )
        .bind(&row.name)
        .bind(&row.kind)
        .bind(&row.labels)
        .bind(&row.options)
        .bind(&row.format)
        .bind(row.proves)
        .bind(row.locates)
        .bind(row.created_at);
        self.tx.later(query).await
    }

    /// Removes an attribute and every fact of it. False when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_attribute(&mut self, name: &str) -> Result<bool, Fault> {
        sqlx::query("delete from facts where attribute = $1")
            .bind(name)
            .execute(&mut self.tx)
            .await?;
        let removed = sqlx::query("delete from attributes where name = $1")
            .bind(name)
            .execute(&mut self.tx)
            .await?;
        Ok(removed.rows_affected() == 1)
    }

    /// How many people have a fact of an attribute on file.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn facts_of_attribute(&mut self, name: &str) -> Result<i64, Fault> {
        let row: (i64,) = sqlx::query_as("select count(*) from facts where attribute = $1")
            .bind(name)
            .fetch_one(&mut self.tx)
            .await?;
        Ok(row.0)
    }

    /// Names the first key, unless there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_fact_key(&mut self, id: &str, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into fact_keys (id, number, created_at) select $1, 1, $2 \
             where not exists (select 1 from fact_keys) on conflict do nothing",
        )
        .bind(id)
        .bind(now);
        self.tx.later(query).await
    }

    /// # Errors
    /// When the database does not answer, or another key has this number.
    pub async fn add_fact_key(&mut self, id: &str, number: i64, now: UnixMillis) -> Result<(), Fault> {
        let query = sqlx::query("insert into fact_keys (id, number, created_at) values ($1, $2, $3)")
            .bind(id)
            .bind(number)
            .bind(now);
        self.tx.later(query).await
    }

    /// Forgets a key that is not current and that nothing is stored under. False otherwise.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn retire_fact_key(&mut self, number: i64) -> Result<bool, Fault> {
        let retired = sqlx::query(
            "delete from fact_keys where number = $1 and number < (select max(number) from fact_keys) \
             and not exists (select 1 from facts where facts.key_id = fact_keys.id)",
        )
        .bind(number)
        .execute(&mut self.tx)
        .await?;
        Ok(retired.rows_affected() == 1)
    }

    /// Puts a fact on file in place of an earlier one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_fact(&mut self, fact: &NewFact) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into facts (account_id, attribute, key_id, verifier, blind_index, set_at) values ($1, $2, $3, $4, $5, $6) \
             on conflict (account_id, attribute) do update set key_id = excluded.key_id, verifier = excluded.verifier, \
             blind_index = excluded.blind_index, set_at = excluded.set_at",
        )
        .bind(&fact.account_id)
        .bind(&fact.attribute)
        .bind(&fact.key_id)
        .bind(&fact.verifier)
        .bind(&fact.blind_index)
        .bind(fact.set_at);
        self.tx.later(query).await
    }

    /// Takes a fact off file. False when there was none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_fact(&mut self, account_id: &str, attribute: &str) -> Result<bool, Fault> {
        let removed = sqlx::query("delete from facts where account_id = $1 and attribute = $2")
            .bind(account_id)
            .bind(attribute)
            .execute(&mut self.tx)
            .await?;
        Ok(removed.rows_affected() == 1)
    }
}
