//! The languages there are, at the end of every page. A form by itself, with or without JavaScript: what follows is a new page, in the
//! new language, at the same address.

use crate::words::{Locale, lang, say};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::fmt::Write as _;

/// Where the choice is posted to.
pub const FORM: &str = "/form/language";

/// The page at hand, also after it changed without being loaded.
pub fn here() -> Signal<String> {
    let place = use_location();
    Signal::derive(move || match place.search.get() {
        search if search.is_empty() => place.pathname.get(),
        search => format!("{}?{search}", place.pathname.get()),
    })
}

#[component]
pub fn Languages(
    /// The page to come back to.
    #[prop(into)]
    here: Signal<String>,
) -> impl IntoView {
    let lang = lang();
    view! {
        <form class="languages" method="post" action=FORM aria-label=say!(lang, common.language)>
            <input type="hidden" name="next" value=here />
            <div inner_html=choices(lang) />
        </form>
    }
}

/// A button for each language, called as it calls itself, for people who cannot read the page. Nothing in it comes from anybody else,
/// and as text it adds less to the download than five views would.
fn choices(lang: Locale) -> String {
    Locale::ALL.into_iter().fold(String::new(), |mut buttons, own| {
        let (code, direction, name) = (own.code(), own.direction(), own.name());
        let here = if own == lang { " aria-current=\"true\"" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(
            buttons,
            "<button name=\"language\" value=\"{code}\" lang=\"{code}\" dir=\"{direction}\"{here}>{name}</button>"
        );
        buttons
    })
}
