//! What surrounds every screen, always in the same order: skip link, header, content, footer.

use crate::flow::unavailable;
use crate::outcome::Refusal;
use crate::part::contact::Contact;
use crate::part::languages::{Languages, here};
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;

/// A screen made from what is known about the installation.
pub type Screen = fn(&Site) -> AnyView;

/// The screen in its frame, as soon as the installation is known.
pub fn framed(screen: Screen) -> AnyView {
    let site = expect_context::<Resource<Result<Site, Refusal>>>();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match site.await {
                    Ok(site) => frame(&site, screen(&site)),
                    Err(_) => unavailable::screen(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn frame(site: &Site, content: AnyView) -> AnyView {
    let lang = lang();
    let contact = site.support_contact.clone();
    view! {
        // `external` leaves the jump to the browser, which moves the focus along; the router would only scroll.
        <a class="skip" href="#content" rel="external">{say!(lang, common.skip)}</a>
        <header class="top">
            // `external`: the start page depends on who is signed in, so it is asked for afresh.
            <a class="brand" href="/" rel="external">
                <img src="/latchkey.svg" alt="" width="36" height="36" />
                <span>{site.product_name.clone()}</span>
            </a>
        </header>
        <main id="content" tabindex="-1">{content}</main>
        <footer class="foot">
            {(!contact.is_empty()).then(|| view! {
                <p>{say!(lang, common.support)} " " <Contact contact /></p>
            })}
            <Languages here=here() />
        </footer>
    }
    .into_any()
}
