//! `Idempotency-Key`: a write that was asked for twice, because an answer got lost on its way, is done once.
//!
//! ```text
//! unknown ──claim──▶ under way ──succeeded──▶ kept a day: the same answer again
//!    ▲                   │  └─ server died: 409 until it is forgotten; whoever asks must look
//!    └───── refused ─────┘
//! ```
//!
//! A key belongs to whoever presents it with a credential, so nobody reads another's answer by guessing keys.

use super::problem::Problem;
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::refused::{Fault, Refused};
use crate::secret::{Purpose, digest};
use crate::staff::recognise;
use crate::store::IdempotencyRow;
use crate::web::visit::Visit;
use app::phrase;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Longest key, in characters.
const LONGEST: usize = 200;

/// Answers and bodies are small, mail templates the largest; what is larger (an import of accounts) takes no key.
const BODY: usize = 1024 * 1024;

/// An answer as it is kept, sealed: it may hold an API key.
#[derive(Serialize, Deserialize)]
struct Kept {
    body: String,
    content_type: Option<String>,
    location: Option<String>,
}

pub async fn once(State(latchkey): State<SharedLatchkey>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match keyed(&latchkey, request, next).await {
        Ok(response) => response,
        Err(refused) => Problem::from(refused).into_response(),
    }
}

async fn keyed(latchkey: &SharedLatchkey, request: Request, next: Next) -> Result<Response, Refused> {
    let (mut parts, body) = request.into_parts();
    let key = key(&parts.headers.get_all(HEADER).iter().collect::<Vec<_>>())?;
    let Ok(visit) = Visit::from_request_parts(&mut parts, latchkey).await;
    // Only for staff, and as long as they are: a credential that was taken back must not replay what it once got.
    let credential = visit.bearer_token.or(visit.session_token).unwrap_or_default();
    if recognise(latchkey, &visit.visitor, &credential).await.is_err() {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let Ok(bytes) = axum::body::to_bytes(body, BODY).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let key_mac = latchkey
        .keys
        .mac_text(Purpose::Idempotency, &[&digest(&credential), &key]);
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let content = HEXLOWER.encode(&Sha256::digest(&bytes));
    let request_mac = latchkey
        .keys
        .mac_text(Purpose::Idempotency, &[parts.method.as_str(), path, &content]);

    let mut write = latchkey.store.write().await?;
    let earlier = write.claim_idempotency(&key_mac, &request_mac, latchkey.now()).await?;
    write.commit().await?;
    if let Some(row) = earlier {
        return again(latchkey, &key_mac, &request_mac, &row);
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    Ok(keep(latchkey, &key_mac, response).await?)
}

fn key(given: &[&HeaderValue]) -> Result<String, Refused> {
    let key = match given {
        [one] => one.to_str().ok(),
        _ => None,
    };
    key.filter(|key| (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or_else(|| Refused::invalid("Idempotency-Key", phrase!(problem.idempotency_key, count = LONGEST)))
}

/// What a key answers that was used before.
fn again(latchkey: &Latchkey, key_mac: &str, request_mac: &str, row: &IdempotencyRow) -> Result<Response, Refused> {
    if row.request_mac != request_mac {
        return Err(Refused::conflict("Idempotency-Key", phrase!(problem.idempotency_other)));
    }
    let Some(status) = u16::try_from(row.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
    else {
        return Err(Refused::conflict("Idempotency-Key", phrase!(problem.idempotency_open)));
    };
    let kept: Kept = serde_json::from_str(&latchkey.keys.open(Purpose::Idempotency, key_mac, &row.answer)?)?;
    let mut response = (status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    for (name, value) in [
        (header::CONTENT_TYPE, kept.content_type),
        (header::LOCATION, kept.location),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// Keeps an answer that says something was done; a refusal frees the key.
async fn keep(latchkey: &Latchkey, key_mac: &str, response: Response) -> Result<Response, Fault> {
    if !response.status().is_success() {
        let mut write = latchkey.store.write().await?;
        write.release_idempotency(key_mac).await?;
        write.commit().await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, BODY)
        .await
        .map_err(|error| Fault::Other(format!("answer: {error}")))?;
    let text = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let kept = Kept {
        body: String::from_utf8_lossy(&bytes).into_owned(),
        content_type: text(header::CONTENT_TYPE).map(str::to_owned),
        location: text(header::LOCATION).map(str::to_owned),
    };
    let sealed = latchkey
        .keys
        .seal(Purpose::Idempotency, key_mac, &serde_json::to_string(&kept)?);
    let mut write = latchkey.store.write().await?;
    write
        .keep_answer(key_mac, i64::from(parts.status.as_u16()), &sealed)
        .await?;
    write.commit().await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
