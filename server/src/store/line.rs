//! One connection that writers take in turn, and group commit: those who queue while somebody writes share one transaction. A commit
//! waits for the disk and writes every touched page anew, so ten writers together cost little more than one.
//!
//! ```text
//! alone:   begin ──── statements ── commit
//!
//! first:   begin ──── statements ──┐ passes on, waits
//! second:  savepoint ─ statements ─┤ passes on, waits      each undoes only its own
//! closer:  commit ─────────────────┘ answers everybody     queued when the first passes on, so behind those who wait by then
//! ```
//!
//! A writer is told "done" only after the commit that its changes are part of: what was answered is on the disk.

use super::sqlite::Connection;
use super::statement::{Answer, Statement};
use crate::refused::Fault;
use sqlx::{Any, Error, Execute};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// Most statements that are kept for later: enough for any one thing that happens, and an import does not grow without end.
const UNSAID: usize = 20;

/// The line of writers. Fair: who came first writes first.
#[derive(Clone, Debug)]
pub struct Line {
    url: Arc<str>,
    desk: Arc<Mutex<Desk>>,
    /// How many wait for their turn. Whoever is alone need not leave the commit to somebody else.
    queued: Arc<AtomicUsize>,
}

/// What passes from writer to writer.
struct Desk {
    connection: Connection,
    /// Whether a transaction is open.
    open: bool,
    /// Whose turn it is, or was if they left without a word: then their changes are still to be undone.
    writing: Option<Place>,
    /// What the writer has not said yet.
    unsaid: Vec<Statement>,
    /// Whether they have said anything.
    begun: bool,
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

/// One who waits for their turn, until it comes or they are given up.
struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn up(queued: &'a AtomicUsize) -> Self {
        queued.fetch_add(1, Ordering::Relaxed);
        Self(queued)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Desk")
            .field("open", &self.open)
            .field("writing", &self.writing)
            .field("unsaid", &self.unsaid.len())
            .finish_non_exhaustive()
    }
}

impl Line {
    /// # Errors
    /// When the file cannot be opened.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        Ok(Self {
            url: url.into(),
            desk: Arc::new(Mutex::new(Desk {
                connection: Connection::open(url).await?,
                open: false,
                writing: None,
                unsaid: Vec::new(),
                begun: false,
                done: Vec::new(),
            })),
            queued: Arc::default(),
        })
    }

    /// Where the file is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for one's turn. The transaction begins with the first statement.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn turn(&self) -> Result<Turn, Fault> {
        let queued = Queued::up(&self.queued);
        let mut desk = Arc::clone(&self.desk).lock_owned().await;
        drop(queued);
        desk.clear().await;
        let (place, begin) = if desk.open {
            (Place::Later, "savepoint turn")
        } else {
            (Place::First, "begin immediate")
        };
        desk.open = true;
        desk.writing = Some(place);
        desk.begun = false;
        desk.unsaid.push(Statement::of(sqlx::query(begin))?);
        Ok(Turn {
            desk,
            line: self.clone(),
            place,
            failed: false,
            over: false,
        })
    }

    /// Commits what is there when the line has come to it.
    async fn close(self) {
        let mut desk = self.desk.lock_owned().await;
        desk.clear().await;
        if desk.open {
            let committed = desk.connection.say(&["commit"]).await;
            if let Err(error) = &committed {
                tracing::error!(%error, "changes could not be committed");
                let _ = desk.connection.say(&["rollback"]).await;
            }
            desk.end(committed.is_ok());
        }
    }

    /// Brings everything into the database file itself.
    pub async fn finish(&self) {
        self.clone().close().await;
        let mut desk = self.desk.lock().await;
        let _ = desk.connection.say(&["pragma wal_checkpoint(truncate)"]).await;
    }
}

impl Desk {
    /// Undoes what somebody left who did not commit, and nobody else's changes. Given up half-way, it is done again by the next.
    async fn clear(&mut self) {
        self.unsaid.clear();
        match self.writing {
            Some(Place::First) => {
                if self.begun {
                    // Fails only where there is no transaction, so nothing to undo.
                    let _ = self.connection.say(&["rollback"]).await;
                }
                self.end(false);
            }
            Some(Place::Later) if self.begun => {
                let undone = self.connection.say(&["rollback to turn", "release turn"]).await;
                if let Err(error) = undone
                    && self.is_lost(&error).await
                {
                    tracing::error!(%error, "changes could not be undone by themselves");
                    let _ = self.connection.say(&["rollback"]).await;
                    self.end(false);
                }
            }
            Some(Place::Later) | None => {}
        }
        self.writing = None;
    }

