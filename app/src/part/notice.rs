//! Messages at the top of a screen: what went wrong, or what has been done.

use crate::part::told::Told;
use crate::words::{lang, say};
use leptos::html::Div;
use leptos::prelude::*;

/// What went wrong. Takes the focus, so that nobody has to look for it, with and without JavaScript (security 209).
#[component]
pub fn Problem(told: Told) -> impl IntoView {
    let lang = lang();
    let place = NodeRef::<Div>::new();
    Effect::new(move |_| {
        told.attempts.track();
        if told.failed().get()
            && let Some(place) = place.get()
        {
            let _ = place.focus();
        }
    });
    move || {
        told.words(lang).map(|words| {
            view! {
                <div class="notice problem" role="alert" tabindex="-1" autofocus=cfg!(feature = "ssr") node_ref=place>
                    <h2>{say!(lang, common.problem)}</h2>
                    <p>{words}</p>
                </div>
            }
        })
    }
}

/// What has been done.
#[component]
pub fn Done(text: &'static str) -> impl IntoView {
    view! {
        <p class="notice done" role="status">
            {text}
        </p>
    }
}
