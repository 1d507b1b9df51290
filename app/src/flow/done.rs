//! The password has been changed, or the link was used to go on without a new one.

use crate::part::page::Page;
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

pub fn screen(site: &Site) -> AnyView {
    let lang = lang();
    let has = |name| use_query_map().with_untracked(|query| query.get_str(name).is_some());
    let (kept, target) = (has("kept"), has("target"));
    let signed_in = kept || has("signed_in");
    let (title, lead, more) = if kept {
        (
            say!(lang, done.kept_title),
            say!(lang, done.kept),
            say!(lang, done.kept_more),
        )
    } else {
        (say!(lang, done.title), say!(lang, done.lead), say!(lang, done.mail))
    };
    // Where it leads is for the server to decide: anyone can write a URL.
    let next = format!("/reset/continue?{}", use_location().search.get_untracked());
    view! {
        <Page title product=site.product_name.clone()>
            <p role="status">{lead}</p>
            <p>{more}</p>
            {(signed_in || target).then(|| view! {
                <a class="button primary" href=next rel="external">{say!(lang, done.go_on)}</a>
            })}
            {(!signed_in).then(|| view! {
                <a class=if target { "button quiet" } else { "button primary" } href="/sign-in">{say!(lang, done.sign_in)}</a>
            })}
        </Page>
    }
    .into_any()
}
