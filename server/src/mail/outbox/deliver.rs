//! From a sealed row to the mail server.

use super::end::{End, later};
use super::{LEASE, Parcel};
use crate::branding::look::Accents;
use crate::clock::UnixMillis;
use crate::latchkey::Latchkey;
use crate::mail::dkim::Signer;
use crate::mail::message::Message;
use crate::mail::render::{Brand, Rendered, Secrets};
use crate::mail::template::in_force;
use crate::mail::transport::{Failure, Outgoing, Reply, Sender, Transport};
use crate::recovery::token as recovery_token;
use crate::refused::Fault;
use crate::reset::{target, token};
use crate::settings::Settings;
use crate::store::OutboxRow;
use app::view::Delivery;

/// One attempt on a mail: what it says is made now, from the settings, the templates and the secrets of the moment.
pub(super) async fn deliver(latchkey: &Latchkey, row: &mut OutboxRow, parcel: &Parcel) -> Result<End, Fault> {
    let settings = latchkey.settings().await?;
    let secrets = match &parcel.message {
        Message::ResetLink { by_staff, .. } => match reset_secrets(latchkey, row, &settings, *by_staff).await? {
            Some(secrets) => secrets,
            // Used, replaced, expired, or the account changed: a dead link is not worth a mail (security 146).
            None => return Ok(End::useless("link no longer valid")),
        },
        Message::RecoveryCode { recovery, salt, .. } => match recovery_code(latchkey, recovery, salt).await? {
            Some(secrets) => secrets,
            None => return Ok(End::useless("code no longer valid")),
        },
        Message::RecoveryStarted { recovery, .. }
        | Message::RecoveryCompleted {
            recovery,
            to_new: false,
            ..
        } => undo_link(latchkey, &settings, recovery).await?,
        Message::SsoHint { .. }
        | Message::PasswordChanged { .. }
        | Message::EmailChanged { .. }
        | Message::StaffActed { .. }
        | Message::RecoveryCompleted { .. }
        | Message::RecoveryDenied { .. }
        | Message::RecoverySaid { .. } => Secrets::default(),
    };
    let transport = match latchkey.transports.current(&settings) {
        Ok(Some(transport)) => transport,
        Ok(None) => return Ok(later(latchkey, row, "no mail server is configured".to_owned())),
        Err(error) => return Ok(later(latchkey, row, error.to_string())),
    };
    let signer = match latchkey.transports.signer(&settings) {
        Ok(signer) => signer,
        // Unsigned it might be taken for spam; somebody will correct the key, and it is not lost until then.
        Err(error) => return Ok(later(latchkey, row, format!("mails cannot be signed: {error}"))),
    };
    let Ok(rendered) = in_force::write(latchkey, row, parcel, &brand(&settings), &secrets).await? else {
        return Ok(End::failed("the mail could not be rendered", String::new()));
    };
    let outgoing = outgoing(row, &settings, parcel, rendered);
    Ok(
        match send_holding(latchkey, row, &transport, signer.as_ref(), &outgoing).await {
            Ok(reply) => End::sent(reply.text),
            Err(failure) if failure.permanent => End::failed("refused by the mail server", failure.reply),
            Err(failure) => later(latchkey, row, failure.reply),
        },
    )
}

/// Link and code, made again from the row's salt: a retried mail carries the same ones.
///
/// A mail that staff started always has the link and only that: its reader never asked, so there is no page open to type a code into.
async fn reset_secrets(
    latchkey: &Latchkey,
    row: &OutboxRow,
    settings: &Settings,
    by_staff: bool,
) -> Result<Option<Secrets>, Fault> {
    let request_id = row.request_id.as_deref().unwrap_or_default();
    let living = latchkey
        .store
        .living_token_of_request(request_id, latchkey.now())
        .await?;
    let (Some(living), Some(public_url)) = (living, &settings.reset.public_url) else {
        return Ok(None);
    };
    let target = latchkey.store.target_of_request(request_id).await?;
    // What was allowed when it was asked for need not be so any more.
    let target = target::allowed(&settings.reset, &target)
        .filter(|target| *target != settings.reset.target_page)
        .unwrap_or_default();
    let token = token::token(&latchkey.keys, request_id, &living.salt);
    let link = token::link(public_url, &settings.reset, &token, &target);
    let code = token::shown_code(&token::code(&latchkey.keys, request_id, &living.salt));
    let delivery = if by_staff {
        Delivery::Link
    } else {
        settings.reset.delivery
    };
    Ok(Some(match delivery {
        Delivery::Link => Secrets {
            link: Some(link),
            code: None,
        },
        Delivery::Code => Secrets {
            link: None,
            code: Some(code),
        },
        Delivery::Both => Secrets {
            link: Some(link),
            code: Some(code),
        },
    }))
}

