//! Which language a request is answered in. Decided in this one place, by the first of these that speaks:
//!
//! 1. the signed-in person's account,
//! 2. the visitor's choice, kept in a cookie,
//! 3. what the browser accepts,
//! 4. the installation's setting, which is English unless somebody changes it.
//!
//! Nothing of it depends on an account that somebody merely names (security 213).

use super::cookies;
use super::visit::Visit;
use crate::account::language;
use crate::clock::DAY;
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::reset::target::is_own_path;
use crate::session;
use app::words::Locale;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

/// How long a browser remembers a choice.
const REMEMBERED: i64 = 365 * DAY;

/// The language for a request with these headers. What the database cannot tell just now does not count.
pub async fn negotiate(latchkey: &Latchkey, headers: &HeaderMap) -> Locale {
    if let Some(own) = of_account(latchkey, headers).await {
        return own;
    }
    let chosen = cookies::language(headers);
    if let Some(language) = chosen.or_else(|| accepted(headers)) {
        return language;
    }
    let settings = latchkey.settings().await;
    settings
        .map(|settings| settings.branding.default_locale)
        .unwrap_or_default()
}

async fn of_account(latchkey: &Latchkey, headers: &HeaderMap) -> Option<Locale> {
    let token = cookies::read(headers, cookies::SESSION)?;
    let session = session::resume(latchkey, &token).await.ok()??;
    let account = latchkey.store.account(&session.account_id).await.ok()??;
    Locale::of_tag(&account.locale)
}

/// The most wanted of our languages in `Accept-Language`; the first one where several are wanted alike.
#[must_use]
pub fn accepted(headers: &HeaderMap) -> Option<Locale> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best = None;
    for entry in header.split(',') {
        let mut parts = entry.split(';');
        let language = parts.next().and_then(Locale::of_tag);
        let weight: f32 = parts
            .find_map(|part| part.trim().strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        if let Some(language) = language
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// The form that every page ends with.
#[derive(Deserialize)]
pub struct Choice {
    language: String,
    /// The page it was on.
    next: Option<String>,
}

/// Remembers a choice in this browser and, where somebody is signed in, for their account and its mails. Goes back to the page, which
/// has to be one of ours (security 109, 176).
pub async fn choose(State(latchkey): State<SharedLatchkey>, visit: Visit, Form(choice): Form<Choice>) -> Response {
    let next = choice
        .next
        .filter(|next| is_own_path(next))
        .unwrap_or_else(|| "/".to_owned());
    let Ok(location) = HeaderValue::from_str(&next) else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let Some(language) = Locale::of_tag(&choice.language) else {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    };
    if let Some(token) = &visit.session_token {
        let stored = language::choose(&latchkey, &visit.visitor, token, language).await;
        if let Err(fault) = stored {
            tracing::error!(%fault, "language not stored");
        }
    }
    let now = latchkey.now();
    let cookie = cookies::set(cookies::LANGUAGE, language.code(), now, now + REMEMBERED);
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, location), (header::SET_COOKIE, cookie)],
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_language_that_we_speak_counts() {
        for (header, language) in [
            ("de", Some(Locale::De)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Locale::De)),
            ("en;q=0.5, fr;q=0.9, *;q=0.1", Some(Locale::Fr)),
            ("tlh, pt-BR;q=0.9, ar-EG;q=0.3", Some(Locale::Ar)),
            ("es;q=0.7, fr;q=0.7", Some(Locale::Es)),
            ("de;q=0, en;q=0.1", Some(Locale::En)),
            ("de;q=0", None),
            ("*", None),
            ("", None),
            (";;;q=,,", None),
            ("tlh", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(accepted(&headers), language, "{header:?}");
        }
        assert_eq!(accepted(&HeaderMap::new()), None);
    }
}
