//! The language that a signed-in person chose: for their pages, and for the mails to them.

use crate::audit::{self, Entry, Event};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::session;
use app::words::Locale;

/// Stores it with the account behind a session. A session that has ended changes nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn choose(latchkey: &Latchkey, visitor: &Visitor, token: &str, language: Locale) -> Result<(), Fault> {
    let Some(session) = session::resume(latchkey, token).await? else {
        return Ok(());
    };
    let mut write = latchkey.store.write().await?;
    if write.set_locale(&session.account_id, language.code()).await? {
        let entry = Entry::success(Event::AccountChanged, &session.account_id);
        let detail = format!("locale: {language}");
        audit::record(&mut write, visitor, latchkey.now(), entry.saying(&detail));
        write.commit().await?;
    }
    Ok(())
}
