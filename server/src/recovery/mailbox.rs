//! The second step: a new address, and the code that was mailed there.
//!
//! The code belongs to the address that stands beside it in the row: giving an address, also the same once more, makes another code in
//! the same statement, and what is recorded as proven is the address whose code was compared (security 80). An address that is somebody
//! else's already is answered like any other; only the mail differs (security 81).

use super::step;
use super::token::{CODE_TRIES, code_matches, has_shape, mail_code, mail_code_digest};
use crate::account::identifier::EmailAddress;
use crate::audit::{self, Entry, Event};
use crate::clock::MINUTE;
use crate::guard::limits::{RECOVERY_MAIL_BY_ADDRESS, RECOVERY_STEP_BY_CLIENT, spend};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::{Message, Said};
use crate::mail::notice;
use crate::recovery::lock;
use crate::refused::Refused;
use crate::reset::token::new_salt;
use crate::secret::{Purpose, digest};
use crate::store::{NewPending, RecoveryRow};
use app::outcome::Refusal;

/// Addresses that one recovery may be given: enough for a few slips, too few to mail to many people.
const MOST_ADDRESSES: i64 = 5;

/// Mails a code to a new address.
///
/// # Errors
/// [`Refusal::AddressMalformed`]; [`Refusal::RecoveryNotValid`] for every reason there is no such recovery, also after too many
/// addresses; [`Refused::TooMany`].
pub async fn set_address(latchkey: &Latchkey, visitor: &Visitor, handle: &str, typed: &str) -> Result<(), Refused> {
    let address = EmailAddress::parse(typed.trim()).map_err(|_| Refusal::AddressMalformed)?;
    let row = step(latchkey, visitor, handle).await?;
    let limits = latchkey.settings().await?.limits.clone();
    let holder = latchkey.store.account_id_by_key(address.key()).await?;
    let taken = holder.as_deref().is_some_and(|holder| holder != row.account_id);
    // Looked up in either case: the owner of a taken address is told, and a free one costs the same.
    let told = latchkey
        .store
        .account(holder.as_deref().unwrap_or(&row.account_id))
        .await?;

    let now = latchkey.now();
    let salt = new_salt();
    let mac = latchkey.keys.mac_text(Purpose::Limit, &[address.key()]);
    let mut write = latchkey.store.write().await?;
    let within = !limits.enabled
        || limits
            .of(RECOVERY_MAIL_BY_ADDRESS)
            .take(&mut write, &mac, now)
            .await?
            .within();
    let code = mail_code(&latchkey.keys, &row.id, &salt);
    let issued = within && !taken;
    let pending = NewPending {
        address_sealed: &latchkey.keys.seal(Purpose::Recovery, &row.id, address.deliverable()),
        code_salt: &salt,
        // Without a code that fits: whoever guessed one would prove an address that is not theirs.
        code_digest: &if issued {
            mail_code_digest(&latchkey.keys, &row.id, &salt, &code)
        } else {
            String::new()
        },
    };
    if !write
        .set_recovery_address(&row.id, &pending, MOST_ADDRESSES, now)
        .await?
    {
        return Err(Refusal::RecoveryNotValid.into());
    }
    let occasion = notice::occasion(latchkey, Some(visitor));
    match told.filter(|owner| within && taken && owner.email.is_some()) {
        Some(owner) => {
            let message = Message::RecoverySaid {
                occasion,
                what: Said::AddressTaken,
            };
            notice::tell(latchkey, &mut write, &owner, message).await?;
        }
        None if issued => {
            let message = Message::RecoveryCode {
                occasion,
                recovery: row.id.clone(),
                salt,
                lifetime_minutes: minutes_left(&row, now),
            };
            notice::tell_stranger(latchkey, &mut write, visitor, &row, address.deliverable(), message).await?;
        }
        None => lock::queue_look(latchkey, &mut write, &[]).await?,
    }
    let entry = Entry::success(Event::RecoveryAddressGiven, &row.account_id).about(&row.id);
    audit::record(&mut write, visitor, now, entry);
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(())
}

fn minutes_left(row: &RecoveryRow, now: i64) -> u32 {
    u32::try_from((row.expires_at - now) / MINUTE).unwrap_or(0).max(1)
}

/// Proves the new address by the code mailed there. The try is taken and committed before anything is compared (security 19).
///
/// # Errors
/// [`Refusal::CodeRefused`] for a wrong code, or one that nobody may try any more; [`Refusal::RecoveryNotValid`]; [`Refused::TooMany`].
pub async fn prove(latchkey: &Latchkey, visitor: &Visitor, handle: &str, typed_code: &str) -> Result<(), Refused> {
    if !has_shape(handle) {
        return Err(Refusal::RecoveryNotValid.into());
    }
    let now = latchkey.now();
    let limits = latchkey.settings().await?.limits.clone();
    spend(&latchkey.store, &limits, RECOVERY_STEP_BY_CLIENT, visitor, now).await?;
    let mut write = latchkey.store.write().await?;
    let row = write.take_recovery_code_try(&digest(handle), CODE_TRIES, now).await?;
    write.commit().await?;
    let Some(row) = row else {
        super::opened(latchkey, handle).await?;
        return Err(Refusal::CodeRefused.into());
    };
    let fits = code_matches(&latchkey.keys, &row.id, &row.code_salt, typed_code, &row.code_digest);
    let mut write = latchkey.store.write().await?;
    let proved = fits && write.prove_recovery(&row.id, &row.code_salt, now).await?;
    let entry = if proved {
        Entry::success(Event::RecoveryCodeTried, &row.account_id)
    } else {
        Entry::failure(Event::RecoveryCodeTried, "refused", &row.account_id)
    };
    audit::record(&mut write, visitor, now, entry.about(&row.id));
    write.commit().await?;
    if proved {
        Ok(())
    } else {
        Err(Refusal::CodeRefused.into())
    }
}

/// The address that stands in a recovery; empty before one was given.
///
/// # Errors
/// When it cannot be opened with this server's key.
pub fn address_of(latchkey: &Latchkey, row: &RecoveryRow) -> Result<String, Refused> {
    if row.address_sealed.is_empty() {
        return Ok(String::new());
    }
    let address = latchkey.keys.open(Purpose::Recovery, &row.id, &row.address_sealed)?;
    Ok(address.to_string())
}
