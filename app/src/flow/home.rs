//! The start page is whichever page the visitor needs.

use crate::part::leave::leave;
use crate::view::Site;
use leptos::prelude::*;

pub fn screen(site: &Site) -> AnyView {
    leave(if site.signed_in { "/account" } else { "/sign-in" })
}
