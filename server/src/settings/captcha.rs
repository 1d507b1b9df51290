//! Settings of the check against floods of automatic requests.

use super::{Declaration, Kind};
use crate::closed;
use crate::secret::Hidden;
use serde::Deserialize;

closed!(
    /// Who says that a request is not one of very many.
    Provider {
        None = "none",
        /// This server itself: a little arithmetic for the browser.
        ProofOfWork = "proof_of_work",
        RecaptchaV2 = "recaptcha_v2",
        RecaptchaV2Invisible = "recaptcha_v2_invisible",
        RecaptchaV3 = "recaptcha_v3",
        Hcaptcha = "hcaptcha",
        Turnstile = "turnstile",
    }
);

/// What happens to requests while the provider cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenDown {
    LetIn,
    Refuse,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Captcha {
    pub provider: Provider,
    /// Public: it is in the page.
    pub site_key: String,
    pub secret_key: Hidden,
    /// Empty: the provider's own.
    pub verify_url: String,
    /// Hundredths.
    pub score_threshold: i64,
    pub when_provider_is_down: WhenDown,
    pub on_forgot: bool,
    pub on_recovery: bool,
    /// 0: never.
    pub on_sign_in_after_failures: i64,
}

impl Captcha {
    /// Whether the provider is somebody else, who needs keys.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        !matches!(self.provider, Provider::None | Provider::ProofOfWork)
    }

    /// Whether the provider lacks a key that it needs.
    #[must_use]
    pub fn lacks_key(&self) -> bool {
        self.is_outside() && (self.site_key.is_empty() || self.secret_key.is_empty())
    }
}

const PROVIDERS: &[&str] = &[
    "none",
    "proof_of_work",
    "recaptcha_v2",
    "recaptcha_v2_invisible",
    "recaptcha_v3",
    "hcaptcha",
    "turnstile",
];

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("captcha.provider", Kind::Choice(PROVIDERS), "\"proof_of_work\""),
    Declaration::new("captcha.site_key", Kind::Line { max: 200 }, "\"\""),
    Declaration::new("captcha.secret_key", Kind::Secret { max: 200 }, "\"\"")
        .secret()
        .guarded(),
    Declaration::new("captcha.verify_url", Kind::PublicUrl, "\"\"").guarded(),
    Declaration::new("captcha.score_threshold", Kind::Number { min: 0, max: 100 }, "50"),
    Declaration::new(
        "captcha.when_provider_is_down",
        Kind::Choice(&["let_in", "refuse"]),
        "\"let_in\"",
    ),
    Declaration::new("captcha.on_forgot", Kind::Switch, "true"),
    Declaration::new("captcha.on_recovery", Kind::Switch, "true"),
    Declaration::new(
        "captcha.on_sign_in_after_failures",
        Kind::Number { min: 0, max: 50 },
        "3",
    ),
];
