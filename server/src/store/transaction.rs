//! The two kinds of transactions, asked as one.

use super::line::Turn;
use super::statement::{Answer, Steps, asked, prepared_elsewhere, steps};
use crate::refused::Fault;
use futures_util::future::{BoxFuture, FutureExt as _, TryFutureExt as _};
use sqlx::any::{AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{Any, Describe, Error, Execute, Executor, SqlStr, Transaction};

/// What a writer writes in.
#[derive(Debug)]
pub enum Tx {
    /// SQLite: a turn in the line.
    Turn(Turn),
    /// PostgreSQL: a connection of one's own.
    Own(Transaction<'static, Any>),
}

impl Tx {
    /// Says a statement whose answer nobody needs. On SQLite it goes with the next that is asked, or with the commit; where it fails,
    /// that fails.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn later<'q>(&mut self, query: impl Execute<'q, Any> + 'q) -> Result<(), Fault> {
        match self {
            Self::Turn(turn) => turn.later(query).await?,
            Self::Own(own) => {
                (&mut **own).execute(query).await?;
            }
        }
        Ok(())
    }

    /// Asks several, on SQLite in one go, and gives the answer of each.
    ///
    /// # Errors
    /// When the database refuses one.
    pub async fn each<'q>(&mut self, queries: Vec<impl Execute<'q, Any> + 'q>) -> Result<Vec<Answer>, Fault> {
        match self {
            Self::Turn(turn) => Ok(turn.each(queries).await?),
            Self::Own(own) => {
                let mut all = Vec::new();
                for query in queries {
                    all.extend(Answer::of_all((&mut **own).fetch_many(query)).await?);
                }
                Ok(all)
            }
        }
    }

    /// # Errors
    /// When the database refuses; then nothing was done.
    pub async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::Turn(turn) => turn.commit().await,
            Self::Own(own) => Ok(own.commit().await?),
        }
    }
}

impl<'c> Executor<'c> for &'c mut Tx {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match self {
            Tx::Turn(turn) => steps(asked(query, |statement| turn.ask(statement))),
            Tx::Own(own) => (&mut **own).fetch_many(query),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match self {
            Tx::Turn(turn) => asked(query, |statement| turn.ask(statement))
                .map_ok(Answer::into_first)
                .boxed(),
            Tx::Own(own) => (&mut **own).fetch_optional(query),
        }
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [AnyTypeInfo]) -> BoxFuture<'e, Result<AnyStatement, Error>>
    where
        'c: 'e,
    {
        prepared_elsewhere()
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, Result<Describe<Any>, Error>>
    where
        'c: 'e,
    {
        prepared_elsewhere()
    }
}
