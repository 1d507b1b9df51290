//! Signing in with login name or address and password.

use crate::outcome::Refusal;
use crate::part::captcha::captcha;
use crate::part::field::Field;
use crate::part::form::{Form, Sending};
use crate::part::notice::{Done, Problem};
use crate::part::page::Page;
use crate::part::password::Password;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::view::{Availability, Site};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// `next` is where the visitor wanted to go; anything but a path of this site is ignored.
#[server(prefix = "/form", endpoint = "sign_in")]
pub async fn sign_in(
    #[server(default)] identifier: String,
    #[server(default)] password: String,
    #[server(default)] next: Option<String>,
) -> Result<(), Refusal> {
    use crate::answer;
    let next = answer::own_path(next).unwrap_or_default();
    match crate::port::port()?.sign_in(identifier, password).await {
        Ok(()) => answer::to(if next.is_empty() { "/account" } else { &next }).go(),
        Err(refusal) => answer::to("/sign-in").with("next", &next).refused(refusal).go(),
    }
    Ok(())
}

pub fn screen(site: &Site) -> AnyView {
    view! { <SignInScreen site=site.clone() /> }.into_any()
}

#[component]
fn SignInScreen(site: Site) -> impl IntoView {
    let lang = lang();
    let action = Sending::new();
    let told = Told::by(action);
    let query = use_query_map();
    let next = query.with_untracked(|query| query.get("next"));
    let (signed_out, sent_here) = (
        query.with_untracked(|query| query.get("signed_out").is_some()),
        next.is_some() && !told.failed().get_untracked(),
    );
    view! {
        <Page title=say!(lang, sign_in.title) product=site.product_name failed=told.failed()>
            <Problem told />
            {signed_out.then(|| view! { <Done text=say!(lang, sign_in.signed_out) /> })}
            {sent_here.then(|| view! { <Done text=say!(lang, sign_in.please) /> })}
            <Form to=SignIn::url() sending=action>
                {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
                <Field
                    name="identifier"
                    label=say!(lang, common.identifier)
                    autocomplete="username"
                    problem=told.about(lang, &[Refusal::IdentifierMissing, Refusal::IdentifierMalformed, Refusal::SignInRefused])
                />
                <Password
                    name="password"
                    label=say!(lang, sign_in.password)
                    autocomplete="current-password"
                    shown=RwSignal::new(false)
                    problem=Signal::stored(None)
                />
                {captcha("sign_in")}
                <Submit text=say!(lang, sign_in.submit) pending=action.pending />
            </Form>
            {(site.reset == Availability::Available).then(|| view! {
                <p class="plate"><a href="/forgot">{say!(lang, sign_in.forgot)}</a></p>
            })}
        </Page>
    }
}
