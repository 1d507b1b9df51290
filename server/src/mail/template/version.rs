//! What is stored of a template, and how many of its versions.

use crate::mail::message::MailKind;
use crate::mail::render::Source;
use crate::store::MailTemplateRow;
use app::words::Locale;

/// Versions kept of each kind and language.
pub const KEPT: i64 = 50;

/// The words of a version; nothing where it says that the default counts again.
#[must_use]
pub fn source(row: MailTemplateRow) -> Option<Source> {
    (row.edited == 1).then_some(Source {
        subject: row.subject,
        text: row.text_part,
        html: row.html_part,
    })
}

/// The row of a version that is about to be stored.
#[must_use]
pub fn row(
    kind: MailKind,
    language: Locale,
    version: i64,
    source: Option<&Source>,
    by: &str,
    now: i64,
) -> MailTemplateRow {
    let text = |part: fn(&Source) -> &String| source.map(part).cloned().unwrap_or_default();
    MailTemplateRow {
        kind: kind.as_str().to_owned(),
        locale: language.code().to_owned(),
        version,
        edited: source.is_some().into(),
        subject: text(|source| &source.subject),
        text_part: text(|source| &source.text),
        html_part: text(|source| &source.html),
        edited_by: by.to_owned(),
        edited_at: now,
    }
}
