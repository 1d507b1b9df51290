//! Which template a mail is written from: the edited one while it works, else ours. Read for every mail, so that an edit counts at once
//! on every server.

use super::{carried, version};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::mail::outbox::Parcel;
use crate::mail::render::{
    Brand, RenderError, Rendered, Secrets, Source, Values, language_of, person_of, render, render_edited,
};
use crate::refused::Fault;
use crate::store::OutboxRow;
use serde_json::json;

/// Writes a mail. A template that fails, or that would lose the link, never loses the mail: ours is taken, and the audit trail says so.
///
/// # Errors
/// When the database does not answer. Inside: when there is nothing that could be mailed at all.
pub async fn write(
    latchkey: &Latchkey,
    row: &OutboxRow,
    parcel: &Parcel,
    brand: &Brand,
    secrets: &Secrets,
) -> Result<Result<Rendered, RenderError>, Fault> {
    let kind = parcel.message.kind();
    let language = language_of(kind, &parcel.recipient, brand);
    let edited = match row.templates_edited {
        0 => None,
        _ => latchkey.store.mail_template(kind.as_str(), language.code()).await?,
    };
    if let Some(source) = edited.and_then(version::source) {
        match from_edited(&source, parcel, brand, secrets) {
            Ok(rendered) => return Ok(Ok(rendered)),
            Err(error) => {
                tracing::error!(%kind, %language, %error, "the edited template cannot be used, the default is taken");
                let now = latchkey.now();
                let about = format!("{kind}/{language}");
                let detail = json!({ "mail": row.id, "error": error.to_string() }).to_string();
                let entry = Entry::failure(Event::MailTemplateBroken, "default_taken", "");
                let mut write = latchkey.store.write_behind().await?;
                audit::record_own(&mut write, now, entry.about(&about).saying(&detail));
                write.commit().await?;
            }
        }
    }
    Ok(render(&parcel.message, &parcel.recipient, brand, secrets))
}

fn from_edited(source: &Source, parcel: &Parcel, brand: &Brand, secrets: &Secrets) -> Result<Rendered, RenderError> {
    let kind = parcel.message.kind();
    let language = language_of(kind, &parcel.recipient, brand);
    let values = Values::of(&parcel.message, &person_of(&parcel.recipient), language, brand, secrets)?;
    let rendered = render_edited(source, kind, language, &values)?;
    match carried::lost(kind, &values, &rendered).first() {
        None => Ok(rendered),
        Some((part, flaw, what)) => Err(RenderError::Template(format!("{part}: {flaw} {what}"))),
    }
}
