//! The look of an installation, for everybody: its style sheet, its logo, its background.

use crate::branding::look::current;
use crate::branding::picture::Picture;
use crate::latchkey::SharedLatchkey;
use crate::refused::Fault;
use crate::router::Doors;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::BASE64;

/// What never changes under its name is asked for once.
const FOR_EVER: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

/// A page that was made just before a change asks for what is no more: it gets what counts now, and keeps it for no one.
const FOR_NOW: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

pub fn router() -> Router<Doors> {
    Router::new().route("/branding/{file}", get(serve))
}

async fn serve(State(latchkey): State<SharedLatchkey>, Path(file): Path<String>) -> Response {
    let found = match file.rsplit_once('.') {
        Some((_, "css")) => style(&latchkey, &file).await,
        _ => picture(&latchkey, &file).await,
    };
    match found {
        Ok(Some(response)) => response,
        Ok(None) => (StatusCode::NOT_FOUND, "Not found\n").into_response(),
        Err(fault) => {
            tracing::error!(%fault, "branding cannot be served");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn style(latchkey: &SharedLatchkey, file: &str) -> Result<Option<Response>, Fault> {
    let look = current(latchkey).await?;
    let Some(path) = look.style_path() else {
        return Ok(None);
    };
    let lasting = if path.rsplit('/').next() == Some(file) {
        FOR_EVER
    } else {
        FOR_NOW
    };
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    Ok(Some(([kind, lasting], look.style()).into_response()))
}

async fn picture(latchkey: &SharedLatchkey, file: &str) -> Result<Option<Response>, Fault> {
    let Some((picture, digest)) = parts(file) else {
        return Ok(None);
    };
    let Some(content) = latchkey.store.picture_content(picture.as_str(), digest).await? else {
        return Ok(None);
    };
    let bytes = BASE64
        .decode(content.as_bytes())
        .map_err(|error| Fault::Other(format!("picture {picture}: {error}")))?;
    let kind = (header::CONTENT_TYPE, picture.content_type());
    Ok(Some(([kind, FOR_EVER], bytes).into_response()))
}

/// `logo-<digest>.png` as what it names.
fn parts(file: &str) -> Option<(Picture, &str)> {
    let (name, ending) = file.rsplit_once('.')?;
    let (name, digest) = name.split_once('-')?;
    let picture: Picture = name.parse().ok()?;
    (ending == picture.ending()).then_some((picture, digest))
}
