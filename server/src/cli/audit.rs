//! `latchkey audit …`.

use super::fault;
use super::language::said;
use crate::audit::export::Format;
use crate::audit::search::{Wanted, begin_export, export_page};
use crate::audit::verify::{Flaw, verify};
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::staff::Staff;
use app::phrase;
use clap::Subcommand;
use std::io::Write as _;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Check every event against the chain; fails and names the first one that was changed, removed or added
    Verify {
        /// `<number>:<chain>` that an earlier check printed: must still be part of the chain
        #[arg(long)]
        head: Option<String>,
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write all events to standard output, the oldest first
    Export {
        /// csv or jsonl
        #[arg(long, default_value = "jsonl")]
        format: Format,
    },
}

impl AuditCommand {
    pub async fn run(self, latchkey: &Latchkey) -> Result<ExitCode, Fault> {
        match self {
            Self::Verify { head, json } => run_verify(latchkey, head.as_deref(), json).await,
            Self::Export { format } => export(latchkey, format).await,
        }
    }
}

async fn run_verify(latchkey: &Latchkey, head: Option<&str>, json: bool) -> Result<ExitCode, Fault> {
    let found = verify(latchkey, &Staff::operator(), head).await.map_err(fault)?;
    if json {
        let broken = found
            .broken
            .as_ref()
            .map(|broken| serde_json::json!({ "flaw": broken.flaw.as_str(), "seq": broken.seq, "id": broken.id }));
        let all = serde_json::json!({
            "intact": found.broken.is_none(), "rows": found.rows, "head": found.head, "broken": broken,
        });
        println!("{all}");
    } else if let Some(broken) = &found.broken {
        let flaw = match broken.flaw {
            Flaw::Changed => phrase!(cli.audit_changed),
            Flaw::Missing => phrase!(cli.audit_missing),
            Flaw::Inserted => phrase!(cli.audit_inserted),
            Flaw::Head => phrase!(cli.audit_head),
        };
        let (seq, id) = (broken.seq, broken.id.as_str());
        eprintln!("{}", said(&phrase!(cli.audit_broken, seq = seq, id = id, flaw = flaw)));
    } else {
        let head = found.head.as_str();
        println!("{}", said(&phrase!(cli.audit_intact, count = found.rows, head = head)));
    }
    Ok(if found.broken.is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn export(latchkey: &Latchkey, format: Format) -> Result<ExitCode, Fault> {
    let wanted = Wanted::default();
    begin_export(latchkey, &Staff::operator(), &wanted)
        .await
        .map_err(fault)?;
    let write = |text: String| {
        let written = std::io::stdout().write_all(text.as_bytes());
        written.map_err(|error| Fault::from(phrase!(trouble.standard_output, why = error.to_string())))
    };
    write(format.head())?;
    let mut last = None;
    loop {
        let mut rows = export_page(latchkey, &wanted, last.as_ref()).await?;
        write(format.rows(&rows)?)?;
        match rows.pop() {
            Some(row) => last = Some(row),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}
