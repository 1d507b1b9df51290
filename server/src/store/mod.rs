//! Every SQL string of the project, and nothing but SQL. One text per statement runs on SQLite and PostgreSQL: columns are TEXT and
//! BIGINT, placeholders `$1`, claims and counters single conditional statements (never check-then-write).

mod account;
mod api_key;
mod audit;
mod captcha;
mod fact;
mod health;
mod idempotency;
mod job;
mod limit;
mod line;
mod mail_template;
mod outbox;
mod picture;
mod readers;
mod recovery;
mod request;
mod session;
mod setting;
mod sqlite;
mod statement;
mod token;
mod transaction;

pub use account::{AccountRow, NewAccount, NewPassword};
pub use api_key::ApiKeyRow;
use app::phrase;
pub use audit::{AuditHead, AuditRow, SlotRow};
pub use fact::{AttributeRow, FactKeyRow, FactOnFile, FactRow, NewFact, UsedFactKey};
pub use health::Schema;
pub use idempotency::IdempotencyRow;
pub use job::JobRow;
pub use mail_template::MailTemplateRow;
pub use outbox::{FinishedMail, MailHealth, NewMail, OutboxRow, SeenMail};
pub use picture::{NewPicture, PictureRow};
pub use recovery::{NewPending, NewRecovery, RecoveryRow, SeenRecovery, Signals};
pub use request::{NewRequest, RequestRow, SeenRequest};
pub use session::{NewSession, SessionRow};
pub use token::{LivingToken, NewToken, SpentToken};

use crate::audit::chain::{Chain, Head};
use crate::audit::{Event, EventResult};
use crate::clock::UnixMillis;
use crate::metrics::Happened;
use crate::refused::Fault;
use line::Line;
use readers::{Reader, Readers};
use sqlx::any::{AnyArguments, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, FromRow as _};
use statement::Answer;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use transaction::Tx;

/// A place in a list that is sorted by time and id, the newest first: what comes after it is older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    pub at: UnixMillis,
    pub id: String,
}

impl After {
    /// Before the newest.
    #[must_use]
    pub fn start() -> Self {
        Self {
            at: i64::MAX,
            id: String::new(),
        }
    }
}

/// The two engines. The only difference the code knows: how a writing transaction starts, and that SQLite has one writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// For reading. Never taken by somebody who is writing for want of another, so that readers inside a transaction always get one.
    readers: Readers,
    writers: Writers,
    /// Turns for writing what nobody waits for.
    behind: Arc<Semaphore>,
    chain: Chain,
    happened: Happened,
}

/// Where writing connections come from.
#[derive(Clone, Debug)]
enum Writers {
    /// SQLite takes one writer at a time. Waiting in a line of ours is fair and wakes at once, where SQLite's own busy handler polls
    /// and starves; and a single writer's cache stays warm, because nobody else changes the file.
    Line(Line),
    Pool(AnyPool),
}

/// A writing transaction: rolled back unless [`Write::commit`] is reached.
pub struct Write {
    tx: Tx,
    /// Events to be stored with the commit.
    trail: Vec<AuditRow>,
    /// The head of the audit trail, where it was asked for and nobody else can move it.
    head: Option<Head>,
    chain: Chain,
    happened: Happened,
    _behind: Option<OwnedSemaphorePermit>,
}

/// Connections for reading, and on PostgreSQL as many again for writing. Readers never wait for a writer.
const CONNECTIONS: u32 = 16;

/// Longest wait for a connection: as long as a request may take at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// `synchronous = full`: what was answered is on the disk, also when the power goes. `secure_delete`: purged rows leave no bytes
/// behind (security 199).
const SQLITE_PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
    pragma busy_timeout = 10000; pragma secure_delete = on; pragma temp_store = memory;";

impl Store {
    /// Connects. A missing SQLite file is created, readable by its owner only.
    ///
    /// # Errors
    /// When the database cannot be reached or the URL is not of a known engine.
    pub async fn open(url: &str, chain: Chain) -> Result<Self, Fault> {
        install_default_drivers();
        let engine = match url.split(':').next() {
            Some("sqlite") => Engine::Sqlite,
            Some("postgres" | "postgresql") => Engine::Postgres,
            _ => {
                return Err(phrase!(trouble.database_url).into());
            }
        };
        // Writers first: on SQLite that creates what readers look into.
        let (writers, readers, behind) = match engine {
            Engine::Sqlite => {
                let url = sqlite_url(url)?;
                let line = Line::open(&url).await?;
                (Writers::Line(line), Readers::of_file(&url).await?, 1)
            }
            Engine::Postgres => {
                let (writers, readers) = (connect(url).await?, connect(url).await?);
                (Writers::Pool(writers), Readers::Pool(readers), CONNECTIONS)
            }
        };
        Ok(Self {
            readers,
            writers,
            behind: Arc::new(Semaphore::new(behind as usize)),
            chain,
            happened: Happened::default(),
        })
    }

