//! Liveness and readiness. They say whether, never what (security 152).

use crate::clock::MINUTE;
use crate::latchkey::SharedLatchkey;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A queue whose oldest mail is older than this is stuck.
const STUCK: i64 = 15 * MINUTE;

#[derive(Serialize)]
struct Readiness {
    database: bool,
    queue: bool,
}

/// The process answers.
pub async fn healthz() -> impl IntoResponse {
    (StatusCode::OK, "ok\n")
}

/// The database answers, and mail is not stuck.
pub async fn readyz(State(latchkey): State<SharedLatchkey>) -> Response {
    let waiting = latchkey.store.outbox_waiting().await;
    let now = latchkey.now();
    let readiness = Readiness {
        database: waiting.is_ok(),
        queue: waiting.is_ok_and(|(_, oldest)| oldest.is_none_or(|oldest| now - oldest < STUCK)),
    };
    let status = if readiness.database {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}
