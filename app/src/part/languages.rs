//! The languages there are, at the end of every page. A form by itself, with or without JavaScript: what follows is a new page, in the
//! new language, at the same address.

use crate::words::{Locale, lang, say};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

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
    // Each is called as it calls itself, for people who cannot read the page.
    let choices = Locale::ALL.map(|own| {
        view! {
            <button
                name="language"
                value=own.code()
                lang=own.code()
                dir=own.direction()
                aria-current=(own == lang).then_some("true")
            >
                {own.name()}
            </button>
        }
    });
    view! {
        <form class="languages" method="post" action=FORM aria-label=say!(lang, common.language)>
            <input type="hidden" name="next" value=here />
            {choices.into_iter().collect_view()}
        </form>
    }
}
