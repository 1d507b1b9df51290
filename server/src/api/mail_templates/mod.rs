//! `/mail-templates`: what mails say, in every language; looked at, edited, tried, taken back, imported.

pub mod import;
pub mod versions;

use super::json::Body;
use super::no_content;
use super::problem::Problem;
use super::staff::OnDuty;
use crate::clock::rfc3339_or_none;
use crate::latchkey::SharedLatchkey;
use crate::mail::message::MailKind;
use crate::mail::placeholder::Placeholder;
use crate::mail::render::Source;
use crate::mail::template::problem::{Part, Problem as Wrong};
use crate::mail::template::sample::Sample;
use crate::mail::template::{self, Template};
use app::admin::template_words::meaning;
use app::outcome::Refusal;
use app::words::Locale;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that is wrong with a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateProblem {
    part: Part,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    /// Stable, for programs.
    #[schema(example = "unknown_placeholder")]
    code: &'static str,
    /// The placeholder, element or address that it is about; may be empty.
    #[schema(example = "user_name")]
    what: String,
    /// In words.
    detail: String,
}

impl TemplateProblem {
    /// In words of a language.
    #[must_use]
    pub fn told(wrong: &Wrong, lang: Locale) -> Self {
        Self {
            part: wrong.part,
            line: wrong.line,
            column: wrong.column,
            code: wrong.flaw.code(),
            detail: wrong.flaw.words(lang, &wrong.what),
            what: wrong.what.clone(),
        }
    }
}

/// A name that stands for a value in a template.
#[derive(Serialize, ToSchema)]
pub struct PlaceholderShown {
    name: Placeholder,
    meaning: &'static str,
    /// Without it the mail would be useless, so a template must have it.
    needed: bool,
    /// Empty in some mails.
    may_be_absent: bool,
}

fn placeholders(kind: MailKind) -> Vec<PlaceholderShown> {
    let needed = Placeholder::needed(kind);
    let shown = |name: Placeholder| PlaceholderShown {
        name,
        meaning: meaning(Locale::En, name.as_str()),
        needed: needed == Some(name),
        may_be_absent: name.may_be_absent(kind),
    };
    Placeholder::of(kind).map(shown).collect()
}

/// Where a template stands.
#[derive(Serialize, ToSchema)]
pub struct TemplateState {
    kind: MailKind,
    #[schema(example = "en")]
    locale: String,
    /// Whether the words are other ones than those delivered.
    edited: bool,
    /// Counts the changes; 0 while there was none.
    version: i64,
    /// As the audit trail names whoever changed it last.
    #[schema(example = "account:0f0e0d0c0b0a09080706050403020100")]
    edited_by: Option<String>,
    edited_at: Option<String>,
}

impl TemplateState {
    fn of(template: &Template) -> Self {
        Self {
            kind: template.kind,
            locale: template.language.to_string(),
            edited: template.edited,
            version: template.version,
            edited_by: (template.version > 0).then(|| template.edited_by.clone()),
            edited_at: rfc3339_or_none(template.edited_at),
        }
    }
}

/// What mails of a kind may name.
#[derive(Serialize, ToSchema)]
pub struct KindPlaceholders {
    kind: MailKind,
    placeholders: Vec<PlaceholderShown>,
}

#[derive(Serialize, ToSchema)]
pub struct TemplateStates {
    items: Vec<TemplateState>,
    kinds: Vec<KindPlaceholders>,
    next_cursor: Option<String>,
}

/// The three parts of a template.
#[derive(Serialize, ToSchema)]
pub struct TemplateParts {
    #[schema(example = "Your new password for {{ product_name }}")]
    subject: String,
    #[schema(example = "Hello {{ name }},\n\n{{ link }}\n")]
    text: String,
    html: String,
}

impl From<Source> for TemplateParts {
    fn from(source: Source) -> Self {
        Self {
            subject: source.subject,
            text: source.text,
            html: source.html,
        }
    }
}

/// A template with its words.
#[derive(Serialize, ToSchema)]
pub struct TemplateShown {
    #[serde(flatten)]
    state: TemplateState,
    #[serde(flatten)]
    parts: TemplateParts,
    /// The words as delivered.
    default: TemplateParts,
    placeholders: Vec<PlaceholderShown>,
}

impl From<Template> for TemplateShown {
    fn from(template: Template) -> Self {
        let default = crate::mail::render::default_source(template.language, template.kind.as_str());
        Self {
            state: TemplateState::of(&template),
            default: default.into(),
            placeholders: placeholders(template.kind),
            parts: template.source.into(),
        }
    }
}

