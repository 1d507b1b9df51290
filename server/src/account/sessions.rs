//! Ending the sessions of somebody who asks support for it.

use super::search::existing;
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::mail::message::StaffAction;
use crate::mail::notice;
use crate::refused::Refused;
use crate::staff::{Permission, Staff};

/// Ends every session of an account and tells its owner. Answers how many there were.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), [`Refusal::NotFound`](app::outcome::Refusal::NotFound).
pub async fn end_all(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<u64, Refused> {
    staff.require(Permission::EndSessions)?;
    let account = existing(latchkey, id).await?;
    staff.require_touch(&account)?;
    let mut write = latchkey.store.write().await?;
    let ended = write.end_sessions(&account.id).await?;
    let detail = format!("{ended} ended");
    let entry = Entry::success(Event::SessionsRevoked, &account.id).saying(&detail);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    if ended > 0 {
        notice::staff_acted(latchkey, &mut write, &account, StaffAction::SessionsEnded).await?;
    }
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(ended)
}
