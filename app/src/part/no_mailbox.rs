//! The way for people whom no mail reaches any more.

use crate::words::{lang, say};
use leptos::prelude::*;

/// Recovery by facts has to be switched on (R3); recovery codes work wherever a reset does.
#[component]
pub fn NoMailbox(
    /// Whether facts can take the place of the mailbox.
    facts: bool,
) -> impl IntoView {
    let lang = lang();
    let words = if facts {
        say!(lang, forgot.no_mailbox)
    } else {
        say!(lang, forgot.no_mailbox_codes)
    };
    view! { <p class="plate"><a href="/recovery" rel="external">{words}</a></p> }
}
