//! Opening a mailed link any number of times spends nothing (security 30).

use super::{Probe, Silence, send};
use crate::doctor::{Examined, Finding};
use crate::reset::token::has_token_shape;
use reqwest::Method;
use serde_json::json;
use url::Url;

const TIMES: usize = 3;

pub async fn look(probe: &Probe, link: &Url) -> Result<Finding, Silence> {
    let token = link.query_pairs().find(|(_, value)| has_token_shape(value));
    let Some((_, token)) = token else {
        let next = "give --link with the whole address from the mail";
        return Ok(Finding::problem(Examined::Link, "this address holds no key", next));
    };
    if link.origin() != probe.url.origin() {
        let next = "correct reset.public_url, or probe the address that links begin with";
        return Ok(Finding::problem(
            Examined::Link,
            "links in mails lead to another host",
            next,
        ));
    }
    for _ in 0..TIMES {
        let opened = send(probe.http.request(Method::GET, link.clone())).await?;
        let leads = opened.header("location");
        if opened.status != 303 || leads.contains(&*token) || opened.header("set-cookie").is_empty() {
            let next = "look for something in front that follows or rewrites links";
            return Ok(Finding::problem(
                Examined::Link,
                "the key does not leave the address",
                next,
            ));
        }
    }
    let verified = probe
        .post("/api/v1/password-reset/verify", &json!({ "token": token }))
        .await?;
    Ok(match verified.status {
        200 => Finding::ok(Examined::Link, format!("opened {TIMES} times, and it still works")),
        403 => Finding::skipped(
            Examined::Link,
            "links may not be checked over REST here",
            "open the link in a browser: it must still work",
        ),
        _ => Finding::problem(
            Examined::Link,
            "the link does not work any more",
            "was it used, older than its lifetime, or followed by a newer one? Then try with a fresh one",
        ),
    })
}
