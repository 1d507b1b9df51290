//! Looks at a running installation from outside, as a stranger could: through its proxy, with nothing but HTTP. Few requests, no password,
//! and no change beyond asking for a reset where somebody names a login to ask for.

mod answers;
mod captcha;
mod link;
mod pages;
mod statistics;

use super::{Examined, Finding, Report};
use app::phrase;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use std::time::Duration;
use url::Url;

/// For one request.
const PATIENCE: Duration = Duration::from_secs(15);
/// Read of one body: pages are smaller.
const LONGEST_BODY: usize = 1 << 20;

/// What to look at.
pub struct Wish {
    /// What people type.
    pub url: Url,
    /// Somebody who has an account; gets a mail of it.
    pub known: Option<String>,
    /// A mailed link that may be looked at; it works afterwards as before.
    pub link: Option<Url>,
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Silence(String);

/// Asks.
pub struct Probe {
    http: Client,
    url: Url,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl Probe {
    fn new(url: Url) -> Result<Self, Silence> {
        // What stands between is what is looked at, so no proxy of ours stands there, too.
        let http = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .user_agent(concat!("latchkey-doctor/", env!("CARGO_PKG_VERSION")))
            .build();
        let http = http.map_err(|error| Silence(told(&error)))?;
        Ok(Self { http, url })
    }

    /// A request for a path below the URL.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.url.as_str().trim_end_matches('/');
        self.http.request(method, format!("{base}{path}"))
    }

    async fn get(&self, path: &str) -> Result<Answer, Silence> {
        send(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, json: &serde_json::Value) -> Result<Answer, Silence> {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/json");
        send(request.body(json.to_string())).await
    }
}

async fn send(request: RequestBuilder) -> Result<Answer, Silence> {
    let mut response = request.send().await.map_err(|error| Silence(told(&error)))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| Silence(told(&error)))? {
        body.extend_from_slice(&part);
        if body.len() > LONGEST_BODY {
            break;
        }
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Answer { status, headers, body })
}

/// The innermost cause says what happened, such as a certificate that is not trusted.
fn told(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Looks at everything that can be seen.
pub async fn examine(wish: Wish) -> Report {
    let probe = match Probe::new(wish.url.clone()) {
        Ok(probe) => probe,
        Err(silence) => return unreachable(&silence),
    };
    let page = match probe.get("/sign-in").await {
        Ok(page) => page,
        Err(silence) => return unreachable(&silence),
    };
    let mut findings = vec![pages::tls(&wish.url, &page), pages::banner(&page)];
    for looked in [
        pages::headers(&probe, &page).await,
        pages::cookies(&probe).await,
        pages::well_known(&probe).await,
        pages::errors(&probe).await,
        pages::host(&probe).await,
    ] {
        findings.push(looked.unwrap_or_else(|silence| interrupted(&silence)));
    }
    match answers::look(&probe, wish.known.as_deref()).await {
        Ok(looked) => findings.extend(looked),
        Err(silence) => findings.push(interrupted(&silence)),
    }
    findings.push(match wish.link {
        Some(link) => link::look(&probe, &link)
            .await
            .unwrap_or_else(|silence| interrupted(&silence)),
        None => Finding::skipped(
            Examined::Link,
            phrase!(doctor.link_none),
            phrase!(doctor.link_none_next),
        ),
    });
    Report { findings }
}

fn unreachable(silence: &Silence) -> Report {
    let next = phrase!(doctor.silent_next);
    Report {
        findings: vec![Finding::problem(
            Examined::Tls,
            phrase!(doctor.silent, why = silence.0.as_str()),
            next,
        )],
    }
}

fn interrupted(silence: &Silence) -> Finding {
    Finding::problem(
        Examined::Errors,
        phrase!(doctor.interrupted, why = silence.0.as_str()),
        phrase!(doctor.interrupted_next),
    )
}
