//! Made-up input for everything that reads what strangers send (security 188): nothing panics, nothing is a fault of ours, and what is
//! accepted keeps its promises. Bounded here; `make fuzz` goes on for as long as wanted.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/engine.rs"]
mod engine;
#[path = "../fuzz/staff_targets.rs"]
mod staff_targets;
#[path = "support/mod.rs"]
mod support;
#[path = "../fuzz/targets.rs"]
mod targets;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use engine::{Rounds, corpus, input, run};
use serde_json::json;
use server::web::console::PATHS;
use server::web::cookies;
use std::time::Instant;
use support::{Engine, Setup, TestApp};
use tower::ServiceExt as _;

/// Rounds of a short run, and of what takes longer for each.
const MANY: usize = 2_000;
const FEW: usize = 200;

#[test]
fn identifiers_keep_their_promises() {
    run("identifier", MANY, targets::identifier);
}

#[test]
fn facts_keep_their_promises() {
    run("fact", MANY, targets::fact);
}

#[test]
fn files_of_accounts_are_read_to_their_end() {
    run("import", MANY, targets::import);
}

#[test]
fn tokens_and_codes_have_a_shape_or_none() {
    run("token", MANY, targets::token);
}

#[test]
fn reports_are_read_or_not() {
    run("report", MANY, targets::report);
}

#[test]
fn keys_are_read_or_not() {
    run("signing_key", MANY, targets::signing_key);
}

#[test]
fn passwords_are_judged_whatever_they_are() {
    run("password", FEW, targets::password);
}

#[test]
fn what_stands_around_a_body_stays_in_its_place() {
    run("request", MANY, targets::request);
}

// M3
#[test]
fn templates_that_are_let_through_make_mails() {
    run("template", FEW, staff_targets::template);
}

// M5
#[test]
fn old_templates_are_converted_or_left_for_a_hand() {
    run("template_import", FEW, staff_targets::template_import);
}

#[test]
fn values_of_settings_are_taken_as_they_are_or_not() {
    run("setting", MANY, staff_targets::setting);
}

#[test]
fn pictures_are_drawn_anew_or_not_at_all() {
    run("picture", FEW, staff_targets::picture);
}

#[test]
fn hashes_of_other_systems_are_bounded_before_any_work() {
    run("stored_hash", MANY, staff_targets::stored_hash);
}

/// Who sends, and what.
struct Aim<'a> {
    target: &'static str,
    paths: &'a [String],
    kind: &'a str,
    /// Of a browser that somebody is signed in with.
    cookie: &'a str,
}

/// Sends bodies to paths, first the corpus and then what is made of it.
async fn bombard(app: &TestApp, aim: Aim<'_>) {
    let corpus = corpus(aim.target);
    let mut rounds = Rounds::new(aim.target, 300);
    let mut index = 0;
    while rounds.goes_on() {
        let body = match corpus.get(index) {
            Some(entry) => entry.clone(),
            None => input(&corpus, &mut rounds.random),
        };
        let path = &aim.paths[index % aim.paths.len()];
        index += 1;
        let request = Request::post(path)
            .header("host", "x")
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .header("cookie", aim.cookie)
            .header("content-type", aim.kind)
            .body(Body::from(body.clone()))
            .unwrap();
        let began = Instant::now();
        let answer = app.router.clone().oneshot(request).await.unwrap();
        rounds.count(began.elapsed());
        let status = answer.status().as_u16();
        assert!(status < 500, "{path} answers {status} to {}", body.escape_ascii());
        assert!(aim.cookie.is_empty() || status != 401, "{path}: signed out");
    }
}

