//! `latchkey keys …`.

use super::language::said;
use crate::clock::rfc3339;
use crate::fact::key;
use crate::latchkey::Latchkey;
use crate::mail::dkim::{Algorithm, Key, KeyError, Signing};
use crate::refused::Fault;
use crate::settings::change::change;
use crate::settings::grouped;
use crate::staff::Staff;
use app::phrase;
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
    /// Make a key to sign mails with (DKIM), and say what to publish in the DNS
    Dkim {
        /// Store it among the settings at once; then it is not printed
        #[arg(long)]
        save: bool,
        /// A short Ed25519 key instead of RSA; not every receiver understands it yet
        #[arg(long)]
        ed25519: bool,
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
                let made = phrase!(cli.facts_key_made, number = number, file = file.display().to_string());
                println!("{}", said(&made));
                println!("{}", said(&phrase!(cli.facts_key_copy)));
            }
            Self::Dkim { save, ed25519 } => {
                let algorithm = if ed25519 { Algorithm::Ed25519 } else { Algorithm::Rsa };
                dkim(latchkey, save, algorithm).await?;
            }
            Self::List { json } => list(latchkey, json).await?,
            Self::Retire { number } => {
                if !key::retire(latchkey, number).await? {
                    return Err(phrase!(cli.facts_key_kept, number = number).into());
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn dkim(latchkey: &Latchkey, save: bool, algorithm: Algorithm) -> Result<(), Fault> {
    let fault = |error: KeyError| Fault::Trouble(error.in_words());
    let key = Key::make(algorithm).map_err(fault)?;
    let pem = key.pem().map_err(fault)?;
    let settings = latchkey.settings().await?;
    let signing = Signing::with(&settings, key);
    println!("{}. TXT \"{}\"", signing.record_name(), signing.key.record());
    if save {
        let patch = grouped([("mail.dkim_private_key".to_owned(), pem.as_str().into())]);
        change(latchkey, &Staff::operator(), &patch, None)
            .await
            .map_err(super::fault)?;
        eprintln!("{}", said(&phrase!(cli.dkim_stored)));
    } else {
        println!("{}", pem.as_str());
    }
    Ok(())
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
            let facts = said(&phrase!(cli.facts_of_key, count = key.facts));
            println!("{}  {}  {created}  {facts}", key.number, key.id);
        }
    }
    Ok(())
}
