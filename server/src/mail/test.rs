//! A test mail, sent while staff wait for it, and the mail server's answer in words that help.

use super::outbox::{brand, sender};
use super::render::{RenderError, Rendered, render_test};
use super::transport::advice::apart;
use super::transport::{Addressee, Failure, Outgoing, Patience, Reply};
use crate::account::identifier::{EmailAddress, Identifier, IdentifierError};
use crate::account::{Account, Role, Status};
use crate::audit::{self, Entry, Event};
use crate::directory;
use crate::guard::limits::MAIL_TEST;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::secret::new_id;
use crate::settings::Settings;
use crate::staff::{Permission, Staff, Who};
use app::outcome::Refusal;
use app::phrase;
use app::words::Locale;
use app::words::Phrase;
use std::time::Duration;

/// Somebody waits for the answer, so it comes before their browser gives up.
pub const PATIENCE: Patience = Patience {
    step: Duration::from_secs(8),
    attempt: Duration::from_secs(15),
};

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub sent: bool,
    /// What the mail server said, or where the conversation ended.
    pub reply: String,
    /// What to try; nothing when it went well.
    pub advice: Option<Phrase>,
}

impl Verdict {
    fn not_sent(advice: Phrase) -> Self {
        Self {
            sent: false,
            reply: String::new(),
            advice: Some(advice),
        }
    }
}

/// Sends a test mail with the settings of the moment. People may send to their own address, keys to an administrator's, the operator
/// to any (security 172).
///
/// # Errors
/// [`Refusal::Forbidden`] for another address; [`Refusal::Invalid`] where there is none; [`Refused::TooMany`]. That the mail did not
/// leave is not an error but a [`Verdict`].
pub async fn send(latchkey: &Latchkey, staff: &Staff, to: Option<&str>) -> Result<Verdict, Refused> {
    send_this(latchkey, staff, to, |settings, language| {
        render_test(language, &brand(settings))
    })
    .await
}

/// The same with other words.
///
/// # Errors
/// As [`send`].
pub async fn send_this(
    latchkey: &Latchkey,
    staff: &Staff,
    to: Option<&str>,
    words: impl FnOnce(&Settings, Locale) -> Result<Rendered, RenderError>,
) -> Result<Verdict, Refused> {
    staff.require(Permission::ChangeMail)?;
    let address = addressee(latchkey, staff, to).await?;
    let settings = latchkey.settings().await?;
    spend(latchkey, staff, &settings).await?;
    let own = staff.account().and_then(|account| Locale::of_tag(&account.locale));
    let language = own.unwrap_or(settings.branding.default_locale);
    let rendered = words(&settings, language).map_err(|error| Fault::Other(error.to_string()))?;
    let verdict = attempt(latchkey, &settings, &address, rendered).await;

    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let entry = if verdict.sent {
        Entry::success(Event::MailTested, "")
    } else {
        Entry::failure(Event::MailTested, "not_sent", "")
    };
    audit::record_staff(&mut write, staff, now, entry);
    write.commit().await?;
    Ok(verdict)
}

async fn addressee(latchkey: &Latchkey, staff: &Staff, to: Option<&str>) -> Result<String, Refused> {
    let not_an_address =
        |error: IdentifierError| Refused::invalid("to", phrase!(problem.not_an_address, why = error.in_words()));
    if let Some(to) = to {
        EmailAddress::parse(to).map_err(not_an_address)?;
    }
    match (&staff.who, to) {
        (Who::Operator, Some(to)) => Ok(to.to_owned()),
        (Who::Person { account, .. }, to) => {
            let own = account
                .email
                .clone()
                .ok_or_else(|| Refused::conflict("to", phrase!(problem.no_own_address)))?;
            match to {
                Some(to) if !same(to, &own) => Err(not_allowed(phrase!(problem.to_own_address))),
                _ => Ok(own),
            }
        }
        (Who::Key { .. }, Some(to)) if is_administrators(latchkey, to).await? => Ok(to.to_owned()),
        (Who::Key { .. }, Some(_)) => Err(not_allowed(phrase!(problem.to_administrator))),
        (_, None) => Err(Refused::conflict("to", phrase!(problem.to_missing))),
    }
}

fn not_allowed(problem: Phrase) -> Refused {
    Refused::Field {
        refusal: Refusal::Forbidden,
        field: "to".to_owned(),
        problem,
    }
}

fn same(one: &str, other: &str) -> bool {
    match (Identifier::parse(one), Identifier::parse(other)) {
        (Ok(one), Ok(other)) => one.canonical() == other.canonical(),
        _ => false,
    }
}

async fn is_administrators(latchkey: &Latchkey, address: &str) -> Result<bool, Refused> {
    let Ok(identifier) = Identifier::parse(address) else {
        return Ok(false);
    };
    let account = directory::find(&latchkey.store, &identifier).await?;
    let is_admin = |account: Account| account.role == Role::Admin && account.status == Status::Active;
    Ok(account.is_some_and(is_admin))
}

/// The budget is used before anything is sent.
async fn spend(latchkey: &Latchkey, staff: &Staff, settings: &Settings) -> Result<(), Refused> {
    if !settings.limits.enabled {
        return Ok(());
    }
    let mut write = latchkey.store.write().await?;
    let taken = settings
        .limits
        .of(MAIL_TEST)
        .take(&mut write, &staff.actor(), latchkey.now())
        .await?;
    write.commit().await?;
    taken.check()
}

async fn attempt(latchkey: &Latchkey, settings: &Settings, address: &str, rendered: Rendered) -> Verdict {
    if settings.mail.sender_address.is_empty() {
        return Verdict::not_sent(phrase!(doctor.test_no_sender));
    }
    let transport = match latchkey.transports.fresh(settings, PATIENCE) {
        Ok(Some(transport)) => transport,
        Ok(None) => return Verdict::not_sent(phrase!(doctor.test_no_server)),
        Err(error) => return Verdict::not_sent(error.in_words()),
    };
    let signer = match latchkey.transports.signer(settings) {
        Ok(signer) => signer,
        Err(error) => return Verdict::not_sent(phrase!(doctor.test_no_key, why = error.in_words())),
    };
    let domain = settings.mail.sender_address.rsplit('@').next().unwrap_or_default();
    let outgoing = Outgoing {
        message_id: format!("{}@{domain}", new_id()),
        date: latchkey.now(),
        from: sender(settings),
        reply_to: (!settings.mail.reply_to.is_empty()).then(|| settings.mail.reply_to.clone()),
        to: Addressee {
            address: address.to_owned(),
            name: String::new(),
        },
        rendered,
    };
    match transport.send_signed(&outgoing, signer.as_ref()).await {
        Ok(Reply { text }) => Verdict {
            sent: true,
            reply: text,
            advice: None,
        },
        Err(failure) => explained(&failure),
    }
}

/// Replies of failures end with what to try, after a semicolon, where somebody knew something.
#[must_use]
pub fn explained(failure: &Failure) -> Verdict {
    let (reply, advice) = apart(&failure.reply);
    Verdict {
        sent: false,
        reply: reply.to_owned(),
        advice: Some(advice.unwrap_or_else(|| phrase!(doctor.smtp_log))),
    }
}
