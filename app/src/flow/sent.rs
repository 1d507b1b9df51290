//! After asking: where the mail will be, what to do with its code, and what to do when none comes. The same for everybody.

use crate::outcome::Refusal;
use crate::part::contact::Contact;
use crate::part::countdown::{countdown, when};
use crate::part::field::Field;
use crate::part::form::{Form, Sending};
use crate::part::leave::leave;
use crate::part::no_mailbox::NoMailbox;
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::{Delivery, Site};
use crate::words::{Locale, lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// How long the button for another mail rests. A courtesy to impatient fingers; the limit that counts is the server's.
const RESEND_AFTER_MILLISECONDS: i64 = 60_000;

#[server(prefix = "/form", endpoint = "verify_reset_code")]
pub async fn verify_reset_code(
    #[server(default)] receipt: String,
    #[server(default)] code: String,
) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.verify_reset_code(receipt.clone(), code).await {
        Ok(()) => answer::to("/reset").go(),
        Err(refusal) => answer::to("/forgot/sent")
            .with("receipt", &receipt)
            .refused(refusal)
            .go(),
    }
    Ok(())
}

#[server(prefix = "/form", endpoint = "resend_reset")]
pub async fn resend_reset(#[server(default)] receipt: String) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.resend_reset(receipt.clone()).await {
        Ok(receipt) => answer::to("/forgot/sent")
            .with("receipt", &receipt)
            .with("again", "1")
            .go(),
        // Nobody can tell any more what to send again, so the person is asked anew.
        Err(refusal @ (Refusal::LinkNotValid | Refusal::ResetUnavailable)) => {
            answer::to("/forgot").refused(refusal).go();
        }
        Err(refusal) => answer::to("/forgot/sent")
            .with("receipt", &receipt)
            .refused(refusal)
            .go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    let query = use_query_map();
    if query.with_untracked(|query| query.get_str("receipt").is_none_or(str::is_empty)) {
        return leave("/forgot");
    }
    view! { <Sent site=site.clone() /> }.into_any()
}

#[component]
fn Sent(site: Site) -> impl IntoView {
    let lang = lang();
    let verify = Sending::new();
    let resend = Sending::new();
    let told = Told::by(verify)
        .or(resend)
        .saying(Refusal::LinkNotValid, say!(lang, refused.code_not_valid));
    let query = use_query_map();
    let receipt: Signal<String> =
        Memo::new(move |_| query.with(|query| query.get("receipt")).unwrap_or_default()).into();
    let again = move || query.with(|query| query.get_str("again").is_some());
    let answer = if site.generic_response.is_empty() {
        say!(lang, sent.answer).to_owned()
    } else {
        site.generic_response.clone()
    };
    view! {
        <Page title=say!(lang, sent.title) product=site.product_name.clone() failed=told.failed()>
            <div role="status">
                <p class="lead">{answer}</p>
                {move || again().then(|| view! { <p>{say!(lang, sent.again)}</p> })}
            </div>
            <p>{lifetime(lang, &site)}</p>
            {site.mailbox.then(|| view! {
                <p><a class="button quiet" href="/dev/mailbox" rel="external">{say!(lang, sent.mailbox)}</a></p>
            })}
            <Problem told />
            {(site.delivery != Delivery::Link).then(|| view! {
                <Form to=VerifyResetCode::url() sending=verify>
                    <input type="hidden" name="receipt" value=receipt />
                    <Field
                        name="code"
                        label=say!(lang, sent.code)
                        autocomplete="one-time-code"
                        hint=say!(lang, sent.code_hint)
                        problem=told.about(lang, &[Refusal::LinkNotValid])
                        class="code"
                    />
                    <Submit text=say!(lang, sent.use_code) pending=verify.pending />
                </Form>
            })}
            <Resend action=resend receipt />
            <NoMailbox facts=site.recovery />
            <Help site />
            <p class="receipt">{say!(lang, sent.receipt)} " " <code>{receipt}</code></p>
        </Page>
    }
}

/// The number of minutes is the installation's setting; nothing about the person is in it.
fn lifetime(lang: Locale, site: &Site) -> String {
    let minutes = site.link_expiry_minutes;
    match site.delivery {
        Delivery::Link => say!(lang, sent.lifetime_link, count = minutes),
        Delivery::Code => say!(lang, sent.lifetime_code, count = minutes),
        Delivery::Both => say!(lang, sent.lifetime_both, count = minutes),
    }
}

/// Without JavaScript the button works at once: better too early than never.
#[component]
fn Resend(action: Sending, receipt: Signal<String>) -> impl IntoView {
    let lang = lang();
    let wait = Signal::derive(move || {
        receipt.track();
        RESEND_AFTER_MILLISECONDS
    });
    let left = countdown(wait);
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let resting = Signal::derive(move || alive.get() && left.get() > 0);
    view! {
        <Form to=ResendReset::url() sending=action>
            <input type="hidden" name="receipt" value=receipt />
            <Submit text=say!(lang, sent.resend) pending=action.pending class="button quiet" resting />
            <p class="hint">{move || resting.get().then(|| say!(lang, sent.resend_wait, when = when(lang, left.get())))}</p>
        </Form>
    }
}

#[component]
fn Help(site: Site) -> impl IntoView {
    let lang = lang();
    let contact = site.support_contact;
    view! {
        <details>
            <summary>{say!(lang, sent.help)}</summary>
            <ul>
                <li>{say!(lang, sent.help_wait)}</li>
                <li>{say!(lang, sent.help_spam)}</li>
                <li>{say!(lang, sent.help_address)} " " <a href="/forgot">{say!(lang, sent.help_address_link)}</a></li>
                <li>{say!(lang, sent.help_sso)}</li>
                <li>{say!(lang, sent.help_it)}</li>
                {(!contact.is_empty()).then(|| view! { <li>{say!(lang, sent.help_contact)} " " <Contact contact /></li> })}
            </ul>
        </details>
    }
}
