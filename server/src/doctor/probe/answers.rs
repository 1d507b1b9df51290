//! Whether the door tells who has an account: by what it answers, or by how long that takes (security 1, 2, 156).

use super::captcha::{Along, along};
use super::statistics::interval;
use super::{Answer, Probe, Silence};
use crate::doctor::{Examined, Finding};
use crate::secret;
use app::phrase;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

const PATH: &str = "/api/v1/password-reset";

/// Pairs that are timed: with these a client stays within its budget, and sees differences of some milliseconds.
const PAIRS: usize = 30;

/// The same where a captcha asks for work, which grows with what was asked for before.
const PAIRS_WITH_WORK: usize = 10;

/// A difference that is smaller is none that could be used over a network.
const SMALL: Duration = Duration::from_millis(5);

/// Asks for resets of somebody and of nobody, in turns.
pub async fn look(probe: &Probe, known: Option<&str>) -> Result<Vec<Finding>, Silence> {
    let Some(known) = known else {
        let skipped = |check| Finding::skipped(check, phrase!(doctor.known_none), phrase!(doctor.known_none_next));
        return Ok(vec![skipped(Examined::SameAnswer), skipped(Examined::SameTime)]);
    };
    let captcha = along(probe).await?;
    if matches!(captcha, Along::OutOfReach) {
        let skipped = |check| {
            Finding::skipped(
                check,
                phrase!(doctor.captcha_closed),
                phrase!(doctor.captcha_closed_next),
            )
        };
        return Ok(vec![skipped(Examined::SameAnswer), skipped(Examined::SameTime)]);
    }
    let (somebody, _) = ask(probe, known).await?;
    let (nobody, _) = ask(probe, &stranger(known)).await?;
    if somebody.status == 503 {
        let next = phrase!(doctor.probe_unavailable_next);
        return Ok(vec![Finding::problem(
            Examined::SameAnswer,
            phrase!(doctor.probe_unavailable),
            next,
        )]);
    }
    if somebody.status == 429 || nobody.status == 429 {
        let next = phrase!(doctor.later);
        return Ok(vec![Finding::skipped(
            Examined::SameAnswer,
            phrase!(doctor.too_many),
            next,
        )]);
    }
    if somebody.status >= 400 && somebody.status == nobody.status {
        let found = phrase!(doctor.asking_refused, status = somebody.status);
        return Ok(vec![Finding::skipped(
            Examined::SameAnswer,
            found,
            phrase!(doctor.asking_refused_next),
        )]);
    }
    let same = if alike(&somebody) == alike(&nobody) {
        Finding::ok(Examined::SameAnswer, phrase!(doctor.same_answer))
    } else {
        let next = phrase!(doctor.other_answer_next);
        Finding::problem(Examined::SameAnswer, phrase!(doctor.other_answer), next)
    };
    let pairs = match captcha {
        Along::Answer(_) => PAIRS_WITH_WORK,
        _ => PAIRS,
    };
    Ok(vec![same, time(probe, known, pairs).await?])
}

/// As long as the known name, and random.
fn stranger(known: &str) -> String {
    let random = data_encoding::HEXLOWER.encode(&secret::random::<32>());
    let (local, domain) = known.split_once('@').unwrap_or((known, ""));
    let local: String = random.chars().cycle().take(local.chars().count().max(8)).collect();
    if domain.is_empty() {
        format!("n{local}")
    } else {
        format!("{local}@{domain}")
    }
}

async fn ask(probe: &Probe, identifier: &str) -> Result<(Answer, Duration), Silence> {
    let mut body = json!({ "identifier": identifier });
    if let (Along::Answer(answer), Some(body)) = (along(probe).await?, body.as_object_mut()) {
        body.insert("captcha".into(), answer.into());
    }
    let began = Instant::now();
    let answer = probe.post(PATH, &body).await?;
    Ok((answer, began.elapsed()))
}

/// Everything of an answer but what is different each time.
fn alike(answer: &Answer) -> (u16, Vec<String>, Value, usize) {
    const EACH_TIME: [&str; 3] = ["date", "x-request-id", "cf-ray"];
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !EACH_TIME.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    let mut body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if let Some(receipt) = body.get_mut("receipt") {
        *receipt = Value::Null;
    }
    (answer.status, headers, body, answer.body.len())
}

async fn time(probe: &Probe, known: &str, pairs: usize) -> Result<Finding, Silence> {
    let mut differences = Vec::new();
    for turn in 0..pairs {
        let other = stranger(known);
        let (first, second) = if turn % 2 == 0 {
            (known, other.as_str())
        } else {
            (other.as_str(), known)
        };
        let (one, took) = ask(probe, first).await?;
        let (two, took_second) = ask(probe, second).await?;
        if one.status == 429 || two.status == 429 {
            break;
        }
        let difference = took.as_secs_f64() - took_second.as_secs_f64();
        differences.push(1000.0 * if turn % 2 == 0 { difference } else { -difference });
    }
    let Some((low, high)) = interval(&differences) else {
        let next = phrase!(doctor.later);
        return Ok(Finding::skipped(Examined::SameTime, phrase!(doctor.too_many), next));
    };
    let small = 1000.0 * SMALL.as_secs_f64();
    let measured = phrase!(
        doctor.times,
        low = format!("{low:.2}"),
        high = format!("{high:.2}"),
        pairs = differences.len(),
    );
    Ok(
        if low <= 0.0 && high >= 0.0 || low.abs() < small && high.abs() < small {
            Finding::ok(Examined::SameTime, measured)
        } else {
            let next = phrase!(doctor.times_next);
            Finding::warning(Examined::SameTime, measured, next)
        },
    )
}
