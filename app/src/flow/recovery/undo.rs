//! The link in the mail to the old mailbox: stops a recovery, or takes it back (R10). Opening it changes nothing; the button does.

use crate::flow::plain::waiting;
use crate::outcome::Refusal;
use crate::part::contact::WhoHelps;
use crate::part::form::{Form, Sending};
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

#[server(prefix = "/form", endpoint = "undo_recovery")]
pub async fn undo_recovery() -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.undo_recovery().await {
        Ok(()) => answer::to("/recovery/undo").with("undone", "1").go(),
        Err(refusal) => answer::to("/recovery/undo").refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    let site = site.clone();
    if use_query_map().with_untracked(|query| query.get_str("undone").is_some()) {
        return undone(site);
    }
    let port = crate::port::port();
    waiting(async move {
        match port {
            Ok(port) if port.undo_opened().await.is_ok() => view! { <Undo site /> }.into_any(),
            _ => gone(site),
        }
    })
}

#[component]
fn Undo(site: Site) -> impl IntoView {
    let lang = lang();
    let sending = Sending::new();
    let told = Told::by(sending);
    view! {
        <Page title=say!(lang, recovery_pages.undo_title) product=site.product_name failed=told.failed()>
            <p class="lead">{say!(lang, recovery_pages.undo_lead)}</p>
            <Problem told />
            <p>{say!(lang, recovery_pages.undo_effect)}</p>
            <Form to=UndoRecovery::url() sending>
                <Submit text=say!(lang, recovery_pages.undo) pending=sending.pending />
            </Form>
            <p class="plate"><a href="/">{say!(lang, recovery_pages.undo_not)}</a></p>
        </Page>
    }
}

fn undone(site: Site) -> AnyView {
    let lang = lang();
    view! {
        <Page title=say!(lang, recovery_pages.undone_title) product=site.product_name>
            <p role="status">{say!(lang, recovery_pages.undone)}</p>
            <p>{say!(lang, recovery_pages.undone_next)}</p>
            <a class="button primary" href="/forgot">{say!(lang, gone.ask)}</a>
        </Page>
    }
    .into_any()
}

/// Unlike other dead links, a new mail would not help here.
fn gone(site: Site) -> AnyView {
    crate::answer::status(http::StatusCode::GONE);
    let lang = lang();
    view! {
        <Page title=say!(lang, gone.title) product=site.product_name>
            <p>{say!(lang, recovery_pages.undo_gone)}</p>
            <WhoHelps contact=site.support_contact />
        </Page>
    }
    .into_any()
}
