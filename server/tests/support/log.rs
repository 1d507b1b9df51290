//! What the whole process logs, kept in memory: for looking up what must not be in it, and for counting statements.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Instrument as _, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

/// More than an operator would ever switch on, statements included.
const FILTER: &str =
    "debug,server=trace,tower_http=trace,sqlx=trace,lettre=debug,hyper=info,h2=info,reqwest=info,html5ever=info";

static TEXT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ROUNDS: Mutex<Option<HashMap<u64, Vec<Round>>>> = Mutex::new(None);
static CLOSED: Mutex<Vec<u64>> = Mutex::new(Vec::new());

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

static DECIDED: Once = Once::new();

/// Keeps nothing of this process: in a measurement, what a million requests say would be taken for memory of the server.
pub fn keep_nothing() {
    DECIDED.call_once(|| {});
}

/// Starts keeping; more than one call does no harm.
pub fn keep() {
    DECIDED.call_once(|| {
        let text = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(|| Kept)
            .with_filter(EnvFilter::new(FILTER));
        tracing_subscriber::registry().with(text).with(Counting).init();
    });
}

/// Everything logged so far, by all tests.
pub fn text() -> String {
    String::from_utf8_lossy(&open(&TEXT)).into_owned()
}

struct Kept;

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        open(&TEXT).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a future and answers with the text of every statement that the database executed for it.
pub async fn statements<F: Future>(future: F) -> (F::Output, Vec<String>) {
    let (output, rounds) = rounds(future).await;
    (output, single(&rounds))
}

/// What was said together, taken apart.
pub fn single(rounds: &[String]) -> Vec<String> {
    let parts = rounds.iter().flat_map(|round| round.split("; "));
    parts.map(str::to_owned).collect()
}

/// The same, with one text for what was said to the database in one go.
pub async fn rounds<F: Future>(future: F) -> (F::Output, Vec<String>) {
    let (output, rounds) = all(future).await;
    (output, rounds.into_iter().map(|round| round.text).collect())
}

/// How many rows each reading statement found.
pub async fn rows_read<F: Future>(future: F) -> (F::Output, Vec<(String, u64)>) {
    let (output, rounds) = all(future).await;
    let reading = rounds.into_iter().filter(|round| round.text.starts_with("select"));
    (output, reading.map(|round| (round.text, round.rows)).collect())
}

async fn all<F: Future>(future: F) -> (F::Output, Vec<Round>) {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let output = future.instrument(tracing::info_span!("measured", number)).await;
    // Another task may still be at it; the span is over when it is done.
    let begun = std::time::Instant::now();
    while !open(&CLOSED).contains(&number) {
        assert!(
            begun.elapsed().as_secs() < 5,
            "somebody keeps the span of a measurement"
        );
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let found = open(&ROUNDS).get_or_insert_default().remove(&number);
    (output, found.unwrap_or_default())
}

/// Files every statement under the measurement it happened in.
struct Counting;

struct Number(u64);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Counting {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() == "measured" {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            let span = context.span(id).expect("a new span");
            span.extensions_mut().insert(Number(fields.number));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = context.span(&id)
            && let Some(number) = span.extensions().get::<Number>()
        {
            open(&CLOSED).push(number.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let measured = context
            .event_scope(event)
            .and_then(|mut scope| scope.find_map(|span| span.extensions().get::<Number>().map(|number| number.0)));
        if let Some(number) = measured {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let statement = if fields.statement.is_empty() {
                fields.summary
            } else {
                fields.statement
            };
            let mut rounds = open(&ROUNDS);
            let of_measurement = rounds.get_or_insert_default().entry(number).or_default();
            of_measurement.push(Round {
                text: statement.split_whitespace().collect::<Vec<_>>().join(" "),
                rows: fields.rows,
            });
        }
    }
}

/// What was said to the database in one go, and how many rows it answered.
struct Round {
    text: String,
    rows: u64,
}

#[derive(Default)]
struct Fields {
    number: u64,
    rows: u64,
    summary: String,
    statement: String,
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "number" => self.number = value,
            "rows_returned" => self.rows = value,
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
