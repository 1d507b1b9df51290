//! Walking the chain from its beginning to its head.

use super::AuditRow;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::staff::{Permission, Staff};
use crate::store::AuditHead;

/// Rows read at once.
const STEP: i64 = 500;

/// What is wrong with the first row that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The row is not what was written.
    Changed,
    /// The row that should be here is gone.
    Missing,
    /// Nobody of ours wrote this row.
    Inserted,
    /// The newest rows are gone, or what is known of the newest row was changed.
    Head,
}

impl Flaw {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::Head => "head",
        }
    }
}

/// The first row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub flaw: Flaw,
    /// Its number in the chain.
    pub seq: i64,
    /// Empty for a row that is not there.
    pub id: String,
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Rows that were read.
    pub rows: i64,
    pub broken: Option<Broken>,
    /// `<number>:<chain>` of the newest row: written down elsewhere, it shows later that nothing before it was cut off.
    pub head: String,
}

/// Checks every row. A row written meanwhile is left for the next time.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden).
pub async fn verify(latchkey: &Latchkey, staff: &Staff, noted: Option<&str>) -> Result<Verification, Refused> {
    staff.require(Permission::ReadAudit)?;
    loop {
        let before = latchkey.store.audit_head().await?;
        let found = walk(latchkey, &before, noted).await?;
        // Retention removed rows while we were reading them: what looks like a gap may be none.
        let after = latchkey.store.audit_head().await?;
        if found.broken.is_none() || after.pruned_seq == before.pruned_seq {
            return Ok(found);
        }
    }
}

async fn walk(latchkey: &Latchkey, head: &AuditHead, noted: Option<&str>) -> Result<Verification, Fault> {
    let chain = latchkey.store.chain();
    let (mut seq, mut link) = (head.pruned_seq, head.pruned_chain.clone());
    let mut rows = 0;
    let mut noted = noted.map(str::to_owned);
    let ended = |rows, broken| Verification {
        rows,
        broken,
        head: format!("{}:{}", head.seq, head.chain),
    };
    let mut last_id = String::new();
    let mut oldest = i64::MAX;
    loop {
        let page = latchkey.store.audit_chain(seq, &last_id, head.seq, STEP).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            if let Some(flaw) = fits(seq, &link, &row, chain) {
                let missing = flaw == Flaw::Missing;
                let broken = Broken {
                    flaw,
                    seq: if missing { seq + 1 } else { row.seq },
                    id: if missing { String::new() } else { row.id },
                };
                return Ok(ended(rows, Some(broken)));
            }
            oldest = oldest.min(row.at);
            (seq, link) = (row.seq, row.chain);
            last_id = row.id;
            rows += 1;
            if noted.as_deref() == Some(format!("{seq}:{link}").as_str()) {
                noted = None;
            }
        }
    }
    let mut broken = None;
    if seq != head.seq || link != head.chain || noted.is_some() {
        broken = Some(Broken {
            flaw: Flaw::Head,
            seq: head.seq,
            id: String::new(),
        });
    } else if let Some(id) = latchkey.store.unchained_audit(oldest).await? {
        // Rows of before there was a chain are older than its first one.
        broken = Some(Broken {
            flaw: Flaw::Inserted,
            seq: 0,
            id,
        });
    }
    Ok(ended(rows, broken))
}

/// What is wrong with a row that comes after number `seq` with `link`.
fn fits(seq: i64, link: &str, row: &AuditRow, chain: &super::chain::Chain) -> Option<Flaw> {
    if row.seq <= seq {
        return Some(Flaw::Inserted);
    }
    if row.seq != seq + 1 {
        return Some(Flaw::Missing);
    }
    if row.chain != chain.link(link, row) || !chain.origin_fits(row) {
        return Some(Flaw::Changed);
    }
    None
}
