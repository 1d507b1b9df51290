//! How large the body of a request may be (security 128, 178).

use crate::branding::picture::Picture;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, Limited};
use std::time::Duration;

/// Nothing here takes more than a name and a password…
const BODY_LIMIT: usize = 16 * 1024;

/// …but a file of accounts…
pub const IMPORT_LIMIT: usize = 32 * 1024 * 1024;
const IMPORTS: [&str; 2] = ["/api/v1/accounts/import", "/admin/accounts/import"];

/// …and a picture; in a form, with the form around it.
const PICTURES: [&str; 2] = ["/api/v1/branding/", "/admin/branding/"];
const FORM_AROUND: usize = 4 * 1024;

/// …and mail templates: three parts, written as JSON or as a form, where a letter may take up to nine bytes.
const TEMPLATE_LIMIT: usize = 640 * 1024;
const TEMPLATES: [&str; 2] = ["/api/v1/mail-templates/", "/admin/mail-templates/"];

/// Bodies up to this size are heard to their end before they are refused.
const OVERHEARD: usize = 4 * 1024 * 1024;

/// Refuses what says that it is too large, and cuts off what does not say so.
pub async fn limit(request: Request, next: Next) -> Response {
    let limit = limit_of(request.method(), request.uri().path());
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if let Some(length) = length.filter(|length| *length > limit) {
        if length <= OVERHEARD && !request.headers().contains_key(header::EXPECT) {
            let _ = tokio::time::timeout(Duration::from_secs(2), overhear(request.into_body())).await;
        }
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, limit)))).await
}

/// Reads what is still on its way and keeps none of it: a connection that closes before breaks for the sender, who never hears why.
async fn overhear(mut body: Body) {
    while let Some(Ok(_)) = body.frame().await {}
}

fn limit_of(method: &Method, path: &str) -> usize {
    if method == Method::POST && IMPORTS.contains(&path) {
        return IMPORT_LIMIT;
    }
    if TEMPLATES.iter().any(|start| path.starts_with(start)) {
        return TEMPLATE_LIMIT;
    }
    let picture = PICTURES
        .iter()
        .find_map(|base| path.strip_prefix(base)?.parse::<Picture>().ok());
    match picture {
        Some(picture) if matches!(*method, Method::PUT | Method::POST) => picture.limit() + FORM_AROUND,
        _ => BODY_LIMIT,
    }
}
