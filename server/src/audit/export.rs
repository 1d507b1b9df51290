//! The trail as a file: CSV for people, JSON lines for programs.

use super::AuditRow;
use crate::clock::rfc3339;
use crate::closed;
use crate::refused::Fault;
use serde_json::json;

closed!(
    /// How a file is written.
    Format { Csv = "csv", JsonLines = "jsonl" }
);

const COLUMNS: [&str; 14] = [
    "time",
    "event",
    "result",
    "reason",
    "actor",
    "account_id",
    "subject",
    "detail",
    "client_address",
    "user_agent",
    "request_id",
    "version",
    "seq",
    "chain",
];

impl Format {
    /// What the file begins with.
    #[must_use]
    pub fn head(self) -> String {
        match self {
            Self::Csv => format!("{}\r\n", COLUMNS.join(",")),
            Self::JsonLines => String::new(),
        }
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl",
        }
    }

    /// Some rows of it.
    ///
    /// # Errors
    /// Never for rows of ours; the writer could fail.
    pub fn rows(self, rows: &[AuditRow]) -> Result<String, Fault> {
        match self {
            Self::Csv => csv_rows(rows),
            Self::JsonLines => Ok(rows
                .iter()
                .fold(String::new(), |text, row| text + &json_of(row).to_string() + "\n")),
        }
    }
}

fn values(row: &AuditRow) -> [String; 14] {
    [
        rfc3339(row.at),
        row.event.clone(),
        row.outcome.clone(),
        row.reason.clone(),
        row.actor.clone(),
        row.account_id.clone(),
        row.subject.clone(),
        row.detail.clone(),
        row.client_address.clone(),
        row.user_agent.clone(),
        row.request_id.clone(),
        row.version.clone(),
        row.seq.to_string(),
        row.chain.clone(),
    ]
}

fn json_of(row: &AuditRow) -> serde_json::Value {
    let values = COLUMNS.into_iter().zip(values(row)).map(|(name, value)| match name {
        "seq" => (name.to_owned(), json!(row.seq)),
        _ => (name.to_owned(), json!(value)),
    });
    serde_json::Value::Object(values.collect())
}

fn csv_rows(rows: &[AuditRow]) -> Result<String, Fault> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: &dyn std::fmt::Display| Fault::Other(format!("CSV: {error}"));
    for row in rows {
        let cells = values(row).map(|cell| harmless(&cell));
        writer.write_record(&cells).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front: a browser's name comes from strangers
/// (security 194).
#[must_use]
pub fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
