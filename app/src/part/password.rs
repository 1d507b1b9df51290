//! A field for a password, or another secret, that can be looked at.

use crate::part::field::{Labelled, described, invalid};
use crate::words::{lang, say};
use leptos::attr::custom::custom_attribute;
use leptos::html::Input;
use leptos::prelude::*;

/// No `maxlength`: it would cut a pasted password without a word (security 205).
#[component]
pub fn Password(
    /// Also the id.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    /// `current-password` or `new-password` (security 204), `off` for what is no password.
    autocomplete: &'static str,
    /// Which keyboard a phone shows.
    #[prop(default = "text")]
    inputmode: &'static str,
    /// Whether what is typed can be read. Fields that belong together share it.
    shown: RwSignal<bool>,
    /// Whether this field carries the button that shows and hides.
    #[prop(default = true)]
    toggle: bool,
    /// For password managers that make passwords (security 208).
    #[prop(optional)]
    rules: Option<String>,
    /// What helps to fill it in; empty: none.
    #[prop(optional, into)]
    hint: String,
    /// Something else on the screen says more about it.
    #[prop(optional)]
    explained: bool,
    #[prop(into)] problem: Signal<Option<&'static str>>,
    /// Told what the field holds, from the start and with every change.
    #[prop(optional)]
    heard: Option<Callback<String>>,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        // People type before the page has come alive.
        if let (Some(heard), Some(field)) = (heard, field.get())
            && !field.value().is_empty()
        {
            heard.run(field.value());
        }
    });
    let described = described(&name, explained || !hint.is_empty(), problem);
    view! {
        <Labelled name=name.clone() label=label.clone() hint problem>
            <div class="with-toggle">
                <input
                    id=name.clone()
                    name=name.clone()
                    type=Signal::derive(move || if shown.get() { "text" } else { "password" })
                    autocomplete=autocomplete
                    inputmode=inputmode
                    autocapitalize="none"
                    dir="auto"
                    spellcheck="false"
                    aria-required="true"
                    aria-describedby=described
                    aria-invalid=invalid(problem)
                    {..custom_attribute("passwordrules", rules)}
                    on:input:target=move |event| {
                        if let Some(heard) = heard {
                            heard.run(event.target().value());
                        }
                    }
                    node_ref=field
                />
                {toggle.then(|| view! { <Toggle label shown controls=name /> })}
            </div>
        </Labelled>
    }
}

/// Only there once it works, so a page without JavaScript has no dead button (security 206).
#[component]
fn Toggle(label: String, shown: RwSignal<bool>, controls: String) -> impl IntoView {
    let lang = lang();
    let alive = RwSignal::new(false);
    // For pages without wasm, whose script has no words: see `public/plain.js`.
    let other = cfg!(feature = "ssr").then(|| say!(lang, password.hide));
    Effect::new(move |_| alive.set(true));
    view! {
        <button
            type="button"
            class="toggle"
            hidden=Signal::derive(move || !alive.get())
            aria-controls=controls
            data-other=other
            aria-pressed=Signal::derive(move || if shown.get() { "true" } else { "false" })
            on:click=move |_| shown.update(|shown| *shown = !*shown)
        >
            {move || if shown.get() { say!(lang, password.hide) } else { say!(lang, password.show) }}
            <span class="aside-text">": " {label}</span>
        </button>
    }
}
