//! The database: reachable, of this version, private.

use super::{Examined, Finding};
use crate::audit::chain::Chain;
use crate::config::Config;
use crate::secret::Keys;
use crate::store::{Engine, Schema, Store};
use app::phrase;
use app::words::Phrase;
use std::sync::Arc;
use std::time::Duration;

/// Somebody waits for the report.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks without creating or migrating anything.
pub async fn look(config: &Config) -> Vec<Finding> {
    if !config.database_exists() {
        return vec![Finding::problem(
            Examined::Database,
            phrase!(doctor.database_none),
            Phrase::verbatim("latchkey migrate"),
        )];
    }
    // Nothing is written, so the chain of events needs no key.
    let chain = Chain::new(Arc::new(Keys::new([0; 32])));
    let opened = tokio::time::timeout(PATIENCE, Store::open(&config.database_url(), chain)).await;
    let store = match opened {
        Ok(Ok(store)) => store,
        Ok(Err(fault)) => return vec![unreachable(fault.in_words())],
        Err(_) => return vec![unreachable(phrase!(doctor.no_answer))],
    };
    let finding = schema(&store).await;
    store.close().await;
    let mut findings = vec![finding];
    findings.extend(mode(config));
    findings
}

fn unreachable(why: Phrase) -> Finding {
    Finding::problem(
        Examined::Database,
        phrase!(doctor.database_closed, why = why),
        phrase!(doctor.database_closed_next),
    )
}

async fn schema(store: &Store) -> Finding {
    let version = store.version().await.unwrap_or_default();
    let engine = match store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    match store.schema().await {
        Ok(Schema::Current) => Finding::ok(
            Examined::Database,
            phrase!(doctor.database_well, engine = engine, version = version),
        ),
        Ok(Schema::Behind(steps)) => Finding::problem(
            Examined::Database,
            phrase!(doctor.database_behind, count = steps),
            phrase!(doctor.database_behind_next),
        ),
        Ok(Schema::Ahead) => Finding::problem(
            Examined::Database,
            phrase!(doctor.database_ahead),
            phrase!(doctor.database_ahead_next),
        ),
        Err(fault) => unreachable(fault.in_words()),
    }
}

/// The file holds addresses and password hashes.
fn mode(config: &Config) -> Option<Finding> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = config.database_file()?;
        let mode = std::fs::metadata(&path).ok()?.permissions().mode();
        if mode & 0o077 != 0 {
            return Some(Finding::warning(
                Examined::Database,
                phrase!(doctor.readable, file = path.display().to_string()),
                Phrase::verbatim(format!("chmod 600 {}", path.display())),
            ));
        }
    }
    None
}