    /// Whether the changes of all have to be undone with those of one. Not where the savepoint was given up just before its owner was:
    /// then the transaction goes on, and beginning another one fails.
    async fn is_lost(&mut self, error: &Error) -> bool {
        !error.to_string().contains("no such savepoint") || self.connection.say(&["begin"]).await.is_ok()
    }

    /// Says all that is unsaid, and gives the answer of each.
    async fn say(&mut self) -> Result<Vec<Answer>, Error> {
        self.begun = true;
        let statements = std::mem::take(&mut self.unsaid);
        self.connection.ask(statements).await
    }

    /// To be told how it ended.
    fn expect_commit(&mut self) -> oneshot::Receiver<bool> {
        let (done, told) = oneshot::channel();
        self.done.push(done);
        told
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
#[derive(Debug)]
pub struct Turn {
    desk: OwnedMutexGuard<Desk>,
    line: Line,
    place: Place,
    /// Whether a statement failed: those that were to be said after it never were, so nothing of it may be committed.
    failed: bool,
    /// Whether there is nothing left to do for whoever is next.
    over: bool,
}

impl Turn {
    /// Says a statement together with the next one that is asked, or with the commit.
    ///
    /// # Errors
    /// When the database refuses it, or one of those before it.
    pub async fn later<'q>(&mut self, query: impl Execute<'q, Any>) -> Result<(), Error> {
        self.desk.unsaid.push(Statement::of(query)?);
        if self.desk.unsaid.len() > UNSAID {
            self.say().await?;
        }
        Ok(())
    }

    /// Asks one, together with those left for later.
    ///
    /// # Errors
    /// When the database refuses it, or one of those before it.
    pub async fn ask(&mut self, statement: Statement) -> Result<Answer, Error> {
        self.desk.unsaid.push(statement);
        Ok(self.say().await?.pop().unwrap_or_default())
    }

    /// Asks several in one go, and gives the answer of each.
    ///
    /// # Errors
    /// When the database refuses one of them, or one of those left for later.
    pub async fn each<'q>(&mut self, queries: Vec<impl Execute<'q, Any>>) -> Result<Vec<Answer>, Error> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let before = self.desk.unsaid.len();
        for query in queries {
            self.desk.unsaid.push(Statement::of(query)?);
        }
        let mut answers = self.say().await?;
        Ok(answers.split_off(before))
    }

    /// Says what was left for later.
    async fn say(&mut self) -> Result<Vec<Answer>, Error> {
        let answers = self.desk.say().await;
        self.failed |= answers.is_err();
        answers
    }

    /// Passes the connection on and waits until the changes are on the disk.
    ///
    /// # Errors
    /// When they are not: then nothing was done.
    pub async fn commit(mut self) -> Result<(), Fault> {
        if self.failed {
            return Err(Fault::Other("a statement before the commit failed".into()));
        }
        let told = match self.place {
            Place::First if self.line.queued.load(Ordering::Relaxed) == 0 => {
                self.ask(Statement::of(sqlx::query("commit"))?).await?;
                self.desk.end(true);
                None
            }
            Place::First => {
                self.say().await?;
                Some(self.desk.expect_commit())
            }
            Place::Later => {
                self.ask(Statement::of(sqlx::query("release turn"))?).await?;
                Some(self.desk.expect_commit())
            }
        };
        self.desk.writing = None;
        self.over = self.place != Place::First || told.is_none();
        drop(self);
        let committed = match told {
            Some(told) => told.await == Ok(true),
            None => true,
        };
        if committed {
            Ok(())
        } else {
            Err(Fault::Other("the database could not commit".into()))
        }
    }
}

/// Whoever leaves something behind sends somebody after it: to commit what waits for company, or to undo what was given up. In a task
/// of its own, so that it comes even when everybody whose turn it was has been given up.
impl Drop for Turn {
    fn drop(&mut self) {
        if !self.over
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(self.line.clone().close());
        }
    }
}

#[cfg(test)]
mod tests;
