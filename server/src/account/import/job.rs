//! An import that outlasts the request that began it. Any server of the database can say how far it is.
//!
//! ```text
//! running ──▶ succeeded   every row was stored, or the good ones where that was wanted
//!    │  └───▶ failed      bad rows, and nothing was stored
//!    ▼
//! interrupted   its server has not been heard of for a while; without `keep_good` nothing was stored
//! ```

use super::{Format, ImportError, Report, Row, Written, read, run};
use crate::clock::{DAY, SECOND, UnixMillis};
use crate::closed;
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::refused::{Fault, Refused};
use crate::secret::{Purpose, has_id_shape, new_id};
use crate::staff::{Permission, Staff};
use crate::store::JobRow;
use app::outcome::Refusal;
use app::phrase;
use app::words::Locale;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

closed!(
    /// How far a job is.
    State { Running = "running", Succeeded = "succeeded", Failed = "failed", Interrupted = "interrupted" }
);

/// What kind of job this is, in the table of them.
const KIND: &str = "account_import";

/// How often progress is stored.
const TICK: Duration = Duration::from_millis(500);

/// A job not heard of for this long is over: its server was killed.
const SILENCE: i64 = 30 * SECOND;

/// Reports name people, so they are forgotten soon.
pub const KEPT: i64 = 7 * DAY;

/// A job and what came of it.
pub struct Job {
    pub id: String,
    pub state: State,
    /// Rows of the file, and how many of them were checked.
    pub total: i64,
    pub done: i64,
    pub stored: i64,
    pub refused: i64,
    pub created_at: UnixMillis,
    /// 0 while it runs.
    pub finished_at: UnixMillis,
    pub report: Written,
}

/// Begins an import. Answers the job's id. The report is written in the language of whoever begins it.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::Invalid`] when this cannot be such a file at all.
pub async fn start(
    latchkey: &SharedLatchkey,
    staff: &Staff,
    format: Format,
    bytes: &[u8],
    keep_good: bool,
    lang: Locale,
) -> Result<String, Refused> {
    staff.require(Permission::ChangeAccounts)?;
    let rows = read(format, bytes).map_err(|error| match error {
        ImportError::Header(problem) => Refused::invalid("file", problem),
        ImportError::Fault(fault) => Refused::Fault(fault),
    })?;
    let now = latchkey.now();
    let id = new_id();
    let row = JobRow {
        id: id.clone(),
        kind: KIND.to_owned(),
        state: State::Running.to_string(),
        total: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        done: 0,
        stored: 0,
        refused: 0,
        report: String::new(),
        started_by: staff.actor(),
        created_at: now,
        seen_at: now,
        finished_at: 0,
    };
    let mut write = latchkey.store.write().await?;
    write.add_job(&row).await?;
    write.commit().await?;
    let options = Options { keep_good, lang };
    tokio::spawn(work(latchkey.clone(), staff.clone(), row, rows, options));
    Ok(id)
}

/// What was wanted beside the rows.
#[derive(Clone, Copy)]
struct Options {
    keep_good: bool,
    lang: Locale,
}

async fn work(latchkey: SharedLatchkey, staff: Staff, job: JobRow, rows: Vec<Row>, options: Options) {
    let done = AtomicI64::new(0);
    // Side by side: whoever tells how far it is may have to wait until the other has stored its rows.
    let ended = tokio::select! {
        ended = run(&latchkey, &staff, rows, options.keep_good, &done) => ended,
        ended = tell(&latchkey, job.clone(), &done) => Err(ended),
    };
    let report = ended.unwrap_or_else(|fault| {
        tracing::error!(%fault, "an import failed");
        Report {
            stored: 0,
            errors: vec![super::RowError {
                line: 0,
                problem: phrase!(problem.import_broke_off),
            }],
        }
    });
    if let Err(fault) = finish(&latchkey, job, &report, options).await {
        tracing::error!(%fault, "the end of an import could not be stored");
    }
}

/// Stores again and again how far it is, until the work ends.
async fn tell(latchkey: &Latchkey, mut job: JobRow, done: &AtomicI64) -> Fault {
    loop {
        tokio::time::sleep(TICK).await;
        job.done = done.load(Ordering::Relaxed);
        job.seen_at = latchkey.now();
        if let Err(fault) = note(latchkey, &job).await {
            return fault;
        }
    }
}

async fn note(latchkey: &Latchkey, job: &JobRow) -> Result<(), Fault> {
    let mut write = latchkey.store.write_behind().await?;
    write.update_job(job).await?;
    write.commit().await
}

async fn finish(latchkey: &Latchkey, mut job: JobRow, report: &Report, options: Options) -> Result<(), Fault> {
    let well = report.errors.is_empty() || (options.keep_good && report.stored > 0);
    job.state = if well { State::Succeeded } else { State::Failed }.to_string();
    job.done = job.total;
    job.stored = i64::try_from(report.stored).unwrap_or(i64::MAX);
    job.refused = i64::try_from(report.errors.len()).unwrap_or(i64::MAX);
    job.seen_at = latchkey.now();
    job.finished_at = job.seen_at;
    job.report = latchkey.keys.seal(
        Purpose::Job,
        &job.id,
        &serde_json::to_string(&report.written(options.lang))?,
    );
    note(latchkey, &job).await
}

/// How far a job is, and what is wrong with its rows.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`].
pub async fn show(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<Job, Refused> {
    staff.require(Permission::ChangeAccounts)?;
    if !has_id_shape(id) {
        return Err(Refusal::NotFound.into());
    }
    let row = latchkey.store.job(id).await?.ok_or(Refusal::NotFound)?;
    let stored: State = row.state.parse().map_err(Fault::from)?;
    let silent = latchkey.now() - row.seen_at > SILENCE;
    let report = if row.report.is_empty() {
        Written::default()
    } else {
        serde_json::from_str(&latchkey.keys.open(Purpose::Job, &row.id, &row.report)?)?
    };
    Ok(Job {
        state: if stored == State::Running && silent {
            State::Interrupted
        } else {
            stored
        },
        id: row.id,
        total: row.total,
        done: row.done,
        stored: row.stored,
        refused: row.refused,
        created_at: row.created_at,
        finished_at: row.finished_at,
        report,
    })
}

/// The whole report as CSV, for whoever corrects the file.
///
/// # Errors
/// When it cannot be written.
pub fn errors_csv(report: &Written) -> Result<String, Fault> {
    let failed = |error: &dyn std::fmt::Display| Fault::Other(format!("CSV: {error}"));
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(["line", "problem"])
        .map_err(|error| failed(&error))?;
    for error in &report.errors {
        let cells = [error.line.to_string(), crate::audit::export::harmless(&error.problem)];
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}
