//! Looks an installation over and says what to do: one file a check, each finding with at most one next step. Nothing is changed, sent
//! or made by looking.
//!
//! ```text
//! configuration ─ key file ─ database        from the configuration alone: nothing is created, nothing is migrated
//!        └ all three well ─▶ settings ─ clock ─ mail ─ queue ─ sender's domain      from the installation as it would run
//! ```

mod clock;
mod database;
pub mod deliverability;
pub mod dns;
mod key;
mod mail;
pub mod probe;
mod queue;
mod settings;

use crate::closed;
use crate::config::Config;
use crate::latchkey::Latchkey;
use crate::startup::{Parts, prepare};
use app::phrase;
use app::words::Phrase;
use serde::Serialize;

closed!(
    /// What was looked at.
    Examined {
        Configuration = "configuration",
        KeyFile = "key_file",
        Database = "database",
        Settings = "settings",
        Clock = "clock",
        Mail = "mail",
        Queue = "queue",
        Spf = "spf",
        Dkim = "dkim",
        Dmarc = "dmarc",
        Tls = "tls",
        Banner = "banner",
        Headers = "headers",
        Cookies = "cookies",
        WellKnown = "well_known",
        Errors = "errors",
        Host = "host",
        SameAnswer = "same_answer",
        SameTime = "same_time",
        Link = "link",
    }
);

closed!(
    /// How it is.
    Level { Ok = "ok", Skipped = "skipped", Warning = "warning", Problem = "problem" }
);

/// What one look found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: Examined,
    pub level: Level,
    /// In one sentence.
    pub found: Phrase,
    /// What to do, where there is something to do.
    pub next: Option<Phrase>,
}

impl Finding {
    fn new(check: Examined, level: Level, found: Phrase, next: Option<Phrase>) -> Self {
        Self {
            check,
            level,
            found,
            next,
        }
    }

    fn ok(check: Examined, found: Phrase) -> Self {
        Self::new(check, Level::Ok, found, None)
    }

    fn skipped(check: Examined, found: Phrase, next: Phrase) -> Self {
        Self::new(check, Level::Skipped, found, Some(next))
    }

    fn warning(check: Examined, found: Phrase, next: Phrase) -> Self {
        Self::new(check, Level::Warning, found, Some(next))
    }

    fn problem(check: Examined, found: Phrase, next: Phrase) -> Self {
        Self::new(check, Level::Problem, found, Some(next))
    }
}

/// Everything that was found, in the order in which it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing has to be done before the installation can do its work.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.number(Level::Problem) == 0
    }

    #[must_use]
    pub fn number(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// Looks at everything, from the configuration on. Ends early where nothing behind it could be looked at.
pub async fn examine(config: Config) -> Report {
    let mut findings = vec![settings::boot(&config), key::look(&config)];
    let well = |findings: &[Finding]| findings.iter().all(|finding| finding.level != Level::Problem);
    if well(&findings) {
        findings.extend(database::look(&config).await);
    }
    if !well(&findings) {
        return Report { findings };
    }
    match prepare(config, Parts::default(), None).await {
        Ok(latchkey) => {
            findings.extend(look(&latchkey).await);
            latchkey.store.close().await;
        }
        Err(fault) => findings.push(Finding::problem(
            Examined::Configuration,
            phrase!(doctor.would_not_start, why = fault.in_words()),
            phrase!(doctor.would_not_start_next),
        )),
    }
    Report { findings }
}

/// Looks at an installation that is open.
pub async fn look(latchkey: &Latchkey) -> Vec<Finding> {
    let settings = match latchkey.settings().await {
        Ok(settings) => settings,
        Err(fault) => {
            let found = phrase!(doctor.settings_unreadable, why = fault.in_words());
            let next = phrase!(doctor.settings_unreadable_next);
            return vec![Finding::problem(Examined::Settings, found, next)];
        }
    };
    let mut findings = settings::look(latchkey, &settings).await;
    findings.extend(clock::look(latchkey).await);
    findings.push(mail::look(latchkey, &settings).await);
    findings.extend(queue::look(latchkey).await);
    findings.extend(deliverability::look(&settings).await);
    findings
}
