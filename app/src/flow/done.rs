//! The password has been changed.

use crate::part::page::Page;
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;

pub fn screen(site: &Site) -> AnyView {
    let lang = lang();
    view! {
        <Page title=say!(lang, done.title) product=site.product_name.clone()>
            <p role="status">{say!(lang, done.lead)}</p>
            <p>{say!(lang, done.mail)}</p>
            <a class="button primary" href="/sign-in">{say!(lang, done.sign_in)}</a>
        </Page>
    }
    .into_any()
}
