//! The last step: a new password. Only now do address and password change, together (R7).

use super::opened::{TimeLeft, step};
use crate::outcome::Refusal;
use crate::part::form::{Form, Sending};
use crate::part::new_password::NewPassword;
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::part::username::Username;
use crate::view::{OpenedRecovery, RecoveryStep, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[server(prefix = "/form", endpoint = "complete_recovery")]
pub async fn complete_recovery(
    #[server(default)] password: String,
    #[server(default)] confirmation: String,
) -> Result<(), Refusal> {
    use crate::answer;
    use crate::view::Recovered;
    match crate::port::port()?.complete_recovery(password, confirmation).await {
        Ok(Recovered::Done { signed_in }) => answer::to("/recovery/done")
            .with("signed_in", if signed_in { "1" } else { "" })
            .go(),
        Ok(Recovered::AwaitingApproval { receipt }) => answer::to("/recovery/done").with("receipt", &receipt).go(),
        Err(refused) => answer::to("/recovery/password").password_refused(&refused).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    step(site, RecoveryStep::Choose, |site, opened| {
        view! { <Choose site opened /> }.into_any()
    })
}

#[component]
fn Choose(site: Site, opened: OpenedRecovery) -> impl IntoView {
    let lang = lang();
    let sending = Sending::new();
    let told = Told::by(sending);
    view! {
        <Page title=say!(lang, choose.title) product=site.product_name.clone() failed=told.failed()>
            <p class="lead">{say!(lang, recovery_pages.choose_lead)}</p>
            <Problem told />
            <Form to=CompleteRecovery::url() sending>
                <Username login_name=opened.login_name />
                <NewPassword site told />
                <Submit text=say!(lang, choose.submit) pending=sending.pending />
            </Form>
            <TimeLeft milliseconds=opened.remaining />
        </Page>
    }
}
