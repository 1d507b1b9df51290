//! One screen: its title in the browser's tab, its heading, its content.

use crate::browser;
use crate::words::{lang, say};
use leptos::html::H1;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Page(
    title: &'static str,
    product: String,
    /// The title then begins with "Error", which is the first thing a screen reader says (security 209).
    #[prop(optional, into)]
    failed: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let lang = lang();
    let tab = move || {
        in_title(if failed.get() {
            say!(lang, common.title_failed, page = title, product = product.clone())
        } else {
            say!(lang, common.title, page = title, product = product.clone())
        })
    };
    // On the server once and for all: the head is written last, when what the page was made of may be gone already.
    #[cfg(feature = "ssr")]
    let tab = untrack(tab);
    // After a page load the browser starts at the top by itself; after a move within the page, the heading takes the focus.
    let heading = NodeRef::<H1>::new();
    Effect::new(move |_| {
        if !browser::first_screen()
            && let Some(heading) = heading.get_untracked()
        {
            let _ = heading.focus();
        }
    });
    view! {
        <Title text=tab />
        <div class="card">
            <h1 tabindex="-1" node_ref=heading>{title}</h1>
            {children()}
        </div>
    }
}

/// The framework writes a title into the page as it is, where a product named `</title>…` would end it; in the browser it sets it
/// as text (security 117).
fn in_title(text: String) -> String {
    if cfg!(feature = "ssr") {
        text.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        text
    }
}
