//! What is shown when not even the installation's own name can be had. Needs nothing.

use crate::part::languages::{Languages, here};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos_meta::Title;

pub fn screen() -> AnyView {
    #[cfg(feature = "ssr")]
    crate::answer::status(http::StatusCode::SERVICE_UNAVAILABLE);
    let lang = lang();
    view! {
        <Title text=say!(lang, common.unavailable_title) />
        <main id="content">
            <div class="card">
                <h1>{say!(lang, common.unavailable_title)}</h1>
                <p>{say!(lang, common.unavailable_text)}</p>
                // An empty address is this page again.
                <a class="button primary" href="" rel="external">{say!(lang, common.try_again)}</a>
            </div>
        </main>
        <footer class="foot"><Languages here=here() /></footer>
    }
    .into_any()
}
