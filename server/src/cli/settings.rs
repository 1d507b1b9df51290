//! `latchkey settings …`.

use super::fault;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::settings::change::{change, current};
use crate::settings::{declaration, grouped};
use crate::staff::Staff;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum SettingsCommand {
    /// Show all settings, or one; of a secret only whether it is set
    Get { name: Option<String> },
    /// Change a setting; counts at once on every server of this database
    Set {
        name: String,
        /// `null` goes back to the default
        value: String,
    },
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
    let wanted = name.map(declaration).transpose()?;
    let shown = current(latchkey, &Staff::operator()).await.map_err(fault)?;
    for setting in shown {
        match wanted {
            None => println!("{} = {}", setting.declared.name, setting.value),
            Some(wanted) if wanted.name == setting.declared.name => println!("{}", setting.value),
            Some(_) => {}
        }
    }
    Ok(())
}

async fn set(latchkey: &Latchkey, name: &str, text: &str) -> Result<(), Fault> {
    let value = declaration(name)?.read(text);
    let patch = grouped([(name.to_owned(), value)]);
    change(latchkey, &Staff::operator(), &patch, None).await.map_err(fault)
}
