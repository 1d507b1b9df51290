//! How long a right lasts that was opened for a while, and the way to a new one.

use crate::part::countdown::{countdown, when};
use crate::words::{lang, say};
use leptos::prelude::*;

/// Announced once, a minute before its end (WCAG 2.2.1).
#[component]
pub fn Remaining(
    milliseconds: i64,
    /// Said in the last minute.
    ending: &'static str,
    /// Said when it is over.
    over: &'static str,
    /// Where to begin again, and what the way is called.
    again: (&'static str, &'static str),
) -> impl IntoView {
    let lang = lang();
    let left = countdown(Signal::stored(milliseconds));
    let phrase = Memo::new(move |_| say!(lang, choose.remaining, when = when(lang, left.get())));
    let (is_ending, is_over) = (
        Memo::new(move |_| left.get() <= 60),
        Memo::new(move |_| left.get() == 0),
    );
    view! {
        <p class="hint" hidden=Signal::derive(move || is_over.get())>{phrase}</p>
        <div role="status">
            {move || match (is_ending.get(), is_over.get()) {
                (_, true) => Some(view! { <p class="notice">{over} " " <a href=again.0>{again.1}</a></p> }.into_any()),
                (true, false) => Some(view! { <p class="notice">{ending}</p> }.into_any()),
                (false, false) => None,
            }}
        </div>
    }
}