    /// Brings the schema up to date. Servers starting together wait for each other.
    ///
    /// # Errors
    /// When a migration fails, or the database was written by a newer version.
    pub async fn migrate(&self) -> Result<(), Fault> {
        let migrations = migrations();
        let migrated = match &self.writers {
            // PostgreSQL has a lock for this; on SQLite a transaction around all of it does the same.
            Writers::Pool(pool) => migrations.run(pool).await,
            Writers::Line(line) => {
                let mut connection = AnyConnection::connect(line.url()).await?;
                connection.execute(SQLITE_PRAGMAS).await?;
                let migrated = {
                    let mut whole = connection.begin_with("begin immediate").await?;
                    let migrated = migrations.run(&mut *whole).await;
                    if migrated.is_ok() {
                        whole.commit().await?;
                    }
                    migrated
                };
                connection.close().await?;
                migrated
            }
        };
        migrated.map_err(|error| phrase!(trouble.migration, why = error.to_string()).into())
    }

    /// Starts a writing transaction. On SQLite it has the write lock from the start, so it can never fail half-way for want of it.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn write(&self) -> Result<Write, Fault> {
        let tx = match &self.writers {
            Writers::Line(line) => Tx::Turn(line.turn().await?),
            Writers::Pool(pool) => Tx::Own(pool.begin().await?),
        };
        Ok(Write {
            tx,
            trail: Vec::new(),
            head: None,
            chain: self.chain.clone(),
            happened: self.happened.clone(),
            _behind: None,
        })
    }

    /// Starts a writing transaction for work in the background. On SQLite one of these at a time stands in line with those that
    /// somebody waits for, so that a full outbox never makes a page slow.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn write_behind(&self) -> Result<Write, Fault> {
        let turn = Arc::clone(&self.behind)
            .acquire_owned()
            .await
            .map_err(|_| Fault::Other("store closed".into()))?;
        let write = self.write().await?;
        Ok(Write {
            _behind: Some(turn),
            ..write
        })
    }

    /// A connection for one statement that changes nothing.
    async fn read(&self) -> Result<Reader, Fault> {
        self.readers.take().await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        sqlx::query("select 1").execute(&mut self.read().await?).await?;
        Ok(())
    }

    /// What ties the rows of the audit trail together.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Counts the events that are committed.
    #[must_use]
    pub fn happened(&self) -> &Happened {
        &self.happened
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.writers {
            Writers::Line(_) => Engine::Sqlite,
            Writers::Pool(_) => Engine::Postgres,
        }
    }

    pub async fn close(&self) {
        self.readers.close().await;
        match &self.writers {
            Writers::Line(line) => line.finish().await,
            Writers::Pool(pool) => pool.close().await,
        }
    }
}

impl Write {
    /// Asks several, on SQLite in one go. There the head of the audit trail comes with the answers: nobody else writes before this
    /// transaction ends, so it need not be asked for again.
    async fn each(&mut self, mut queries: Vec<Query<'_, Any, AnyArguments>>) -> Result<Vec<Answer>, Fault> {
        let with_head = matches!(self.tx, Tx::Turn(_)) && !queries.is_empty();
        if with_head {
            queries.push(sqlx::query(audit::HEAD));
        }
        let mut answers = self.tx.each(queries).await?;
        if with_head && let Some(row) = answers.pop().and_then(|mut answer| answer.rows.pop()) {
            self.head = Some(Head::from_row(&row)?);
        }
        Ok(answers)
    }

    /// Makes everything done since [`Store::write`] permanent, all at once.
    ///
    /// # Errors
    /// When the database refuses; then nothing was done.
    pub async fn commit(mut self) -> Result<(), Fault> {
        let events = self.events();
        self.store_trail().await?;
        self.tx.commit().await?;
        for (event, result) in events {
            self.happened.count(event, result);
        }
        Ok(())
    }

    /// What is about to be recorded, as monitoring counts it.
    fn events(&self) -> Vec<(Event, EventResult)> {
        let known = |row: &AuditRow| Some((row.event.parse().ok()?, row.outcome.parse().ok()?));
        self.trail.iter().filter_map(known).collect()
    }
}

/// Everything that was ever done to the schema.
fn migrations() -> Migrator {
    sqlx::migrate!("../migrations")
}

async fn connect(url: &str) -> Result<AnyPool, Fault> {
    let options = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE);
    Ok(options.connect(url).await?)
}

fn sqlite_url(url: &str) -> Result<String, Fault> {
    let (path, parameters) = url.split_once('?').unwrap_or((url, ""));
    let path = path.trim_start_matches("sqlite:").trim_start_matches("//");
    let in_memory = path == ":memory:" || parameters.split('&').any(|parameter| parameter == "mode=memory");
    if path.is_empty() || in_memory {
        return Err(phrase!(trouble.database_in_memory).into());
    }
    let file = std::path::Path::new(path);
    if !file.exists() {
        private_file(file).map_err(|error| Fault::from(phrase!(trouble.file, file = path, why = error.to_string())))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_is_given_a_file_and_never_memory() {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", folder.path().join("latchkey.db").display());
        assert_eq!(sqlite_url(&file).unwrap(), format!("{file}?mode=rwc"));
        for nowhere in [
            "sqlite://",
            "sqlite::memory:",
            "sqlite://:memory:",
            &format!("{file}?cache=shared&mode=memory"),
        ] {
            assert!(sqlite_url(nowhere).is_err(), "{nowhere}");
        }
    }
}
