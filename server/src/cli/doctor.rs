//! `latchkey doctor`.

use super::language::said;
use crate::config::Config;
use crate::doctor::probe::{self, Wish};
use crate::doctor::{Level, Report, examine};
use crate::refused::Fault;
use app::phrase;
use clap::Args;
use std::process::ExitCode;
use url::Url;

#[derive(Args)]
pub struct DoctorCommand {
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
    /// Look at a running installation from outside instead, by the address that people type
    #[arg(long)]
    probe: Option<Url>,
    /// Login of an account of yours: is it told from one that does not exist? It gets a mail
    #[arg(long, requires = "probe")]
    known: Option<String>,
    /// A mailed link of yours: does opening it leave it working?
    #[arg(long, requires = "probe")]
    link: Option<Url>,
}

impl DoctorCommand {
    pub async fn run(self, config: Config) -> Result<ExitCode, Fault> {
        let report = match self.probe {
            Some(url) => {
                let (known, link) = (self.known, self.link);
                probe::examine(Wish { url, known, link }).await
            }
            None => examine(config).await,
        };
        if self.json {
            let well = report.is_well();
            println!("{}", serde_json::json!({ "well": well, "findings": report.findings }));
        } else {
            print(&report);
        }
        Ok(if report.is_well() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn print(report: &Report) {
    let levels = [Level::Ok, Level::Skipped, Level::Warning, Level::Problem];
    let widest = levels.map(|level| mark(level).chars().count()).into_iter().max();
    let width = widest.unwrap_or_default();
    for finding in &report.findings {
        let mark = mark(finding.level);
        println!(
            "{mark:<width$}  {:<14} {}",
            finding.check.as_str(),
            said(&finding.found)
        );
        if let Some(next) = &finding.next {
            println!("{:>indent$} {}", "→", said(next), indent = width + 19);
        }
    }
    let sum = phrase!(
        cli.doctor_sum,
        problems = report.number(Level::Problem),
        warnings = report.number(Level::Warning),
        skipped = report.number(Level::Skipped),
        well = report.number(Level::Ok),
    );
    println!("\n{}", said(&sum));
}

fn mark(level: Level) -> String {
    said(&match level {
        Level::Ok => phrase!(cli.level_ok),
        Level::Skipped => phrase!(cli.level_skipped),
        Level::Warning => phrase!(cli.level_warning),
        Level::Problem => phrase!(cli.level_problem),
    })
}
