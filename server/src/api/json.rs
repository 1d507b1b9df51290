//! Bodies: JSON only, every field known, no field twice, nothing where something else belongs (security 7, 43, 105, 127).

use super::problem::Problem;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

/// A JSON body; types use `deny_unknown_fields`.
pub struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonSyntaxError(_)) => Err(Problem::malformed(
                StatusCode::BAD_REQUEST,
                "The body is not JSON.".into(),
            )),
            Err(JsonRejection::JsonDataError(error)) => Err(Problem::malformed(
                StatusCode::UNPROCESSABLE_ENTITY,
                field_of(&error.body_text()),
            )),
            Err(other) => Err(Problem::of_status(other.status())),
        }
    }
}

/// The path that serde names before its message; the message itself may repeat what was sent, a password among it.
fn field_of(message: &str) -> String {
    let at = message.trim_start_matches("Failed to deserialize the JSON body into the target type: ");
    match at.split_once(':') {
        Some((path, _))
            if !path.is_empty() && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.[]".contains(&b)) =>
        {
            format!("The field {path} is not what is expected here.")
        }
        _ => "A field is missing, unknown, there twice, or of the wrong type.".into(),
    }
}
