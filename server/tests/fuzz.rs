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
#[path = "support/mod.rs"]
mod support;
#[path = "../fuzz/targets.rs"]
mod targets;

use axum::body::Body;
use axum::http::Request;
use engine::{Rounds, corpus, input, run};
use serde_json::json;
use support::{Engine, Setup, TestApp};
use tower::ServiceExt as _;

#[test]
fn identifiers_keep_their_promises() {
    run("identifier", targets::identifier);
}

#[test]
fn facts_keep_their_promises() {
    run("fact", targets::fact);
}

#[test]
fn files_of_accounts_are_read_to_their_end() {
    run("import", targets::import);
}

#[test]
fn tokens_and_codes_have_a_shape_or_none() {
    run("token", targets::token);
}

#[test]
fn reports_are_read_or_not() {
    run("report", targets::report);
}

#[test]
fn keys_are_read_or_not() {
    run("signing_key", targets::signing_key);
}

/// Sends bodies to a path, first the corpus and then what is made of it.
async fn bombard(app: &TestApp, target: &str, paths: &[&str], kind: &str) {
    let corpus = corpus(target);
    let mut rounds = Rounds::new(300);
    let mut index = 0;
    while rounds.goes_on() {
        let body = match corpus.get(index) {
            Some(entry) => entry.clone(),
            None => input(&corpus, &mut rounds.random),
        };
        let path = paths[index % paths.len()];
        index += 1;
        let request = Request::post(path)
            .header("host", "x")
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .header("content-type", kind)
            .body(Body::from(body.clone()))
            .unwrap();
        let answer = app.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        assert!(status < 500, "{path} answers {status} to {}", body.escape_ascii());
    }
}

// security 128, 178, 188
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_of_a_form_or_call_is_a_fault_of_ours() {
    let app = Setup::on(Engine::Sqlite).start().await;
    app.set("limits.enabled", json!(false)).await;
    let forms = [
        "/form/request_reset",
        "/form/verify_reset_code",
        "/form/opened_reset",
        "/form/start_recovery",
        "/form/complete_reset",
    ];
    bombard(&app, "form", &forms, "application/x-www-form-urlencoded").await;
    let calls = [
        "/api/v1/password-reset",
        "/api/v1/password-reset/verify",
        "/api/v1/password-policy/check",
        "/api/v1/recovery/code",
    ];
    bombard(&app, "rest", &calls, "application/json").await;
    bombard(&app, "report", &["/csp-report"], "application/csp-report").await;
    assert_eq!(app.program().get("/healthz").await.status, 200);
}
