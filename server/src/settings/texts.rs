//! The longer rules about texts.

use super::kind::{LONGEST_URL, MOST_FACTS, MOST_ORIGINS};
use crate::fact::is_name;
use crate::guard::limits::budget_of;
use crate::reset::target;
use app::phrase;
use app::words::Phrase;
use serde_json::Value;

/// One line: trimmed, not too long, nothing invisible that could break out of a header or a log.
pub fn line(text: &str, max: usize) -> Result<String, Phrase> {
    if text.chars().count() > max {
        return Err(phrase!(problem.longer_than, count = max));
    }
    if text.chars().any(char::is_control) {
        return Err(phrase!(problem.has_control_characters));
    }
    Ok(text.trim().to_owned())
}

/// How many a budget allows.
pub fn budget(name: &str, allowed: &Value) -> Result<(), Phrase> {
    let Some(budget) = budget_of(name) else {
        return Err(phrase!(problem.no_budget));
    };
    let (name, least, most) = (budget.name, budget.least, budget.most);
    match allowed.as_i64() {
        Some(allowed) if (least..=most).contains(&allowed) => Ok(()),
        _ => Err(phrase!(problem.budget, name = name, min = least, max = most)),
    }
}

/// Whoever reads it proved nothing, so nothing about a person may be filled in.
pub fn public_text(language: &str, text: &Value, max: usize) -> Result<(), Phrase> {
    let text = text.as_str().ok_or_else(|| phrase!(problem.text_per_language))?;
    if !(2..=35).contains(&language.len()) || !language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(phrase!(problem.named_by_language));
    }
    if text.contains(['{', '}']) {
        return Err(phrase!(problem.no_placeholders));
    }
    line(text, max).map(drop)
}

/// A path of this site, or an address that could be one of a listed site.
pub fn page(text: &str) -> Option<String> {
    (text.len() <= LONGEST_URL && (target::is_own_path(text) || target::origin_of(text).is_some()))
        .then(|| text.to_owned())
}

/// Origins in their one canonical spelling, each once.
pub fn origins(list: &[Value]) -> Result<Vec<String>, Phrase> {
    if list.len() > MOST_ORIGINS {
        return Err(phrase!(problem.origins_most, most = MOST_ORIGINS));
    }
    let mut origins: Vec<String> = Vec::new();
    for entry in list {
        let text = entry.as_str().map(str::trim).unwrap_or_default();
        let origin = target::origin_of(text)
            .filter(|origin| text.trim_end_matches('/').eq_ignore_ascii_case(origin))
            .ok_or_else(|| phrase!(problem.origins_only))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// Names of facts, each once; whether they exist and may be asked for is known to the database only. One of them alone, or the same
/// one twice, would be no proof (security 68).
pub fn facts(list: &[Value]) -> Result<Vec<String>, Phrase> {
    let refused = || phrase!(problem.facts_list, most = MOST_FACTS);
    let names: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    let possible = names.len() == list.len() && distinct.len() == names.len() && names.iter().all(|name| is_name(name));
    let enough = names.is_empty() || (2..=MOST_FACTS).contains(&names.len());
    if possible && enough { Ok(names) } else { Err(refused()) }
}
