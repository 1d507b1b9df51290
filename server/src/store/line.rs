//! One connection that writers take in turn, and group commit: those who queue while somebody writes share one transaction. A commit
//! waits for the disk and writes every touched page anew, so ten writers together cost little more than one.
//!
//! ```text
//! first:   begin ──── statements ──┐ passes on, waits
//! second:  savepoint ─ statements ─┤ passes on, waits      each undoes only its own
//! closer:  commit ─────────────────┘ answers everybody     queued when the first began, so behind those who waited by then
//! ```
//!
//! A writer is told "done" only after the commit that its changes are part of: what was answered is on the disk.

use super::SQLITE_PRAGMAS;
use crate::refused::Fault;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// The line of writers. Fair: who came first writes first.
#[derive(Clone, Debug)]
pub struct Line(Arc<Mutex<Desk>>);

/// What passes from writer to writer.
#[derive(Debug)]
struct Desk {
    connection: AnyConnection,
    /// Whether a transaction is open.
    open: bool,
    /// Whose turn it is, or was if they left without a word: then their changes are still to be undone.
    writing: Option<Place>,
    /// Those whose changes wait for the commit.
    done: Vec<oneshot::Sender<bool>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Began the transaction.
    First,
    /// Came later, behind a savepoint.
    Later,
}

impl Line {
    /// # Errors
    /// When the file cannot be opened.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let mut connection = AnyConnection::connect(url).await?;
        connection.execute(SQLITE_PRAGMAS).await?;
        Ok(Self(Arc::new(Mutex::new(Desk {
            connection,
            open: false,
            writing: None,
            done: Vec::new(),
        }))))
    }

    /// Waits for one's turn.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn turn(&self) -> Result<Turn, Fault> {
        let mut desk = Arc::clone(&self.0).lock_owned().await;
        desk.clear().await;
        let (place, begin) = if desk.open {
            (Place::Later, "savepoint turn")
        } else {
            (Place::First, "begin immediate")
        };
        // Noted before it is done: whoever is given up between the two leaves too much to undo rather than too little.
        desk.open = true;
        desk.writing = Some(place);
        // A query, not a text: a text is parsed every time.
        sqlx::query(begin).execute(&mut desk.connection).await?;
        if place == Place::First {
            // Queued now and in a task of its own: it comes even when everybody whose turn it was has been given up.
            tokio::spawn(self.clone().close());
        }
        Ok(Turn { desk, place })
    }

    /// Commits what is there when the line has come to it.
    async fn close(self) {
        let mut desk = self.0.lock_owned().await;
        desk.clear().await;
        if desk.open {
            let committed = sqlx::query("commit").execute(&mut desk.connection).await;
            if let Err(error) = &committed {
                tracing::error!(%error, "changes could not be committed");
                let _ = desk.connection.execute("rollback").await;
            }
            desk.end(committed.is_ok());
        }
    }

    /// Brings everything into the database file itself.
    pub async fn finish(&self) {
        self.clone().close().await;
        let mut desk = self.0.lock().await;
        let _ = desk.connection.execute("pragma wal_checkpoint(truncate)").await;
    }
}

impl Desk {
    /// Undoes what somebody left who did not commit, and nobody else's changes. Given up half-way, it is done again by the next.
    async fn clear(&mut self) {
        match self.writing {
            None => {}
            Some(Place::First) => {
                // Fails only where there is no transaction, so nothing to undo.
                let _ = self.connection.execute("rollback").await;
                self.end(false);
            }
            Some(Place::Later) => {
                let undone = self.connection.execute("rollback to turn; release turn").await;
                if let Err(error) = undone
                    && !error.to_string().contains("no such savepoint")
                {
                    tracing::error!(%error, "changes could not be undone by themselves");
                    let _ = self.connection.execute("rollback").await;
                    self.end(false);
                }
            }
        }
        self.writing = None;
    }

    /// Tells everybody how it ended.
    fn end(&mut self, well: bool) {
        self.open = false;
        for waiting in self.done.drain(..) {
            let _ = waiting.send(well);
        }
    }
}

/// One writer's turn. What is done in it is undone unless [`Turn::commit`] is reached.
pub struct Turn {
    desk: OwnedMutexGuard<Desk>,
    place: Place,
}

impl Turn {
    /// Passes the connection on and waits until the changes are on the disk.
    ///
    /// # Errors
    /// When they are not: then nothing was done.
    pub async fn commit(self) -> Result<(), Fault> {
        let Self { mut desk, place } = self;
        if place == Place::Later {
            sqlx::query("release turn").execute(&mut desk.connection).await?;
        }
        desk.writing = None;
        let (done, told) = oneshot::channel();
        desk.done.push(done);
        drop(desk);
        match told.await {
            Ok(true) => Ok(()),
            _ => Err(Fault::Other("the database could not commit".into())),
        }
    }
}

impl Deref for Turn {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.desk.connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.desk.connection
    }
}
