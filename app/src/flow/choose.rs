//! Choosing a new password, with the right that a mailed link or code gave.

use crate::flow::refused;
use crate::load::load;
use crate::outcome::Refusal;
use crate::part::form::{Form, Sending};
use crate::part::new_password::NewPassword;
use crate::part::notice::Problem;
use crate::part::page::Page;
use crate::part::remaining::Remaining;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::part::username::Username;
use crate::view::{Opened, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

#[server(name = LoadOpened, prefix = "/form", endpoint = "opened_reset")]
pub async fn opened_reset() -> Result<Opened, Refusal> {
    crate::port::port()?.opened_reset().await
}

#[server(prefix = "/form", endpoint = "complete_reset")]
pub async fn complete_reset(
    #[server(default)] password: String,
    #[server(default)] confirmation: String,
) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.complete_reset(password, confirmation).await {
        Ok(finished) => answer::to("/reset/done")
            .with("signed_in", if finished.signed_in { "1" } else { "" })
            .with("target", &finished.target.unwrap_or_default())
            .go(),
        Err(refused) => answer::to("/reset").password_refused(&refused).go(),
    }
    Ok(())
}

#[server(prefix = "/form", endpoint = "keep_password")]
pub async fn keep_password() -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.keep_password().await {
        Ok(target) => answer::to("/reset/done")
            .with("kept", "1")
            .with("target", &target.unwrap_or_default())
            .go(),
        Err(refusal) => answer::to("/reset").refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    let site = site.clone();
    let opened = Resource::new(|| (), |()| load(LoadOpened {}));
    let query = use_query_map();
    // The right can end while the page is open; then the answer to the form says so and the form goes.
    let ended = Memo::new(move |_| query.with(|query| query.get_str("refused") == Some(Refusal::LinkNotValid.code())));
    view! {
        <Transition>
            {move || {
                let (site, ended) = (site.clone(), ended.get());
                Suspend::new(async move {
                    match opened.await {
                        Ok(opened) if !ended => view! { <Choose site opened /> }.into_any(),
                        _ => refused::screen(&site),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Choose(site: Site, opened: Opened) -> impl IntoView {
    let lang = lang();
    let action = Sending::new();
    let keeping = Sending::new();
    let told = Told::by(action).or(keeping);
    view! {
        <Page title=say!(lang, choose.title) product=site.product_name.clone() failed=told.failed()>
            <p class="lead">{say!(lang, choose.lead)}</p>
            <Problem told />
            <Form to=CompleteReset::url() sending=action>
                <Username login_name=opened.login_name />
                <NewPassword site told />
                <Submit text=say!(lang, choose.submit) pending=action.pending />
            </Form>
            {opened.keep.then(|| view! {
                <Form to=KeepPassword::url() sending=keeping>
                    <Submit text=say!(lang, choose.keep) pending=keeping.pending class="button quiet" />
                </Form>
            })}
            <Remaining
                milliseconds=opened.remaining
                ending=say!(lang, choose.ending)
                over=say!(lang, choose.over)
                again=("/forgot", say!(lang, gone.ask))
            />
        </Page>
    }
}
