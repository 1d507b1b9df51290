//! `latchkey doctor`.

use crate::config::Config;
use crate::doctor::probe::{self, Wish};
use crate::doctor::{Level, Report, examine};
use crate::refused::Fault;
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
    for finding in &report.findings {
        let mark = match finding.level {
            Level::Ok => "ok      ",
            Level::Skipped => "skipped ",
            Level::Warning => "warning ",
            Level::Problem => "PROBLEM ",
        };
        println!("{mark} {:<14} {}", finding.check.as_str(), finding.found);
        if let Some(next) = &finding.next {
            println!("{:>26} {next}", "→");
        }
    }
    println!(
        "\nproblems: {}, warnings: {}, skipped: {}, well: {}",
        report.number(Level::Problem),
        report.number(Level::Warning),
        report.number(Level::Skipped),
        report.number(Level::Ok)
    );
}
