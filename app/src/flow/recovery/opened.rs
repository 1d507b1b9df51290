//! The recovery that the visitor's cookie opens, and the step it is at.

use crate::flow::plain::waiting;
use crate::part::leave::leave;
use crate::part::page::Page;
use crate::part::remaining::Remaining;
use crate::view::{OpenedRecovery, RecoveryStep, Site};
use crate::words::{lang, say};
use leptos::prelude::*;

/// Shows one step. Whoever is at another one is led there, and whoever has no recovery is told so.
pub fn step(site: &Site, here: RecoveryStep, show: fn(Site, OpenedRecovery) -> AnyView) -> AnyView {
    let (site, port) = (site.clone(), crate::port::port());
    waiting(async move {
        let opened = match port {
            Ok(port) => port.opened_recovery().await,
            Err(refusal) => Err(refusal),
        };
        match opened {
            Ok(opened) if at(here, opened.step) => show(site, opened),
            Ok(opened) => leave(path(opened.step)),
            Err(_) => over(site),
        }
    })
}

/// Another address may be given as long as the one before is not proven.
fn at(here: RecoveryStep, step: RecoveryStep) -> bool {
    here == step || (here == RecoveryStep::Mailbox && step == RecoveryStep::Code)
}

const fn path(step: RecoveryStep) -> &'static str {
    match step {
        RecoveryStep::Mailbox => "/recovery/mailbox",
        RecoveryStep::Code => "/recovery/code",
        RecoveryStep::Choose => "/recovery/password",
    }
}

/// The same for every reason, as with links that are not valid any more (security 37).
fn over(site: Site) -> AnyView {
    crate::answer::status(http::StatusCode::GONE);
    let lang = lang();
    view! {
        <Page title=say!(lang, recovery_pages.over_title) product=site.product_name>
            <p>{say!(lang, refused.recovery_not_valid)}</p>
            <a class="button primary" href="/recovery">{say!(lang, recovery_pages.again)}</a>
        </Page>
    }
    .into_any()
}

/// How long there is for the rest of the way.
#[component]
pub fn TimeLeft(milliseconds: i64) -> impl IntoView {
    let lang = lang();
    view! {
        <Remaining
            milliseconds
            ending=say!(lang, recovery_pages.ending)
            over=say!(lang, recovery_pages.too_late)
            again=("/recovery", say!(lang, recovery_pages.again))
        />
    }
}
