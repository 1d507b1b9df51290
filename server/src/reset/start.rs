//! Support starts a reset for somebody: the mail goes to the owner's own address, and staff see neither link nor code (F10, A6).

use super::receipt::new_receipt;
use super::request::require_available;
use crate::account::identifier::LoginName;
use crate::account::search::existing;
use crate::account::{Account, SignIn, Status};
use crate::audit::{self, Entry, Event};
use crate::clock::MINUTE;
use crate::latchkey::Latchkey;
use crate::mail::message::masked;
use crate::mail::outbox::RESET_REQUEST;
use crate::refused::{Fault, Refused};
use crate::secret::{Purpose, new_id};
use crate::staff::{Permission, Staff};
use crate::store::{NewMail, NewRequest};
use app::phrase;

/// Queues a reset mail to the owner of an account. Answers the receipt, by which staff find out what became of it.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), [`Refusal::NotFound`](app::outcome::Refusal::NotFound),
/// [`Refusal::ResetUnavailable`](app::outcome::Refusal::ResetUnavailable); [`Refused::Field`] when this account cannot have a reset.
pub async fn start(latchkey: &Latchkey, staff: &Staff, id: &str) -> Result<String, Refused> {
    staff.require(Permission::StartResets)?;
    let account = existing(latchkey, id).await?;
    staff.require_touch(&account)?;
    let settings = latchkey.settings().await?;
    require_available(latchkey, &settings)?;
    require_possible(&account)?;

    let now = latchkey.now();
    let (request_id, receipt) = (new_id(), new_receipt());
    let login = LoginName::parse(&account.login_name)
        .map_err(|error| Fault::Other(format!("login name of account {}: {error}", account.id)))?;
    let lifetime = i64::from(settings.reset.link_expiry_minutes.unwrap_or_default()) * MINUTE;
    let visitor = &staff.visitor;
    let mut write = latchkey.store.write().await?;
    write
        .add_request(&NewRequest {
            id: &request_id,
            receipt: &receipt,
            identifier_sealed: &latchkey.keys.seal(Purpose::Identifier, &request_id, login.key()),
            identifier_mac: &latchkey.keys.mac_text(Purpose::Limit, &[login.key()]),
            locale: &account.locale,
            client_address: &visitor.client.to_string(),
            user_agent: &visitor.user_agent,
            requested_at: now,
            target: "",
            account_id: Some(&account.id),
            started_by: &staff.actor(),
        })
        .await?;
    write
        .queue_mail(&NewMail {
            id: &new_id(),
            kind: RESET_REQUEST,
            account_id: Some(&account.id),
            request_id: Some(&request_id),
            payload: "",
            recipient: &account.email.as_deref().map(masked).unwrap_or_default(),
            created_at: now,
            expires_at: now + lifetime,
        })
        .await?;
    let entry = Entry::success(Event::ResetStarted, &account.id).about(&request_id);
    audit::record_staff(&mut write, staff, now, entry);
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    Ok(receipt)
}

/// Staff may know why not; strangers never do.
fn require_possible(account: &Account) -> Result<(), Refused> {
    let problem = match (account.status, account.sign_in, &account.email) {
        (Status::Disabled, _, _) => phrase!(problem.account_disabled),
        (_, SignIn::Sso, _) => phrase!(problem.account_sso),
        (_, _, None) => phrase!(problem.account_no_address),
        _ => return Ok(()),
    };
    Err(Refused::conflict("", problem))
}