fn owned(paths: &[&str]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

const FORM: &str = "application/x-www-form-urlencoded";

// security 128, 178, 188
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_of_a_form_or_call_is_a_fault_of_ours() {
    let app = Setup::on(Engine::Sqlite).start().await;
    app.set("limits.enabled", json!(false)).await;
    let stranger = |target, kind, paths: &'static [&str]| (target, kind, owned(paths));
    let doors = [
        stranger(
            "form",
            FORM,
            &[
                "/form/request_reset",
                "/form/verify_reset_code",
                "/form/opened_reset",
                "/form/start_recovery",
                "/form/complete_reset",
            ],
        ),
        stranger(
            "rest",
            "application/json",
            &[
                "/api/v1/password-reset",
                "/api/v1/password-reset/verify",
                "/api/v1/password-policy/check",
                "/api/v1/recovery/code",
            ],
        ),
        stranger("report", "application/csp-report", &["/csp-report"]),
    ];
    for (target, kind, paths) in &doors {
        let aim = Aim {
            target,
            paths,
            kind,
            cookie: "",
        };
        bombard(&app, aim).await;
    }
    assert_eq!(app.program().get("/healthz").await.status, 200);
}

/// A browser with an administrator in it, as a cookie, and the paths of the console's forms about somebody who is not the administrator.
async fn desk(app: &TestApp) -> (String, Vec<String>) {
    app.administrator().await;
    let ada = app.add_account("ada").await;
    let browser = app.browser_of("root").await;
    let session = browser.cookie(cookies::SESSION).unwrap();
    // Where mail and captchas go, and who is asked about it, stays: nothing is sent from here.
    let elsewhere = |path: &str| {
        ["settings/mail", "settings/captcha", "/test"]
            .iter()
            .any(|part| path.contains(part))
    };
    let posted = PATHS.iter().filter(|(_, methods)| methods.contains(&"POST"));
    let mut paths: Vec<String> = posted
        .map(|(path, _)| {
            let id = if path.contains("branding") { "logo" } else { &ada };
            path.replace("{id}", id)
                .replace("{kind}", "reset_link")
                .replace("{locale}", "en")
                .replace("{version}", "1")
                .replace("{group}", "reset")
        })
        .filter(|path| !elsewhere(path) && !path.ends_with("/remove"))
        .collect();
    paths.extend(["password", "branding", "recovery", "retention"].map(|group| format!("/admin/settings/{group}")));
    (format!("{}={session}", cookies::SESSION), paths)
}

// security 128, 188
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_the_console_is_a_fault_of_ours() {
    let app = Setup::on(Engine::Sqlite).start().await;
    app.set("limits.enabled", json!(false)).await;
    let (cookie, paths) = desk(&app).await;
    let is_file = |path: &String| path.contains("import") && !path.contains("templates") || path.ends_with("logo");
    let (files, forms): (Vec<String>, Vec<String>) = paths.into_iter().partition(is_file);
    for (target, kind, paths) in [
        ("desk", FORM, &forms),
        ("upload", "multipart/form-data; boundary=x", &files),
    ] {
        let aim = Aim {
            target,
            paths,
            kind,
            cookie: &cookie,
        };
        bombard(&app, aim).await;
    }
    assert_eq!(app.program().get("/healthz").await.status, 200);
}

/// Pages and lists that are asked for with made-up queries, by clients with made-up headers. Parted by a line break.
// security 125, 187, 188
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_query_or_header_is_a_fault_of_ours() {
    const HEADERS: [&str; 8] = [
        "accept",
        "accept-language",
        "authorization",
        "cookie",
        "forwarded",
        "idempotency-key",
        "referer",
        "x-forwarded-for",
    ];
    let app = Setup::on(Engine::Sqlite).start().await;
    app.set("limits.enabled", json!(false)).await;
    let (cookie, _) = desk(&app).await;
    let mut paths = owned(&[
        "/forgot",
        "/reset",
        "/reset/new-password",
        "/recovery",
        "/undo",
        "/moment",
        "/sign-in",
        "/language",
        "/api/v1/accounts",
        "/api/v1/outbox",
        "/api/v1/requests",
        "/api/v1/audit-events",
        "/nothing",
    ]);
    let console = PATHS
        .iter()
        .filter(|(path, _)| !path.contains('{') && !path.contains("export"));
    paths.extend(console.map(|(path, _)| (*path).to_owned()));
    let corpus = corpus("query");
    let mut rounds = Rounds::new("query", 300);
    while rounds.goes_on() {
        let made = input(&corpus, &mut rounds.random);
        let (query, header) = made.split_at(made.iter().position(|byte| *byte == b'\n').unwrap_or(made.len()));
        let query = percent_encoding::percent_encode(query, percent_encoding::CONTROLS);
        let path = &paths[rounds.random.below(paths.len())];
        // A server gets what the parser of its protocol lets through.
        let Ok(mut request) = Request::get(format!("{path}?{query}"))
            .header("host", "x")
            .body(Body::empty())
        else {
            continue;
        };
        if let Ok(value) = HeaderValue::from_bytes(header.trim_ascii()) {
            let name = HEADERS[rounds.random.below(HEADERS.len())];
            request.headers_mut().insert(name, value);
        }
        if rounds.random.below(2) == 0 {
            request.headers_mut().append("cookie", cookie.parse().unwrap());
        }
        let began = Instant::now();
        let answer = app.router.clone().oneshot(request).await.unwrap();
        rounds.count(began.elapsed());
        let status = answer.status().as_u16();
        assert!(status < 500, "{path} answers {status} to {}", made.escape_ascii());
    }
    assert_eq!(app.program().get("/healthz").await.status, 200);
}
