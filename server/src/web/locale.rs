//! The visitor's language, from the request alone: choosing by account would tell who exists (security 213).

use axum::http::{HeaderMap, header};

/// Languages there are texts for.
pub const LOCALES: [&str; 1] = ["en"];

/// The first language the browser asks for that we speak.
#[must_use]
pub fn negotiate(headers: &HeaderMap) -> &'static str {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    wanted
        .split(',')
        .filter_map(|entry| entry.split([';', '-']).next())
        .map(str::trim)
        .find_map(|language| LOCALES.into_iter().find(|own| own.eq_ignore_ascii_case(language)))
        .unwrap_or("en")
}
