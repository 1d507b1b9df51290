//! Whether a finished mail still carries what it is sent for: the link, whole and in sight, to click and to copy; or the code
//! (security 135). Asked when a template is saved, and again of every mail written from an edited one.

use super::address::Allowed;
use super::html::read;
use super::problem::{Flaw, Part};
use crate::mail::message::MailKind;
use crate::mail::placeholder::Placeholder;
use crate::mail::render::{Rendered, Values};

/// What got lost, and in which part.
#[must_use]
pub fn lost(kind: MailKind, values: &Values, rendered: &Rendered) -> Vec<(Part, Flaw, &'static str)> {
    let Some(name) = needed(kind, values) else {
        return Vec::new();
    };
    let value = values.text(name);
    if value.is_empty() {
        return Vec::new();
    }
    let html = read(&rendered.html, &Allowed::default());
    let readable = stands_in(&html.text, &value);
    let clickable = html.links.contains(&value);
    let mut lost = Vec::new();
    if !stands_in(&rendered.text, &value) {
        lost.push((Part::Text, Flaw::Missing, name.as_str()));
    }
    match (name.is_address(), clickable, readable) {
        (true, false, false) | (false, _, false) => lost.push((Part::Html, Flaw::Missing, name.as_str())),
        (true, false, true) => lost.push((Part::Html, Flaw::LinkNotClickable, name.as_str())),
        (true, true, false) => lost.push((Part::Html, Flaw::LinkNotReadable, name.as_str())),
        (_, _, true) => {}
    }
    lost
}

/// The link, or the code where there is no link.
fn needed(kind: MailKind, values: &Values) -> Option<Placeholder> {
    let name = Placeholder::needed(kind)?;
    let no_link = kind == MailKind::ResetLink && values.text(Placeholder::Link).is_empty();
    Some(if no_link { Placeholder::Code } else { name })
}

/// Whole: not as the beginning of something longer.
fn stands_in(text: &str, value: &str) -> bool {
    text.match_indices(value).any(|(start, _)| {
        let after = text.get(start + value.len()..).and_then(|rest| rest.chars().next());
        after.is_none_or(|c| {
            c.is_whitespace() || matches!(c, '>' | '<' | ')' | ']' | '"' | '\'' | '»' | '”' | ',' | ';')
        })
    })
}
