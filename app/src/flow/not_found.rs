//! An address without a page.

use crate::part::page::Page;
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;

pub fn screen(site: &Site) -> AnyView {
    #[cfg(feature = "ssr")]
    crate::answer::status(http::StatusCode::NOT_FOUND);
    let lang = lang();
    view! {
        <Page title=say!(lang, not_found.title) product=site.product_name.clone()>
            <p>{say!(lang, not_found.lead)}</p>
            <a class="button primary" href="/" rel="external">{say!(lang, not_found.home)}</a>
        </Page>
    }
    .into_any()
}
