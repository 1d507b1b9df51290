//! The document around every page, and the policy that says what it may load (security: no inline anything).

use crate::app::App;
use crate::browser::PLAIN;
use crate::captcha::{self, Sources};
use crate::words;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

/// Where the installation's own style sheet is, if it has one; the server provides it.
#[derive(Clone, Debug, Default)]
pub struct Style(pub Option<String>);

/// The whole document. Also sets the `Content-Security-Policy` header, whose nonce only this page's scripts carry.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let lang = words::choose();
    provide_context(lang);
    let path = path();
    guard(captcha::sources(&path));
    let script = !PLAIN.contains(&path.as_str());
    let style = use_context::<Style>().unwrap_or_default().0;
    view! {
        <!DOCTYPE html>
        <html lang=lang.to_string() dir=lang.direction()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options=options.clone() id="leptos" />
                {style.map(|href| view! { <link rel="stylesheet" href=href /> })}
                <AutoReload options=options.clone() />
                // Asked for early: the page comes alive when script and words are there.
                {if script {
                    view! {
                        <link rel="preload" href=words::path(lang) r#as="fetch" crossorigin="anonymous" />
                        <HydrationScripts options defer=true />
                    }
                    .into_any()
                } else {
                    view! { <script type="module" src="/plain.js" nonce=use_nonce()></script> }.into_any()
                }}
                {captcha::script(&path, script)}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Of the page at hand.
fn path() -> String {
    use_context::<http::request::Parts>().map_or_else(String::new, |parts| parts.uri.path().to_owned())
}

/// Without a nonce there is no policy that would let our scripts run, so the strictest one is sent and the page works without.
fn guard(captcha: Sources) {
    let nonce = use_nonce()
        .map(|nonce| format!("'nonce-{nonce}' 'strict-dynamic'"))
        .unwrap_or_default();
    // cargo-leptos tells a page to reload through a socket on another port; it sets this variable and nobody else does.
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws://127.0.0.1:* ws://localhost:*"
    } else {
        ""
    };
    let Sources {
        frames,
        connections,
        images,
        styles,
    } = captcha;
    let frames = if frames.is_empty() { " 'none'" } else { frames };
    let policy = format!(
        "default-src 'none'; script-src {nonce} 'wasm-unsafe-eval'; style-src 'self'{styles}; img-src 'self'{images}; \
         font-src 'self'; connect-src 'self'{reload}{connections}; frame-src{frames}; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; report-uri /csp-report; report-to csp"
    );
    if let (Some(response), Ok(policy)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        HeaderValue::from_str(&policy),
    ) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
