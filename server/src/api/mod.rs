//! The REST door: parse, call a use-case, translate the outcome. One file per resource; the OpenAPI document is made from this code.

mod accounts;
mod api_keys;
mod audit;
mod branding;
mod captcha;
mod docs;
mod facts;
mod grant;
mod idempotency;
mod import;
mod json;
mod limits;
mod list;
mod mail;
mod mail_templates;
mod me;
mod outbox;
mod overview;
mod password_policy;
mod password_reset;
mod problem;
mod recoveries;
mod recovery;
mod requests;
mod sessions;
mod settings;
mod signed_in;
mod staff;

pub use audit::file as audit_file;
pub use list::{after, cursor, moment_of};
pub use problem::{Problem, status};

use crate::latchkey::SharedLatchkey;
use app::words::Locale;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Everything under here is REST.
pub const BASE: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(title = "Latchkey", description = "Self-service password reset", license(name = "MIT OR Apache-2.0")),
    modifiers(&SessionToken),
)]
struct Document;

struct SessionToken;

impl utoipa::Modify for SessionToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("session", bearer.clone());
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("api_key", bearer);
    }
}

fn parts() -> (Router<SharedLatchkey>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest(
            BASE,
            OpenApiRouter::new()
                .routes(routes!(password_reset::request))
                .routes(routes!(password_reset::verify))
                .routes(routes!(password_reset::complete))
                .routes(routes!(recovery::show, recovery::start))
                .routes(routes!(recovery::email))
                .routes(routes!(recovery::prove))
                .routes(routes!(recovery::complete))
                .routes(routes!(recovery::undo))
                .routes(routes!(recovery::decision))
                .routes(routes!(captcha::show))
                .routes(routes!(password_policy::check))
                .routes(routes!(sessions::open, sessions::list))
                .routes(routes!(sessions::end))
                .routes(routes!(me::show, me::change))
                .routes(routes!(facts::own))
                .routes(routes!(facts::set_own))
                .routes(routes!(facts::make_codes))
                .routes(routes!(settings::show, settings::change))
                .routes(routes!(settings::schema))
                .routes(routes!(branding::show))
                .routes(routes!(branding::put, branding::remove))
                .routes(routes!(limits::list))
                .routes(routes!(limits::used))
                .routes(routes!(limits::give_back))
                .routes(routes!(mail::test))
                .routes(routes!(mail::deliverability))
                .routes(routes!(mail_templates::list))
                .routes(routes!(mail_templates::import::import))
                .routes(routes!(
                    mail_templates::show,
                    mail_templates::save,
                    mail_templates::restore_default
                ))
                .routes(routes!(mail_templates::preview))
                .routes(routes!(mail_templates::versions::versions))
                .routes(routes!(mail_templates::versions::restore))
                .routes(routes!(accounts::list, accounts::add))
                .routes(routes!(accounts::show, accounts::change, accounts::remove))
                .routes(routes!(import::import))
                .routes(routes!(import::job))
                .routes(routes!(accounts::start_reset))
                .routes(routes!(accounts::sessions, accounts::end_sessions))
                .routes(routes!(facts::list))
                .routes(routes!(facts::set, facts::remove))
                .routes(routes!(facts::attributes))
                .routes(routes!(facts::define, facts::undefine))
                .routes(routes!(recoveries::unlock))
                .routes(routes!(recoveries::list))
                .routes(routes!(recoveries::show))
                .routes(routes!(recoveries::approve))
                .routes(routes!(recoveries::refuse))
                .routes(routes!(overview::show))
                .routes(routes!(requests::list))
                .routes(routes!(outbox::list))
                .routes(routes!(outbox::retry))
                .routes(routes!(outbox::cancel))
                .routes(routes!(audit::list))
                .routes(routes!(audit::export))
                .routes(routes!(audit::verify))
                .routes(routes!(api_keys::list, api_keys::add))
                .routes(routes!(api_keys::remove)),
        )
        .split_for_parts()
}

/// The routes, with the document among them.
pub fn router(latchkey: &SharedLatchkey) -> Router<SharedLatchkey> {
    let (router, document) = parts();
    let document = Json(document);
    router
        .route_layer(from_fn_with_state(latchkey.clone(), idempotency::once))
        .merge(docs::router())
        .route(
            &format!("{BASE}/openapi.json"),
            get(move || async move { document.clone() }),
        )
        .route(
            &format!("{BASE}/{{*rest}}"),
            axum::routing::any(|| async { Problem::not_found() }),
        )
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
}

/// The OpenAPI document as text.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn document() -> Result<String, serde_json::Error> {
    parts().1.to_pretty_json()
}

/// An answer without a body.
fn no_content() -> Response {
    axum::http::StatusCode::NO_CONTENT.into_response()
}

/// Turns any error answer on a REST path that is not a problem document yet (body limits, panics) into one, and says it in a language.
#[must_use]
pub fn as_problem(response: Response, lang: Locale) -> Response {
    problem::in_language(made_problem(response), lang)
}

fn made_problem(response: Response) -> Response {
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind: &HeaderValue| kind.as_bytes().starts_with(b"application/problem+json"));
    if is_json || response.status().is_success() || response.status().is_redirection() {
        return response;
    }
    Problem::of_status(response.status()).into_response()
}
