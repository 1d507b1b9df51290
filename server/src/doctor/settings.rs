//! Configuration and settings: what reset needs, and what is dangerous as it is.

use super::{Examined, Finding};
use crate::config::Config;
use crate::latchkey::Latchkey;
use crate::recovery::plan::plan;
use crate::reset::availability::{Missing, missing};
use crate::settings::{Pinned, Settings};

/// What the configuration says by itself.
pub fn boot(config: &Config) -> Finding {
    match Pinned::from_groups(&config.settings) {
        Ok(_) => Finding::ok(
            Examined::Configuration,
            format!("listening on {}, data in {}", config.listen, config.data_dir.display()),
        ),
        Err(error) => Finding::problem(
            Examined::Configuration,
            format!("a pinned setting is refused: {error}"),
            "correct it in latchkey.toml or in the environment (LATCHKEY_SETTINGS__…)",
        ),
    }
}

/// What the settings of the moment come to.
pub async fn look(latchkey: &Latchkey, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for what in missing(latchkey, settings) {
        let (found, next) = what.advice().split_once(": ").unwrap_or((what.advice(), ""));
        findings.push(match what {
            Missing::SwitchedOff => Finding::warning(
                Examined::Settings,
                found,
                "latchkey settings set reset.enabled true, unless that is meant",
            ),
            _ => Finding::problem(Examined::Settings, format!("reset is not available: {found}"), next),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            Examined::Settings,
            "everything a reset needs is configured",
        ));
    }
    if !settings.limits.enabled {
        findings.push(Finding::warning(
            Examined::Settings,
            "limits.enabled is false: anybody may guess and flood without end",
            "latchkey settings set limits.enabled true",
        ));
    }
    findings.extend(address(latchkey, settings));
    findings.extend(recovery(latchkey, settings).await);
    findings
}

fn address(latchkey: &Latchkey, settings: &Settings) -> Option<Finding> {
    let public = settings.reset.public_url.as_ref()?;
    if public.scheme() != "https" {
        return Some(Finding::warning(
            Examined::Settings,
            format!("reset.public_url is {public}: links work on this machine only"),
            "latchkey settings set reset.public_url https://… once people are to use it",
        ));
    }
    // TLS ends somewhere else, so somebody else speaks for every client.
    latchkey.config.trusted_proxies.is_empty().then(|| {
        Finding::warning(
            Examined::Settings,
            "no proxy is trusted: behind one, everybody counts as one client",
            "set LATCHKEY_TRUSTED_PROXIES to the network of the proxy in front, such as 127.0.0.1/32",
        )
    })
}

async fn recovery(latchkey: &Latchkey, settings: &Settings) -> Option<Finding> {
    if !settings.recovery.enabled {
        return None;
    }
    match plan(latchkey, settings).await {
        Ok(Some(_)) => None,
        _ => Some(Finding::warning(
            Examined::Settings,
            "recovery is switched on, but its facts are not enough, or reset by mail is not available",
            "set recovery.facts to two facts or more, one of which locates an account",
        )),
    }
}
