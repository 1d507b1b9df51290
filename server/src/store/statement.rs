//! What a database is asked, and what it answers.

use futures_util::future::{self, BoxFuture, FutureExt as _};
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use sqlx::any::{AnyArguments, AnyQueryResult, AnyRow};
use sqlx::{Any, Either, Error, Execute, SqlStr};

/// A statement with its arguments.
pub struct Statement {
    pub sql: SqlStr,
    pub arguments: AnyArguments,
}

impl Statement {
    /// # Errors
    /// When an argument cannot be encoded.
    pub fn of<'q>(mut query: impl Execute<'q, Any>) -> Result<Self, Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?.unwrap_or_default();
        let sql = query.sql();
        Ok(Self { sql, arguments })
    }
}

/// Rows as they come, and after those of each statement its end.
pub type Steps<'e> = BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, Error>>;

/// What a statement came to.
#[derive(Default)]
pub struct Answer {
    pub rows: Vec<AnyRow>,
    /// How many rows were changed.
    pub changed: u64,
}

impl Answer {
    pub fn into_first(self) -> Option<AnyRow> {
        self.rows.into_iter().next()
    }

    /// Takes the answers to all statements of a query apart.
    pub async fn of_all(mut steps: Steps<'_>) -> Result<Vec<Self>, Error> {
        let (mut all, mut rows) = (Vec::new(), Vec::new());
        while let Some(step) = steps.try_next().await? {
            match step {
                Either::Right(row) => rows.push(row),
                Either::Left(end) => all.push(Self {
                    rows: std::mem::take(&mut rows),
                    changed: end.rows_affected(),
                }),
            }
        }
        Ok(all)
    }
}

/// One answer, step by step.
pub fn steps<'e>(answer: impl Future<Output = Result<Answer, Error>> + Send + 'e) -> Steps<'e> {
    let apart = |answer: Answer| {
        let end = AnyQueryResult {
            rows_affected: answer.changed,
            last_insert_id: None,
        };
        let rows = answer.rows.into_iter().map(Either::Right);
        stream::iter(rows.chain([Either::Left(end)]).map(Ok))
    };
    stream::once(answer).map_ok(apart).try_flatten().boxed()
}

/// The answer to a query that is still to be taken apart itself.
pub fn asked<'e, 'q, A>(
    query: impl Execute<'q, Any>,
    ask: impl FnOnce(Statement) -> A,
) -> BoxFuture<'e, Result<Answer, Error>>
where
    A: Future<Output = Result<Answer, Error>> + Send + 'e,
{
    match Statement::of(query) {
        Ok(statement) => ask(statement).boxed(),
        Err(error) => future::ready(Err(error)).boxed(),
    }
}

/// Statements are prepared where they are asked, and kept there; nobody holds one.
pub fn prepared_elsewhere<T: Send + 'static>() -> BoxFuture<'static, Result<T, Error>> {
    future::ready(Err(Error::Protocol("statements are not prepared ahead".into()))).boxed()
}
