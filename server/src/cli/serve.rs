//! `latchkey serve`: runs until a signal says stop, then finishes what is under way.

use crate::config::Config;
use crate::refused::Fault;
use crate::startup::{Application, Parts};
use clap::Args;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[derive(Args, Default)]
pub struct Listen {
    /// Address of the web server, e.g. 127.0.0.1:8080; port 0 takes a free one
    #[arg(long)]
    listen: Option<SocketAddr>,
}

impl Listen {
    pub fn into_config(self, config: Config) -> Config {
        Config {
            listen: self.listen.unwrap_or(config.listen),
            ..config
        }
    }
}

pub async fn run(config: Config, parts: Parts) -> Result<ExitCode, Fault> {
    start_logging("info");
    let application = Application::build(config, with_test_clock(parts)).await?;
    println!("Latchkey is listening on http://{}", application.address()?);
    if let Some(address) = application.metrics_address() {
        tracing::info!("metrics are at http://{address}/metrics");
    }
    application.run_until_stopped(stop_on_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Logs go to standard error; `RUST_LOG` chooses what. sqlx would log statements, and lettre conversations, at levels below `info`.
pub fn start_logging(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("{default},sqlx=warn")));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

/// Cancelled by Ctrl-C and by SIGTERM.
pub fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let signalled = stop.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping");
        signalled.cancel();
    });
    stop
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminate.recv() => {} }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    drop(tokio::signal::ctrl_c().await);
}

#[cfg(feature = "test-clock")]
pub fn with_test_clock(parts: Parts) -> Parts {
    match std::env::var_os("LATCHKEY_TEST_CLOCK_FILE") {
        Some(file) => Parts {
            clock: Some(std::sync::Arc::new(crate::clock::MovedClock(file.into()))),
            ..parts
        },
        None => parts,
    }
}

#[cfg(not(feature = "test-clock"))]
pub fn with_test_clock(parts: Parts) -> Parts {
    parts
}
