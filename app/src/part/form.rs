//! A form that works by itself and, once the page is alive, without loading a page: what was typed stays where it is.
//!
//! The framework's own form component would turn every form into a typed call and back. Ours posts what the browser would have
//! posted and follows the same redirect, which is a fifth of the download for all of them together.

use crate::browser;
use crate::outcome::Refusal;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// How a form is doing.
#[derive(Clone, Copy)]
pub struct Sending {
    pub pending: RwSignal<bool>,
    /// Set when not even a redirect came back.
    pub broken: RwSignal<Option<Refusal>>,
    /// Rises with every answer, also when the same answer comes twice.
    pub answers: RwSignal<usize>,
}

impl Sending {
    pub fn new() -> Self {
        Self {
            pending: RwSignal::new(false),
            broken: RwSignal::new(None),
            answers: RwSignal::new(0),
        }
    }

    /// The person may have left the page, and with it these signals, before the answer came.
    fn answered(self, broken: Option<Refusal>) {
        let _ = (self.broken.try_set(broken), self.pending.try_set(false));
        self.answers.try_update(|answers| *answers += 1);
    }
}

#[component]
pub fn Form(
    /// Address of the server function.
    to: &'static str,
    sending: Sending,
    children: Children,
) -> impl IntoView {
    let (here, navigate) = (use_location().pathname, use_navigate());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        // A second click while the first is on its way is not a second wish.
        if sending.pending.get_untracked() {
            return;
        }
        sending.pending.set(true);
        let (here, navigate) = (here.get_untracked(), navigate.clone());
        spawn_local(async move {
            match browser::post(to, &form).await {
                Ok(page) if browser::is_elsewhere(&page) => browser::load(&page),
                Ok(page) => {
                    // A page told that something was refused is still the same page: one step back should leave it.
                    let replace = page.split('?').next() == Some(here.as_str());
                    navigate(
                        &page,
                        NavigateOptions {
                            replace,
                            ..NavigateOptions::default()
                        },
                    );
                    sending.answered(None);
                }
                Err(refusal) => sending.answered(Some(refusal)),
            }
        });
    };
    view! {
        <form method="post" action=to on:submit=submit>
            {children()}
        </form>
    }
}
