//! Pages and the server functions behind their forms. Pages are rendered whole before they are sent, so they are complete without
//! JavaScript; forms answer with an explicit redirect and never follow the Referer (security 176).

use super::captcha;
use super::locale;
use super::moment;
use super::port::RequestPort;
use super::visit::Visit;
use crate::branding::look;
use crate::latchkey::SharedLatchkey;
use crate::router::Doors;
use app::LANGUAGE_FORM;
use app::port::Port;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use leptos::prelude::provide_context;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Every server function by its own path: an unknown one is an ordinary "not found" (security 181).
pub fn forms() -> Router<Doors> {
    leptos::server_fn::axum::server_fn_paths()
        .fold(Router::new(), |router, (path, _)| router.route(path, post(form)))
        .route(LANGUAGE_FORM, post(locale::choose))
}

/// The field of a form that holds the answer to the captcha.
pub const CAPTCHA: &str = "captcha";

fn context(port: RequestPort) -> impl Fn() + Clone + Send + Sync + 'static {
    let lang = port.visit.lang;
    let port: Arc<dyn Port> = Arc::new(port);
    move || {
        provide_context(lang);
        provide_context(port.clone());
    }
}

/// Runs a server function. A form that lacks nothing but an answer to the captcha, because no script ran or its provider was of no help,
/// is kept until its visitor has waited.
pub async fn form(State(latchkey): State<SharedLatchkey>, visit: Visit, mut request: Request) -> Response {
    // Without a Referer the framework has nowhere to send a browser but the way we name.
    request.headers_mut().remove(header::REFERER);
    let plain_form = accepts_html(&request);
    // Read whole here: the framework would call a body that outgrows the limit on its way an error of ours (security 178).
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "This form is too large.\n").into_response();
    };
    let port = RequestPort {
        captcha: field(&body, CAPTCHA),
        ..RequestPort::new(latchkey.clone(), visit.clone())
    };
    let (path, may_wait) = (parts.uri.path().to_owned(), port.may_wait.clone());
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let answer = leptos_axum::handle_server_fns_with_context(context(port), request).await;
    let mut response = answer.into_response();
    if may_wait.load(Ordering::Relaxed)
        && let Some(headers) = moment::hold(&latchkey, &visit, &path, &body).await
    {
        let [(location, page), (set_cookie, cookie)] = headers;
        response.headers_mut().insert(location, page);
        response.headers_mut().append(set_cookie, cookie);
    }
    if plain_form && response.status() == StatusCode::FOUND {
        if response.headers().get(header::LOCATION) == Some(&HeaderValue::from_static("/")) {
            return (StatusCode::UNPROCESSABLE_ENTITY, "This form could not be read.\n").into_response();
        }
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    // A refusal is an answer, not a failure of this server: browsers and monitoring would count it as one.
    if response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// Renders the page for any path; paths without a page get the "not found" page.
pub async fn page(State(doors): State<Doors>, visit: Visit, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))],
        )
            .into_response();
    }
    let options = doors.options.clone();
    // Without its own look a page works as well as with it.
    let style = look::current(&doors.latchkey)
        .await
        .ok()
        .and_then(|look| look.style_path());
    let script = captcha::script(&doors.latchkey, visit.lang).await;
    let given = context(RequestPort::new(doors.latchkey, visit));
    let context = move || {
        given();
        provide_context(app::Style(style.clone()));
        provide_context(script.clone());
    };
    let render = leptos_axum::render_app_async_with_context(context, move || app::shell(options.clone()));
    render(request).await.map(Body::new)
}

/// The value of a form's field; an empty one is none.
fn field(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body)
        .find(|(given, value)| given == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

fn accepts_html(request: &Request) -> bool {
    request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
