//! Latchkey's pages: what the browser sees, and the contract with the server. Knows nothing of SQL, mail or hashing.

#[cfg(feature = "ssr")]
pub mod admin;
#[cfg(feature = "ssr")]
mod answer;
mod app;
mod browser;
#[cfg(feature = "ssr")]
pub mod captcha;
#[cfg(feature = "ssr")]
pub mod fact_words;
mod flow;
mod load;
pub mod outcome;
mod part;
pub mod policy;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
mod shell;
pub mod view;
#[cfg(feature = "ssr")]
pub mod words;
#[cfg(not(feature = "ssr"))]
mod words;

pub use app::App;
#[cfg(feature = "ssr")]
pub use part::languages::FORM as LANGUAGE_FORM;
#[cfg(feature = "ssr")]
pub use shell::{Style, shell};

/// Takes over the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // While developing, a panic says in the browser's console what it is; the released download carries no such texts.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    wasm_bindgen_futures::spawn_local(async {
        // Without its words the page stays as the server sent it, and works as without JavaScript.
        if words::load(words::choose()).await {
            leptos::mount::hydrate_body(App);
            browser::mark_hydrated();
        }
    });
}
