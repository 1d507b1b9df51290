//! The database: reachable, of this version, private.

use super::{Examined, Finding};
use crate::audit::chain::Chain;
use crate::config::Config;
use crate::secret::Keys;
use crate::store::{Engine, Schema, Store};
use std::sync::Arc;
use std::time::Duration;

/// Somebody waits for the report.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks without creating or migrating anything.
pub async fn look(config: &Config) -> Vec<Finding> {
    if !config.database_exists() {
        return vec![Finding::problem(
            Examined::Database,
            "there is no database yet",
            "latchkey migrate",
        )];
    }
    // Nothing is written, so the chain of events needs no key.
    let chain = Chain::new(Arc::new(Keys::new([0; 32])));
    let opened = tokio::time::timeout(PATIENCE, Store::open(&config.database_url(), chain)).await;
    let store = match opened {
        Ok(Ok(store)) => store,
        Ok(Err(fault)) => return vec![unreachable(&fault.to_string())],
        Err(_) => return vec![unreachable("no answer in time")],
    };
    let finding = schema(&store).await;
    store.close().await;
    let mut findings = vec![finding];
    findings.extend(mode(config));
    findings
}

fn unreachable(why: &str) -> Finding {
    Finding::problem(
        Examined::Database,
        format!("the database cannot be opened: {why}"),
        "check LATCHKEY_DATABASE_URL, and whether the database server is running",
    )
}

async fn schema(store: &Store) -> Finding {
    let version = store.version().await.unwrap_or_default();
    let engine = match store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    match store.schema().await {
        Ok(Schema::Current) => Finding::ok(Examined::Database, format!("{engine} {version}, schema up to date")),
        Ok(Schema::Behind(steps)) => Finding::problem(
            Examined::Database,
            format!("the schema is {steps} migrations behind this program"),
            "latchkey migrate (starting the server does the same); have a backup first",
        ),
        Ok(Schema::Ahead) => Finding::problem(
            Examined::Database,
            "the database was written by a newer version of this program",
            "run the newer program, or restore the backup from before",
        ),
        Err(fault) => unreachable(&fault.to_string()),
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
                format!("others may read {}", path.display()),
                format!("chmod 600 {}", path.display()),
            ));
        }
    }
    None
}
