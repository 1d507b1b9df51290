//! `latchkey mail …`.

use crate::latchkey::Latchkey;
use crate::mail::test;
use crate::refused::Fault;
use crate::staff::Staff;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum MailCommand {
    /// Send a test mail right now, and say what the mail server answered
    Test {
        /// Where it goes
        #[arg(long)]
        to: String,
    },
}

impl MailCommand {
    pub async fn run(self, latchkey: &Latchkey) -> Result<ExitCode, Fault> {
        let Self::Test { to } = self;
        let verdict = test::send(latchkey, &Staff::operator(), Some(&to))
            .await
            .map_err(|refused| Fault::Other(refused.to_string()))?;
        if verdict.sent {
            println!("sent: {}", verdict.reply);
            return Ok(ExitCode::SUCCESS);
        }
        let parts = [verdict.reply, verdict.advice]
            .into_iter()
            .filter(|part| !part.is_empty());
        Err(Fault::Other(format!(
            "not sent: {}",
            parts.collect::<Vec<_>>().join("; ")
        )))
    }
}
