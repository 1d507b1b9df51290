//! The outbox as staff see it: what waits, what failed and why, once more or not at all (M7).

use super::outbox::State;
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::reset::Outcome;
use crate::secret::has_id_shape;
use crate::staff::{Permission, Staff};
use crate::store::{After, SeenMail, Write};
use app::outcome::Refusal;
use app::phrase;

/// Why a row ended that staff gave up.
pub const CANCELLED: &str = "cancelled by staff";

/// Which mails are wanted. Nothing given means all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub state: Option<State>,
}

/// Mails, the newest first; neither words nor whole addresses.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn list(
    latchkey: &Latchkey,
    staff: &Staff,
    wanted: Wanted,
    after: &After,
    limit: i64,
) -> Result<Vec<SeenMail>, Refused> {
    staff.require(Permission::ReadMail)?;
    Ok(latchkey.store.mails(wanted, after, limit).await?)
}

/// Tries a mail at once that waits or has failed. What it says must still be true: nothing is sent after its time.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`], [`Refusal::Conflict`] with the reason.
pub async fn retry(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeMail)?;
    let now = latchkey.now();
    let mut write = begin(latchkey, id).await?;
    if !write.retry_mail(id, now).await? {
        return Err(why_not(&mut write, id, now).await?);
    }
    audit::record_staff(&mut write, staff, now, Entry::success(Event::MailRetried, "").about(id));
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

/// Gives a mail up that waits or has failed; what it says is wiped.
///
/// # Errors
/// As [`retry`].
pub async fn cancel(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<(), Refused> {
    staff.require(Permission::ChangeMail)?;
    let now = latchkey.now();
    let mut write = begin(latchkey, id).await?;
    if !write.cancel_mail(id, CANCELLED, &staff.actor(), now).await? {
        return Err(why_not(&mut write, id, now).await?);
    }
    // Whoever looks for the request finds out why there was no mail.
    write.cancel_request_of_mail(id, Outcome::Cancelled).await?;
    audit::record_staff(
        &mut write,
        staff,
        now,
        Entry::success(Event::MailCancelled, "").about(id),
    );
    write.commit().await?;
    Ok(())
}

async fn begin(latchkey: &Latchkey, id: &str) -> Result<Write, Refused> {
    if !has_id_shape(id) {
        return Err(Refusal::NotFound.into());
    }
    Ok(latchkey.store.write().await?)
}

/// Why nothing could be done with a row, in words.
async fn why_not(write: &mut Write, id: &str, now: i64) -> Result<Refused, Refused> {
    let Some(row) = write.mail(id).await? else {
        return Ok(Refusal::NotFound.into());
    };
    let problem = match row.state.parse() {
        Ok(State::Sent) => phrase!(problem.mail_sent),
        Ok(State::Dropped) => phrase!(problem.mail_wiped),
        _ if row.lease_until > now => phrase!(problem.mail_under_way),
        _ => phrase!(problem.mail_too_old),
    };
    Ok(Refused::conflict("", problem))
}
