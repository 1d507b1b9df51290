//! A database of a test's own, and a way to look into it behind the application's back.

use server::store::Engine;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{AnyPool, Column as _, Row as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// Every table of the schema; a test that reads "everything" reads these.
pub const TABLES: [&str; 20] = [
    "branding_pictures",
    "accounts",
    "account_identifiers",
    "sessions",
    "reset_requests",
    "reset_tokens",
    "outbox",
    "settings",
    "audit",
    "limits",
    "api_keys",
    "jobs",
    "idempotency",
    "audit_head",
    "attributes",
    "fact_keys",
    "facts",
    "recoveries",
    "recovery_codes",
    "spent_captchas",
];

/// Removed when dropped.
pub struct Database {
    pub url: String,
    pub engine: Engine,
    name: String,
}

impl Database {
    /// A file in `folder`, or a fresh database of the cluster that `scripts/with-postgres.sh` starts.
    pub async fn create(engine: Engine, folder: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.join("latchkey.db").display()),
            Engine::Postgres => {
                in_cluster(&format!("create database {name}")).await;
                format!("{}/{name}", cluster().rsplit_once('/').expect("a database name").0)
            }
        };
        Self { url, engine, name }
    }

    /// Connects behind the application's back.
    pub async fn connect(&self) -> AnyPool {
        sqlx::any::install_default_drivers();
        let options = AnyPoolOptions::new().max_connections(2);
        options.connect(&self.url).await.expect("the database answers")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres && !std::thread::panicking() {
            let statement = format!("drop database if exists {} with (force)", self.name);
            let dropping = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(in_cluster(&statement));
            });
            dropping.join().expect("the database is dropped");
        }
    }
}

/// A missing cluster is a failure, never a reason to skip: a test that did not run proves nothing.
fn cluster() -> String {
    std::env::var("LATCHKEY_TEST_POSTGRES")
        .expect("LATCHKEY_TEST_POSTGRES is not set: run the tests with scripts/with-postgres.sh cargo test -p server")
}

async fn in_cluster(statement: &str) {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().max_connections(1);
    let pool = options.connect(&cluster()).await.expect("the cluster answers");
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    sqlx::raw_sql(statement)
        .execute(&pool)
        .await
        .expect("the cluster obeys");
    pool.close().await;
}

/// One column of one row as text; numbers are written out.
fn text(row: &AnyRow, index: usize) -> String {
    row.try_get::<Option<String>, _>(index)
        .map(Option::unwrap_or_default)
        .or_else(|_| row.try_get::<i64, _>(index).map(|number| number.to_string()))
        .expect("text or a number")
}

/// Every row, its columns joined by `|`.
pub async fn rows(pool: &AnyPool, sql: &str) -> Vec<String> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_all(pool)
        .await
        .expect(sql);
    let line = |row: &AnyRow| {
        let columns = row.columns().iter().map(|column| text(row, column.ordinal()));
        columns.collect::<Vec<_>>().join("|")
    };
    rows.iter().map(line).collect()
}

pub async fn execute(pool: &AnyPool, sql: &str) {
    let statement = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::query(statement).execute(pool).await.expect(sql);
}
