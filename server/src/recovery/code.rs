//! Recovery codes: ten of them, made by the signed-in owner, printed and kept. One of them stands in for the facts (NIST SP 800-63B-4
//! §4.2.1.1). They work whenever reset by mail is there, also while recovery by facts is off or locked: nothing about them can be
//! looked up or guessed.

use super::facts::{Started, open, spend};
use super::plan::mailable;
use crate::audit::{self, Entry, Event};
use crate::fact::file::owner;
use crate::guard::captcha::{self, Brought, Place};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::mail::message::Said;
use crate::mail::notice;
use crate::password::change::require_current;
use crate::refused::Refused;
use crate::reset::receipt::{grouped, spelled, typed};
use crate::secret::{Keys, Purpose, new_id, random};
use crate::session::Session;
use app::outcome::Refusal;

/// Codes made at once.
pub const CODES: usize = 10;

/// 80 bits, sixteen characters: at least 64 are asked for (NIST SP 800-63B-4 §4.2.1.1).
const BYTES: usize = 10;
const LENGTH: usize = BYTES * 8 / 5;

/// What is stored of a code: keyed, because below 112 bits a plain digest would not do (ASVS 6.5.2), and looked up by it, because it
/// says by itself whose it is.
fn mac(keys: &Keys, code: &str) -> String {
    keys.mac_text(Purpose::RecoveryCode, &[code])
}

/// Makes ten codes in place of all earlier ones, and tells the owner. They are answered this once.
///
/// # Errors
/// [`Refusal::CurrentPasswordWrong`], [`Refused::TooMany`], [`Refusal::NotSignedIn`].
pub async fn make(
    latchkey: &Latchkey,
    visitor: &Visitor,
    session: &Session,
    current: &str,
) -> Result<Vec<String>, Refused> {
    let account = owner(latchkey, session).await?;
    require_current(latchkey, visitor, &account, current).await?;
    let codes: [String; CODES] = std::array::from_fn(|_| spelled(&random::<BYTES>()));
    let stored: Vec<(String, String)> = codes.iter().map(|code| (new_id(), mac(&latchkey.keys, code))).collect();
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    write.replace_recovery_codes(&account.id, &stored, now).await?;
    audit::record(
        &mut write,
        visitor,
        now,
        Entry::success(Event::RecoveryCodesMade, &account.id),
    );
    notice::said(latchkey, &mut write, Some(visitor), &account, Said::CodesMade).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(codes.iter().map(|code| grouped(code)).collect())
}

/// Begins a recovery for whoever holds a code. It is spent with the new password, not before.
///
/// # Errors
/// [`Refusal::RecoveryOff`]; [`Refusal::NotRecognised`] for every other reason; [`Refused::Captcha`]; [`Refused::TooMany`].
pub async fn start(
    latchkey: &Latchkey,
    visitor: &Visitor,
    typed_code: &str,
    captcha: Brought<'_>,
) -> Result<Started, Refused> {
    let settings = latchkey.settings().await?;
    if !mailable(latchkey, &settings) {
        return Err(Refusal::RecoveryOff.into());
    }
    captcha::require(latchkey, visitor, &settings, Place::Recovery, captcha).await?;
    let canonical = typed(typed_code, LENGTH).unwrap_or_default();
    let found = latchkey.store.recovery_code(&mac(&latchkey.keys, &canonical)).await?;
    let (code_id, account_id) = found.unwrap_or_default();
    let account = latchkey.store.account(&account_id).await?;
    let mut write = spend(latchkey, visitor, &settings).await?;
    let Some(account) = account.filter(crate::account::Account::takes_password) else {
        let entry = Entry::failure(Event::RecoveryRefused, "code", &account_id);
        audit::record(&mut write, visitor, latchkey.now(), entry);
        write.commit().await?;
        return Err(Refusal::NotRecognised.into());
    };
    let started = open(latchkey, &mut write, visitor, &settings, &account, "", &code_id).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(started)
}
