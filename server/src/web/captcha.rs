//! What pages are told about the captcha of the moment.

use crate::latchkey::Latchkey;
use crate::settings::captcha::Provider;
use app::captcha::{Outside, Script};
use app::words::Locale;

/// The script that pages carry for it; none while nobody is asked, the keys are missing, or the database does not answer: then the
/// form says what is the matter.
pub async fn script(latchkey: &Latchkey, lang: Locale) -> Option<Script> {
    let captcha = latchkey.settings().await.ok()?.captcha.clone();
    let outside = match captcha.provider {
        Provider::None => return None,
        Provider::ProofOfWork => None,
        Provider::RecaptchaV2 | Provider::RecaptchaV2Invisible | Provider::RecaptchaV3 => Some(Outside::Recaptcha),
        Provider::Hcaptcha => Some(Outside::Hcaptcha),
        Provider::Turnstile => Some(Outside::Turnstile),
    };
    if captcha.lacks_key() {
        return None;
    }
    Some(Script {
        lang,
        provider: captcha.provider.as_str(),
        site_key: captcha.site_key,
        outside,
        forgot: captcha.on_forgot,
        recovery: captcha.on_recovery,
        sign_in: captcha.on_sign_in_after_failures > 0,
    })
}
