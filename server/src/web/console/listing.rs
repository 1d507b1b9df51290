//! What the lists of the console have in common.

use crate::api::cursor;
use crate::store::After;

/// Rows of a page.
pub const PAGE: i64 = 50;

/// What was typed into a field, if anything was.
#[must_use]
pub fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Cuts a list that was asked for with one row too many to its page, and answers the address of the next one, with the same filters.
pub fn next<R>(rows: &mut Vec<R>, place: impl Fn(&R) -> After, path: &str, filters: &[(&str, &str)]) -> Option<String> {
    let page = usize::try_from(PAGE).unwrap_or(0);
    let more = rows.len() > page;
    rows.truncate(page);
    let last = rows.last().filter(|_| more)?;
    Some(address(path, filters, Some(&cursor(&place(last)))))
}

/// A page's address with the filters that are used.
#[must_use]
pub fn address(path: &str, filters: &[(&str, &str)], cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let used = filters.iter().filter(|(_, value)| !value.is_empty());
    query.extend_pairs(used.chain(cursor.map(|cursor| ("cursor", cursor)).iter()));
    format!("{path}?{}", query.finish())
}
