//! Going to another page instead of showing one.

use leptos::prelude::*;

/// Answers the request with a redirect, or moves on in the browser.
#[cfg(feature = "ssr")]
pub fn leave(path: &'static str) -> AnyView {
    crate::answer::to(path).see_other();
    ().into_any()
}

#[cfg(not(feature = "ssr"))]
pub fn leave(path: &'static str) -> AnyView {
    view! { <leptos_router::components::Redirect path /> }.into_any()
}
