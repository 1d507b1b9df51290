//! Asking for a mail that lets a person choose a new password.

use crate::outcome::Refusal;
use crate::part::captcha::captcha;
use crate::part::contact::WhoHelps;
use crate::part::field::Field;
use crate::part::form::{Form, Sending};
use crate::part::no_mailbox::NoMailbox;
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::{Availability, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

#[server(prefix = "/form", endpoint = "request_reset")]
pub async fn request_reset(
    #[server(default)] identifier: String,
    #[server(default)] target: Option<String>,
) -> Result<(), Refusal> {
    use crate::answer;
    let wished = target.clone().unwrap_or_default();
    match crate::port::port()?.request_reset(identifier, target).await {
        Ok(receipt) => answer::to("/forgot/sent").with("receipt", &receipt).go(),
        Err(refusal) => answer::to("/forgot").with("target", &wished).refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    let site = site.clone();
    match site.reset {
        Availability::Available => view! { <Forgot site /> }.into_any(),
        Availability::NotConfigured | Availability::SwitchedOff => view! { <Unavailable site /> }.into_any(),
    }
}

#[component]
fn Forgot(site: Site) -> impl IntoView {
    let lang = lang();
    let action = Sending::new();
    let told = Told::by(action);
    let target = use_query_map().with_untracked(|query| query.get("target"));
    view! {
        <Page title=say!(lang, forgot.title) product=site.product_name failed=told.failed()>
            <p class="lead">{say!(lang, forgot.lead)}</p>
            <Problem told />
            <Form to=RequestReset::url() sending=action>
                {target.map(|target| view! { <input type="hidden" name="target" value=target /> })}
                <Field
                    name="identifier"
                    label=say!(lang, common.identifier)
                    autocomplete="username"
                    problem=told.about(lang, &[Refusal::IdentifierMissing, Refusal::IdentifierMalformed])
                />
                {captcha("forgot")}
                <Submit text=say!(lang, forgot.submit) pending=action.pending />
            </Form>
            <NoMailbox facts=site.recovery />
            <p class="plate"><a href="/sign-in">{say!(lang, common.back_to_sign_in)}</a></p>
        </Page>
    }
}

/// Says which of the two it is, because what a person does next depends on it; what exactly is missing is for the log.
#[component]
fn Unavailable(site: Site) -> impl IntoView {
    let lang = lang();
    let why = match site.reset {
        Availability::SwitchedOff => say!(lang, forgot.switched_off),
        Availability::NotConfigured | Availability::Available => say!(lang, forgot.not_configured),
    };
    view! {
        <Page title=say!(lang, forgot.unavailable_title) product=site.product_name>
            <p class="lead">{why}</p>
            <WhoHelps contact=site.support_contact />
            <p class="plate"><a href="/sign-in">{say!(lang, common.back_to_sign_in)}</a></p>
        </Page>
    }
}
