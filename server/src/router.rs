//! What a request passes, and where it goes.

use crate::api;
use crate::connection::Pace;
use crate::guard::origin::Origins;
use crate::guard::{body, headers, request_id};
use crate::latchkey::SharedLatchkey;
use crate::metrics::observe::observe;
use crate::settings::snapshot;
use crate::web::locale::accepted;
use crate::web::{branding, console, health, landing, mailbox, moment, pages, site, violations, well_known};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

/// What handlers get.
#[derive(Clone, FromRef)]
pub struct Doors {
    pub latchkey: SharedLatchkey,
    pub options: LeptosOptions,
    origins: Arc<Origins>,
}

/// All routes, and what every request passes on its way to them. `address` is the one listened on.
pub fn router(latchkey: &SharedLatchkey, address: SocketAddr, pace: Pace) -> Router {
    let origins = Origins::new([format!("http://{address}")]);
    let doors = Doors {
        latchkey: latchkey.clone(),
        options: leptos_options(address),
        origins: Arc::new(origins),
    };
    let demo = if latchkey.demo {
        mailbox::router()
    } else {
        Router::new()
    };
    let compressed = SizeAbove::new(512).and(NotForContentType::new("application/wasm"));
    // From the outside in; one layer for the router, which would put each into a box of its own for every request.
    let around = ServiceBuilder::new()
        .layer(middleware::from_fn(request_id::give))
        // The path only: a query may hold a token (security 193).
        .layer(
            TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<Body>| {
                let id = request_id::of(request.extensions());
                tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
            }),
        )
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(middleware::from_fn_with_state(latchkey.clone(), observe))
        .layer(middleware::from_fn(headers::set))
        .layer(middleware::from_fn(|request: Request, next: Next| {
            snapshot::in_request(next.run(request))
        }))
        .layer(middleware::from_fn(problems))
        .layer(CatchPanicLayer::custom(|_| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            pace.request,
        ))
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(body::limit))
        .layer(middleware::from_fn_with_state(doors.clone(), check_origin))
        .layer(middleware::from_fn(site::serve))
        .layer(middleware::from_fn_with_state(doors.clone(), landing::open_link));
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/.well-known/change-password", get(well_known::change_password))
        .route("/reset/continue", get(landing::go_on))
        .route(violations::PATH, post(violations::receive))
        .merge(api::router(latchkey).with_state(latchkey.clone()))
        .merge(pages::forms())
        .merge(moment::router())
        .merge(console::router())
        .merge(branding::router())
        .merge(demo)
        .fallback(pages::page)
        .layer(around)
        .with_state(doors)
}

fn leptos_options(address: SocketAddr) -> LeptosOptions {
    // Only `cargo leptos watch` sets these; a server by itself needs none of them.
    let watched = std::env::var_os("LEPTOS_WATCH").map(|_| leptos::config::get_configuration(None));
    match watched {
        Some(Ok(config)) => config.leptos_options,
        _ => LeptosOptions::builder()
            .output_name("latchkey")
            .site_addr(address)
            .build(),
    }
}

/// Unsafe requests of other sites end here (security 104).
async fn check_origin(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    // Browsers send reports in their own manner, some without a word about where they come from; nothing is done but counting.
    if request.uri().path() == violations::PATH {
        return next.run(request).await;
    }
    let form = !request.uri().path().starts_with(api::BASE);
    let mut admitted = doors.origins.admit(request.method(), request.headers(), form);
    if !admitted {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        admitted = public_origin(&doors)
            .await
            .is_some_and(|public| public.admit(&method, &headers, form));
    }
    if admitted {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "request of another site refused");
    (StatusCode::FORBIDDEN, "This request came from another site.\n").into_response()
}

/// The origin of the public URL, which is a setting: asked for only where the address listened on is not enough.
async fn public_origin(doors: &Doors) -> Option<Origins> {
    let settings = doors.latchkey.settings().await.ok()?;
    let public = settings.reset.public_url.as_ref()?;
    Some(Origins::new([public.origin().ascii_serialization()]))
}

/// On REST paths every error is a problem document, whoever made it, in a language that the client reads.
async fn problems(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(api::BASE) {
        return next.run(request).await;
    }
    // Programs that do not say what they read get English, whatever people here speak: their logs stay the same.
    let lang = accepted(request.headers()).unwrap_or_default();
    api::as_problem(next.run(request).await, lang)
}
