//! `/branding`: logo and background. Colours and names are settings.

use super::no_content;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::branding::look::{current, path};
use crate::branding::picture::Picture;
use crate::branding::upload;
use crate::latchkey::SharedLatchkey;
use crate::refused::Refused;
use crate::staff::Permission;
use crate::store::PictureRow;
use app::outcome::Refusal;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A picture as it is served to everybody.
#[derive(Serialize, ToSchema)]
pub struct PictureShown {
    /// Changes with the picture.
    #[schema(example = "/branding/logo-0a1b2c3d4e5f60718293a4b5c6d7e8f9.png")]
    path: String,
    #[schema(example = 320)]
    width: i64,
    #[schema(example = 160)]
    height: i64,
}

impl PictureShown {
    fn of(picture: Picture, row: &PictureRow) -> Self {
        Self {
            path: path(picture, &row.digest),
            width: row.width,
            height: row.height,
        }
    }
}

/// What an installation looks like; null is the built-in look.
#[derive(Serialize, ToSchema)]
pub struct BrandingShown {
    /// The style sheet that pages link.
    #[schema(example = "/branding/0a1b2c3d4e5f60718293a4b5c6d7e8f9.css")]
    style: Option<String>,
    logo: Option<PictureShown>,
    background: Option<PictureShown>,
}

/// What pages are dressed in.
#[utoipa::path(
    get, path = "/branding", tag = "settings", security(("session" = []), ("api_key" = ["settings:read"])),
    responses(
        (status = 200, body = BrandingShown),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<BrandingShown>, Problem> {
    staff.require(Permission::ReadSettings)?;
    let look = current(&latchkey).await.map_err(Refused::from)?;
    let shown = |picture, row: &Option<PictureRow>| row.as_ref().map(|row| PictureShown::of(picture, row));
    Ok(Json(BrandingShown {
        style: look.style_path(),
        logo: shown(Picture::Logo, &look.logo),
        background: shown(Picture::Background, &look.background),
    }))
}

/// A picture by the name in a path; anything else is not there.
fn named(name: &str) -> Result<Picture, Refused> {
    name.parse().map_err(|_| Refusal::NotFound.into())
}

/// Puts a picture in place: the bytes of a PNG, JPEG or WebP file, whatever they are called. It is drawn anew, so nothing but its pixels
/// is kept, and made smaller where it is very large. A logo has at most 512 KiB and 4 million pixels, a background 1 MiB and 24 million.
#[utoipa::path(
    put, path = "/branding/{name}", tag = "settings", security(("session" = []), ("api_key" = ["settings:write"])),
    params(("name" = inline(Picture), Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = PictureShown),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "over 512 KiB or 1 MiB"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: no such picture, or too many pixels"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn put(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(name): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<PictureShown>, Problem> {
    staff.require(Permission::ChangeSettings)?;
    let picture = named(&name)?;
    let bytes = body.map_err(|rejection| Problem::of_status(rejection.into_response().status()))?;
    let row = upload::put(&latchkey, &staff, picture, bytes.to_vec()).await?;
    Ok(Json(PictureShown::of(picture, &row)))
}

/// Takes a picture away.
#[utoipa::path(
    delete, path = "/branding/{name}", tag = "settings", security(("session" = []), ("api_key" = ["settings:write"])),
    params(("name" = inline(Picture), Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Permission::ChangeSettings)?;
    upload::remove(&latchkey, &staff, named(&name)?).await?;
    Ok(no_content())
}
