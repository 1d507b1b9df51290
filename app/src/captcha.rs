//! The captcha in pages: an empty place in a form, a script of its own beside the download that fills it, and what the page's policy
//! lets that script load. Without the script the form works all the same: see `flow::moment`.

use crate::words::{Locale, say};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// A provider elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    Recaptcha,
    Hcaptcha,
    Turnstile,
}

/// What the script is told.
#[derive(Clone, Debug)]
pub struct Script {
    pub lang: Locale,
    /// As the setting calls it.
    pub provider: &'static str,
    pub site_key: String,
    /// `None` for our own.
    pub outside: Option<Outside>,
    pub forgot: bool,
    pub recovery: bool,
    pub sign_in: bool,
}

/// What a page's policy allows beside the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    pub frames: &'static str,
    pub connections: &'static str,
    pub images: &'static str,
    pub styles: &'static str,
}

impl Outside {
    /// What its documentation asks for. Its script needs no entry: ours, which carries the nonce, loads it.
    const fn sources(self) -> Sources {
        match self {
            Self::Recaptcha => Sources {
                frames: " https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/",
                connections: " https://www.google.com/recaptcha/",
                images: " https://www.gstatic.com/recaptcha/",
                styles: "",
            },
            Self::Hcaptcha => Sources {
                frames: " https://hcaptcha.com https://*.hcaptcha.com",
                connections: " https://hcaptcha.com https://*.hcaptcha.com",
                images: "",
                styles: " https://hcaptcha.com https://*.hcaptcha.com",
            },
            Self::Turnstile => Sources {
                frames: " https://challenges.cloudflare.com",
                connections: "",
                images: "",
                styles: "",
            },
        }
    }
}

impl Script {
    /// The places that the page at a path has.
    fn is_on(&self, path: &str) -> bool {
        match path {
            "/forgot" => self.forgot,
            "/recovery" => self.recovery,
            "/sign-in" => self.sign_in,
            _ => false,
        }
    }
}

/// What the policy of the page at a path allows: a provider's parts only where its form is.
#[must_use]
pub fn sources(path: &str) -> Sources {
    let script = use_context::<Option<Script>>().flatten();
    let outside = script
        .filter(|script| script.is_on(path))
        .and_then(|script| script.outside);
    outside.map(Outside::sources).unwrap_or_default()
}

/// The script, for a page with such a form, and for one that comes alive: it may lead to one without being loaded again.
#[must_use]
pub fn script(path: &str, comes_alive: bool) -> AnyView {
    let script = use_context::<Option<Script>>().flatten();
    let Some(script) = script.filter(|script| comes_alive || script.is_on(path)) else {
        return ().into_any();
    };
    let lang = script.lang;
    let places = [
        (script.forgot, "forgot"),
        (script.recovery, "recovery"),
        (script.sign_in, "sign_in"),
    ];
    let places: Vec<&str> = places.iter().filter(|(on, _)| *on).map(|(_, place)| *place).collect();
    // A provider's script is allowed on some pages only: on others, ours loads the page anew when it meets a form.
    let equipped = (script.outside.is_none() || script.is_on(path)).then_some("");
    view! {
        <script
            type="module"
            src="/captcha.js"
            nonce=use_nonce()
            id="captcha-script"
            data-provider=script.provider
            data-site-key=script.site_key
            data-places=places.join(" ")
            data-equipped=equipped
            data-lang=lang.code()
            data-working=say!(lang, captcha.working)
            data-done=say!(lang, captcha.done)
            data-confirm=say!(lang, captcha.confirm)
        ></script>
    }
    .into_any()
}
