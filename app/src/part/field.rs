//! One labelled line to type into.

use leptos::prelude::*;

#[component]
pub fn Field(
    /// Also the id, so a screen has one field of a name.
    name: &'static str,
    label: &'static str,
    /// What browsers and password managers know the field as (security 204).
    autocomplete: &'static str,
    /// `text`, `email` or `numeric`: which keyboard a phone shows.
    #[prop(default = "text")]
    inputmode: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(into)] problem: Signal<Option<&'static str>>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
            <FieldProblem name problem />
            <input
                class=class
                id=name
                name=name
                type="text"
                inputmode=inputmode
                autocomplete=autocomplete
                autocapitalize="none"
                dir=if class == "code" { "ltr" } else { "auto" }
                spellcheck="false"
                aria-required="true"
                aria-invalid=invalid(problem)
                aria-describedby=described(name, hint.is_some(), problem)
            />
        </div>
    }
}

/// What is wrong with a field, in words, right above it.
#[component]
pub fn FieldProblem(name: &'static str, problem: Signal<Option<&'static str>>) -> impl IntoView {
    move || {
        problem
            .get()
            .map(|text| view! { <p class="field-problem" id=format!("{name}-problem")>{text}</p> })
    }
}

/// For `aria-invalid`.
pub fn invalid(problem: Signal<Option<&'static str>>) -> Signal<Option<&'static str>> {
    Signal::derive(move || problem.get().map(|_| "true"))
}

/// For `aria-describedby`: only what is there.
pub fn described(name: &'static str, hint: bool, problem: Signal<Option<&'static str>>) -> Signal<Option<String>> {
    Signal::derive(move || match (hint, problem.get().is_some()) {
        (true, true) => Some(format!("{name}-problem {name}-hint")),
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-problem")),
        (false, false) => None,
    })
}
