//! Configuration and settings: what reset needs, and what is dangerous as it is.

use super::{Examined, Finding};
use crate::config::Config;
use crate::latchkey::Latchkey;
use crate::recovery::plan::plan;
use crate::reset::availability::{Missing, missing};
use crate::settings::{Pinned, Settings};
use app::phrase;
use app::words::Phrase;

/// What the configuration says by itself.
pub fn boot(config: &Config) -> Finding {
    match Pinned::from_groups(&config.settings) {
        Ok(_) => Finding::ok(
            Examined::Configuration,
            phrase!(
                doctor.boot_well,
                address = config.listen.to_string(),
                folder = config.data_dir.display().to_string()
            ),
        ),
        Err(error) => Finding::problem(
            Examined::Configuration,
            phrase!(doctor.pinned, why = error.in_words()),
            phrase!(doctor.pinned_next),
        ),
    }
}

/// What the settings of the moment come to.
pub async fn look(latchkey: &Latchkey, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for what in missing(latchkey, settings) {
        findings.push(if what == Missing::SwitchedOff {
            Finding::warning(Examined::Settings, what.in_words(), phrase!(doctor.switched_off_next))
        } else {
            let found = phrase!(doctor.reset_unavailable, why = what.in_words());
            Finding::problem(Examined::Settings, found, Phrase::verbatim(what.command()))
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(Examined::Settings, phrase!(doctor.settings_well)));
    }
    if !settings.limits.enabled {
        findings.push(Finding::warning(
            Examined::Settings,
            phrase!(doctor.no_limits),
            Phrase::verbatim("latchkey settings set limits.enabled true"),
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
            phrase!(doctor.public_url_local, url = public.as_str()),
            phrase!(doctor.public_url_local_next),
        ));
    }
    // TLS ends somewhere else, so somebody else speaks for every client.
    latchkey.config.trusted_proxies.is_empty().then(|| {
        Finding::warning(
            Examined::Settings,
            phrase!(doctor.no_proxy),
            phrase!(doctor.no_proxy_next),
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
            phrase!(doctor.recovery_stuck),
            phrase!(doctor.recovery_stuck_next),
        )),
    }
}
