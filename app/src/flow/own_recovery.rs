//! What the signed-in owner prepares for the day the mailbox is gone: facts on file, and recovery codes (security 88, 90).

use crate::flow::plain::waiting;
use crate::outcome::Refusal;
use crate::part::fact;
use crate::part::form::{Form, Sending};
use crate::part::leave::leave;
use crate::part::notice::{Done, Problem};
use crate::part::page::Page;
use crate::part::password::Password;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::{OwnFact, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// Where visitors go who are not signed in, and from there back here.
pub const SIGN_IN_FIRST: &str = "/sign-in?next=%2Faccount%2Frecovery";

#[server(prefix = "/form", endpoint = "set_own_fact")]
pub async fn set_own_fact(
    #[server(default)] name: String,
    #[server(default)] value: String,
    #[server(default)] current: String,
) -> Result<(), Refusal> {
    use crate::answer;
    let removed = value.trim().is_empty();
    match crate::port::port()?.set_own_fact(name.clone(), value, current).await {
        Ok(()) => answer::to("/account/recovery")
            .with("done", if removed { "removed" } else { "set" })
            .go(),
        Err(refused) if refused.refusal == Refusal::NotSignedIn => answer::to(SIGN_IN_FIRST).go(),
        Err(refused) => answer::to("/account/recovery")
            .with("fact", &name)
            .fact_refused(&refused)
            .go(),
    }
    Ok(())
}

#[server(prefix = "/form", endpoint = "make_recovery_codes")]
pub async fn make_recovery_codes(#[server(default)] current: String) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.make_recovery_codes(current).await {
        Ok(()) => answer::to("/account/codes").go(),
        Err(Refusal::NotSignedIn) => answer::to(SIGN_IN_FIRST).go(),
        Err(refusal) => answer::to("/account/recovery").refused(refusal).go(),
    }
    Ok(())
}

/// All of it, or the one fact that the address names: one question a screen.
pub fn screen(site: &Site) -> AnyView {
    let (site, port) = (site.clone(), crate::port::port());
    let chosen = use_query_map().with_untracked(|query| query.get("fact"));
    waiting(async move {
        let (facts, me) = match port {
            Ok(port) => (port.own_facts().await, port.me().await),
            Err(refusal) => (Err(refusal), Err(refusal)),
        };
        let (Ok(facts), Ok(me)) = (facts, me) else {
            return leave(SIGN_IN_FIRST);
        };
        match facts.iter().find(|fact| Some(&fact.field.name) == chosen.as_ref()) {
            Some(fact) => view! { <One site fact=fact.clone() /> }.into_any(),
            None => view! { <All site facts left=me.recovery_codes /> }.into_any(),
        }
    })
}

#[component]
fn All(site: Site, facts: Vec<OwnFact>, left: u32) -> impl IntoView {
    let lang = lang();
    let make = Sending::new();
    let told = Told::by(make);
    let query = use_query_map();
    let done = move || {
        let text = if query.with(|query| query.get("done"))? == "removed" {
            say!(lang, own_recovery.removed)
        } else {
            say!(lang, own_recovery.set)
        };
        Some(view! { <Done text /> })
    };
    view! {
        <Page title=say!(lang, own_recovery.title) product=site.product_name failed=told.failed()>
            <p class="lead">{say!(lang, own_recovery.lead)}</p>
            <Problem told />
            {done}
            <section aria-labelledby="codes">
                <h2 id="codes">{say!(lang, own_recovery.codes)}</h2>
                <p>{say!(lang, own_recovery.codes_lead)}</p>
                <p>{say!(lang, account.codes_left, count = left)}</p>
                <Form to=MakeRecoveryCodes::url() sending=make>
                    <Current told />
                    <Submit text=say!(lang, own_recovery.make) pending=make.pending />
                </Form>
            </section>
            {(!facts.is_empty()).then(|| view! { <Facts facts /> })}
            <p class="plate"><a href="/account">{say!(lang, own_recovery.back)}</a></p>
        </Page>
    }
}

/// What is on file is said; what it is, nobody can read (R11).
#[component]
fn Facts(facts: Vec<OwnFact>) -> impl IntoView {
    let lang = lang();
    let items = facts
        .into_iter()
        .map(|OwnFact { field, on_file }| {
            let href = format!("/account/recovery?fact={}", field.name);
            let about = format!(": {}", field.label);
            let (state, action) = if on_file {
                (say!(lang, own_recovery.on_file), say!(lang, own_recovery.change))
            } else {
                (say!(lang, own_recovery.not_on_file), say!(lang, own_recovery.add))
            };
            view! {
                <li class:current=on_file>
                    <div><p class="device">{field.label}</p><p class="hint">{state}</p></div>
                    <a class="button quiet" href=href>{action} <span class="aside-text">{about}</span></a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{say!(lang, own_recovery.facts)}</h2>
            <p>{say!(lang, own_recovery.facts_lead)}</p>
            <ul class="sessions">{items}</ul>
        </section>
    }
}

#[component]
fn One(site: Site, fact: OwnFact) -> impl IntoView {
    let lang = lang();
    let sending = Sending::new();
    let told = Told::by(sending);
    let query = use_query_map();
    let problem = Signal::derive(move || {
        let malformed = query.with(|query| query.get_str("malformed").is_some());
        malformed.then(|| say!(lang, recovery_pages.malformed))
    });
    let name = fact.field.name.clone();
    view! {
        <Page title=say!(lang, own_recovery.one_title) product=site.product_name failed=told.failed()>
            <p class="lead">
                {if fact.on_file { say!(lang, own_recovery.one_on_file) } else { say!(lang, own_recovery.one_new) }}
            </p>
            <Problem told />
            <Form to=SetOwnFact::url() sending>
                <input type="hidden" name="name" value=name />
                {fact::fact(fact.field, "value".to_owned(), problem)}
                <Current told />
                <Submit text=say!(lang, own_recovery.save) pending=sending.pending />
            </Form>
            <p class="plate"><a href="/account/recovery">{say!(lang, own_recovery.cancel)}</a></p>
        </Page>
    }
}

/// Whoever finds a browser signed in must not be able to change who gets in next time.
#[component]
fn Current(told: Told) -> impl IntoView {
    let lang = lang();
    view! {
        <Password
            name="current"
            label=say!(lang, account.current)
            autocomplete="current-password"
            shown=RwSignal::new(false)
            problem=told.about(lang, &[Refusal::CurrentPasswordWrong, Refusal::ConfirmationNeeded])
        />
    }
}
