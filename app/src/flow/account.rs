//! The signed-in person's own account: change of password, and where else they are signed in.

use crate::browser;
use crate::load::load;
use crate::outcome::Refusal;
use crate::part::form::{Form, Sending};
use crate::part::leave::leave;
use crate::part::mine::Mine;
use crate::part::new_password::NewPassword;
use crate::part::notice::{Done, Problem};
use crate::part::page::Page;
use crate::part::password::Password;
use crate::part::sessions::Sessions;
use crate::part::submit::Submit;
use crate::part::told::Told;
use crate::part::username::Username;
use crate::view::{Me, Site};
use crate::words::{lang, say};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;

#[server(name = LoadMe, prefix = "/form", endpoint = "me")]
pub async fn me() -> Result<Me, Refusal> {
    crate::port::port()?.me().await
}

#[server(prefix = "/form", endpoint = "change_password")]
pub async fn change_password(
    #[server(default)] current: String,
    #[server(default)] password: String,
    #[server(default)] confirmation: String,
) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?
        .change_password(current, password, confirmation)
        .await
    {
        Ok(()) => answer::to("/account").with("changed", "1").go(),
        Err(refused) if refused.refusal == Refusal::NotSignedIn => answer::to(SIGN_IN_FIRST).go(),
        Err(refused) => answer::to("/account").password_refused(&refused).go(),
    }
    Ok(())
}

#[server(prefix = "/form", endpoint = "end_session")]
pub async fn end_session(#[server(default)] id: String) -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.end_session(id).await {
        Ok(()) => answer::to("/account").with("ended", "1").go(),
        Err(Refusal::NotSignedIn) => answer::to(SIGN_IN_FIRST).go(),
        Err(refusal) => answer::to("/account").refused(refusal).go(),
    }
    Ok(())
}

#[server(prefix = "/form", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), Refusal> {
    use crate::answer;
    match crate::port::port()?.sign_out().await {
        Ok(()) | Err(Refusal::NotSignedIn) => answer::to("/sign-in").with("signed_out", "1").go(),
        Err(refusal) => answer::to("/account").refused(refusal).go(),
    }
    Ok(())
}

/// Where visitors go who are not signed in, and from there back here.
const SIGN_IN_FIRST: &str = "/sign-in?next=%2Faccount";

pub fn screen(site: &Site) -> AnyView {
    view! { <Account site=site.clone() /> }.into_any()
}

#[component]
fn Account(site: Site) -> impl IntoView {
    let lang = lang();
    let change = Sending::new();
    let end = Sending::new();
    let leaving = Sending::new();
    let told = Told::by(change).or(end).or(leaving);
    let me = Resource::new(move || (change.answers.get(), end.answers.get()), |_| load(LoadMe {}));
    let query = use_query_map();
    let has = move |name: &'static str| query.with(|query| query.get_str(name).is_some());
    let who = Callback::new(move |me: Result<Me, Refusal>| match me {
        Ok(me) => view! {
            <p class="lead">{say!(lang, account.signed_in_as, login = me.login_name)}</p>
            {me.staff.then(|| view! {
                <p><a class="button quiet" href=browser::CONSOLE rel="external">{say!(lang, account.console)}</a></p>
            })}
        }
        .into_any(),
        Err(_) => leave(SIGN_IN_FIRST),
    });
    view! {
        <Page title=say!(lang, account.title) product=site.product_name.clone() failed=told.failed()>
            <Mine me show=who />
            <Problem told />
            {move || has("changed").then(|| view! { <Done text=say!(lang, account.changed) /> })}
            {move || has("ended").then(|| view! { <Done text=say!(lang, account.ended) /> })}
            <Change site action=change told me />
            <Prepared />
            <Sessions me end />
            <Form to=SignOut::url() sending=leaving>
                <Submit text=say!(lang, account.sign_out) pending=leaving.pending class="button quiet" />
            </Form>
        </Page>
    }
}

#[component]
fn Change(site: Site, action: Sending, told: Told, me: Resource<Result<Me, Refusal>>) -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let changed = Memo::new(move |_| query.with(|query| query.get_str("changed").is_some()));
    let place = NodeRef::<Div>::new();
    Effect::new(move |_| {
        action.answers.track();
        if changed.get() {
            clear(place);
        }
    });
    let current = Callback::new(move |me: Result<Me, Refusal>| {
        me.is_ok_and(|me| me.needs_current)
            .then(|| {
                view! {
                    <Password
                        name="current"
                        label=say!(lang, account.current)
                        autocomplete="current-password"
                        shown=RwSignal::new(false)
                        problem=told.about(lang, &[Refusal::CurrentPasswordWrong])
                    />
                }
            })
            .into_any()
    });
    let username = Callback::new(|me: Result<Me, Refusal>| {
        me.ok()
            .map(|me| view! { <Username login_name=me.login_name /> })
            .into_any()
    });
    view! {
        <section aria-labelledby="change">
            <h2 id="change">{say!(lang, account.change)}</h2>
            <div node_ref=place>
                <Form to=ChangePassword::url() sending=action>
                    <Mine me show=username />
                    <Mine me show=current />
                    <NewPassword site told />
                    <Submit text=say!(lang, account.submit) pending=action.pending />
                </Form>
            </div>
        </section>
    }
}

/// The way to what is there for the day the mailbox is gone.
#[component]
fn Prepared() -> impl IntoView {
    let lang = lang();
    view! {
        <section aria-labelledby="recovery">
            <h2 id="recovery">{say!(lang, account.recovery)}</h2>
            <p><a class="button quiet" href="/account/recovery" rel="external">{say!(lang, account.prepare)}</a></p>
        </section>
    }
}

/// Nobody should be able to read or send again what has just been set.
fn clear(place: NodeRef<Div>) {
    let form = place
        .get_untracked()
        .and_then(|place| place.query_selector("form").ok().flatten());
    if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        form.reset();
    }
}
