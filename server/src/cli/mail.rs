//! `latchkey mail …`.

use super::fault;
use super::language::said;
use crate::latchkey::Latchkey;
use crate::mail::test;
use crate::refused::Fault;
use crate::staff::Staff;
use app::phrase;
use app::words::Phrase;
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
            .map_err(fault)?;
        if verdict.sent {
            println!("{}", said(&phrase!(cli.mail_sent, reply = verdict.reply)));
            return Ok(ExitCode::SUCCESS);
        }
        let reply = (!verdict.reply.is_empty()).then(|| Phrase::verbatim(verdict.reply));
        let why = Phrase::list(reply.into_iter().chain(verdict.advice).collect());
        Err(phrase!(cli.mail_not_sent, why = why).into())
    }
}
