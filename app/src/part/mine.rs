//! A piece of a screen that needs to know whose account it is.

use crate::outcome::Refusal;
use crate::view::Me;
use leptos::prelude::*;

/// Keeps showing the former state while the next one is on its way, so nothing jumps.
#[component]
pub fn Mine(me: Resource<Result<Me, Refusal>>, show: Callback<Result<Me, Refusal>, AnyView>) -> impl IntoView {
    view! { <Transition>{move || me.get().map(|me| show.run(me))}</Transition> }
}
