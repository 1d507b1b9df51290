//! The longer rules about texts.

use super::kind::{LONGEST_URL, MOST_FACTS, MOST_ORIGINS};
use crate::fact::is_name;
use crate::guard::limits::budget_of;
use crate::reset::target;
use serde_json::Value;

/// One line: trimmed, not too long, nothing invisible that could break out of a header or a log.
pub fn line(text: &str, max: usize) -> Result<String, String> {
    if text.chars().count() > max {
        return Err(format!("is longer than {max} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("has control characters".into());
    }
    Ok(text.trim().to_owned())
}

/// How many a budget allows.
pub fn budget(name: &str, allowed: &Value) -> Result<(), String> {
    let Some(budget) = budget_of(name) else {
        return Err("names a budget that there is not".into());
    };
    let (name, least, most) = (budget.name, budget.least, budget.most);
    match allowed.as_i64() {
        Some(allowed) if (least..=most).contains(&allowed) => Ok(()),
        _ => Err(format!("{name} takes a whole number from {least} to {most}")),
    }
}

/// Whoever reads it proved nothing, so nothing about a person may be filled in.
pub fn public_text(language: &str, text: &Value, max: usize) -> Result<(), String> {
    let text = text.as_str().ok_or("takes a text for each language")?;
    if !(2..=35).contains(&language.len()) || !language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err("the texts are named by language, like en or de-CH".into());
    }
    if text.contains(['{', '}']) {
        return Err("placeholders are not possible here: everybody sees this text, whoever they ask for".into());
    }
    line(text, max).map(drop)
}

/// A path of this site, or an address that could be one of a listed site.
pub fn page(text: &str) -> Option<String> {
    (text.len() <= LONGEST_URL && (target::is_own_path(text) || target::origin_of(text).is_some()))
        .then(|| text.to_owned())
}

/// Origins in their one canonical spelling, each once.
pub fn origins(list: &[Value]) -> Result<Vec<String>, String> {
    if list.len() > MOST_ORIGINS {
        return Err(format!("has more than {MOST_ORIGINS} origins"));
    }
    let mut origins: Vec<String> = Vec::new();
    for entry in list {
        let text = entry.as_str().map(str::trim).unwrap_or_default();
        let origin = target::origin_of(text)
            .filter(|origin| text.trim_end_matches('/').eq_ignore_ascii_case(origin))
            .ok_or("takes origins only: https://, a host, and a port where it needs one")?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// Names of facts, each once; whether they exist and may be asked for is known to the database only. One of them alone, or the same
/// one twice, would be no proof (security 68).
pub fn facts(list: &[Value]) -> Result<Vec<String>, String> {
    let refused = || format!("takes 2 to {MOST_FACTS} different names of facts, or none");
    let names: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    let possible = names.len() == list.len() && distinct.len() == names.len() && names.iter().all(|name| is_name(name));
    let enough = names.is_empty() || (2..=MOST_FACTS).contains(&names.len());
    if possible && enough { Ok(names) } else { Err(refused()) }
}
