//! "One moment": a form that came without an answer to the captcha, because no script ran, or with one that its provider did not judge
//! or like, is kept for its visitor, who goes on with one press after a few seconds and types nothing again. It is kept in their own
//! browser, sealed under our key and out of reach of scripts: the server stores nothing of it, and no page or address ever holds it.

use super::cookies;
use super::pages;
use super::visit::Visit;
use crate::clock::{SECOND, UnixMillis};
use crate::guard::captcha::{Place, wait};
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::secret::Purpose;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde::{Deserialize, Serialize};

use crate::router::Doors;

/// The page, and where its button posts to.
pub const PATH: &str = "/moment";

/// Forms that can wait, and the place that each is at.
const FORMS: [(&str, Place, &str); 4] = [
    ("/form/request_reset", Place::Forgot, "/forgot"),
    ("/form/start_recovery", Place::Recovery, "/recovery"),
    ("/form/start_recovery_with_code", Place::Recovery, "/recovery"),
    ("/form/sign_in", Place::SignIn, "/sign-in"),
];

/// Fields with an answer to a captcha: ours, and those that the providers' widgets put into every form. A pass takes their place; a field
/// that is there twice is read by nobody, and a token of two thousand letters would not fit into a cookie.
const ANSWERS: [&str; 4] = [
    pages::CAPTCHA,
    "g-recaptcha-response",
    "h-captcha-response",
    "cf-turnstile-response",
];

/// A form that waits.
#[derive(Serialize, Deserialize)]
pub struct Held {
    form: String,
    /// As it was posted.
    body: String,
    pass: String,
    from: UnixMillis,
    until: UnixMillis,
}

pub fn router() -> Router<Doors> {
    Router::new().route(PATH, post(go_on).fallback(pages::page))
}

/// Keeps a form and leads its visitor to the page where they wait. Nothing for a form that cannot wait.
pub async fn hold(
    latchkey: &Latchkey,
    visit: &Visit,
    form: &str,
    body: &[u8],
) -> Option<[(header::HeaderName, HeaderValue); 2]> {
    let (form, place, _) = FORMS.into_iter().find(|(path, ..)| *path == form)?;
    let fields = std::str::from_utf8(body).ok()?.split('&');
    let fields = fields.filter(|field| !field.split('=').next().is_some_and(|name| ANSWERS.contains(&name)));
    let body = fields.collect::<Vec<_>>().join("&");
    let pass = match wait::begin(latchkey, &visit.visitor, place).await {
        Ok(pass) => pass,
        Err(refused) => {
            tracing::warn!(%refused, "a form cannot wait");
            return None;
        }
    };
    let held = Held {
        form: form.to_owned(),
        body,
        pass: pass.token,
        from: pass.from,
        until: pass.until,
    };
    let sealed = latchkey
        .keys
        .seal(Purpose::Held, "", &serde_json::to_string(&held).ok()?);
    let fits = sealed.len() <= cookies::LONGEST_HELD;
    let cookie = cookies::set(cookies::HELD, &sealed, latchkey.now(), held.until);
    fits.then(|| {
        [
            (header::LOCATION, HeaderValue::from_static(PATH)),
            (header::SET_COOKIE, cookie),
        ]
    })
}

/// The form that waits for this visitor.
#[must_use]
pub fn held(latchkey: &Latchkey, visit: &Visit) -> Option<Held> {
    let text = latchkey.keys.open(Purpose::Held, "", visit.held.as_deref()?).ok()?;
    let held: Held = serde_json::from_str(&text).ok()?;
    (latchkey.now() < held.until).then_some(held)
}

/// Until it can be sent.
#[must_use]
pub fn seconds_left(held: &Held, now: UnixMillis) -> i64 {
    ((held.from - now).max(0) + SECOND - 1) / SECOND
}

/// Where it came from.
#[must_use]
pub fn page_of(held: &Held) -> String {
    let known = FORMS.into_iter().find(|(form, ..)| *form == held.form);
    known.map_or("/", |(.., page)| page).to_owned()
}

/// Sends the form, if its time has come; else shows the page again.
async fn go_on(State(latchkey): State<SharedLatchkey>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, &latchkey).await;
    let Some(held) = held(&latchkey, &visit).filter(|held| held.from <= latchkey.now()) else {
        return (
            StatusCode::SEE_OTHER,
            [(header::LOCATION, HeaderValue::from_static(PATH))],
        )
            .into_response();
    };
    let Ok(form) = held.form.parse::<Uri>() else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let pass: String = url::form_urlencoded::byte_serialize(held.pass.as_bytes()).collect();
    let body = format!("{}&{}={pass}", held.body, pages::CAPTCHA);
    (parts.method, parts.uri) = (Method::POST, form);
    describe(&mut parts.headers, body.len());
    let mut response = pages::form(State(latchkey), visit, Request::from_parts(parts, Body::from(body))).await;
    response
        .headers_mut()
        .append(header::SET_COOKIE, cookies::clear(cookies::HELD));
    response
}

fn describe(headers: &mut HeaderMap, length: usize) {
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
}
