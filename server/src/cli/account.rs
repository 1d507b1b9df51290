//! `latchkey account …`.

use super::language::said;
use crate::account::add::{Draft, DraftPassword, add};
use crate::account::import::{Format, Report, import};
use crate::account::profile::Profile;
use crate::account::{Kind, Role, SignIn};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use app::phrase;
use app::words::{Locale, Phrase};
use clap::Subcommand;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Longest password read from standard input, so that a wrong pipe does not fill the memory.
const STDIN_LIMIT: u64 = 16 * 1024;

#[derive(Subcommand)]
pub enum AccountCommand {
    /// Add one account. Without a password its owner sets one through "forgot password"
    Add {
        /// Login name
        #[arg(long)]
        login: String,
        /// E-mail address; without one there is no reset by mail
        #[arg(long)]
        email: Option<String>,
        /// Name in greetings
        #[arg(long, default_value = "")]
        name: String,
        /// person or organisation
        #[arg(long, default_value = "person")]
        kind: Kind,
        /// password or sso
        #[arg(long, default_value = "password")]
        sign_in: SignIn,
        /// user, helpdesk or admin
        #[arg(long, default_value = "user")]
        role: Role,
        /// Language of mails
        #[arg(long, default_value = "en")]
        locale: String,
        /// Read the password from standard input (one line)
        #[arg(long)]
        password_stdin: bool,
    },
    /// Import accounts from a CSV file with a header line, or from JSON lines (.jsonl). All rows or none, unless --keep-good
    Import {
        file: PathBuf,
        /// Store the good rows when others are bad
        #[arg(long)]
        keep_good: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
}

impl AccountCommand {
    pub async fn run(self, latchkey: &Latchkey) -> Result<ExitCode, Fault> {
        match self {
            Self::Add {
                login,
                email,
                name,
                kind,
                sign_in,
                role,
                locale,
                password_stdin,
            } => {
                let password = if password_stdin {
                    DraftPassword::Plain(password_from_stdin()?)
                } else {
                    DraftPassword::None
                };
                let draft = Draft {
                    login_name: login,
                    email,
                    name,
                    profile: Profile::default(),
                    kind,
                    sign_in,
                    role,
                    locale,
                    password,
                };
                let id = add(latchkey, draft)
                    .await
                    .map_err(|error| Fault::Trouble(error.in_words()))?;
                println!("{id}");
                Ok(ExitCode::SUCCESS)
            }
            Self::Import { file, keep_good, json } => {
                let bytes = std::fs::read(&file).map_err(|error| in_file(&file, &error))?;
                let lines = file
                    .extension()
                    .is_some_and(|ending| ending == "jsonl" || ending == "ndjson");
                let format = if lines { Format::JsonLines } else { Format::Csv };
                let report = import(latchkey, format, &bytes, keep_good)
                    .await
                    .map_err(|error| Fault::Trouble(error.in_words()))?;
                print(&report, json)?;
                Ok(if report.errors.is_empty() {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::FAILURE
                })
            }
        }
    }
}

fn password_from_stdin() -> Result<String, Fault> {
    let mut text = String::new();
    std::io::stdin()
        .take(STDIN_LIMIT)
        .read_to_string(&mut text)
        .map_err(|error| Fault::Trouble(Phrase::verbatim(error.to_string())))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn in_file(file: &Path, error: &std::io::Error) -> Fault {
    phrase!(trouble.file, file = file.display().to_string(), why = error.to_string()).into()
}

/// JSON is for programs, so it is the same everywhere.
fn print(report: &Report, json: bool) -> Result<(), Fault> {
    if json {
        println!("{}", serde_json::to_string(&report.written(Locale::En))?);
        return Ok(());
    }
    for error in &report.errors {
        let line = phrase!(cli.import_line, line = error.line, problem = error.problem.clone());
        eprintln!("{}", said(&line));
    }
    let stored = phrase!(cli.import_stored, count = report.stored);
    let refused = phrase!(cli.import_refused, count = report.errors.len());
    println!(
        "{}",
        said(&phrase!(cli.import_done, stored = stored, refused = refused))
    );
    Ok(())
}
