//! The mail server: the whole conversation up to signing in, and no mail.

use super::{Examined, Finding};
use crate::latchkey::Latchkey;
use crate::mail::test::{PATIENCE, explained};
use crate::settings::Settings;

const UNSET: &str = "latchkey settings set mail.url smtp://user:password@mail.example.org:587";

/// Speaks to the mail server as the next mail would.
pub async fn look(latchkey: &Latchkey, settings: &Settings) -> Finding {
    let transport = match latchkey.transports.fresh(settings, PATIENCE) {
        Ok(Some(transport)) => transport,
        Ok(None) => return Finding::problem(Examined::Mail, "there is no mail server yet", UNSET),
        Err(error) => return Finding::problem(Examined::Mail, error.to_string(), UNSET),
    };
    if let Err(error) = latchkey.transports.signer(settings) {
        return Finding::problem(
            Examined::Mail,
            format!("mails cannot be signed: {error}"),
            "store another key: latchkey keys dkim --save",
        );
    }
    match transport.greet().await {
        Ok(reply) => Finding::ok(Examined::Mail, reply.text),
        Err(failure) => {
            let verdict = explained(&failure);
            Finding::problem(Examined::Mail, verdict.reply, verdict.advice)
        }
    }
}
