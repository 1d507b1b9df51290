//! Statements that are said in one go. SQLite works in a thread of its own, and each answer that is waited for costs two changes of
//! threads, which take longer than most statements. So what nobody needs an answer to waits for the next statement that is asked.

use futures_util::stream::{BoxStream, TryStreamExt as _};
use sqlx::any::{AnyArguments, AnyQueryResult, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Arguments as _, AssertSqlSafe, Either, Error, Execute};

/// Statements one after the other, with the arguments of all.
#[derive(Default)]
pub struct Batch {
    sql: String,
    arguments: AnyArguments,
    statements: usize,
}

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.statements == 0
    }

    /// How many statements there are.
    pub fn len(&self) -> usize {
        self.statements
    }

    /// Adds a statement behind the others.
    ///
    /// # Errors
    /// When an argument cannot be encoded.
    pub fn add<'q>(&mut self, mut query: impl Execute<'q, Any>) -> Result<(), Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        if !self.is_empty() {
            self.sql.push_str("; ");
        }
        renumber(query.sql().as_str(), self.arguments.len(), &mut self.sql);
        let values = arguments.map(|arguments| arguments.values.0);
        self.arguments.values.0.extend(values.unwrap_or_default());
        self.statements += 1;
        Ok(())
    }

    /// All of them as one, which the driver takes apart again. None is left.
    pub fn take(&mut self) -> Query<'static, Any, AnyArguments> {
        let Self { sql, arguments, .. } = std::mem::take(self);
        // Every part is a statement of ours, and the arguments stay arguments.
        sqlx::query_with(AssertSqlSafe(sql), arguments)
    }
}

/// What one of several statements came to.
#[derive(Default)]
pub struct Answer {
    pub rows: Vec<AnyRow>,
    /// How many rows were changed.
    pub changed: u64,
}

impl Answer {
    /// Takes the answers to all statements of a query apart.
    pub async fn of_all(
        mut steps: BoxStream<'_, Result<Either<AnyQueryResult, AnyRow>, Error>>,
    ) -> Result<Vec<Self>, Error> {
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

/// Writes `sql` with every placeholder `by` higher: its arguments come behind those of the statements before it.
fn renumber(sql: &str, by: usize, out: &mut String) {
    let mut pieces = sql.split('$');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        out.push('$');
        match number.parse::<usize>() {
            Ok(number) => out.push_str(&(number + by).to_string()),
            Err(_) => out.push_str(number),
        }
        out.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_statement_keeps_its_arguments() {
        let mut batch = Batch::default();
        batch.add(sqlx::query("begin immediate")).unwrap();
        batch
            .add(sqlx::query("update a set x = $2 where y = $1").bind("one").bind(2_i64))
            .unwrap();
        batch
            .add(
                sqlx::query("delete from a where x in ($1, $2) or y = $1")
                    .bind("three")
                    .bind("four"),
            )
            .unwrap();
        assert_eq!(batch.len(), 3);
        let mut query = batch.take();
        assert!(batch.is_empty());
        assert_eq!(query.take_arguments().unwrap().unwrap().len(), 4);
        assert_eq!(
            query.sql().as_str(),
            "begin immediate; update a set x = $2 where y = $1; delete from a where x in ($3, $4) or y = $3"
        );
    }

    proptest! {
        #[test]
        fn nothing_but_numbers_of_placeholders_changes(words in proptest::collection::vec("[a-z ='é]{0,6}", 0..8), by in 0_usize..20) {
            let text = |first: usize| {
                let parts: Vec<String> = words.iter().zip(first..).map(|(word, number)| format!("{word}${number}")).collect();
                parts.concat()
            };
            let mut out = String::new();
            renumber(&text(1), by, &mut out);
            prop_assert_eq!(out, text(1 + by));
        }
    }
}
