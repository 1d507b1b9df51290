//! From a file to drafts: CSV with a header line, or one JSON object a line, with the same names.

use super::{ImportError, RowError};
use crate::account::add::{Draft, DraftPassword};
use crate::account::profile::Profile;
use crate::account::{Kind, Role, SignIn};
use crate::closed;
use crate::fact::is_name;
use crate::secret::new_id;
use app::phrase;
use app::words::Phrase;
use std::collections::HashMap;

closed!(
    /// How a file is written.
    Format { Csv = "csv", JsonLines = "jsonl" }
);

/// The columns an import understands beside those of the [`Profile`]; `login_name` is required, the order is free.
const COLUMNS: [&str; 9] = [
    "login_name",
    "email",
    "name",
    "kind",
    "sign_in",
    "locale",
    "password_hash",
    "password",
    SPOUSE,
];

/// The login name of the spouse's own account: who it is, that account says.
const SPOUSE: &str = "spouse_login_name";

/// Further columns hold facts, by the name of the attribute.
const FACT: &str = "fact.";

/// One account of a file.
pub struct Entry {
    /// The first line being 1.
    pub line: u64,
    /// The account's, if it is stored.
    pub id: String,
    pub draft: Draft,
    /// Whose own account the spouse is to be taken from.
    pub spouse_login_name: Option<String>,
    /// Facts by their names, as they stand there.
    pub facts: Vec<(String, String)>,
}

/// What became of a row.
pub type Row = Result<Entry, RowError>;

/// Every column there can be, but those of facts.
pub fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain(Profile::FIELDS.iter().copied())
}

/// Reads a whole file. What is wrong with single rows is in them.
///
/// # Errors
/// [`ImportError::Header`] when it cannot be such a file at all.
pub fn read(format: Format, bytes: &[u8]) -> Result<Vec<Row>, ImportError> {
    match format {
        Format::Csv => csv_rows(bytes),
        Format::JsonLines => json_rows(bytes),
    }
}

fn csv_rows(bytes: &[u8]) -> Result<Vec<Row>, ImportError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| ImportError::Header(Phrase::verbatim(error.to_string())))?;
    let columns = places(header)?;
    let rows = reader.records().enumerate().map(|(index, record)| {
        let fallback = index as u64 + 2;
        let record = record.map_err(|error| RowError {
            line: error.position().map_or(fallback, csv::Position::line),
            problem: phrase!(problem.not_a_row),
        })?;
        let line = record.position().map_or(fallback, csv::Position::line);
        let field = |column: &str| {
            columns
                .get(column)
                .and_then(|index| record.get(*index))
                .unwrap_or_default()
        };
        let facts = facts(columns.keys().map(|column| (column.as_str(), field(column))));
        entry(line, field, facts).map_err(|problem| RowError { line, problem })
    });
    Ok(rows.collect())
}

fn places(header: &csv::StringRecord) -> Result<HashMap<String, usize>, ImportError> {
    let mut columns = HashMap::new();
    for (index, title) in header
        .iter()
        .map(|title| title.trim_start_matches('\u{feff}'))
        .enumerate()
    {
        known(title).map_err(ImportError::Header)?;
        if columns.insert(title.to_owned(), index).is_some() {
            return Err(ImportError::Header(phrase!(problem.column_twice, column = title)));
        }
    }
    if columns.contains_key("login_name") {
        Ok(columns)
    } else {
        Err(ImportError::Header(phrase!(problem.column_missing)))
    }
}

fn known(title: &str) -> Result<(), Phrase> {
    let is_fact = title.strip_prefix(FACT).is_some_and(is_name);
    if is_fact || columns().any(|column| column == title) {
        Ok(())
    } else {
        let columns = columns().collect::<Vec<_>>().join(", ");
        Err(phrase!(
            problem.column_unknown,
            column = format!("{title:?}"),
            columns = format!("{columns}, {FACT}<name>"),
        ))
    }
}

/// What stands in the columns of facts; an empty one says nothing.
fn facts<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = fields
        .filter(|(_, text)| !text.is_empty())
        .filter_map(|(column, text)| Some((column.strip_prefix(FACT)?.to_owned(), text.to_owned())))
        .collect();
    facts.sort();
    facts
}

fn json_rows(bytes: &[u8]) -> Result<Vec<Row>, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ImportError::Header(Phrase::verbatim(error.to_string())))?;
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1_u64..);
    let rows: Vec<Row> = lines
        .filter(|(text, _)| !text.trim().is_empty())
        .map(|(text, line)| json_row(text, line).map_err(|problem| RowError { line, problem }))
        .collect();
    if rows.is_empty() {
        return Err(ImportError::Header(phrase!(problem.file_empty)));
    }
    Ok(rows)
}

fn json_row(text: &str, line: u64) -> Result<Entry, Phrase> {
    // A message of the parser would repeat what stands there, a password among it.
    let object: HashMap<String, Option<String>> =
        serde_json::from_str(text).map_err(|_| phrase!(problem.not_a_json_row))?;
    let mut fields = HashMap::new();
    for (title, value) in &object {
        known(title)?;
        fields.insert(title.as_str(), value.as_deref().unwrap_or_default());
    }
    let facts = facts(fields.iter().map(|(title, value)| (*title, *value)));
    entry(line, |column| fields.get(column).copied().unwrap_or_default(), facts)
}

fn entry<'a>(line: u64, field: impl Fn(&str) -> &'a str, facts: Vec<(String, String)>) -> Result<Entry, Phrase> {
    let draft = draft(&field)?;
    let spouse_login_name = Some(field(SPOUSE)).filter(|text| !text.is_empty());
    if draft.kind == Kind::Organisation && spouse_login_name.is_some() {
        return Err(phrase!(problem.organisation_spouse));
    }
    Ok(Entry {
        line,
        id: new_id(),
        draft,
        spouse_login_name: spouse_login_name.map(str::to_owned),
        facts,
    })
}

fn draft<'a>(field: impl Fn(&str) -> &'a str) -> Result<Draft, Phrase> {
    let password = match (field("password"), field("password_hash")) {
        ("", "") => DraftPassword::None,
        (plain, "") => DraftPassword::Plain(plain.to_owned()),
        ("", hash) => DraftPassword::Hash(hash.to_owned()),
        _ => return Err(phrase!(problem.password_or_hash)),
    };
    // Whoever names a spouse's login without saying more means a login of both.
    let kind = if field(SPOUSE).is_empty() {
        Kind::Person
    } else {
        Kind::Joint
    };
    let or = |text: &'a str, default: &'a str| if text.is_empty() { default } else { text };
    Ok(Draft {
        login_name: field("login_name").to_owned(),
        email: Some(field("email")).filter(|text| !text.is_empty()).map(str::to_owned),
        name: field("name").to_owned(),
        profile: Profile::of(&field),
        kind: or(field("kind"), kind.as_str())
            .parse::<Kind>()
            .map_err(|_| phrase!(problem.kind_is))?,
        sign_in: or(field("sign_in"), "password")
            .parse::<SignIn>()
            .map_err(|_| phrase!(problem.sign_in_is))?,
        // A file makes nobody staff (security 170).
        role: Role::User,
        locale: field("locale").to_owned(),
        password,
    })
}
