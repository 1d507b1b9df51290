//! `latchkey api-key …`.

use super::fault;
use super::language::said;
use crate::clock::{rfc3339, rfc3339_or_none};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::staff::{Scope, Staff, key};
use crate::store::After;
use app::phrase;
use clap::Subcommand;
use std::process::ExitCode;

/// Keys listed at most: more are listed page by page over REST.
const LISTED: i64 = 1_000;

#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key and print it, this once, as the last word
    Add {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do, such as accounts:read; several times for several
        #[arg(long = "scope", required = true, value_delimiter = ',')]
        scopes: Vec<Scope>,
        /// Print id and key as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the keys: what they are for and when they were used, never what they open with
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a key; it opens nothing from now on
    Remove {
        /// Its id, as listed
        id: String,
    },
}

impl ApiKeyCommand {
    pub async fn run(self, latchkey: &Latchkey) -> Result<ExitCode, Fault> {
        let staff = Staff::operator();
        match self {
            Self::Add { name, scopes, json } => {
                let made = key::add(latchkey, &staff, &name, &scopes, None).await.map_err(fault)?;
                if json {
                    println!("{}", serde_json::json!({ "id": made.id, "key": made.key }));
                } else {
                    println!("{}", said(&phrase!(cli.key_made, id = made.id, key = made.key)));
                }
            }
            Self::List { json } => list(latchkey, &staff, json).await?,
            Self::Remove { id } => key::remove(latchkey, &staff, &id).await.map_err(fault)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(latchkey: &Latchkey, staff: &Staff, json: bool) -> Result<(), Fault> {
    let keys = key::list(latchkey, staff, &After::start(), LISTED)
        .await
        .map_err(fault)?;
    for key in keys {
        let used = rfc3339_or_none(key.last_used_at);
        if json {
            let scopes: Vec<_> = key.scopes.split(' ').collect();
            let line = serde_json::json!({
                "id": key.id, "name": key.name, "scopes": scopes, "created_at": rfc3339(key.created_at), "last_used_at": used,
            });
            println!("{line}");
        } else {
            let used = used.unwrap_or_else(|| said(&phrase!(cli.never_used)));
            println!("{}  {}  {}  {used}", key.id, key.name, key.scopes);
        }
    }
    Ok(())
}
