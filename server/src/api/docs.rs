//! `/api/docs`: the OpenAPI document as pages, from this server and nobody else. For reading: it sends no request but the one for
//! the document, so an administrator who reads cannot be made to act (security 112, 175).

use super::BASE;
use super::problem::Problem;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::{Config, serve};

/// Where the pages are.
const PATH: &str = "/api/docs";

/// The pages' own script and style, and the document. Nothing inline, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; report-uri /csp-report; report-to csp";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::new([format!("{BASE}/openapi.json")]);
    Arc::new(config.supported_submit_methods(Vec::<String>::new()))
});

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(PATH, get(|| async { Redirect::permanent(&format!("{PATH}/")) }))
        .route(&format!("{PATH}/"), get(|| async { file("") }))
        .route(
            &format!("{PATH}/{{*file}}"),
            get(|Path(name): Path<String>| async move { file(&name) }),
        )
}

fn file(name: &str) -> Response {
    let served = serve(name, CONFIG.clone());
    let Ok(Some(served)) = served else {
        return Problem::not_found().into_response();
    };
    let Ok(kind) = HeaderValue::from_str(&served.content_type) else {
        return Problem::not_found().into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, served.bytes.into_owned()).into_response()
}
