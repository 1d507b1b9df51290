//! The first step: facts that only this person should know, or a recovery code. Also what helps where neither is possible, always in
//! the same order (security 89, WCAG 3.2.6, 3.3.8).

use crate::flow::plain::waiting;
use crate::flow::unavailable;
use crate::outcome::Refusal;
use crate::part::captcha::captcha;
use crate::part::contact::WhoHelps;
use crate::part::fact::fact;
use crate::part::field::Field;
use crate::part::form::{Form, Sending};
use crate::part::leave::leave;
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::{FactField, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use std::collections::BTreeMap;

#[server(prefix = "/form", endpoint = "start_recovery")]
pub async fn start_recovery(#[server(default)] facts: BTreeMap<String, String>) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.start_recovery(facts.into_iter().collect()).await {
        Ok(()) => answer::to("/recovery/mailbox").go(),
        Err(refused) => answer::to("/recovery").fact_refused(&refused).go(),
    }
    Ok(())
}

#[server(prefix = "/form", endpoint = "start_recovery_with_code")]
pub async fn start_recovery_with_code(#[server(default)] code: String) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.start_recovery_with_code(code).await {
        Ok(()) => answer::to("/recovery/mailbox").go(),
        // The same answer, in words about codes.
        Err(Refusal::NotRecognised) => answer::to("/recovery").refused(Refusal::CodeRefused).go(),
        Err(refusal) => answer::to("/recovery").refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    let (site, port) = (site.clone(), crate::port::port());
    waiting(async move {
        let form = match port {
            Ok(port) => port.recovery_form().await,
            Err(refusal) => Err(refusal),
        };
        match form {
            Ok(form) => view! { <Facts site facts=form.facts /> }.into_any(),
            // Without mails there is neither recovery nor reset: that page says why, and who helps.
            Err(Refusal::RecoveryOff) => leave("/forgot"),
            Err(_) => unavailable::screen(),
        }
    })
}

#[component]
fn Facts(site: Site, facts: Vec<FactField>) -> impl IntoView {
    let lang = lang();
    let (by_facts, by_code) = (Sending::new(), Sending::new());
    let told = Told::by(by_facts)
        .or(by_code)
        .saying(Refusal::CodeRefused, say!(lang, recovery_pages.code_refused));
    view! {
        <Page title=say!(lang, recovery_pages.title) product=site.product_name failed=told.failed()>
            <p class="lead">{say!(lang, recovery_pages.lead)}</p>
            <Problem told />
            {(!facts.is_empty()).then(|| view! { <ByFacts facts sending=by_facts /> })}
            <section aria-labelledby="by-code">
                <h2 id="by-code">{say!(lang, recovery_pages.by_code)}</h2>
                <p class="hint">{say!(lang, recovery_pages.by_code_lead)}</p>
                <Form to=StartRecoveryWithCode::url() sending=by_code>
                    <Field
                        name="code"
                        label=say!(lang, recovery_pages.code)
                        autocomplete="off"
                        problem=told.about(lang, &[Refusal::CodeRefused])
                        class="code"
                    />
                    {captcha("recovery")}
                    <Submit text=say!(lang, recovery_pages.use_code) pending=by_code.pending class="button quiet" />
                </Form>
            </section>
            <Neither contact=site.support_contact />
        </Page>
    }
}

#[component]
fn ByFacts(facts: Vec<FactField>, sending: Sending) -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let malformed = Memo::new(move |_| query.with(|query| query.get("malformed")).unwrap_or_default());
    let facts = facts
        .into_iter()
        .map(|field| {
            let (own, name) = (field.name.clone(), format!("facts[{}]", field.name));
            let problem = Signal::derive(move || {
                let wrong = malformed.with(|names| names.split(',').any(|name| name == own));
                wrong.then(|| say!(lang, recovery_pages.malformed))
            });
            fact(field, name, problem)
        })
        .collect_view();
    view! {
        <section aria-labelledby="by-facts">
            <h2 id="by-facts">{say!(lang, recovery_pages.by_facts)}</h2>
            <p class="hint">{say!(lang, recovery_pages.by_facts_lead)}</p>
            <Form to=StartRecovery::url() sending>
                {facts}
                {captcha("recovery")}
                <Submit text=say!(lang, recovery_pages.go_on) pending=sending.pending />
            </Form>
        </section>
    }
}

/// Also for people to whom recalling facts is the hurdle.
#[component]
fn Neither(contact: String) -> impl IntoView {
    let lang = lang();
    view! {
        <section aria-labelledby="neither">
            <h2 id="neither">{say!(lang, recovery_pages.neither)}</h2>
            <p>
                {say!(lang, recovery_pages.neither_mail)} " "
                <a href="/forgot">{say!(lang, recovery_pages.neither_mail_link)}</a>
            </p>
            <WhoHelps contact />
        </section>
    }
}
