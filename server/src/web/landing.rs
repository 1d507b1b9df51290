//! The mailed link. Opening it moves the token from the URL into a short-lived cookie and redirects, so that no page, history entry,
//! log or Referer ever has it (security 32). It looks nothing up and spends nothing: mail scanners may open it as often as they like
//! (security 30).

use super::cookies;
use super::port::told;
use super::visit::Visit;
use crate::clock::DAY;
use crate::latchkey::SharedLatchkey;
use crate::reset::target;
use crate::reset::token::has_token_shape;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

/// Where a request for the page of a mailed link carries a key, answers with the cookie and the way to the page; otherwise lets the page answer.
pub async fn open_link(State(latchkey): State<SharedLatchkey>, request: Request, next: Next) -> Response {
    let (page, cookie) = match request.uri().path() {
        "/reset" => ("/reset", cookies::RESET),
        "/recovery/undo" => ("/recovery/undo", cookies::UNDO),
        _ => return next.run(request).await,
    };
    let query = request.uri().query().unwrap_or_default().to_owned();
    // Without the database the page says by itself what is the matter.
    let (false, Ok(settings)) = (query.is_empty(), latchkey.settings().await) else {
        return next.run(request).await;
    };
    // The links to undo are made by us alone, so their parameter has one name.
    let parameter = if cookie == cookies::RESET {
        settings.reset.key_parameter.as_str()
    } else {
        "key"
    };
    let mut keys = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| *name == parameter)
        .map(|(_, key)| key);
    let Some(key) = keys.next() else {
        return next.run(request).await;
    };
    let now = latchkey.now();
    // A forged or doubled key clears what an earlier link left: the page then says that this link is not valid.
    let cookie = match (has_token_shape(&key), keys.next()) {
        // The cookie may outlive the link; what it opens is decided in the database each time.
        (true, None) => cookies::set(cookie, &key, now, now + DAY),
        _ => cookies::clear(cookie),
    };
    let (mut parts, _) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, &latchkey).await;
    tracing::info!(client = %visit.visitor.client, page, "mailed link opened");
    let page = HeaderValue::from_static(page);
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, page), (header::SET_COOKIE, cookie)],
    )
        .into_response()
}

/// After a reset: on to the page that was asked for, when the settings allow it, else to the start page. The redirect is explicit and
/// never leads to a stranger's site (security 109, 176).
pub async fn go_on(State(latchkey): State<SharedLatchkey>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let mut targets = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "target")
        .map(|(_, target)| target);
    let settings = match latchkey.settings().await {
        Ok(settings) => settings.reset.clone(),
        Err(fault) => {
            told(&fault.into());
            return Redirect::to("/").into_response();
        }
    };
    let wished = match (targets.next(), targets.next()) {
        (Some(target), None) => target::allowed(&settings, &target),
        _ => None,
    };
    Redirect::to(&wished.unwrap_or_else(|| target::default_page(&settings))).into_response()
}
