//! Recovery codes, this once: nobody can show them again, the server included.

use crate::flow::own_recovery::SIGN_IN_FIRST;
use crate::flow::plain::waiting;
use crate::part::leave::leave;
use crate::part::page::Page;
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;

pub fn screen(site: &Site) -> AnyView {
    let (site, port) = (site.clone(), crate::port::port());
    waiting(async move {
        let codes = match port {
            Ok(port) => port.made_recovery_codes().await,
            Err(refusal) => Err(refusal),
        };
        match codes {
            Ok(codes) => view! { <Codes site codes /> }.into_any(),
            Err(_) => leave(SIGN_IN_FIRST),
        }
    })
}

#[component]
fn Codes(site: Site, codes: Vec<String>) -> impl IntoView {
    let lang = lang();
    let text = if codes.is_empty() {
        say!(lang, own_recovery.shown)
    } else {
        say!(lang, own_recovery.once)
    };
    let list = (!codes.is_empty()).then(|| {
        let items = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> });
        view! { <ol class="codes">{items.collect_view()}</ol> }
    });
    view! {
        <Page title=say!(lang, own_recovery.codes) product=site.product_name>
            <p class="lead">{text}</p>
            {list}
            <p>{say!(lang, own_recovery.how)}</p>
            <a class="button primary" href="/account">{say!(lang, own_recovery.kept)}</a>
        </Page>
    }
}
