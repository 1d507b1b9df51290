//! Well-known addresses for password managers and scanners.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;

/// Where to change a password; a temporary redirect, as the specification asks (security 207).
pub async fn change_password() -> impl IntoResponse {
    (
        StatusCode::FOUND,
        [(header::LOCATION, HeaderValue::from_static("/account"))],
    )
}
