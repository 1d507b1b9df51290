//! `latchkey settings …`.

use crate::audit::{self, Entry, Event};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::settings::{declaration, declarations};
use clap::Subcommand;
use std::collections::HashMap;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum SettingsCommand {
    /// Show all settings, or one
    Get { name: Option<String> },
    /// Change a setting; counts at once on every server of this database
    Set { name: String, value: String },
}

impl SettingsCommand {
    pub async fn run(self, latchkey: &Latchkey) -> Result<ExitCode, Fault> {
        match self {
            Self::Get { name } => get(latchkey, name.as_deref()).await?,
            Self::Set { name, value } => set(latchkey, &name, &value).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn get(latchkey: &Latchkey, name: Option<&str>) -> Result<(), Fault> {
    let stored: HashMap<String, String> = latchkey.store.settings().await?.into_iter().collect();
    let value_of = |name: &str, default: &str| {
        let pinned = latchkey.pinned.get(name).map(ToString::to_string);
        pinned
            .or_else(|| stored.get(name).cloned())
            .unwrap_or_else(|| default.to_owned())
    };
    if let Some(name) = name {
        let declared = declaration(name).map_err(|error| Fault::Other(error.to_string()))?;
        println!("{}", value_of(name, declared.default));
        return Ok(());
    }
    for declared in declarations() {
        println!("{} = {}", declared.name, value_of(declared.name, declared.default));
    }
    Ok(())
}

async fn set(latchkey: &Latchkey, name: &str, text: &str) -> Result<(), Fault> {
    let declared = declaration(name).map_err(|error| Fault::Other(error.to_string()))?;
    if latchkey.pinned.get(name).is_some() {
        return Err(Fault::Other(format!(
            "{name} is pinned by the configuration and cannot be changed here"
        )));
    }
    let value = declared.parse(text).map_err(|error| Fault::Other(error.to_string()))?;
    let mut write = latchkey.store.write().await?;
    write.set_setting(name, &value.to_string(), latchkey.now()).await?;
    let entry = Entry::success(Event::SettingChanged, "").about(name);
    audit::record(&mut write, &Visitor::operator(), latchkey.now(), entry).await?;
    write.commit().await
}
