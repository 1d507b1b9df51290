//! How hard a password would be to guess, in five words and four bars. An estimate, so it names no number.

use crate::part::judge::Judge;
use crate::words::{lang, say};
use leptos::prelude::*;

#[component]
pub fn Meter(judge: Judge) -> impl IntoView {
    let lang = lang();
    let words = move |strength| match strength {
        0 => say!(lang, password.strength0),
        1 => say!(lang, password.strength1),
        2 => say!(lang, password.strength2),
        3 => say!(lang, password.strength3),
        _ => say!(lang, password.strength4),
    };
    let level = move || {
        judge.strength().map(|strength| match strength {
            0 => "0",
            1 => "1",
            2 => "2",
            3 => "3",
            _ => "4",
        })
    };
    view! {
        <div class="meter" data-strength=Signal::derive(level)>
            <span class="meter-bars" aria-hidden="true">
                <i></i><i></i><i></i><i></i>
            </span>
            <span class="meter-words" role="status">{move || judge.strength().map(words)}</span>
        </div>
    }
}
