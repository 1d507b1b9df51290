//! Removing an account for good: the person, what hangs on it, and what the audit trail knows of where they were (security 200).

use super::change::{refuse_own, require_another_admin};
use super::search::existing;
use super::{Role, Status};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::mail::notice;
use crate::refused::Refused;
use crate::staff::{Permission, Staff};
use app::outcome::Refusal;

/// Removes an account with its sessions, links and queued mails, and tells the owner. What happened stays in the audit trail under an
/// id that leads to nobody any more, without addresses and browsers.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`], [`Refusal::Conflict`] for one's own and for the last administrator's.
pub async fn remove(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeAccounts)?;
    let account = existing(latchkey, id).await?;
    staff.require_touch(&account)?;
    refuse_own(staff, &account, "")?;
    let mut write = latchkey.store.write().await?;
    if account.role == Role::Admin && account.status == Status::Active {
        require_another_admin(&mut write, latchkey, &account.id).await?;
    }
    if !write.remove_account(&account.id).await? {
        return Err(Refusal::NotFound.into());
    }
    write.forget_origins(&account.id).await?;
    notice::farewell(latchkey, &mut write, &account).await?;
    let entry = Entry::success(Event::AccountDeleted, &account.id);
    audit::record_staff(&mut write, staff, latchkey.now(), entry);
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}
