//! How the check is doing, found out by doing it: our own challenge is made, solved and checked; a provider is asked about a token that
//! cannot be right, which it answers differently when it does not know our key.

use super::{proof_of_work, siteverify};
use crate::clock::{MINUTE, UnixMillis};
use crate::closed;
use crate::latchkey::Latchkey;
use crate::secret::digest;
use crate::settings::captcha::{Captcha, Provider};
use tokio::sync::Mutex;

closed!(
    /// How it is doing.
    State {
        Off = "off",
        Working = "working",
        KeyMissing = "key_missing",
        KeyRefused = "key_refused",
        Unreachable = "unreachable",
    }
);

/// How long a finding counts: pages that show it do not ask the provider each time.
const FRESH: i64 = MINUTE;

/// What was found last, for which settings, and when.
#[derive(Default)]
pub struct Probe(Mutex<Option<(String, UnixMillis, State)>>);

/// The state by these settings.
pub async fn state(latchkey: &Latchkey, captcha: &Captcha) -> State {
    match captcha.provider {
        Provider::None => State::Off,
        Provider::ProofOfWork if proof_of_work::works(latchkey) => State::Working,
        Provider::ProofOfWork => State::Unreachable,
        _ if captcha.lacks_key() => State::KeyMissing,
        _ => asked(latchkey, captcha).await,
    }
}

/// Whoever comes while somebody is asking waits for that answer.
async fn asked(latchkey: &Latchkey, captcha: &Captcha) -> State {
    let about = digest(&format!(
        "{} {} {} {}",
        captcha.provider,
        captcha.verify_url,
        captcha.site_key,
        captcha.secret_key.reveal()
    ));
    let mut last = latchkey.captcha_probe.0.lock().await;
    let now = latchkey.now();
    if let Some((of, at, state)) = last.as_ref()
        && *of == about
        && now - at < FRESH
    {
        return *state;
    }
    let state = match siteverify::ask(latchkey, captcha, "latchkey-asks-whether-this-key-is-known").await {
        Ok(verdict) if verdict.refuses_key() => State::KeyRefused,
        Ok(_) => State::Working,
        Err(_) => State::Unreachable,
    };
    *last = Some((about, now, state));
    state
}
