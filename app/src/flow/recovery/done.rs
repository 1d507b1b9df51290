//! The account is back, or somebody of the staff decides about it first (R12).

use crate::flow::plain::waiting;
use crate::part::contact::Contact;
use crate::part::page::Page;
use crate::view::{CaseState, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub fn screen(site: &Site) -> AnyView {
    let query = use_query_map();
    match query.with_untracked(|query| query.get("receipt")) {
        Some(receipt) => awaiting(site.clone(), receipt),
        None => done(
            site.clone(),
            query.with_untracked(|query| query.get_str("signed_in").is_some()),
        ),
    }
}

fn done(site: Site, signed_in: bool) -> AnyView {
    let lang = lang();
    let (href, next) = if signed_in {
        ("/account", say!(lang, done.go_on))
    } else {
        ("/sign-in", say!(lang, done.sign_in))
    };
    view! {
        <Page title=say!(lang, recovery_pages.done_title) product=site.product_name>
            <p role="status">{say!(lang, recovery_pages.done_lead)}</p>
            <p>{say!(lang, recovery_pages.done_mail)}</p>
            <a class="button primary" href=href>{next}</a>
        </Page>
    }
    .into_any()
}

/// Where it stands, for whoever has the receipt. The page can be kept and opened again.
fn awaiting(site: Site, receipt: String) -> AnyView {
    let port = crate::port::port();
    waiting(async move {
        let state = match port {
            Ok(port) => port.recovery_case(receipt.clone()).await,
            Err(refusal) => Err(refusal),
        };
        standing(site, receipt, state.unwrap_or(CaseState::Over))
    })
}

fn standing(site: Site, receipt: String, state: CaseState) -> AnyView {
    let lang = lang();
    let (title, text) = match state {
        CaseState::Awaiting => (
            say!(lang, recovery_pages.awaiting_title),
            say!(lang, recovery_pages.awaiting),
        ),
        CaseState::Approved => (
            say!(lang, recovery_pages.done_title),
            say!(lang, recovery_pages.approved),
        ),
        CaseState::Refused => (
            say!(lang, recovery_pages.refused_title),
            say!(lang, recovery_pages.refused),
        ),
        CaseState::Over => (
            say!(lang, recovery_pages.over_title),
            say!(lang, recovery_pages.case_over),
        ),
    };
    let contact = site.support_contact;
    let next = match state {
        // An empty address is this page again.
        CaseState::Awaiting => {
            view! { <a class="button quiet" href="" rel="external">{say!(lang, recovery_pages.look_again)}</a> }
                .into_any()
        }
        CaseState::Approved => {
            view! { <a class="button primary" href="/sign-in">{say!(lang, done.sign_in)}</a> }.into_any()
        }
        CaseState::Refused | CaseState::Over => {
            view! { <a class="button primary" href="/recovery">{say!(lang, recovery_pages.again)}</a> }.into_any()
        }
    };
    view! {
        <Page title product=site.product_name>
            <p role="status">{text}</p>
            {next}
            {(!contact.is_empty()).then(|| view! { <p>{say!(lang, forgot.contact)} " " <Contact contact /></p> })}
            <p class="receipt">{say!(lang, sent.receipt)} " " <code>{receipt}</code></p>
        </Page>
    }
    .into_any()
}
