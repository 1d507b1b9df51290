//! The third step: the code that was mailed to the new address proves that its mailbox can be read (R6).

use super::mailbox::SetRecoveryAddress;
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

#[server(prefix = "/form", endpoint = "prove_recovery_address")]
pub async fn prove_recovery_address(#[server(default)] code: String) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.prove_recovery_address(code).await {
        Ok(()) => answer::to("/recovery/password").go(),
        Err(refusal) => answer::to("/recovery/code").refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    step(site, RecoveryStep::Code, |site, opened| {
        view! { <Code site opened /> }.into_any()
    })
}

#[component]
fn Code(site: Site, opened: OpenedRecovery) -> impl IntoView {
    let lang = lang();
    let (prove, resend) = (Sending::new(), Sending::new());
    let told = Told::by(prove).or(resend);
    let address = opened.new_address;
    view! {
        <Page title=say!(lang, recovery_pages.code_title) product=site.product_name failed=told.failed()>
            <p class="lead" role="status">{say!(lang, recovery_pages.code_lead, address = address.clone())}</p>
            {site.mailbox.then(|| view! {
                <p><a class="button quiet" href="/dev/mailbox" rel="external">{say!(lang, sent.mailbox)}</a></p>
            })}
            <Problem told />
            <Form to=ProveRecoveryAddress::url() sending=prove>
                <Field
                    name="code"
                    label=say!(lang, sent.code)
                    autocomplete="one-time-code"
                    hint=say!(lang, sent.code_hint)
                    problem=told.about(lang, &[Refusal::CodeRefused])
                    class="code"
                />
                <Submit text=say!(lang, sent.use_code) pending=prove.pending />
            </Form>
            <Form to=SetRecoveryAddress::url() sending=resend>
                <input type="hidden" name="address" value=address />
                <Submit text=say!(lang, recovery_pages.resend) pending=resend.pending class="button quiet" />
            </Form>
            <p class="plate"><a href="/recovery/mailbox">{say!(lang, recovery_pages.other_address)}</a></p>
            <TimeLeft milliseconds=opened.remaining />
        </Page>
    }
}
