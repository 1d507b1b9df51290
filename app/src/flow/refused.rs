//! A link that gives the right to nothing. Says the same for every reason, because the difference would tell a stranger
//! something and the next step is the same anyway (security 37).

use crate::part::page::Page;
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;

pub fn screen(site: &Site) -> AnyView {
    #[cfg(feature = "ssr")]
    crate::answer::status(http::StatusCode::GONE);
    let lang = lang();
    view! {
        <Page title=say!(lang, gone.title) product=site.product_name.clone()>
            <p>{say!(lang, gone.lead)}</p>
            <p>{say!(lang, gone.next)}</p>
            <a class="button primary" href="/forgot">{say!(lang, gone.ask)}</a>
        </Page>
    }
    .into_any()
}