/// The code for a new address, while it is the one that counts.
async fn recovery_code(latchkey: &Latchkey, recovery: &str, salt: &str) -> Result<Option<Secrets>, Fault> {
    let living = latchkey.store.living_recovery_of_id(recovery, latchkey.now()).await?;
    let current = living.filter(|row| row.code_salt == salt && row.proved_at == 0);
    Ok(current.map(|row| Secrets {
        link: None,
        code: Some(recovery_token::mail_code(&latchkey.keys, &row.id, salt)),
    }))
}

/// The way to stop a recovery or take it back. The notice is worth reading without one, too.
async fn undo_link(latchkey: &Latchkey, settings: &Settings, recovery: &str) -> Result<Secrets, Fault> {
    let row = latchkey.store.undoable_recovery(recovery, "", latchkey.now()).await?;
    let link = row.zip(settings.reset.public_url.as_ref()).map(|(row, public_url)| {
        let token = recovery_token::undo_token(&latchkey.keys, &row.id, &row.undo_salt);
        recovery_token::undo_link(public_url, &token)
    });
    Ok(Secrets { link, code: None })
}

/// Sends while keeping the lease alive, so that a slow mail server does not make a second worker send the same mail (security 145).
async fn send_holding(
    latchkey: &Latchkey,
    row: &mut OutboxRow,
    transport: &Transport,
    signer: Option<&Signer>,
    outgoing: &Outgoing,
) -> Result<Reply, Failure> {
    let mut sending = std::pin::pin!(transport.send_signed(outgoing, signer));
    let third = std::time::Duration::from_millis(LEASE.unsigned_abs() / 3);
    loop {
        tokio::select! {
            outcome = &mut sending => return outcome,
            () = tokio::time::sleep(third) => {
                let until = latchkey.now() + LEASE;
                if hold_longer(latchkey, row, until).await.unwrap_or(false) {
                    row.lease_until = until;
                }
            }
        }
    }
}

async fn hold_longer(latchkey: &Latchkey, row: &OutboxRow, until: UnixMillis) -> Result<bool, Fault> {
    let mut write = latchkey.store.write_behind().await?;
    let held = write.extend_lease(&row.id, row.lease_until, until).await?;
    write.commit().await?;
    Ok(held)
}

/// Whose mails these are, by the settings of the moment.
#[must_use]
pub fn brand(settings: &Settings) -> Brand {
    Brand {
        product_name: settings.branding.product_name.clone(),
        organisation_code: settings.branding.organisation_code.clone(),
        support_contact: settings.branding.support_contact.clone(),
        public_url: settings
            .reset
            .public_url
            .as_ref()
            .map_or_else(String::new, |url| url.as_str().trim_end_matches('/').to_owned()),
        accents: Accents::of(&settings.branding),
        language: settings.branding.default_locale,
    }
}

/// The Message-ID comes from the row, so a mail sent twice over a broken connection is recognised as one (security 145).
fn outgoing(row: &OutboxRow, settings: &Settings, parcel: &Parcel, rendered: Rendered) -> Outgoing {
    let address = &settings.mail.sender_address;
    let domain = address.rsplit('@').next().unwrap_or_default();
    Outgoing {
        message_id: format!("{}@{domain}", row.id),
        date: row.created_at,
        from: sender(settings),
        reply_to: (!settings.mail.reply_to.is_empty()).then(|| settings.mail.reply_to.clone()),
        to: (&parcel.recipient).into(),
        rendered,
    }
}

/// Who writes, by the settings of the moment.
#[must_use]
pub fn sender(settings: &Settings) -> Sender {
    let own = Some(&settings.mail.sender_name).filter(|name| !name.is_empty());
    Sender {
        name: own.unwrap_or(&settings.branding.product_name).clone(),
        address: settings.mail.sender_address.clone(),
    }
}
