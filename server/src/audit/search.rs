//! Reading the trail: in pages, or all of it as a file.

use super::{AuditRow, Entry, Event, EventResult, record_staff};
use crate::clock::UnixMillis;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::secret::has_id_shape;
use crate::staff::{Permission, Staff};
use crate::store::After;
use app::phrase;

/// Which events are wanted. Nothing given means all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub event: Option<Event>,
    pub result: Option<EventResult>,
    /// Whom it is about.
    pub account_id: Option<String>,
    /// Who did it: `account:<id>`, `key:<id>`, `operator`, `visitor` or `server`.
    pub actor: Option<String>,
    /// From this moment on.
    pub from: Option<UnixMillis>,
    /// Before this moment.
    pub to: Option<UnixMillis>,
}

impl Wanted {
    fn check(&self) -> Result<(), Refused> {
        if self.account_id.as_deref().is_some_and(|id| !has_id_shape(id)) {
            return Err(Refused::invalid("account_id", phrase!(problem.no_id)));
        }
        let is_actor = |c: char| c.is_ascii_alphanumeric() || c == ':';
        if let Some(actor) = &self.actor
            && (actor.len() > 64 || !actor.chars().all(is_actor))
        {
            return Err(Refused::invalid("actor", phrase!(problem.actor)));
        }
        Ok(())
    }
}

/// Events, the newest first.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), [`Refused::Field`] for what cannot be an id or an actor.
pub async fn list(
    latchkey: &Latchkey,
    staff: &Staff,
    wanted: &Wanted,
    after: &After,
    limit: i64,
) -> Result<Vec<AuditRow>, Refused> {
    staff.require(Permission::ReadAudit)?;
    wanted.check()?;
    Ok(latchkey.store.audit(wanted, after, limit).await?)
}

/// Whether they may have all of it as a file; that they took it is an event itself (security 191).
///
/// # Errors
/// As [`list`].
pub async fn begin_export(latchkey: &Latchkey, staff: &Staff, wanted: &Wanted) -> Result<(), Refused> {
    staff.require(Permission::ReadAudit)?;
    wanted.check()?;
    let mut write = latchkey.store.write().await?;
    let entry = Entry::success(Event::AuditExported, "");
    record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    Ok(())
}

/// Rows of an export, the oldest first: as many as are read at once, after the one that was read last.
///
/// # Errors
/// When the database does not answer.
pub async fn export_page(
    latchkey: &Latchkey,
    wanted: &Wanted,
    last: Option<&AuditRow>,
) -> Result<Vec<AuditRow>, Fault> {
    latchkey.store.audit_ascending(wanted, last, EXPORTED).await
}

/// Rows read at once for an export: it never is in memory as a whole.
const EXPORTED: i64 = 500;
