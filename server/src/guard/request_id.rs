//! Every request gets a number of ours: in the answer, in the log and in the audit trail, so that support finds from a screenshot
//! what happened (security 192). What a client calls its request does not count.

use crate::secret::new_id;
use axum::extract::Request;
use axum::http::{Extensions, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone)]
struct RequestId(String);

/// The number of the request these belong to; empty for none.
#[must_use]
pub fn of(extensions: &Extensions) -> &str {
    extensions.get::<RequestId>().map_or("", |id| &id.0)
}

pub async fn give(mut request: Request, next: Next) -> Response {
    let id = new_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
