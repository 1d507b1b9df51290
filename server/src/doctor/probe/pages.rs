//! What answers look like: encryption, headers, cookies, errors.

use super::{Answer, Probe, Silence, send};
use crate::doctor::{Examined, Finding};
use app::phrase;
use app::words::Phrase;
use reqwest::Method;
use serde_json::Value;
use url::Url;

/// Of a header that must be there: what it must say at least.
const HEADERS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=()"),
    ("x-robots-tag", "noindex"),
];

const POLICY: [&str; 4] = [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
];

/// A year, as ASVS 3.4.1 asks.
const YEAR: u64 = 31_536_000;

fn pass_on() -> Phrase {
    phrase!(doctor.pass_on)
}

/// That it answers over HTTPS means that the certificate was accepted.
pub fn tls(url: &Url, page: &Answer) -> Finding {
    if url.scheme() != "https" {
        return if crate::config::may_be_public(url) {
            Finding::skipped(Examined::Tls, phrase!(doctor.tls_local), phrase!(doctor.tls_local_next))
        } else {
            Finding::problem(Examined::Tls, phrase!(doctor.tls_none), phrase!(doctor.tls_none_next))
        };
    }
    let strict = page.header("strict-transport-security");
    let age = strict
        .split(';')
        .find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok());
    if age.is_some_and(|age: u64| age >= YEAR) {
        Finding::ok(Examined::Tls, phrase!(doctor.tls_well, header = strict))
    } else {
        Finding::problem(Examined::Tls, phrase!(doctor.tls_short), pass_on())
    }
}

/// Versions tell which holes to try.
pub fn banner(page: &Answer) -> Finding {
    let said = ["server", "x-powered-by", "via"].map(|name| page.header(name));
    let talkative = said
        .into_iter()
        .find(|said| said.contains(|c: char| c.is_ascii_digit()));
    match talkative {
        None => Finding::ok(Examined::Banner, phrase!(doctor.banner_well)),
        Some(said) => Finding::warning(
            Examined::Banner,
            phrase!(doctor.banner, banner = shown(said)),
            phrase!(doctor.banner_next),
        ),
    }
}

/// What a stranger's server says is cut short and harmless.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

pub async fn headers(probe: &Probe, page: &Answer) -> Result<Finding, Silence> {
    let again = probe.get("/sign-in").await?;
    let policy = page.header("content-security-policy");
    let mut wrong: Vec<Phrase> = HEADERS
        .into_iter()
        .filter(|(name, value)| !page.header(name).contains(value))
        .map(|(name, _)| Phrase::verbatim(name))
        .collect();
    let directives = POLICY.into_iter().filter(|directive| !policy.contains(directive));
    wrong.extend(directives.map(Phrase::verbatim));
    if policy.contains("'unsafe-inline'") || policy.contains("'unsafe-eval'") {
        wrong.push(phrase!(doctor.headers_inline));
    }
    if nonce(policy).is_none() || nonce(policy) == nonce(again.header("content-security-policy")) {
        wrong.push(phrase!(doctor.headers_nonce));
    }
    Ok(if wrong.is_empty() {
        Finding::ok(Examined::Headers, phrase!(doctor.headers_well))
    } else {
        Finding::problem(
            Examined::Headers,
            phrase!(doctor.headers, headers = Phrase::list(wrong)),
            pass_on(),
        )
    })
}

fn nonce(policy: &str) -> Option<&str> {
    policy.split_once("'nonce-")?.1.split('\'').next()
}

/// A link of nobody sets the same cookie as one of somebody.
pub async fn cookies(probe: &Probe) -> Result<Finding, Silence> {
    let answer = probe.get(&format!("/reset?key={}", "A".repeat(43))).await?;
    let cookie = answer.header("set-cookie").to_ascii_lowercase();
    if cookie.is_empty() {
        let next = phrase!(doctor.cookies_other_next);
        return Ok(Finding::skipped(Examined::Cookies, phrase!(doctor.cookies_other), next));
    }
    let has = |attribute: &str| cookie.split(';').any(|part| part.trim() == attribute);
    let bound = cookie.starts_with("__host-") && has("path=/") && !cookie.contains("domain=");
    Ok(
        if bound && has("secure") && has("httponly") && cookie.contains("samesite=") {
            Finding::ok(Examined::Cookies, phrase!(doctor.cookies_well))
        } else {
            Finding::problem(Examined::Cookies, phrase!(doctor.cookies), pass_on())
        },
    )
}

