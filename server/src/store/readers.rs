//! Connections for reading. PostgreSQL's come from a pool, which asks each before and after its use whether it is still there; a file
//! cannot go away, and asking takes longer than most of what is read. So SQLite's lie on a shelf, the last one used on top.

use super::sqlite::Connection;
use super::statement::{Answer, Steps, asked, prepared_elsewhere, steps};
use super::{CONNECTIONS, PATIENCE};
use crate::refused::Fault;
use futures_util::future::{BoxFuture, FutureExt as _, TryFutureExt as _};
use sqlx::any::{AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Describe, Error, Execute, Executor, SqlStr};
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long somebody waits for a connection to come back before another one is opened: longer than a usual read takes, so that only
/// a long one makes others open more. Opening costs milliseconds of a processor. Were all who queue after a hiccup to open one each, a
/// hiccup of 30 ms would keep them waiting for up to 130.
const WORTH_WAITING: Duration = Duration::from_millis(50);

/// Where reading connections come from.
#[derive(Clone, Debug)]
pub enum Readers {
    Shelf(Arc<Shelf>),
    Pool(AnyPool),
}

/// Whoever uses a connection holds its lock.
type Place = Arc<tokio::sync::Mutex<Connection>>;

/// Connections to one file, kept once they are open. As many as there are processors are opened when they are needed first, more only
/// when none comes back in time.
#[derive(Debug)]
pub struct Shelf {
    url: String,
    /// One permit for each that may be in use.
    turns: Arc<Semaphore>,
    /// One permit for each that is idle, and for each that may be opened without waiting.
    free: Semaphore,
    worth_waiting: Duration,
    idle: Mutex<Vec<Place>>,
}

impl Readers {
    /// # Errors
    /// When the file cannot be opened.
    pub async fn of_file(url: &str) -> Result<Self, Fault> {
        let processors = available_parallelism().map_or(1, NonZero::get);
        let shelf = Arc::new(Shelf::new(url, processors, WORTH_WAITING));
        // The first one now: what is wrong with the file is found while starting.
        drop(shelf.take().await?);
        Ok(Self::Shelf(shelf))
    }

    /// One connection, given back when it is dropped.
    ///
    /// # Errors
    /// When none is to be had.
    pub async fn take(&self) -> Result<Reader, Fault> {
        match self {
            Self::Shelf(file) => file.take().await,
            Self::Pool(pool) => Ok(Reader::Pooled(pool.acquire().await?)),
        }
    }

    pub async fn close(&self) {
        match self {
            Self::Shelf(file) => file.close().await,
            Self::Pool(pool) => pool.close().await,
        }
    }
}

impl Shelf {
    fn new(url: &str, at_once: usize, worth_waiting: Duration) -> Self {
        let most = CONNECTIONS as usize;
        Self {
            url: url.to_owned(),
            turns: Arc::new(Semaphore::new(most)),
            free: Semaphore::new(at_once.min(most)),
            worth_waiting,
            idle: Mutex::default(),
        }
    }

    async fn take(self: &Arc<Self>) -> Result<Reader, Fault> {
        let closed = |_| Fault::Other("store closed".into());
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Fault::Other("no connection to the database is free".into()))?
            .map_err(closed)?;
        let free = timeout(self.worth_waiting, self.free.acquire()).await;
        let free = free.ok().and_then(Result::ok);
        let idle = free.as_ref().and_then(|_| self.idle().pop());
        let connection = match idle {
            Some(idle) => idle,
            None => self.open().await?,
        };
        let connection = connection.lock_owned().await;
        // Comes back with the connection.
        if let Some(free) = free {
            free.forget();
        }
        Ok(Reader::Lent(Lent {
            connection,
            shelf: Arc::clone(self),
            _turn: turn,
        }))
    }

    async fn open(&self) -> Result<Place, Fault> {
        let connection = Connection::open(&self.url).await?;
        Ok(Arc::new(tokio::sync::Mutex::new(connection)))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Place>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn close(&self) {
        self.turns.close();
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle.into_iter().filter_map(Arc::into_inner) {
            connection.into_inner().close().await;
        }
    }
}

/// A connection in use.
#[derive(Debug)]
pub enum Reader {
    Lent(Lent),
    Pooled(PoolConnection<Any>),
}

