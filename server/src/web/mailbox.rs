//! The demo's mailbox: shows the mails that the demo writes to files, so that a newcomer can walk the whole way. Its routes exist in
//! `demo` only (security 120).

use crate::config::Config;
use crate::latchkey::SharedLatchkey;
use crate::router::Doors;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::MessageParser;
use minijinja::{Environment, context};
use serde::Serialize;
use std::borrow::Cow;
use std::path::PathBuf;

/// Newest mails shown.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct Mail {
    id: String,
    to: String,
    subject: String,
    date: String,
    text: String,
}

pub fn router() -> Router<Doors> {
    Router::new()
        .route("/dev/mailbox", get(list))
        .route("/dev/mailbox/{id}", get(show))
        .route("/dev/mailbox/{id}/html", get(body))
}

/// Where the demo's mails are.
#[must_use]
pub fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("mail")
}

async fn list(State(latchkey): State<SharedLatchkey>) -> Response {
    let mails = read_all(&latchkey).await;
    html("list", &context! { mails })
}

async fn show(State(latchkey): State<SharedLatchkey>, Path(id): Path<String>) -> Response {
    let mails = read_all(&latchkey).await;
    match mails.into_iter().find(|mail| mail.id == id) {
        Some(mail) => html("show", &context! { mail }),
        None => (StatusCode::NOT_FOUND, "No such mail\n").into_response(),
    }
}

/// The mail's HTML, in a frame that may do nothing but follow a link the reader clicks.
async fn body(State(latchkey): State<SharedLatchkey>, Path(id): Path<String>) -> Response {
    let Some(raw) = read_one(&latchkey, &id).await else {
        return (StatusCode::NOT_FOUND, "No such mail\n").into_response();
    };
    let parsed = MessageParser::default().parse(&raw);
    let html = parsed
        .and_then(|mail| mail.body_html(0).map(Cow::into_owned))
        .unwrap_or_default();
    let html = html.replacen("<head>", "<head><base target=\"_top\">", 1);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; \
        sandbox allow-top-navigation-by-user-activation allow-popups";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    (headers, Html(html)).into_response()
}

async fn read_all(latchkey: &SharedLatchkey) -> Vec<Mail> {
    let mut names = Vec::new();
    if let Ok(mut entries) = tokio::fs::read_dir(folder(&latchkey.config)).await {
        while let Ok(Some(entry)) = entries.next_entry().await {
            names.extend(
                entry
                    .file_name()
                    .to_str()
                    .and_then(|name| name.strip_suffix(".eml"))
                    .map(str::to_owned),
            );
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    let mut mails = Vec::new();
    for id in names.into_iter().take(SHOWN) {
        if let Some(mail) = read_one(latchkey, &id).await.and_then(|raw| parse(&id, &raw)) {
            mails.push(mail);
        }
    }
    mails
}

async fn read_one(latchkey: &SharedLatchkey, id: &str) -> Option<Vec<u8>> {
    let plain = !id.is_empty()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'@' | b'.'));
    if !plain || id.starts_with('.') {
        return None;
    }
    tokio::fs::read(folder(&latchkey.config).join(format!("{id}.eml")))
        .await
        .ok()
}

fn parse(id: &str, raw: &[u8]) -> Option<Mail> {
    let mail = MessageParser::default().parse(raw)?;
    let to = mail
        .to()
        .and_then(|to| to.first())
        .and_then(|address| address.address())
        .unwrap_or_default();
    Some(Mail {
        id: id.to_owned(),
        to: to.to_owned(),
        subject: mail.subject().unwrap_or_default().to_owned(),
        date: mail.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default(),
        text: mail.body_text(0).map(Cow::into_owned).unwrap_or_default(),
    })
}

fn html(template: &str, values: &minijinja::Value) -> Response {
    let mut environment = Environment::new();
    let added = environment
        .add_template("base.html", include_str!("mailbox/base.html"))
        .and_then(|()| environment.add_template("list.html", include_str!("mailbox/list.html")))
        .and_then(|()| environment.add_template("show.html", include_str!("mailbox/show.html")));
    let rendered = added.and_then(|()| environment.get_template(&format!("{template}.html"))?.render(values));
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'";
    match rendered {
        Ok(page) => {
            let headers = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))];
            (headers, Html(page)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "mailbox page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
