//! A connection to an SQLite file, which works in a thread of its own because SQLite waits for the disk. What is to be done goes there in
//! one message, however many statements it is, and all that comes of it comes back in one: each change of threads takes longer than most
//! statements. (sqlx has such a thread, too, but wakes whoever asked for every row and for the end of every statement.)
//!
//! Statements, arguments and rows are those of `sqlx::Any`, so that whoever asks need not know which engine answers.

use super::SQLITE_PRAGMAS;
use super::statement::{Answer, Statement};
use rusqlite::OpenFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfo, AnyTypeInfoKind, AnyValue};
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Any, Arguments as _, Database, Decode, Error, SqlStr, Value as _};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tracing::Level;

/// Statements that a connection keeps prepared: about as many as there are.
const PREPARED: usize = 200;

/// Statements that take this long are worth a warning, as on PostgreSQL.
const SLOW: Duration = Duration::from_secs(1);

/// One connection. Whoever gives up waiting for an answer leaves it usable: what was begun is done to its end, then the next.
#[derive(Debug)]
pub struct Connection {
    questions: mpsc::Sender<Question>,
    /// Never told anything; gone with the thread.
    closed: oneshot::Receiver<()>,
}

/// Statements to be done in their order, up to the first that fails.
struct Question {
    statements: Vec<Statement>,
    answer: oneshot::Sender<Result<Vec<Answer>, Error>>,
}

impl Connection {
    /// Opens a file for reading and writing; creates it where there is none. Of the URL only its path counts.
    ///
    /// # Errors
    /// When it cannot be opened, or is no database.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let options: SqliteConnectOptions = url.parse()?;
        let path = options.get_filename().to_owned();
        let (opened, told) = oneshot::channel();
        let (questions, asked) = mpsc::channel();
        let (open, closed) = oneshot::channel();
        thread::Builder::new().name("sqlite".into()).spawn(move || {
            // Goes after the connection.
            let _open: oneshot::Sender<()> = open;
            match open_file(&path) {
                Ok(connection) => {
                    if opened.send(Ok(())).is_ok() {
                        let shapes = Shapes::default();
                        File { connection, shapes }.answer_all(asked);
                    }
                }
                Err(error) => drop(opened.send(Err(refused(error)))),
            }
        })?;
        told.await.map_err(|_| Error::WorkerCrashed)??;
        Ok(Self { questions, closed })
    }

    /// Does statements in their order, and gives the answer of each. None is done after one that fails.
    ///
    /// # Errors
    /// When the database refuses one of them.
    pub async fn ask(&mut self, statements: Vec<Statement>) -> Result<Vec<Answer>, Error> {
        let (answer, answered) = oneshot::channel();
        let said = Said::now(&statements);
        let question = Question { statements, answer };
        self.questions.send(question).map_err(|_| Error::WorkerCrashed)?;
        let answers = answered.await.map_err(|_| Error::WorkerCrashed)?;
        said.log(answers.as_deref().unwrap_or_default());
        answers
    }

    /// The same with one.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn ask_one(&mut self, statement: Statement) -> Result<Answer, Error> {
        Ok(self.ask(vec![statement]).await?.pop().unwrap_or_default())
    }

    /// The same with statements without arguments.
    ///
    /// # Errors
    /// When the database refuses one of them.
    pub async fn say(&mut self, statements: &[&'static str]) -> Result<(), Error> {
        let statements = statements.iter().map(|sql| Statement::of(sqlx::query(*sql)));
        self.ask(statements.collect::<Result<_, _>>()?).await.map(drop)
    }

    /// Waits until the file is closed.
    pub async fn close(self) {
        let Self { questions, closed } = self;
        drop(questions);
        let _ = closed.await;
    }
}

/// Statements that went in one message, for the log: under the name and with the fields that sqlx gives those of PostgreSQL. Arguments
/// are never in it (security 193).
struct Said {
    statements: Vec<SqlStr>,
    begun: Instant,
}

impl Said {
    fn now(statements: &[Statement]) -> Self {
        Self {
            statements: statements.iter().map(|statement| statement.sql.clone()).collect(),
            begun: Instant::now(),
        }
    }

    fn log(&self, answers: &[Answer]) {
        let elapsed = self.begun.elapsed();
        let slow = elapsed >= SLOW;
        if !slow && !tracing::enabled!(target: "sqlx::query", Level::DEBUG) {
            return;
        }
        let texts: Vec<&str> = self.statements.iter().map(SqlStr::as_str).collect();
        let statement = texts.join("; ");
        let rows_affected: u64 = answers.iter().map(|answer| answer.changed).sum();
        let rows_returned: usize = answers.iter().map(|answer| answer.rows.len()).sum();
        if slow {
            tracing::warn!(target: "sqlx::query", rows_affected, rows_returned, ?elapsed, db.statement = statement, "slow statement");
        } else {
            tracing::debug!(target: "sqlx::query", rows_affected, rows_returned, ?elapsed, db.statement = statement);
        }
    }
}

fn open_file(path: &Path) -> Result<rusqlite::Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.execute_batch(SQLITE_PRAGMAS)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