pub async fn well_known(probe: &Probe) -> Result<Finding, Silence> {
    let change = probe.get("/.well-known/change-password").await?;
    let nothing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    let nothing = probe.get(nothing).await?;
    let found = matches!(change.status, 302 | 303 | 307) && !change.header("location").is_empty();
    Ok(if found && nothing.status >= 400 {
        Finding::ok(Examined::WellKnown, phrase!(doctor.well_known_well))
    } else {
        Finding::warning(
            Examined::WellKnown,
            phrase!(doctor.well_known),
            phrase!(doctor.well_known_next),
        )
    })
}

/// Words that belong into a log.
const INSIDE: [&str; 7] = [
    "serde",
    "sqlx",
    "panicked",
    "stack backtrace",
    "line 1 column",
    "rusqlite",
    ".rs:",
];

pub async fn errors(probe: &Probe) -> Result<Finding, Silence> {
    let json = |request: reqwest::RequestBuilder| {
        send(
            request
                .header("content-type", "application/json")
                .body("{\"identifier\":"),
        )
    };
    let broken = json(probe.request(Method::POST, "/api/v1/sessions")).await?;
    let unknown = probe.get("/api/v1/no-such-thing").await?;
    for answer in [&broken, &unknown] {
        let problem: Option<Value> = serde_json::from_str(&answer.body).ok();
        let is_problem = answer.header("content-type").starts_with("application/problem+json");
        let told = answer.body.to_ascii_lowercase();
        if !(400..500).contains(&answer.status)
            || !is_problem
            || problem.is_none_or(|problem| problem.get("code").is_none())
        {
            let found = phrase!(doctor.errors_other, status = answer.status);
            return Ok(Finding::problem(
                Examined::Errors,
                found,
                phrase!(doctor.errors_other_next),
            ));
        }
        if INSIDE.iter().any(|word| told.contains(word)) {
            let next = phrase!(doctor.errors_inside_next);
            return Ok(Finding::problem(Examined::Errors, phrase!(doctor.errors_inside), next));
        }
    }
    for path in ["/.git/config", "/.env", "/latchkey.db", "/latchkey.key", "/metrics"] {
        let answer = probe.get(path).await?;
        if answer.status < 400 {
            let found = phrase!(doctor.errors_open, path = path, status = answer.status);
            return Ok(Finding::problem(
                Examined::Errors,
                found,
                phrase!(doctor.errors_open_next),
            ));
        }
    }
    if probe.get("/dev/mailbox").await?.status < 400 {
        return Ok(Finding::problem(
            Examined::Errors,
            phrase!(doctor.errors_demo),
            phrase!(doctor.errors_demo_next),
        ));
    }
    Ok(Finding::ok(Examined::Errors, phrase!(doctor.errors_well)))
}

/// Whose name nobody here has.
const EVIL: &str = "evil.example";

pub async fn host(probe: &Probe) -> Result<Finding, Silence> {
    for path in ["/sign-in", "/", "/.well-known/change-password", "/reset?key=x"] {
        for name in ["host", "x-forwarded-host", "forwarded"] {
            let value = if name == "forwarded" {
                "host=evil.example;proto=http"
            } else {
                EVIL
            };
            let answer = send(probe.request(Method::GET, path).header(name, value)).await?;
            let headers = format!("{:?}", answer.headers);
            if answer.body.contains(EVIL) || headers.contains(EVIL) {
                let found = phrase!(doctor.host, path = path, header = name);
                let next = phrase!(doctor.host_next);
                return Ok(Finding::problem(Examined::Host, found, next));
            }
        }
    }
    Ok(Finding::ok(Examined::Host, phrase!(doctor.host_well)))
}
