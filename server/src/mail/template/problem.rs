//! What is wrong with a template: where, and which of a closed list of flaws.

use crate::closed;
pub use app::admin::template_words::Flaw;

closed!(
    /// A part of a template.
    Part { Subject = "subject", Text = "text", Html = "html" }
);

/// One flaw and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub part: Part,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub flaw: Flaw,
    /// The placeholder, element or address it is about; may be empty.
    pub what: String,
}

/// Longest `what` that is repeated.
const LONGEST_WHAT: usize = 120;

impl Problem {
    #[must_use]
    pub fn at(part: Part, (line, column): (usize, usize), flaw: Flaw, what: &str) -> Self {
        Self {
            part,
            line,
            column,
            flaw,
            what: crate::mail::clean::shorten(&crate::mail::clean::line(what), LONGEST_WHAT),
        }
    }
}

/// Line and column of a byte.
#[must_use]
pub fn place(text: &str, byte: usize) -> (usize, usize) {
    let before: &str = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
