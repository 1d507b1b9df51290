//! The second step: the address of a mailbox that the person can read now.

use super::opened::{TimeLeft, step};
use crate::outcome::Refusal;
use crate::part::field::Field;
use crate::part::form::{Form, Sending};
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::{OpenedRecovery, RecoveryStep, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[server(prefix = "/form", endpoint = "set_recovery_address")]
pub async fn set_recovery_address(#[server(default)] address: String) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.set_recovery_address(address).await {
        Ok(()) => answer::to("/recovery/code").with("sent", "1").go(),
        Err(refusal) => answer::to("/recovery/mailbox").refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    step(site, RecoveryStep::Mailbox, |site, opened| {
        view! { <Mailbox site opened /> }.into_any()
    })
}

#[component]
fn Mailbox(site: Site, opened: OpenedRecovery) -> impl IntoView {
    let lang = lang();
    let sending = Sending::new();
    let told = Told::by(sending);
    view! {
        <Page title=say!(lang, recovery_pages.mailbox_title) product=site.product_name failed=told.failed()>
            <p class="lead">{say!(lang, recovery_pages.mailbox_lead)}</p>
            <Problem told />
            <Form to=SetRecoveryAddress::url() sending>
                <Field
                    name="address"
                    label=say!(lang, recovery_pages.address)
                    autocomplete="email"
                    inputmode="email"
                    value=opened.new_address
                    problem=told.about(lang, &[Refusal::AddressMalformed])
                />
                <Submit text=say!(lang, recovery_pages.send_code) pending=sending.pending />
            </Form>
            <TimeLeft milliseconds=opened.remaining />
        </Page>
    }
}
