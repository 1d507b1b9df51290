//! Going on without a new password: the opened link signs its owner in, once, where the settings offer it (F17). A sign-in by mail is
//! still a use of the link, so it is spent by the same conditional statement as a new password would (security 20).

use super::proof::{Proof, prove};
use super::token::token_digest;
use super::{Outcome, target};
use crate::audit::{self, Entry, Event};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::session::{self, Opened, OpenedBy};
use crate::settings::reset::SignIn;
use crate::store::SpentToken;
use app::outcome::Refusal;

/// A session instead of a new password, and where the person goes on.
///
/// # Errors
/// [`Refusal::EndpointClosed`] where the settings do not offer this; [`Refusal::LinkNotValid`] for every reason a proof can be
/// worthless.
pub async fn sign_in(
    latchkey: &Latchkey,
    visitor: &Visitor,
    proof: &Proof,
) -> Result<(Opened, Option<String>), Refused> {
    let settings = latchkey.settings().await?;
    if settings.reset.sign_in != SignIn::OnLink {
        return Err(Refusal::EndpointClosed.into());
    }
    let proved = prove(latchkey, visitor, proof).await?;
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let spent = write.spend_token(&token_digest(&proved.token), now).await?;
    let SpentToken {
        account_id,
        request_id,
        target: wished,
        ..
    } = spent.ok_or(Refusal::LinkNotValid)?;
    write
        .end_request(&request_id, Outcome::Completed, Some(&account_id))
        .await?;
    let opened = session::open(
        latchkey,
        &mut write,
        visitor,
        &settings,
        &account_id,
        OpenedBy::MailLink,
    )
    .await?;
    let entry = Entry::success(Event::SignedIn, &account_id)
        .about(&request_id)
        .saying("mail_link");
    audit::record(&mut write, visitor, now, entry);
    write.commit().await?;
    let target = target::after(&settings, &wished);
    Ok((opened, target))
}
