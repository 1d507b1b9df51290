//! "One moment": where a form waits that no script answered the captcha for. A few seconds later one press sends it; nothing is typed
//! again, and nothing has to be seen, heard or solved (WCAG 3.3.8).

use crate::flow::plain::waiting;
use crate::part::countdown::when;
use crate::part::page::Page;
use crate::view::{Site, Waiting};
use crate::words::{lang, say};
use http::HeaderValue;
use http::header::REFRESH;
use leptos::prelude::*;

pub fn screen(site: &Site) -> AnyView {
    let (site, port) = (site.clone(), crate::port::port());
    let response = use_context::<leptos_axum::ResponseOptions>();
    waiting(async move {
        let held = match port {
            Ok(port) => port.waiting().await,
            Err(refusal) => Err(refusal),
        };
        match held {
            Ok(held) if held.seconds > 0 => {
                let again = HeaderValue::from_str(&format!("{}; url=/moment", held.seconds));
                if let (Some(response), Ok(again)) = (response, again) {
                    response.insert_header(REFRESH, again);
                }
                wait(site, held)
            }
            Ok(held) => ready(site, held),
            Err(_) => nothing(site),
        }
    })
}

fn wait(site: Site, held: Waiting) -> AnyView {
    let lang = lang();
    let when = when(lang, held.seconds);
    view! {
        <Page title=say!(lang, captcha.moment_title) product=site.product_name>
            <p class="lead">{say!(lang, captcha.moment_lead)}</p>
            <p role="status">{say!(lang, captcha.moment_when, when = when)}</p>
            <p class="plate"><a href=held.back>{say!(lang, captcha.moment_back)}</a></p>
        </Page>
    }
    .into_any()
}

fn ready(site: Site, held: Waiting) -> AnyView {
    let lang = lang();
    view! {
        <Page title=say!(lang, captcha.ready_title) product=site.product_name>
            <p class="lead">{say!(lang, captcha.ready_lead)}</p>
            <form method="post" action="/moment">
                <button class="button primary" type="submit" autofocus>{say!(lang, captcha.ready_submit)}</button>
            </form>
            <p class="plate"><a href=held.back>{say!(lang, captcha.moment_back)}</a></p>
        </Page>
    }
    .into_any()
}

fn nothing(site: Site) -> AnyView {
    let lang = lang();
    view! {
        <Page title=say!(lang, captcha.nothing_title) product=site.product_name>
            <p>{say!(lang, captcha.nothing)}</p>
            <a class="button primary" href="/">{say!(lang, not_found.home)}</a>
        </Page>
    }
    .into_any()
}