/// What lives in the thread.
struct File {
    connection: rusqlite::Connection,
    shapes: Shapes,
}

impl File {
    fn answer_all(mut self, asked: mpsc::Receiver<Question>) {
        for Question { statements, answer } in asked {
            let answers = statements.into_iter().map(|statement| self.run(statement)).collect();
            // Nobody may be there any more; it is done all the same.
            let _ = answer.send(answers);
        }
    }

    fn run(&mut self, statement: Statement) -> Result<Answer, Error> {
        let Statement { sql, arguments } = statement;
        let mut prepared = self.connection.prepare_cached(sql.as_str()).map_err(refused)?;
        bind(&mut prepared, arguments)?;
        let shape = self.shapes.of(sql.as_str(), &prepared);
        let mut answer = Answer::default();
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next().map_err(refused)? {
            let mut values = AnyArguments::default();
            for column in 0..shape.columns.len() {
                keep(row.get_ref(column).map_err(refused)?, &mut values)?;
            }
            answer.rows.push(AnyRow {
                values: all_of(values),
                ..shape.clone()
            });
        }
        drop(rows);
        if !prepared.readonly() {
            answer.changed = self.connection.changes();
        }
        Ok(answer)
    }
}

/// Rows without values, which know the names of their columns: one for every statement that has any.
struct Shapes {
    none: AnyRow,
    known: HashMap<String, AnyRow>,
}

impl Default for Shapes {
    fn default() -> Self {
        let (none, known) = (shape(&[]), HashMap::new());
        Self { none, known }
    }
}

impl Shapes {
    fn of(&mut self, sql: &str, prepared: &rusqlite::Statement<'_>) -> &AnyRow {
        if prepared.column_count() == 0 {
            return &self.none;
        }
        // As many as are kept prepared; whoever asks more than that learns them anew.
        if self.known.len() >= PREPARED && !self.known.contains_key(sql) {
            self.known.clear();
        }
        self.known
            .entry(sql.to_owned())
            .or_insert_with(|| shape(&prepared.column_names()))
    }
}

type Column = <Any as Database>::Column;

fn shape(names: &[&str]) -> AnyRow {
    let column = |(ordinal, name): (usize, &&str)| Column {
        ordinal,
        name: String::from(*name).into(),
        // Of the column; each value has its own.
        type_info: AnyTypeInfo {
            kind: AnyTypeInfoKind::Null,
        },
    };
    let columns: Vec<Column> = names.iter().enumerate().map(column).collect();
    let places = columns.iter().map(|column| (column.name.clone(), column.ordinal));
    AnyRow {
        column_names: Arc::new(places.collect()),
        columns,
        values: Vec::new(),
    }
}

/// `$1` is a name to SQLite: it numbers them as they come.
fn bind(prepared: &mut rusqlite::Statement<'_>, arguments: AnyArguments) -> Result<(), Error> {
    let values = all_of(arguments);
    for place in 1..=prepared.parameter_count() {
        let name = prepared.parameter_name(place).unwrap_or_default();
        let number = name.trim_start_matches('$').parse::<usize>().ok();
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let Some(value) = value else {
            return Err(Error::Protocol(format!("a statement has no argument {name}")));
        };
        let value = as_bound(value).map_err(Error::Encode)?;
        prepared.raw_bind_parameter(place, value).map_err(refused)?;
    }
    Ok(())
}

fn all_of(values: AnyArguments) -> Vec<AnyValue> {
    values.values.0.into_iter().map(|kind| AnyValue { kind }).collect()
}

fn as_bound(value: &AnyValue) -> Result<ToSqlOutput<'_>, BoxDynError> {
    use AnyTypeInfoKind as Is;
    let bound = match value.type_info().kind() {
        _ if value.is_null() => ValueRef::Null,
        Is::Null => ValueRef::Null,
        Is::Bool => ValueRef::Integer(read::<bool>(value)?.into()),
        Is::SmallInt | Is::Integer | Is::BigInt => ValueRef::Integer(read(value)?),
        Is::Real | Is::Double => ValueRef::Real(read(value)?),
        Is::Text => ValueRef::Text(read::<&str>(value)?.as_bytes()),
        Is::Blob => ValueRef::Blob(read(value)?),
    };
    Ok(ToSqlOutput::Borrowed(bound))
}

fn read<'v, T: Decode<'v, Any>>(value: &'v AnyValue) -> Result<T, BoxDynError> {
    T::decode(value.as_ref())
}

fn keep(value: ValueRef<'_>, into: &mut AnyArguments) -> Result<(), Error> {
    let kept = match value {
        ValueRef::Null => into.add(None::<String>),
        ValueRef::Integer(number) => into.add(number),
        ValueRef::Real(number) => into.add(number),
        ValueRef::Text(bytes) => into.add(str::from_utf8(bytes).map_err(Error::decode)?.to_owned()),
        ValueRef::Blob(bytes) => into.add(bytes.to_vec()),
    };
    kept.map_err(Error::Encode)
}

fn refused(error: rusqlite::Error) -> Error {
    Error::AnyDriverError(error.into())
}

#[cfg(test)]
mod tests;
