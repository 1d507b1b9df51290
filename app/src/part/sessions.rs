//! Where the person is signed in, with a way to end what they do not recognise.

use crate::flow::account::EndSession;
use crate::outcome::Refusal;
use crate::part::form::{Form, Sending};
use crate::part::mine::Mine;
use crate::part::moment::Moment;
use crate::part::submit::Submit;
use crate::view::{Me, SessionView};
use crate::words::{lang, say};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn Sessions(me: Resource<Result<Me, Refusal>>, end: Sending) -> impl IntoView {
    let lang = lang();
    let list = Callback::new(move |me: Result<Me, Refusal>| {
        let sessions = me.map(|me| me.sessions).unwrap_or_default();
        let items = sessions
            .into_iter()
            .map(|session| view! { <Session session end /> })
            .collect_view();
        view! { <ul class="sessions">{items}</ul> }.into_any()
    });
    view! {
        <section aria-labelledby="sessions">
            <h2 id="sessions">{say!(lang, account.sessions)}</h2>
            <Mine me show=list />
        </section>
    }
}

#[component]
fn Session(session: SessionView, end: Sending) -> impl IntoView {
    let lang = lang();
    let SessionView {
        id,
        current,
        created_at,
        last_seen_at,
        client_address,
        device,
    } = session;
    let device = if device.is_empty() {
        say!(lang, account.unknown_device).to_owned()
    } else {
        device
    };
    let about = format!(": {device}");
    view! {
        <li class:current=current>
            <div>
                <p class="device">
                    <bdi>{device}</bdi> {current.then(|| view! { " " <strong class="tag">{say!(lang, account.this_device)}</strong> })}
                </p>
                <dl>
                    <div><dt>{say!(lang, account.seen)}</dt><dd><Moment unix_milliseconds=last_seen_at /></dd></div>
                    <div><dt>{say!(lang, account.since)}</dt><dd><Moment unix_milliseconds=created_at /></dd></div>
                    <div><dt>{say!(lang, account.from)}</dt><dd><bdi>{client_address}</bdi></dd></div>
                </dl>
            </div>
            {(!current).then(|| view! {
                <Form to=EndSession::url() sending=end>
                    <input type="hidden" name="id" value=id />
                    <Submit text=say!(lang, account.end) pending=end.pending class="button quiet" about />
                </Form>
            })}
        </li>
    }
}
