//! Opening a mailed link any number of times spends nothing (security 30).

use super::{Probe, Silence, send};
use crate::doctor::{Examined, Finding};
use crate::reset::token::has_token_shape;
use app::phrase;
use reqwest::Method;
use serde_json::json;
use url::Url;

const TIMES: usize = 3;

pub async fn look(probe: &Probe, link: &Url) -> Result<Finding, Silence> {
    let token = link.query_pairs().find(|(_, value)| has_token_shape(value));
    let Some((_, token)) = token else {
        let next = phrase!(doctor.link_empty_next);
        return Ok(Finding::problem(Examined::Link, phrase!(doctor.link_empty), next));
    };
    if link.origin() != probe.url.origin() {
        let next = phrase!(doctor.link_elsewhere_next);
        return Ok(Finding::problem(Examined::Link, phrase!(doctor.link_elsewhere), next));
    }
    for _ in 0..TIMES {
        let opened = send(probe.http.request(Method::GET, link.clone())).await?;
        let leads = opened.header("location");
        if opened.status != 303 || leads.contains(&*token) || opened.header("set-cookie").is_empty() {
            let next = phrase!(doctor.link_stays_next);
            return Ok(Finding::problem(Examined::Link, phrase!(doctor.link_stays), next));
        }
    }
    let verified = probe
        .post("/api/v1/password-reset/verify", &json!({ "token": token }))
        .await?;
    Ok(match verified.status {
        200 => Finding::ok(Examined::Link, phrase!(doctor.link_well, times = TIMES)),
        403 => Finding::skipped(
            Examined::Link,
            phrase!(doctor.link_unchecked),
            phrase!(doctor.link_unchecked_next),
        ),
        _ => Finding::problem(
            Examined::Link,
            phrase!(doctor.link_dead),
            phrase!(doctor.link_dead_next),
        ),
    })
}
