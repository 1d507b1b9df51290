//! The button that sends a form.

use crate::words::{lang, say};
use leptos::prelude::*;

/// Says so while it is busy, but keeps its name and the focus: a disabled button would lose both. The form ignores what is
/// sent meanwhile.
#[component]
pub fn Submit(
    text: &'static str,
    #[prop(into)] pending: Signal<bool>,
    #[prop(default = "button primary")] class: &'static str,
    /// Not to be used yet.
    #[prop(optional, into)]
    resting: Signal<bool>,
    /// More about this button than its name says, for those who hear one button at a time.
    #[prop(optional)]
    about: Option<String>,
) -> impl IntoView {
    let lang = lang();
    view! {
        <button
            type="submit"
            class=class
            disabled=resting
            aria-disabled=move || pending.get().then_some("true")
        >
            {text}
            {about.map(|about| view! { <span class="aside-text">{about}</span> })}
        </button>
        <span class="aside-text" role="status">
            {move || pending.get().then(|| say!(lang, common.working))}
        </span>
    }
}
