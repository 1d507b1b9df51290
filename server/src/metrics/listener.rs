//! `/metrics`, and nothing else, on an address that only monitoring reaches.

use crate::latchkey::SharedLatchkey;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

/// What Prometheus asks for first.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub fn router(latchkey: SharedLatchkey) -> Router {
    Router::new().route("/metrics", get(show)).with_state(latchkey)
}

async fn show(State(latchkey): State<SharedLatchkey>) -> impl IntoResponse {
    let text = latchkey.metrics.text(&latchkey).await;
    (
        [
            (header::CONTENT_TYPE, OPEN_METRICS),
            (header::CACHE_CONTROL, "no-store"),
        ],
        text,
    )
}
