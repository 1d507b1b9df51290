//! Where a form's captcha goes. Empty as sent: a script of its own fills it (`public/captcha.js`), so the download carries nothing of it.

use leptos::prelude::*;

pub fn captcha(place: &'static str) -> AnyView {
    view! { <div class="captcha" data-captcha=place></div> }.into_any()
}
