//! The mail server: the whole conversation up to signing in, and no mail.

use super::{Examined, Finding};
use crate::latchkey::Latchkey;
use crate::mail::test::{PATIENCE, explained};
use crate::settings::Settings;
use app::phrase;
use app::words::Phrase;

const UNSET: &str = "latchkey settings set mail.url smtp://user:password@mail.example.org:587";

/// Speaks to the mail server as the next mail would.
pub async fn look(latchkey: &Latchkey, settings: &Settings) -> Finding {
    let transport = match latchkey.transports.fresh(settings, PATIENCE) {
        Ok(Some(transport)) => transport,
        Ok(None) => return Finding::problem(Examined::Mail, phrase!(doctor.mail_none), Phrase::verbatim(UNSET)),
        Err(error) => return Finding::problem(Examined::Mail, error.in_words(), Phrase::verbatim(UNSET)),
    };
    if let Err(error) = latchkey.transports.signer(settings) {
        return Finding::problem(
            Examined::Mail,
            phrase!(doctor.mail_unsigned, why = error.in_words()),
            phrase!(doctor.mail_unsigned_next),
        );
    }
    match transport.greet().await {
        Ok(reply) => Finding::ok(Examined::Mail, Phrase::verbatim(reply.text)),
        Err(failure) => {
            let verdict = explained(&failure);
            Finding::problem(
                Examined::Mail,
                Phrase::verbatim(verdict.reply),
                verdict.advice.unwrap_or_else(|| phrase!(doctor.smtp_log)),
            )
        }
    }
}
