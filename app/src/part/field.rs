//! One labelled line to type into.

use leptos::prelude::*;

#[component]
pub fn Field(
    /// Also the id, so a screen has one field of a name.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    /// What browsers and password managers know the field as (security 204).
    autocomplete: &'static str,
    /// `text`, `email` or `numeric`: which keyboard a phone shows.
    #[prop(default = "text")]
    inputmode: &'static str,
    /// `text`, unless browsers have more than a line for what is asked: `date`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Empty: none.
    #[prop(optional, into)]
    hint: String,
    #[prop(into)] problem: Signal<Option<&'static str>>,
    #[prop(optional)] class: &'static str,
    /// What the field begins with.
    #[prop(optional)]
    value: Option<String>,
) -> impl IntoView {
    let described = described(&name, !hint.is_empty(), problem);
    view! {
        <Labelled name=name.clone() label hint problem>
            <input
                class=class
                id=name.clone()
                name=name
                type=kind
                value=value
                inputmode=inputmode
                autocomplete=autocomplete
                autocapitalize="none"
                dir=if class == "code" { "ltr" } else { "auto" }
                spellcheck="false"
                aria-required="true"
                aria-invalid=invalid(problem)
                aria-describedby=described
            />
        </Labelled>
    }
}

/// A control with its label, what helps to fill it in, and what is wrong with it, in words, right above it.
#[component]
pub fn Labelled(
    name: String,
    label: String,
    hint: String,
    problem: Signal<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
            {move || problem
                .get()
                .map(|text| view! { <p class="field-problem" id=format!("{name}-problem")>{text}</p> })}
            {children()}
        </div>
    }
}

/// For `aria-invalid`.
pub fn invalid(problem: Signal<Option<&'static str>>) -> Signal<Option<&'static str>> {
    Signal::derive(move || problem.get().map(|_| "true"))
}

/// For `aria-describedby`: only what is there.
pub fn described(name: &str, hint: bool, problem: Signal<Option<&'static str>>) -> Signal<Option<String>> {
    let name = name.to_owned();
    Signal::derive(move || match (hint, problem.get().is_some()) {
        (true, true) => Some(format!("{name}-problem {name}-hint")),
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-problem")),
        (false, false) => None,
    })
}
