//! The command line. Its doc comments are its reference; no rule lives here.

mod account;
mod api_key;
mod audit;
mod demo;
mod doctor;
mod keys;
mod language;
mod mail;
mod serve;
mod settings;

use crate::config::Config;
use crate::refused::{Fault, Refused};
use crate::startup::{Parts, prepare};
use app::phrase;
use clap::{Args, Parser, Subcommand};
use language::said;
use std::path::PathBuf;
use std::process::ExitCode;

/// Self-service password reset: one binary with web pages, REST API and a durable mail queue.
#[derive(Parser)]
#[command(name = "latchkey", version)]
struct Cli {
    #[command(flatten)]
    boot: Boot,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command needs to find database and key. Environment variables `LATCHKEY_…` say the same.
#[derive(Args)]
struct Boot {
    /// Configuration file (default: latchkey.toml, where there is one)
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Folder with database, key and file mails
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    /// sqlite://… or postgres://…
    #[arg(long, global = true)]
    database_url: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests and send mail
    Serve(serve::Listen),
    /// Serve with sample accounts, mails to files, and a mailbox page at /dev/mailbox
    Demo(serve::Listen),
    /// Bring the database schema up to date, and stop
    Migrate,
    /// Add and import accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Read and change settings
    #[command(subcommand)]
    Settings(settings::SettingsCommand),
    /// Make, list and remove the keys of programs
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// Rotate, list and retire the keys of facts
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Check and export the audit trail
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Test outgoing mail
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Look the installation over, and say what to do; fails when something is wrong
    Doctor(doctor::DoctorCommand),
    /// Print the OpenAPI document
    Openapi,
}

/// Runs one command. Prints one clear line on standard error when it fails, in the language of the terminal.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match Box::pin(dispatch(cli)).await {
        Ok(code) => code,
        Err(fault) => {
            // Who speaks is a name, the same in every language.
            eprintln!("latchkey: {}", said(&fault.in_words()));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<ExitCode, Fault> {
    let command = match cli.command {
        Some(command) => command,
        // `cargo leptos watch` starts the binary without a word; a developer wants the demo.
        None if std::env::var_os("LEPTOS_WATCH").is_some() => Command::Demo(serve::Listen::default()),
        None => {
            return Err(phrase!(cli.no_command).into());
        }
    };
    let config = config(&cli.boot)?;
    match command {
        Command::Serve(listen) => serve::run(listen.into_config(config), Parts::default()).await,
        Command::Demo(listen) => demo::run(listen.into_config(config)).await,
        Command::Migrate => {
            prepare(config, Parts::default(), None).await?.store.close().await;
            Ok(ExitCode::SUCCESS)
        }
        Command::Account(command) => command.run(&prepare(config, Parts::default(), None).await?).await,
        Command::Settings(command) => command.run(&prepare(config, Parts::default(), None).await?).await,
        Command::ApiKey(command) => command.run(&prepare(config, Parts::default(), None).await?).await,
        Command::Keys(command) => command.run(&prepare(config, Parts::default(), None).await?).await,
        Command::Audit(command) => command.run(&prepare(config, Parts::default(), None).await?).await,
        Command::Mail(command) => command.run(&prepare(config, Parts::default(), None).await?).await,
        Command::Doctor(command) => command.run(config).await,
        Command::Openapi => {
            println!("{}", crate::api::document()?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Why a use-case refused, for whoever typed the command.
fn fault(refused: Refused) -> Fault {
    match refused {
        Refused::Fault(fault) => fault,
        other => other.in_words().into(),
    }
}

fn config(boot: &Boot) -> Result<Config, Fault> {
    let mut config = Config::read(boot.config.as_deref()).map_err(|error| Fault::Trouble(error.in_words()))?;
    if let Some(data_dir) = &boot.data_dir {
        config.data_dir.clone_from(data_dir);
    }
    if boot.database_url.is_some() {
        config.database_url.clone_from(&boot.database_url);
    }
    Ok(config)
}
