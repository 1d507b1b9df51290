//! Every SQL string of the project, and nothing but SQL. One text per statement runs on SQLite and PostgreSQL: columns are TEXT and
//! BIGINT, placeholders `$1`, claims and counters single conditional statements (never check-then-write).

mod account;
mod audit;
mod limit;
mod outbox;
mod request;
mod session;
mod setting;
mod token;

pub use account::{AccountRow, NewAccount};
pub use audit::AuditRow;
pub use outbox::{NewMail, OutboxRow};
pub use request::{NewRequest, RequestRow};
pub use session::{NewSession, SessionRow};
pub use token::{NewToken, TokenRow};

use crate::refused::Fault;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyPool, Executor, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The two engines. The only difference the code knows: how a writing transaction starts, and that SQLite has one writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    /// SQLite takes one writer at a time. Waiting here is fair and wakes at once; its own busy handler polls and starves.
    writers: Arc<Semaphore>,
}

/// A writing transaction: rolled back unless [`Write::commit`] is reached.
pub struct Write {
    tx: Transaction<'static, Any>,
    _turn: OwnedSemaphorePermit,
}

/// Connections for PostgreSQL; for SQLite readers, which never wait for the writer (WAL).
const CONNECTIONS: u32 = 16;

/// `synchronous = full`: what was answered is on the disk, also when the power goes. `secure_delete`: purged rows leave no bytes
/// behind (security 199).
const SQLITE_PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
    pragma busy_timeout = 10000; pragma secure_delete = on; pragma temp_store = memory;";

impl Store {
    /// Connects. A missing SQLite file is created, readable by its owner only.
    ///
    /// # Errors
    /// When the database cannot be reached or the URL is not of a known engine.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        install_default_drivers();
        let engine = match url.split(':').next() {
            Some("sqlite") => Engine::Sqlite,
            Some("postgres" | "postgresql") => Engine::Postgres,
            _ => {
                return Err(Fault::Other(
                    "the database URL must start with sqlite:// or postgres://".into(),
                ));
            }
        };
        let url = match engine {
            Engine::Sqlite => sqlite_url(url)?,
            Engine::Postgres => url.to_owned(),
        };
        let options = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10));
        let options = match engine {
            Engine::Postgres => options,
            Engine::Sqlite => options.after_connect(|connection, _| {
                Box::pin(async move { connection.execute(SQLITE_PRAGMAS).await.map(drop) })
            }),
        };
        let writers = match engine {
            Engine::Sqlite => 1,
            Engine::Postgres => CONNECTIONS as usize,
        };
        let pool = options.connect(&url).await?;
        Ok(Self {
            pool,
            engine,
            writers: Arc::new(Semaphore::new(writers)),
        })
    }

    /// Brings the schema up to date. Servers starting together wait for each other.
    ///
    /// # Errors
    /// When a migration fails, or the database was written by a newer version.
    pub async fn migrate(&self) -> Result<(), Fault> {
        let migrations = sqlx::migrate!("../migrations");
        let migrated = match self.engine {
            // PostgreSQL has a lock for this; on SQLite a transaction around all of it does the same.
            Engine::Postgres => migrations.run(&self.pool).await,
            Engine::Sqlite => {
                let mut write = self.write().await?;
                let migrated = migrations.run(&mut *write.tx).await;
                if migrated.is_ok() {
                    write.commit().await?;
                }
                migrated
            }
        };
        migrated.map_err(|error| Fault::Other(format!("migration: {error}")))
    }

    /// Starts a writing transaction. On SQLite it takes the write lock at once, so it can never fail half-way for want of it.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn write(&self) -> Result<Write, Fault> {
        let turn = Arc::clone(&self.writers)
            .acquire_owned()
            .await
            .map_err(|_| Fault::Other("store closed".into()))?;
        let begin = match self.engine {
            Engine::Sqlite => "begin immediate",
            Engine::Postgres => "begin",
        };
        Ok(Write {
            tx: self.pool.begin_with(begin).await?,
            _turn: turn,
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Write {
    /// Makes everything done since [`Store::write`] permanent, all at once.
    ///
    /// # Errors
    /// When the database refuses; then nothing was done.
    pub async fn commit(self) -> Result<(), Fault> {
        Ok(self.tx.commit().await?)
    }
}

fn sqlite_url(url: &str) -> Result<String, Fault> {
    let path = url
        .trim_start_matches("sqlite:")
        .trim_start_matches("//")
        .split('?')
        .next()
        .unwrap_or_default();
    if path.is_empty() || path == ":memory:" {
        return Err(Fault::Other(
            "give SQLite a file: every pooled connection to :memory: would see its own database".into(),
        ));
    }
    let file = std::path::Path::new(path);
    if !file.exists() {
        private_file(file).map_err(|error| Fault::Other(format!("{path}: {error}")))?;
    }
    Ok(if url.contains('?') {
        url.to_owned()
    } else {
        format!("{url}?mode=rwc")
    })
}

/// Creates an empty file that only its owner may read: the database holds addresses and password hashes.
fn private_file(path: &std::path::Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
