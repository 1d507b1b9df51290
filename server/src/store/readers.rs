//! Connections for reading. PostgreSQL's come from a pool, which asks each before and after its use whether it is still there; a file
//! cannot go away, and asking takes longer than most of what is read. So SQLite's lie on a shelf, the last one used on top.

use super::{CONNECTIONS, PATIENCE, SQLITE_PRAGMAS};
use crate::refused::Fault;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Where reading connections come from.
#[derive(Clone, Debug)]
pub enum Readers {
    Shelf(Arc<Shelf>),
    Pool(AnyPool),
}

/// Whoever uses a connection holds its lock.
type Place = Arc<tokio::sync::Mutex<AnyConnection>>;

/// Connections to one file. Opened when all others are in use, and kept.
#[derive(Debug)]
pub struct Shelf {
    url: String,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Place>>,
}

impl Readers {
    /// # Errors
    /// When the file cannot be opened.
    pub async fn of_file(url: &str) -> Result<Self, Fault> {
        let shelf = Arc::new(Shelf {
            url: url.to_owned(),
            turns: Arc::new(Semaphore::new(CONNECTIONS as usize)),
            idle: Mutex::default(),
        });
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
    async fn take(self: &Arc<Self>) -> Result<Reader, Fault> {
        let closed = |_| Fault::Other("store closed".into());
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Fault::Other("no connection to the database is free".into()))?
            .map_err(closed)?;
        let idle = self.idle().pop();
        let connection = match idle {
            Some(idle) => idle,
            None => self.open().await?,
        };
        Ok(Reader::Lent(Lent {
            connection: connection.lock_owned().await,
            shelf: Arc::clone(self),
            _turn: turn,
        }))
    }

    async fn open(&self) -> Result<Place, Fault> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        connection.execute(SQLITE_PRAGMAS).await?;
        Ok(Arc::new(tokio::sync::Mutex::new(connection)))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Place>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn close(&self) {
        self.turns.close();
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle.into_iter().filter_map(Arc::into_inner) {
            let _ = connection.into_inner().close().await;
        }
    }
}

/// A connection in use.
pub enum Reader {
    Lent(Lent),
    Pooled(PoolConnection<Any>),
}

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match self {
            Self::Lent(lent) => &lent.connection,
            Self::Pooled(pooled) => pooled,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match self {
            Self::Lent(lent) => &mut lent.connection,
            Self::Pooled(pooled) => pooled,
        }
    }
}

/// Goes back onto its shelf when it is dropped. A statement that was given up half-way ends before the next one of its connection
/// begins: the connection's thread does one at a time.
pub struct Lent {
    connection: OwnedMutexGuard<AnyConnection>,
    shelf: Arc<Shelf>,
    _turn: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.shelf
            .idle()
            .push(Arc::clone(OwnedMutexGuard::mutex(&self.connection)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shelf(folder: &tempfile::TempDir) -> Arc<Shelf> {
        sqlx::any::install_default_drivers();
        let file = folder.path().join("latchkey.db");
        let readers = Readers::of_file(&format!("sqlite://{}?mode=rwc", file.display())).await;
        match readers.unwrap() {
            Readers::Shelf(shelf) => shelf,
            Readers::Pool(_) => panic!("a file needs no pool"),
        }
    }

    async fn number(reader: &mut Reader, sql: &'static str) -> i64 {
        let row: (i64,) = sqlx::query_as(sql).fetch_one(&mut **reader).await.unwrap();
        row.0
    }

    #[tokio::test]
    async fn a_connection_is_used_again_and_another_opened_only_when_all_are_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder).await;
        for _ in 0..3 {
            assert_eq!(number(&mut shelf.take().await.unwrap(), "select 1").await, 1);
        }
        assert_eq!(shelf.idle().len(), 1);
        let both = (shelf.take().await.unwrap(), shelf.take().await.unwrap());
        assert_eq!(shelf.idle().len(), 0);
        drop(both);
        assert_eq!(shelf.idle().len(), 2);
    }

    #[tokio::test]
    async fn a_read_that_is_given_up_leaves_its_connection_usable() {
        const LONG: &str =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) from n";
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder).await;
        let mut given_up = shelf.take().await.unwrap();
        let reading = number(&mut given_up, LONG);
        assert!(timeout(std::time::Duration::ZERO, reading).await.is_err());
        drop(given_up);
        assert_eq!(number(&mut shelf.take().await.unwrap(), "select 2").await, 2);
        assert_eq!(shelf.idle().len(), 1);
    }

    #[tokio::test]
    async fn nobody_reads_from_a_store_that_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(&folder).await;
        shelf.close().await;
        assert!(shelf.take().await.is_err());
    }
}