/// Lists every kind in every language, and what each kind may name.
#[utoipa::path(
    get, path = "/mail-templates", tag = "mail", security(("session" = []), ("api_key" = ["mail:read"])),
    responses(
        (status = 200, body = TemplateStates),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<TemplateStates>, Problem> {
    let all = template::list(&latchkey, &staff).await?;
    let kinds = MailKind::ALL.iter().map(|kind| KindPlaceholders {
        kind: *kind,
        placeholders: placeholders(*kind),
    });
    Ok(Json(TemplateStates {
        items: all.iter().map(TemplateState::of).collect(),
        kinds: kinds.collect(),
        next_cursor: None,
    }))
}

/// A kind and a language that there are.
fn of_path((kind, locale): (String, String)) -> Result<(MailKind, Locale), Refusal> {
    let kind = kind.parse().map_err(|_| Refusal::NotFound)?;
    let language = Locale::of_code(&locale).ok_or(Refusal::NotFound)?;
    Ok((kind, language))
}

/// Shows a template: the words that count, and those delivered.
#[utoipa::path(
    get, path = "/mail-templates/{kind}/{locale}", tag = "mail", security(("session" = []), ("api_key" = ["mail:read"])),
    params(("kind" = MailKind, Path, example = "reset_link"), ("locale" = String, Path, example = "en")),
    responses(
        (status = 200, body = TemplateShown),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(path): Path<(String, String)>,
) -> Result<Json<TemplateShown>, Problem> {
    let (kind, language) = of_path(path)?;
    Ok(Json(template::show(&latchkey, &staff, kind, language).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDraft {
    #[schema(example = "Your new password for {{ product_name }}", max_length = 200)]
    subject: String,
    #[schema(example = "Hello {{ name }},\n\n{{ link }}\n\n{{ code }}\n", max_length = 65536)]
    text: String,
    /// Goes into the frame of all mails, unless it is a whole document.
    #[schema(
        example = "{{ button(link, \"Choose a new password\") }}{{ plain_link(link, \"Or copy:\") }}{{ code_box(code, \"Code:\") }}",
        max_length = 65536
    )]
    html: String,
    /// The version that these words were made from: a change by somebody else since is then a conflict.
    #[serde(default)]
    version: Option<i64>,
}

/// Puts other words in force, at once and on every server. They are checked as a whole before.
#[utoipa::path(
    put, path = "/mail-templates/{kind}/{locale}", tag = "mail", security(("session" = []), ("api_key" = ["mail:write"])),
    params(("kind" = MailKind, Path, example = "reset_link"), ("locale" = String, Path, example = "en")), request_body = TemplateDraft,
    responses(
        (status = 200, body = TemplateShown),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: somebody else changed it since"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `problems` has everything that is wrong, with its place"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn save(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(path): Path<(String, String)>,
    Body(draft): Body<TemplateDraft>,
) -> Result<Json<TemplateShown>, Problem> {
    let (kind, language) = of_path(path)?;
    let source = Source {
        subject: draft.subject,
        text: draft.text,
        html: draft.html,
    };
    let saved = template::save(&latchkey, &staff, kind, language, &source, draft.version).await?;
    Ok(Json(saved.into()))
}

/// Lets the words as delivered count again. The edited ones stay among the versions.
#[utoipa::path(
    delete, path = "/mail-templates/{kind}/{locale}", tag = "mail", security(("session" = []), ("api_key" = ["mail:write"])),
    params(("kind" = MailKind, Path, example = "reset_link"), ("locale" = String, Path, example = "en")),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: somebody else changed it meanwhile"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn restore_default(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(path): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (kind, language) = of_path(path)?;
    template::restore_default(&latchkey, &staff, kind, language).await?;
    Ok(no_content())
}

/// Words that need not be stored; all three parts, or none for the template that counts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplatePreview {
    /// `single` when left out.
    #[serde(default)]
    #[schema(inline)]
    sample: Option<Sample>,
    #[serde(default)]
    #[schema(max_length = 200)]
    subject: Option<String>,
    #[serde(default)]
    #[schema(max_length = 65536)]
    text: Option<String>,
    #[serde(default)]
    #[schema(max_length = 65536)]
    html: Option<String>,
}

/// Shows a mail to a made-up person. Its link opens nothing.
#[utoipa::path(
    post, path = "/mail-templates/{kind}/{locale}/preview", tag = "mail", security(("session" = []), ("api_key" = ["mail:read"])),
    params(("kind" = MailKind, Path, example = "reset_link"), ("locale" = String, Path, example = "en")), request_body = TemplatePreview,
    responses(
        (status = 200, body = TemplateParts),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `problems` has everything that is wrong, with its place"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn preview(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Path(path): Path<(String, String)>,
    Body(wanted): Body<TemplatePreview>,
) -> Result<Json<TemplateParts>, Problem> {
    let (kind, language) = of_path(path)?;
    let given = wanted.subject.is_some() || wanted.text.is_some() || wanted.html.is_some();
    let draft = if given {
        // What is left out stays as it is.
        let current = template::show(&latchkey, &staff, kind, language).await?.source;
        Some(Source {
            subject: wanted.subject.unwrap_or(current.subject),
            text: wanted.text.unwrap_or(current.text),
            html: wanted.html.unwrap_or(current.html),
        })
    } else {
        None
    };
    let sample = wanted.sample.unwrap_or(Sample::Single);
    let mail = template::preview(&latchkey, &staff, kind, language, draft.as_ref(), sample).await?;
    Ok(Json(TemplateParts {
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
    }))
}
