//! Pages that people need once in years. They are complete without a script, so the download that everybody gets carries none of them,
//! and they carry no WebAssembly: each is loaded by itself, its forms are posted by the browser. A few lines of script
//! (`public/plain.js`) keep a second click from sending a form twice, and show what was typed.

use crate::flow::not_found;
use crate::view::Site;
use leptos::prelude::*;

/// The page at an address that the routes do not know.
#[cfg(feature = "ssr")]
pub fn screen(site: &Site) -> AnyView {
    use crate::flow::{done, moment, own_recovery, recovery, recovery_codes};
    match leptos_router::hooks::use_location().pathname.get_untracked().as_str() {
        "/moment" => moment::screen(site),
        "/reset/done" => done::screen(site),
        "/recovery" => recovery::facts::screen(site),
        "/recovery/mailbox" => recovery::mailbox::screen(site),
        "/recovery/code" => recovery::code::screen(site),
        "/recovery/password" => recovery::choose::screen(site),
        "/recovery/done" => recovery::done::screen(site),
        "/recovery/undo" => recovery::undo::screen(site),
        "/account/recovery" => own_recovery::screen(site),
        "/account/codes" => recovery_codes::screen(site),
        _ => not_found::screen(site),
    }
}

/// Links to such pages leave the download behind, so the browser itself never gets here but by a wrong address.
#[cfg(not(feature = "ssr"))]
pub fn screen(site: &Site) -> AnyView {
    not_found::screen(site)
}

/// A screen that waits for what it shows. No script will take over, so nothing is kept for one.
#[cfg(feature = "ssr")]
pub fn waiting(screen: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    view! { <Suspense>{Suspend::new(screen)}</Suspense> }.into_any()
}
