//! `latchkey keys …`.

use crate::clock::rfc3339;
use crate::fact::key;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Make a new key for facts; new facts are stored under it, the old keys check what was stored before
    Rotate,
    /// List the keys of facts and how many facts are stored under each
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget an old key that nothing is stored under any more; its file may be removed then
    Retire {
        /// Its number, as listed
        number: i64,
    },
}

impl KeysCommand {
    pub async fn run(self, latchkey: &Latchkey) -> Result<ExitCode, Fault> {
        match self {
            Self::Rotate => {
                let (number, file) = key::rotate(latchkey).await?;
                println!(
                    "new facts are stored under key {number} from now on: {}",
                    file.display()
                );
                println!(
                    "Copy this file to every other server of this database at once, and into the backup of the keys."
                );
            }
            Self::List { json } => list(latchkey, json).await?,
            Self::Retire { number } => {
                if !key::retire(latchkey, number).await? {
                    return Err(Fault::Other(format!(
                        "key {number} is the current one, still has facts stored under it, or does not exist"
                    )));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(latchkey: &Latchkey, json: bool) -> Result<(), Fault> {
    for key in latchkey.store.fact_keys_in_use().await? {
        let created = rfc3339(key.created_at);
        if json {
            let line = serde_json::json!({
                "number": key.number, "id": key.id, "created_at": created, "facts": key.facts,
            });
            println!("{line}");
        } else {
            println!("{}  {}  {created}  {} facts", key.number, key.id, key.facts);
        }
    }
    Ok(())
}
