//! Which screen is at which address.

use crate::flow::{account, choose, forgot, home, plain, sent, sign_in};
use crate::load::load;
use crate::part::frame::framed;
use crate::view::Site;
use crate::{outcome::Refusal, words};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

/// What pages know about this installation.
#[server(name = LoadSite, prefix = "/form", endpoint = "site")]
pub async fn site() -> Result<Site, Refusal> {
    crate::port::port()?.site().await
}

/// All pages. Every route is rendered in one piece: streamed pages would need JavaScript to put themselves together.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(words::choose());
    provide_context(Resource::new(|| (), |()| load(LoadSite {})));
    view! {
        <Router>
            <FlatRoutes fallback=|| framed(plain::screen)>
                <Route path=path!("/") view=|| framed(home::screen) ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=|| framed(sign_in::screen) ssr=SsrMode::Async />
                <Route path=path!("/forgot") view=|| framed(forgot::screen) ssr=SsrMode::Async />
                <Route path=path!("/forgot/sent") view=|| framed(sent::screen) ssr=SsrMode::Async />
                <Route path=path!("/reset") view=|| framed(choose::screen) ssr=SsrMode::Async />
                <Route path=path!("/account") view=|| framed(account::screen) ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
}
