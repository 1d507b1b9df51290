//! Importing accounts. Every bad row is reported with its line; nothing is stored unless all rows are good, or the caller wants the
//! good ones kept.

mod file;
pub mod job;
mod spouse;

use app::phrase;
use app::words::{Locale, Phrase};
pub use file::{Entry as FileEntry, Format, Row, columns, read};

use super::add::{AddError, Prepared, prepare, store};
use crate::audit::{self, Entry, Event};
use crate::fact::file::prepared;
use crate::fact::{Attribute, attribute, key};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::settings::Settings;
use crate::staff::Staff;
use crate::store::NewFact;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicI64, Ordering};

/// Rows stored in one transaction when the good ones are kept: on SQLite nobody else writes meanwhile, so it is not for long.
const TOGETHER: usize = 200;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line in the file, the first being 1.
    pub line: u64,
    pub problem: Phrase,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub stored: usize,
    pub errors: Vec<RowError>,
}

/// A report in the language of whoever began the import: what is kept of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Written {
    pub stored: usize,
    pub errors: Vec<WrittenError>,
}

/// What is wrong with a row, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenError {
    /// Line in the file, the first being 1.
    pub line: u64,
    pub problem: String,
}

impl Report {
    /// In a language.
    #[must_use]
    pub fn written(&self, lang: Locale) -> Written {
        let written = |error: &RowError| WrittenError {
            line: error.line,
            problem: error.problem.say(lang),
        };
        Written {
            stored: self.stored,
            errors: self.errors.iter().map(written).collect(),
        }
    }
}

/// Why a file cannot be imported at all.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum ImportError {
    Header(Phrase),
    Fault(#[from] Fault),
}

impl ImportError {
    /// In words.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Header(problem) => phrase!(problem.line_one, problem = problem.clone()),
            Self::Fault(fault) => fault.in_words(),
        }
    }
}

/// Imports a file for the operator, and waits until that is done.
///
/// # Errors
/// [`ImportError`]; then nothing was stored. Bad rows are not errors, they are in the report.
pub async fn import(latchkey: &Latchkey, format: Format, bytes: &[u8], keep_good: bool) -> Result<Report, ImportError> {
    let rows = read(format, bytes)?;
    Ok(run(latchkey, &Staff::operator(), rows, keep_good, &AtomicI64::new(0)).await?)
}

/// Checks and hashes every row, counting them in `done`; then stores them.
///
/// # Errors
/// When the database does not answer; then nothing was stored, or with `keep_good` not all.
pub async fn run(
    latchkey: &Latchkey,
    staff: &Staff,
    rows: Vec<Row>,
    keep_good: bool,
    done: &AtomicI64,
) -> Result<Report, Fault> {
    let settings = latchkey.settings().await?;
    let attributes = attribute::all(&latchkey.store).await?;
    let keys = key::keys(latchkey).await?;
    let mut errors = Vec::new();
    let mut prepared = Vec::new();
    for row in spouse::taken_over(latchkey, rows).await? {
        match row {
            Err(error) => errors.push(error),
            Ok(mut entry) => {
                let line = entry.line;
                // Rows that say nothing about the language get the installation's.
                if entry.draft.locale.is_empty() {
                    entry.draft.locale = settings.branding.default_locale.to_string();
                }
                match good(latchkey, &settings, &attributes, &keys, entry).await {
                    Ok(good) => prepared.push(good),
                    Err(problem) => errors.push(RowError { line, problem }),
                }
            }
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
    let mut stored = 0;
    if keep_good {
        for some in prepared.chunks(TOGETHER) {
            stored += store_some(latchkey, staff, some, true, &mut errors).await?;
        }
    } else {
        stored += store_some(latchkey, staff, &prepared, false, &mut errors).await?;
    }
    errors.sort_by_key(|error| error.line);
    Ok(Report { stored, errors })
}

/// A row that can be stored.
struct Good {
    line: u64,
    account: Prepared,
    facts: Vec<NewFact>,
}

/// Checks a row, and hashes what is to be hashed. Answers what is wrong with it, in words.
async fn good(
    latchkey: &Latchkey,
    settings: &Settings,
    attributes: &[Attribute],
    keys: &key::Bunch,
    entry: FileEntry,
) -> Result<Good, Phrase> {
    let mut account = prepare(latchkey, settings, entry.draft)
        .await
        .map_err(|error| error.in_words())?;
    account.id = entry.id;
    let facts = prepared(latchkey, attributes, keys, &account.id, &entry.facts).await?;
    Ok(Good {
        line: entry.line,
        account,
        facts,
    })
}

/// One transaction. With `keep_good`, rows whose identifiers are taken are left out; otherwise any error stores nothing.
async fn store_some(
    latchkey: &Latchkey,
    staff: &Staff,
    prepared: &[Good],
    keep_good: bool,
    errors: &mut Vec<RowError>,
) -> Result<usize, Fault> {
    let mut stored = 0;
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    for Good { line, account, facts } in prepared {
        match store(&mut write, staff, account, now).await {
            Ok(()) => {
                for fact in facts {
                    write.set_fact(fact).await?;
                }
                stored += 1;
            }
            Err(AddError::Fault(fault)) => return Err(fault),
            Err(error) => {
                // The account row went in before its identifier turned out to be taken.
                write.remove_account(&account.id).await?;
                errors.push(RowError {
                    line: *line,
                    problem: error.in_words(),
                });
            }
        }
    }
    if stored == 0 || !(errors.is_empty() || keep_good) {
        return Ok(0);
    }
    let detail = format!("{stored} stored");
    audit::record_staff(
        &mut write,
        staff,
        now,
        Entry::success(Event::AccountsImported, "").saying(&detail),
    );
    write.commit().await?;
    Ok(stored)
}
