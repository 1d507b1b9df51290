//! Where browsers report violations of a page's policy.

use super::visit::Visit;
use crate::guard::limits::{VIOLATIONS_BY_CLIENT, spend};
use crate::guard::violation::read;
use crate::latchkey::SharedLatchkey;
use crate::refused::{Fault, Refused};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};

/// Policies of pages name it; see [`app::shell`] and [`crate::guard::headers`].
pub const PATH: &str = "/csp-report";

/// The types of the two standards.
const TYPES: [&str; 2] = ["application/csp-report", "application/reports+json"];

/// Counts and logs reports, and says nothing.
pub async fn receive(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = content_type.and_then(|kind| kind.split(';').next()).map(str::trim);
    if !kind.is_some_and(|kind| TYPES.contains(&kind)) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE;
    }
    match within_budget(&latchkey, &visit).await {
        Ok(()) => {}
        Err(Refused::TooMany { .. }) => return StatusCode::TOO_MANY_REQUESTS,
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
    }
    let Some(violations) = read(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    for violation in violations {
        latchkey.metrics.violated(violation.directive);
        tracing::warn!(directive = %violation.directive, blocked = %violation.blocked, "a page tried what its policy forbids");
    }
    StatusCode::NO_CONTENT
}

async fn within_budget(latchkey: &SharedLatchkey, visit: &Visit) -> Result<(), Refused> {
    let settings = latchkey.settings().await.map_err(|fault: Fault| Refused::from(fault))?;
    let now = latchkey.now();
    spend(
        &latchkey.store,
        &settings.limits,
        VIOLATIONS_BY_CLIENT,
        &visit.visitor,
        now,
    )
    .await
}
