//! Script, wasm, style and images: read from `target/site` while developing, part of the binary in a release. The words of a language,
//! for browsers, are part of the binary always.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::Digest as _;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
struct Site;

/// Types of what we ship; a file of any other type is not served (security 118).
const TYPES: [(&str, &str); 6] = [
    (".js", "text/javascript; charset=utf-8"),
    (".wasm", "application/wasm"),
    (".css", "text/css; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".txt", "text/plain; charset=utf-8"),
];

/// Whether a path would be one of a file.
#[must_use]
pub fn is_file(path: &str) -> bool {
    !path.starts_with("/api/") && TYPES.into_iter().any(|(ending, _)| path.ends_with(ending))
}
/// A worker lives by the policy of its own file: this one fetches and runs the solver's wasm, and nothing else.
const WORKER: &str = "captcha-worker.js";
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// Answers with the file of that path, where there is one.
pub async fn serve(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let ours = !path.starts_with("api/") && !path.starts_with("branding/") && !path.starts_with("admin/");
    let Some((_, content_type)) = TYPES.into_iter().find(|(ending, _)| ours && path.ends_with(ending)) else {
        return next.run(request).await;
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let mut response = match encoded(&path, &request) {
        Some((file, encoding)) => answer(
            &request,
            &file.metadata.sha256_hash(),
            file.data,
            content_type,
            encoding,
        ),
        None => match app::words::for_browsers(request.uri().path()) {
            Some(words) => {
                let digest = sha2::Sha256::digest(&words);
                answer(&request, &digest, Cow::Owned(words.into_bytes()), content_type, None)
            }
            None => (StatusCode::NOT_FOUND, "Not found\n").into_response(),
        },
    };
    if path == WORKER {
        let policy = HeaderValue::from_static(WORKER_POLICY);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The smallest form the browser takes; compressed beforehand by the build.
fn encoded(path: &str, request: &Request) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let offers = |name| {
        accepted
            .split(',')
            .any(|part| part.split(';').next().map(str::trim) == Some(name))
    };
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| offers(*encoding))
        .find_map(|(encoding, ending)| Site::get(&format!("{path}{ending}")).map(|file| (file, Some(encoding))))
        .or_else(|| Site::get(path).map(|file| (file, None)))
}

fn answer(
    request: &Request,
    digest: &[u8],
    data: Cow<'static, [u8]>,
    content_type: &'static str,
    encoding: Option<&'static str>,
) -> Response {
    let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(digest));
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|given| given.as_bytes() == tag.as_bytes());
    let status = if known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let body = if known {
        Body::empty()
    } else {
        Body::from(data.into_owned())
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Names do not change with content: the browser asks each time and gets "not modified" (no secret is in these files).
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}
