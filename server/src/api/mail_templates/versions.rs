//! Earlier versions of a template, and putting one in force again.

use super::{TemplateParts, TemplateShown, of_path};
use crate::api::problem::Problem;
use crate::api::staff::OnDuty;
use crate::clock::rfc3339;
use crate::latchkey::SharedLatchkey;
use crate::mail::message::MailKind;
use crate::mail::template;
use app::outcome::Refusal;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

/// An earlier version.
#[derive(Serialize, ToSchema)]
pub struct TemplateVersion {
    version: i64,
    /// False where the words as delivered counted again.
    edited: bool,
    edited_by: String,
    edited_at: String,
    #[serde(flatten)]
    parts: TemplateParts,
}

#[derive(Serialize, ToSchema)]
pub struct TemplateVersions {
    items: Vec<TemplateVersion>,
    next_cursor: Option<String>,
}

/// Lists the versions that are kept, the newest first: fifty of each template.
#[utoipa::path(
    get, path = "/mail-templates/{kind}/{locale}/versions", tag = "mail", security(("session" = []), ("api_key" = ["mail:read"])),
    params(("kind" = MailKind, Path, example = "reset_link"), ("locale" = String, Path, example = "en")),
    responses(
        (status = 200, body = TemplateVersions),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn versions(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(path): Path<(String, String)>,
) -> Result<Json<TemplateVersions>, Problem> {
    let (kind, language) = of_path(path)?;
    let all = template::versions(&latchkey, &staff, kind, language).await?;
    let items = all.into_iter().map(|version| TemplateVersion {
        version: version.version,
        edited: version.edited,
        edited_by: version.edited_by,
        edited_at: rfc3339(version.edited_at),
        parts: version.source.into(),
    });
    Ok(Json(TemplateVersions {
        items: items.collect(),
        next_cursor: None,
    }))
}

/// Puts an earlier version in force again, as a new one.
#[utoipa::path(
    post, path = "/mail-templates/{kind}/{locale}/versions/{version}/restore", tag = "mail",
    security(("session" = []), ("api_key" = ["mail:write"])),
    params(
        ("kind" = MailKind, Path, example = "reset_link"), ("locale" = String, Path, example = "en"),
        ("version" = String, Path, example = "1", description = "Its number"),
    ),
    responses(
        (status = 200, body = TemplateShown),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: somebody else changed it meanwhile"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: what was right then is not any more"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn restore(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path((kind, locale, version)): Path<(String, String, String)>,
) -> Result<Json<TemplateShown>, Problem> {
    staff.require(crate::staff::Permission::ChangeMail)?;
    let (kind, language) = of_path((kind, locale))?;
    let number = version.parse().map_err(|_| Refusal::NotFound)?;
    let restored = template::restore(&latchkey, &staff, kind, language, number).await?;
    Ok(Json(restored.into()))
}