impl<'c> Executor<'c> for &'c mut Reader {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match self {
            Reader::Lent(lent) => steps(asked(query, |statement| lent.connection.ask_one(statement))),
            Reader::Pooled(pooled) => (&mut **pooled).fetch_many(query),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match self {
            Reader::Lent(lent) => asked(query, |statement| lent.connection.ask_one(statement))
                .map_ok(Answer::into_first)
                .boxed(),
            Reader::Pooled(pooled) => (&mut **pooled).fetch_optional(query),
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

/// Goes back onto its shelf when it is dropped. A statement that was given up half-way ends before the next one of its connection
/// begins: the connection's thread does one at a time.
#[derive(Debug)]
pub struct Lent {
    connection: OwnedMutexGuard<Connection>,
    shelf: Arc<Shelf>,
    _turn: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.shelf
            .idle()
            .push(Arc::clone(OwnedMutexGuard::mutex(&self.connection)));
        self.shelf.free.add_permits(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With one connection that is opened without waiting.
    fn shelf(folder: &tempfile::TempDir, worth_waiting: Duration) -> Arc<Shelf> {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("latchkey.db").display());
        Arc::new(Shelf::new(&url, 1, worth_waiting))
    }

    async fn number(reader: &mut Reader, sql: &'static str) -> i64 {
        let row: (i64,) = sqlx::query_as(sql).fetch_one(&mut *reader).await.unwrap();
        row.0
    }

    #[tokio::test]
    async fn as_many_are_opened_without_waiting_as_there_are_processors() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("latchkey.db");
        let readers = Readers::of_file(&format!("sqlite://{}?mode=rwc", file.display())).await;
        let Readers::Shelf(shelf) = readers.unwrap() else {
            panic!("a file needs no pool");
        };
        let processors = available_parallelism().unwrap().get();
        assert_eq!(shelf.free.available_permits(), processors.min(CONNECTIONS as usize));
        assert_eq!(shelf.idle().len(), 1);
    }

    #[tokio::test]
    async fn many_who_read_at_once_share_one_connection() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder, PATIENCE);
        let readers = (0..50).map(|_| async { number(&mut shelf.take().await.unwrap(), "select 1").await });
        assert_eq!(futures_util::future::join_all(readers).await, [1; 50]);
        assert_eq!(shelf.idle().len(), 1);
    }

    #[tokio::test]
    async fn another_connection_is_opened_when_none_comes_back_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder, Duration::ZERO);
        for _ in 0..3 {
            let both = (shelf.take().await.unwrap(), shelf.take().await.unwrap());
            assert_eq!(shelf.idle().len(), 0);
            drop(both);
            assert_eq!(shelf.idle().len(), 2);
        }
    }

    #[tokio::test]
    async fn there_are_never_more_than_may_be_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder, Duration::ZERO);
        let mut all = Vec::new();
        for _ in 0..CONNECTIONS {
            all.push(shelf.take().await.unwrap());
        }
        assert!(timeout(Duration::ZERO, shelf.take()).await.is_err());
        all.pop();
        drop(shelf.take().await.unwrap());
        drop(all);
        assert_eq!(shelf.idle().len(), CONNECTIONS as usize);
    }

    #[tokio::test]
    async fn who_gives_up_waiting_takes_no_connection_away() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder, PATIENCE);
        let held = shelf.take().await.unwrap();
        for _ in 0..3 {
            assert!(timeout(Duration::ZERO, shelf.take()).await.is_err());
        }
        drop(held);
        drop(shelf.take().await.unwrap());
        assert_eq!(shelf.idle().len(), 1);
    }

    #[tokio::test]
    async fn a_read_that_is_given_up_leaves_its_connection_usable() {
        const LONG: &str =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) from n";
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder, PATIENCE);
        let mut given_up = shelf.take().await.unwrap();
        let reading = number(&mut given_up, LONG);
        assert!(timeout(Duration::ZERO, reading).await.is_err());
        drop(given_up);
        assert_eq!(number(&mut shelf.take().await.unwrap(), "select 2").await, 2);
        assert_eq!(shelf.idle().len(), 1);
    }

    #[tokio::test]
    async fn nobody_reads_from_a_store_that_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder, PATIENCE);
        shelf.close().await;
        assert!(shelf.take().await.is_err());
    }
}
