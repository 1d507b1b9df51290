//! What only a browser can do. Called from event handlers and effects, which never run on the server.

use crate::outcome::Refusal;
use crate::view::PasswordVerdict;
use gloo_net::http::Request;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

/// Set on the document element once the page reacts to events.
#[cfg(feature = "hydrate")]
const HYDRATED: &str = "data-hydrated";

/// Says that the page has come alive; end-to-end tests wait for it.
#[cfg(feature = "hydrate")]
pub fn mark_hydrated() {
    if let Some(html) = leptos::prelude::document().document_element() {
        let _ = html.set_attribute(HYDRATED, "");
    }
}

/// True once, for the screen that the page was loaded with; every later one came without a page load.
pub fn first_screen() -> bool {
    static SHOWN: AtomicBool = AtomicBool::new(false);
    !SHOWN.swap(true, Ordering::Relaxed)
}

/// Unix milliseconds by the visitor's clock: good for differences only.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// The form in which passwords are counted and hashed (NFKC), from the browser's own tables instead of ours in the download.
pub fn normalised(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKC").into()
}

/// Posts a form the way the browser would. Returns the page that the server sends the visitor to.
pub async fn post(url: &str, form: &HtmlFormElement) -> Result<String, Refusal> {
    let typed = FormData::new_with_form(form).and_then(|typed| UrlSearchParams::new_with_str_sequence_sequence(&typed));
    let request = typed
        .ok()
        .and_then(|typed| Request::post(url).header("Accept", "application/json").body(typed).ok());
    let response = request
        .ok_or(Refusal::Unexpected)?
        .send()
        .await
        .map_err(|_| Refusal::Unexpected)?;
    match response.status() {
        200 => response.headers().get("location").ok_or(Refusal::Unexpected),
        429 => Err(Refusal::TooManyRequests),
        503 => Err(Refusal::Busy),
        _ => Err(Refusal::Unexpected),
    }
}

/// Whether an address is one that this download has no page for: the console and plain pages are the server's alone.
pub fn is_elsewhere(page: &str) -> bool {
    let path = page.split('?').next().unwrap_or_default();
    PLAIN.contains(&path)
        || path
            .strip_prefix(CONSOLE)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Pages without WebAssembly: see `flow::plain`.
pub const PLAIN: [&str; 10] = [
    "/moment",
    "/reset/done",
    "/recovery",
    "/recovery/mailbox",
    "/recovery/code",
    "/recovery/password",
    "/recovery/done",
    "/recovery/undo",
    "/account/recovery",
    "/account/codes",
];

/// Where the console begins.
pub const CONSOLE: &str = "/admin";

/// Leaves for an address the way a link does.
pub fn load(page: &str) {
    let _ = leptos::prelude::window().location().set_href(page);
}

/// The framework's mark on an answer that is a refusal.
#[cfg(not(feature = "ssr"))]
const REFUSED: &str = "serverfnerror";

/// Asks a server function that takes nothing.
#[cfg(not(feature = "ssr"))]
pub async fn ask<T: serde::de::DeserializeOwned>(url: &str) -> Result<T, Refusal> {
    let response = Request::post(url)
        .header("Accept", "application/json")
        .send()
        .await
        .map_err(|_| Refusal::Unexpected)?;
    if response.headers().get(REFUSED).is_some() {
        Err(response.json().await.unwrap_or(Refusal::Unexpected))
    } else {
        response.json().await.map_err(|_| Refusal::Unexpected)
    }
}

#[derive(Serialize)]
struct Question<'a> {
    password: &'a str,
}

/// The server's verdict on a password that is being typed. Nothing if it cannot be had just now: the form decides anyway.
pub async fn ask_policy(password: &str) -> Option<PasswordVerdict> {
    let request = Request::post("/api/v1/password-policy/check")
        .json(&Question { password })
        .ok()?;
    let response = request.send().await.ok()?;
    if response.ok() {
        response.json().await.ok()
    } else {
        None
    }
}
