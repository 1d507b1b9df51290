//! `latchkey doctor --probe`: finds nothing at a healthy server, and what somebody in between breaks.

use crate::support::{Engine, Setup, TestApp};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use server::doctor::probe::{Wish, examine};
use server::doctor::{Examined, Finding, Level, Report};
use std::net::SocketAddr;
use tokio::net::TcpListener;

fn level(report: &Report, check: Examined) -> Level {
    finding(report, check).level
}

fn finding(report: &Report, check: Examined) -> &Finding {
    let found = report.findings.iter().find(|finding| finding.check == check);
    found.unwrap_or_else(|| panic!("{check}: {report:?}"))
}

async fn look(address: SocketAddr, known: Option<&str>, link: Option<String>) -> Report {
    examine(Wish {
        url: format!("http://{address}").parse().unwrap(),
        known: known.map(str::to_owned),
        link: link.map(|link| link.parse().unwrap()),
    })
    .await
}

/// The application behind somebody who changes what is asked or answered.
async fn behind<F>(app: &TestApp, change: fn(Request, Next) -> F) -> SocketAddr
where
    F: Future<Output = Response> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = app.router.clone().layer(from_fn(change));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_server_shows_nothing_and_nothing_is_spent() {
    let app = Setup::on(Engine::Sqlite).start().await;
    app.add_account("ada").await;
    let (_, letter) = app.ask_and_read("ada").await;
    let link = format!("http://{}/reset?key={}", app.address, letter.token());
    // It is looked at before another is asked for, which would take its place.
    let report = look(app.address, None, Some(link)).await;
    assert!(report.is_well(), "{report:?}");
    for check in [
        Examined::Headers,
        Examined::Cookies,
        Examined::WellKnown,
        Examined::Errors,
        Examined::Host,
        Examined::Banner,
        Examined::Link,
    ] {
        assert_eq!(level(&report, check), Level::Ok, "{report:?}");
    }
    for check in [Examined::Tls, Examined::SameAnswer, Examined::SameTime] {
        assert_eq!(level(&report, check), Level::Skipped, "{report:?}");
    }
    app.complete(&letter.token(), "quiet lamps under snow")
        .await
        .expect(204);
    let report = look(app.address, Some("ada"), None).await;
    assert_eq!(level(&report, Examined::SameAnswer), Level::Ok, "{report:?}");
    assert_ne!(level(&report, Examined::SameTime), Level::Problem, "{report:?}");
    assert_eq!(level(&report, Examined::Link), Level::Skipped);
    assert!(app.count("reset_requests").await < 100, "a bounded number of requests");
}

// security 1, 163: what the captcha refuses is alike for everybody, and proves nothing
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_gets_past_the_captcha_or_says_that_it_cannot() {
    let app = Setup::on(Engine::Sqlite).with_proof_of_work().start().await;
    app.add_account("ada").await;
    let report = look(app.address, Some("ada"), None).await;
    assert_eq!(level(&report, Examined::SameAnswer), Level::Ok, "{report:?}");
    assert!(app.count("reset_requests").await > 20, "it did ask");
    let settings = serde_json::json!({ "captcha": { "provider": "turnstile", "site_key": "k", "secret_key": "s" } });
    let app = Setup::on(Engine::Sqlite).pinned(settings).start().await;
    let report = look(app.address, Some("ada"), None).await;
    for check in [Examined::SameAnswer, Examined::SameTime] {
        assert_eq!(level(&report, check), Level::Skipped, "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_proxy_breaks_is_found() {
    async fn careless(request: Request, next: Next) -> Response {
        if request.uri().path() == "/.env" || request.uri().path().starts_with("/.well-known/") {
            return StatusCode::OK.into_response();
        }
        let forged = request.headers().get("x-forwarded-host").cloned();
        let mut response = next.run(request).await;
        let headers = response.headers_mut();
        headers.remove("x-frame-options");
        headers.insert(header::SERVER, HeaderValue::from_static("nginx/1.2.3"));
        if let Some(cookie) = headers.get(header::SET_COOKIE).cloned() {
            let plain = cookie.to_str().unwrap().replace("; Secure", "");
            headers.insert(header::SET_COOKIE, plain.parse().unwrap());
        }
        if let Some(forged) = forged {
            headers.insert("x-base", forged);
        }
        response
    }
    let app = Setup::on(Engine::Sqlite).start().await;
    let report = look(behind(&app, careless).await, None, None).await;
    for (check, expected) in [
        (Examined::Headers, Level::Problem),
        (Examined::Banner, Level::Warning),
        (Examined::Cookies, Level::Problem),
        (Examined::WellKnown, Level::Warning),
        (Examined::Errors, Level::Problem),
        (Examined::Host, Level::Problem),
    ] {
        assert_eq!(level(&report, check), expected, "{check}: {report:?}");
        assert!(finding(&report, check).next.is_some(), "{check}");
    }
    assert!(
        finding(&report, Examined::Headers)
            .found
            .to_string()
            .contains("x-frame-options"),
        "{report:?}"
    );
}

// security 1, 2: the controls that must fail
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_that_tells_is_found() {
    async fn telling(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let known = String::from_utf8_lossy(&body).contains("\"ada\"");
        let mut response = next.run(Request::from_parts(parts, Body::from(body))).await;
        if known {
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
            response
                .headers_mut()
                .insert("x-known", HeaderValue::from_static("yes"));
        }
        response
    }
    let app = Setup::on(Engine::Sqlite).start().await;
    app.add_account("ada").await;
    let report = look(behind(&app, telling).await, Some("ada"), None).await;
    assert_eq!(level(&report, Examined::SameAnswer), Level::Problem, "{report:?}");
    assert_eq!(level(&report, Examined::SameTime), Level::Warning, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_answer_is_told_apart() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let report = look(nobody, None, None).await;
    assert!(!report.is_well() && report.findings.len() == 1, "{report:?}");
}
