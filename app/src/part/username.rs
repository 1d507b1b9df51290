//! Tells password managers whose password a form is about. Hidden by style, not by type, because they ignore hidden fields
//! (security 204).

use leptos::prelude::*;

#[component]
pub fn Username(login_name: String) -> impl IntoView {
    view! {
        <input
            class="for-managers"
            type="text"
            name="username"
            autocomplete="username"
            value=login_name
            readonly
            tabindex="-1"
            aria-hidden="true"
        />
    }
}
