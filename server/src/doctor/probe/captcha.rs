//! Answers to the captcha, as any program brings them along: without one, nobody would get far enough to be told from somebody.

use super::{Probe, Silence};
use crate::guard::captcha::proof_of_work::{Challenge, solve};
use serde_json::Value;

const PATH: &str = "/api/v1/captcha?place=forgot";

/// What goes along with a request for a reset.
pub enum Along {
    /// Nothing is asked for.
    Nothing,
    Answer(String),
    /// Only a browser gets an answer, from a provider elsewhere.
    OutOfReach,
}

/// Asks whether an answer is needed, and works it out.
pub async fn along(probe: &Probe) -> Result<Along, Silence> {
    let asked = probe.get(PATH).await?;
    let asked: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    if asked.get("needed") != Some(&Value::Bool(true)) {
        return Ok(Along::Nothing);
    }
    let solved = asked
        .get("challenge")
        .and_then(read)
        .and_then(|challenge| solve(&challenge));
    Ok(solved.map_or(Along::OutOfReach, Along::Answer))
}

fn read(challenge: &Value) -> Option<Challenge> {
    let text = |name: &str| challenge.get(name)?.as_str().map(str::to_owned);
    Some(Challenge {
        token: text("token")?,
        salt: text("salt")?,
        digest: text("digest")?,
        most: challenge.get("most")?.as_u64()?.try_into().ok()?,
        expires_at: 0,
    })
}
