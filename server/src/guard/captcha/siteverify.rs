//! Providers elsewhere: reCAPTCHA, hCaptcha, Turnstile. Their scripts give the browser a token, and all of them are asked about it in
//! the same way: a form with our secret and the token is posted to their `siteverify`, JSON comes back. Nothing about the visitor is
//! sent along.

use super::{Failure, Once, Place};
use crate::clock::HOUR;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::secret::digest;
use crate::settings::Settings;
use crate::settings::captcha::{Captcha, Provider};
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;
use url::{Host, Url};

/// Providers answer within a fraction of a second; somebody is waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longest answer that is read.
const LONGEST: usize = 16 * 1024;

/// A used token is remembered for longer than any provider's counts: minutes.
const REMEMBERED: i64 = HOUR;

/// How providers are reached: connections and the system's authorities are kept. A proxy that the environment names is for the world
/// outside this machine.
#[derive(Default)]
pub struct Line {
    outside: OnceLock<reqwest::Client>,
    inside: OnceLock<reqwest::Client>,
}

/// What a provider answers.
#[derive(Debug, Default, Deserialize)]
pub struct Verdict {
    #[serde(default)]
    pub success: bool,
    #[serde(default)]
    hostname: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    score: Option<f64>,
    #[serde(default, rename = "error-codes")]
    pub errors: Vec<String>,
}

impl Verdict {
    /// Whether it is our own key that the provider does not take: no token can be right then.
    #[must_use]
    pub fn refuses_key(&self) -> bool {
        const OURS: [&str; 5] = [
            "missing-input-secret",
            "invalid-input-secret",
            "sitekey-secret-mismatch",
            "invalid-keys",
            "invalid-sitekey",
        ];
        self.errors.iter().any(|error| OURS.contains(&error.as_str()))
    }

    /// Whether the provider says that the trouble is its own.
    fn is_trouble(&self) -> bool {
        self.errors.iter().any(|error| error == "internal-error")
    }
}

/// The provider's address, unless the settings have another one.
fn verify_url(captcha: &Captcha) -> &str {
    match captcha.provider {
        _ if !captcha.verify_url.is_empty() => &captcha.verify_url,
        Provider::Hcaptcha => "https://api.hcaptcha.com/siteverify",
        Provider::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        _ => "https://www.google.com/recaptcha/api/siteverify",
    }
}

/// Whether a token is right, was made on our page, and for this place. The same token is right only once, whatever the provider says.
///
/// # Errors
/// Why not, inside; outside when something broke.
pub async fn check(
    latchkey: &Latchkey,
    settings: &Settings,
    place: Place,
    token: &str,
) -> Result<Result<Once, Failure>, Fault> {
    if settings.captcha.lacks_key() {
        return Ok(Err(Failure::ProviderDown));
    }
    let verdict = match ask(latchkey, &settings.captcha, token).await {
        Ok(verdict) => verdict,
        Err(unreachable) => {
            tracing::warn!(%unreachable, "the captcha's provider cannot be asked");
            return Ok(Err(Failure::ProviderDown));
        }
    };
    Ok(judge(settings, place, &verdict).map(|()| Once {
        id: digest(token),
        until: latchkey.now() + REMEMBERED,
    }))
}

fn judge(settings: &Settings, place: Place, verdict: &Verdict) -> Result<(), Failure> {
    let captcha = &settings.captcha;
    if verdict.refuses_key() {
        tracing::error!(errors = ?verdict.errors, "the captcha's provider refuses our key");
        return Err(Failure::ProviderDown);
    }
    if verdict.is_trouble() {
        return Err(Failure::ProviderDown);
    }
    if !verdict.success {
        return Err(Failure::Wrong);
    }
    // The page is at the public URL; a token that was got elsewhere with our public key is not for us.
    let own = settings.reset.public_url.as_ref().and_then(Url::host_str);
    let theirs = verdict.hostname.as_deref().unwrap_or_default();
    if own.is_some_and(|own| !own.eq_ignore_ascii_case(theirs)) {
        return Err(Failure::OtherHost);
    }
    let has_action = matches!(captcha.provider, Provider::RecaptchaV3 | Provider::Turnstile);
    if has_action && verdict.action.as_deref() != Some(place.as_str()) {
        return Err(Failure::OtherAction);
    }
    if captcha.provider == Provider::RecaptchaV3 {
        let least = f64::from(i32::try_from(captcha.score_threshold).unwrap_or(100)) / 100.0;
        if verdict.score.is_none_or(|score| score < least) {
            return Err(Failure::LowScore);
        }
    }
    Ok(())
}

/// Asks the provider about a token.
///
/// # Errors
/// When there is no answer in time, or it is none.
pub async fn ask(latchkey: &Latchkey, captcha: &Captcha, token: &str) -> Result<Verdict, String> {
    let url: Url = verify_url(captcha).parse().map_err(|_| "not a URL".to_owned())?;
    let mut fields = vec![("secret", captcha.secret_key.reveal()), ("response", token)];
    if captcha.provider == Provider::Hcaptcha {
        fields.push(("sitekey", &captcha.site_key));
    }
    let asked = latchkey.captcha_line.client(&url)?.post(url).form(&fields).send().await;
    // The address is told without what was sent to it.
    let mut answer = asked.map_err(|error| error.without_url().to_string())?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
        body.extend_from_slice(&part);
        if body.len() > LONGEST {
            return Err("the answer is too long".to_owned());
        }
    }
    serde_json::from_slice(&body).map_err(|_| "the answer is not what it should be".to_owned())
}

impl Line {
    fn client(&self, url: &Url) -> Result<reqwest::Client, String> {
        let local = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        };
        let kept = if local { &self.inside } else { &self.outside };
        if let Some(client) = kept.get() {
            return Ok(client.clone());
        }
        let builder = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none());
        let builder = if local { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(kept.get_or_init(|| client).clone())
    }
}
