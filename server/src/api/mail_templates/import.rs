//! Templates and settings of other systems.

use super::{TemplateParts, TemplateProblem};
use crate::api::json::{Body, texts};
use crate::api::problem::Problem;
use crate::api::staff::OnDuty;
use crate::latchkey::SharedLatchkey;
use crate::mail::template::import::{Outcome, Report, Wanted, import as import_old};
use app::phrase;
use app::words::Locale;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateImport {
    /// Of the mail that the items are about.
    #[schema(example = "en")]
    locale: String,
    /// Old settings by name.
    #[serde(deserialize_with = "texts")]
    #[schema(example = json!({ "RESET_PASSWORD_TEXT_BODY": "Go to ${link} to reset your password." }))]
    items: BTreeMap<String, String>,
    /// Whether the result is put in force: the template, and the settings, which needs `settings:write`, too.
    #[serde(default)]
    apply: bool,
    /// Of the acting person, where a guarded setting changes; keys need none.
    #[serde(default)]
    current_password: Option<String>,
}

/// Why an item became what it did.
#[derive(Serialize, ToSchema)]
pub struct ImportNote {
    #[schema(example = "plain_link_added")]
    code: &'static str,
    what: String,
    detail: String,
}

/// What became of an item.
#[derive(Serialize, ToSchema)]
pub struct ImportedItem {
    name: String,
    outcome: Outcome,
    /// The setting or part of the template that it becomes.
    #[schema(example = "reset_link/en text")]
    becomes: Option<String>,
    value: Option<String>,
    notes: Vec<ImportNote>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportReport {
    items: Vec<ImportedItem>,
    /// The mail as it would be, or is.
    template: Option<TemplateParts>,
    /// What is still wrong with it.
    problems: Vec<TemplateProblem>,
    /// As `PATCH /settings` takes them.
    settings: Map<String, Value>,
    applied: bool,
}

impl From<Report> for ImportReport {
    fn from(report: Report) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let items = report.items.into_iter().map(|item| ImportedItem {
            name: item.name,
            outcome: item.outcome,
            becomes: some(item.becomes),
            value: some(item.value),
            notes: item
                .notes
                .into_iter()
                .map(|(note, what)| ImportNote {
                    code: note.code(),
                    detail: note.words(Locale::En, &what),
                    what,
                })
                .collect(),
        });
        Self {
            items: items.collect(),
            template: report.template.map(TemplateParts::from),
            problems: report
                .problems
                .iter()
                .map(|wrong| TemplateProblem::told(wrong, Locale::En))
                .collect(),
            settings: report.settings,
            applied: report.applied,
        }
    }
}

/// Converts templates and settings of other systems: says what becomes of each, and puts it in force when asked.
#[utoipa::path(
    post, path = "/mail-templates/import", tag = "mail", security(("session" = []), ("api_key" = ["mail:write"])),
    request_body = TemplateImport,
    responses(
        (status = 200, body = ImportReport),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "forbidden, confirmation_needed, current_password_wrong"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: a setting contradicts another one"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: an unknown language, or a template that is not right yet"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn import(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Body(body): Body<TemplateImport>,
) -> Result<Json<ImportReport>, Problem> {
    staff.require(crate::staff::Permission::ChangeMail)?;
    let language = Locale::of_code(&body.locale).ok_or_else(|| {
        crate::refused::Refused::invalid("locale", phrase!(problem.one_of, choices = Locale::CODES.join(", ")))
    })?;
    let items: Vec<_> = body.items.into_iter().collect();
    let wanted = Wanted {
        language,
        apply: body.apply,
        current_password: body.current_password.as_deref(),
    };
    Ok(Json(import_old(&latchkey, &staff, &items, &wanted).await?.into()))
}
