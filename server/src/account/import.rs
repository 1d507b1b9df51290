//! Importing accounts from CSV. Every bad row is reported with its line; nothing is stored unless all rows are good, or the caller
//! wants the good ones kept.

use super::add::{AddError, Draft, DraftPassword, Prepared, prepare, store};
use super::{Kind, Role, SignIn};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::settings::Settings;
use serde::Serialize;
use std::collections::HashMap;
use std::io::Read;

/// The columns an import understands; `login_name` is required, the order is free.
pub const COLUMNS: [&str; 8] = [
    "login_name",
    "email",
    "name",
    "kind",
    "sign_in",
    "locale",
    "password_hash",
    "password",
];

/// What is wrong with a row.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// Line in the file, the header being 1.
    pub line: u64,
    pub problem: String,
}

/// What an import did.
#[derive(Debug, Serialize)]
pub struct Report {
    pub stored: usize,
    pub errors: Vec<RowError>,
}

/// Why a file cannot be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("line 1: {0}")]
    Header(String),
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Imports a CSV file with a header line.
///
/// # Errors
/// [`ImportError`]; then nothing was stored. Bad rows are not errors, they are in the report.
pub async fn import(latchkey: &Latchkey, file: impl Read + Send, keep_good: bool) -> Result<Report, ImportError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(file);
    let columns = columns(
        reader
            .headers()
            .map_err(|error| ImportError::Header(error.to_string()))?,
    )?;
    let records: Vec<_> = reader.records().collect();
    let settings = latchkey.settings().await?;
    let mut errors = Vec::new();
    let mut prepared = Vec::new();
    for (index, record) in records.into_iter().enumerate() {
        let fallback = index as u64 + 2;
        match row(latchkey, &settings, &columns, record, fallback).await {
            Ok(good) => prepared.push(good),
            Err(error) => errors.push(error),
        }
    }
    let stored = store_all(latchkey, &prepared, keep_good, &mut errors).await?;
    errors.sort_by_key(|error| error.line);
    Ok(Report { stored, errors })
}

fn columns(header: &csv::StringRecord) -> Result<HashMap<&'static str, usize>, ImportError> {
    let mut columns = HashMap::new();
    for (index, title) in header
        .iter()
        .map(|title| title.trim_start_matches('\u{feff}'))
        .enumerate()
    {
        let known = COLUMNS.into_iter().find(|column| *column == title);
        let known = known.ok_or_else(|| {
            ImportError::Header(format!(
                "there is no column {title:?}; columns are {}",
                COLUMNS.join(", ")
            ))
        })?;
        if columns.insert(known, index).is_some() {
            return Err(ImportError::Header(format!("column {known} is there twice")));
        }
    }
    if columns.contains_key("login_name") {
        Ok(columns)
    } else {
        Err(ImportError::Header("column login_name is missing".into()))
    }
}

async fn row(
    latchkey: &Latchkey,
    settings: &Settings,
    columns: &HashMap<&'static str, usize>,
    record: Result<csv::StringRecord, csv::Error>,
    fallback: u64,
) -> Result<(u64, Prepared), RowError> {
    let record = record.map_err(|error| RowError {
        line: error.position().map_or(fallback, csv::Position::line),
        problem: "is not a CSV row with as many fields as the header, in UTF-8".into(),
    })?;
    let line = record.position().map_or(fallback, csv::Position::line);
    let field = |column: &str| {
        columns
            .get(column)
            .and_then(|index| record.get(*index))
            .unwrap_or_default()
    };
    let draft = draft(field).map_err(|problem| RowError { line, problem })?;
    match prepare(latchkey, settings, draft).await {
        Ok(prepared) => Ok((line, prepared)),
        Err(error) => Err(RowError {
            line,
            problem: error.to_string(),
        }),
    }
}

fn draft<'a>(field: impl Fn(&str) -> &'a str) -> Result<Draft, String> {
    let password = match (field("password"), field("password_hash")) {
        ("", "") => DraftPassword::None,
        (plain, "") => DraftPassword::Plain(plain.to_owned()),
        ("", hash) => DraftPassword::Hash(hash.to_owned()),
        _ => return Err("give password or password_hash, not both".into()),
    };
    let or = |text: &'a str, default: &'a str| if text.is_empty() { default } else { text };
    Ok(Draft {
        login_name: field("login_name").to_owned(),
        email: Some(field("email")).filter(|text| !text.is_empty()).map(str::to_owned),
        name: field("name").to_owned(),
        kind: or(field("kind"), "person")
            .parse::<Kind>()
            .map_err(|_| "kind is person or organisation")?,
        sign_in: or(field("sign_in"), "password")
            .parse::<SignIn>()
            .map_err(|_| "sign_in is password or sso")?,
        role: Role::User,
        locale: or(field("locale"), "en").to_owned(),
        password,
    })
}

/// One transaction for all rows. With `keep_good`, rows whose identifiers are taken are left out; otherwise any error stores nothing.
async fn store_all(
    latchkey: &Latchkey,
    prepared: &[(u64, Prepared)],
    keep_good: bool,
    errors: &mut Vec<RowError>,
) -> Result<usize, ImportError> {
    let mut stored = 0;
    let mut write = latchkey.store.write().await?;
    for (line, account) in prepared {
        match store(&mut write, account, latchkey.now()).await {
            Ok(()) => stored += 1,
            Err(AddError::Fault(fault)) => return Err(fault.into()),
            Err(error) => {
                // The account row went in before its identifier turned out to be taken.
                write.remove_account(&account.id).await?;
                errors.push(RowError {
                    line: *line,
                    problem: error.to_string(),
                });
            }
        }
    }
    if errors.is_empty() || keep_good {
        write.commit().await?;
        Ok(stored)
    } else {
        Ok(0)
    }
}
