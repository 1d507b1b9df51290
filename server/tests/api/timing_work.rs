//! The half of "equal time" that can be counted: known and unknown cost the same statements, the same writes and the same hashes.
//! The other half is measured by `make bench`.

use crate::on_both_engines;
use crate::support::{Engine, PASSWORD, TestApp, draft, log};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use server::account::add::{Draft, DraftPassword};
use server::account::{SignIn, Status};
use tower::ServiceExt as _;

/// What one request made the server do.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    status: StatusCode,
    statements: Vec<String>,
    /// How often the database was asked; on SQLite, what needs no answer goes with what does.
    rounds: usize,
    hashes: u64,
}

async fn work(app: &TestApp, path: &str, kind: &str, body: String) -> Work {
    let request = Request::post(path)
        .header("content-type", kind)
        .header("accept", "text/html")
        .header("sec-fetch-site", "same-origin");
    let request = request.body(Body::from(body)).unwrap();
    let before = app.latchkey.hasher.work();
    let router = app.router.clone();
    let (status, mut rounds) = log::rounds(async { router.oneshot(request).await.unwrap().status() }).await;
    // A pool that opens another connection sets it up; that depends on the load, not on who is asked for.
    rounds.retain(|round| !round.to_lowercase().starts_with("pragma"));
    let hashes = app.latchkey.hasher.work() - before;
    Work {
        status,
        statements: log::single(&rounds),
        rounds: rounds.len(),
        hashes,
    }
}

async fn rest(app: &TestApp, path: &str, body: &Value) -> Work {
    work(app, &format!("/api/v1{path}"), "application/json", body.to_string()).await
}

async fn form(app: &TestApp, name: &str, body: &str) -> Work {
    work(
        app,
        &format!("/form/{name}"),
        "application/x-www-form-urlencoded",
        body.to_owned(),
    )
    .await
}

async fn everybody(app: &TestApp) -> [&'static str; 6] {
    app.add_account("known").await;
    let disabled = app.add_account("disabled").await;
    let mut write = app.latchkey.store.write().await.unwrap();
    write.set_status(&disabled, Status::Disabled).await.unwrap();
    write.commit().await.unwrap();
    app.add(Draft {
        sign_in: SignIn::Sso,
        password: DraftPassword::None,
        ..draft("elsewhere")
    })
    .await;
    app.add(Draft {
        email: None,
        ..draft("silent")
    })
    .await;
    app.add_invited("invited").await;
    [
        "known",
        "known@example.org",
        "disabled",
        "elsewhere",
        "silent",
        "invited",
    ]
}

on_both_engines! {
    // security 2, 157
    async fn asking_costs_the_same_for_everybody(app: TestApp) {
        let people = everybody(&app).await;
        let by_rest = rest(&app, "/password-reset", &json!({ "identifier": "nobody" })).await;
        let by_form = form(&app, "request_reset", "identifier=nobody").await;
        assert_eq!((by_rest.status, by_rest.hashes), (StatusCode::ACCEPTED, 0));
        assert_eq!((by_form.status, by_form.hashes), (StatusCode::SEE_OTHER, 0));
        let writes = by_rest.statements.iter().filter(|statement| statement.starts_with("insert")).count();
        assert_eq!(writes, 5, "two limits, request, outbox and audit: {:#?}", by_rest.statements);
        assert!(by_rest.statements.iter().all(|statement| !statement.contains("accounts")), "nobody is looked up");
        for person in people {
            for _ in 0..2 {
                assert_eq!(rest(&app, "/password-reset", &json!({ "identifier": person })).await, by_rest, "{person}");
                assert_eq!(form(&app, "request_reset", &format!("identifier={person}")).await, by_form, "{person}");
                app.drain().await;
                app.advance(61_000);
            }
        }
    }

    // security 2, 157
    async fn a_failed_sign_in_costs_the_same_for_everybody(app: TestApp) {
        let people = everybody(&app).await;
        let by_rest = rest(&app, "/sessions", &json!({ "identifier": "nobody", "password": "wrong password" })).await;
        let by_form = form(&app, "sign_in", "identifier=nobody&password=wrong").await;
        assert_eq!((by_rest.status, by_rest.hashes), (StatusCode::UNAUTHORIZED, 1));
        assert_eq!((by_form.status, by_form.hashes), (StatusCode::SEE_OTHER, 1));
        assert!(by_rest.statements.iter().any(|statement| statement.starts_with("insert into audit")), "{:#?}", by_rest.statements);
        for person in people {
            let password = if person.starts_with("known") || person == "silent" { "wrong password" } else { PASSWORD };
            let body = json!({ "identifier": person, "password": password });
            assert_eq!(rest(&app, "/sessions", &body).await, by_rest, "{person}");
            assert_eq!(form(&app, "sign_in", &format!("identifier={person}&password=wrong")).await, by_form, "{person}");
        }
    }

    // security 158: also over the limit
    async fn being_over_a_limit_costs_the_same_for_everybody(app: TestApp) {
        everybody(&app).await;
        for person in ["known", "nobody"] {
            for _ in 0..10 {
                rest(&app, "/sessions", &json!({ "identifier": person, "password": "wrong" })).await;
            }
        }
        let known = rest(&app, "/sessions", &json!({ "identifier": "known", "password": PASSWORD })).await;
        let unknown = rest(&app, "/sessions", &json!({ "identifier": "nobody", "password": PASSWORD })).await;
        assert_eq!((known.status, known.hashes), (StatusCode::TOO_MANY_REQUESTS, 0));
        assert_eq!(known, unknown);
    }

    // security 157, 158
    async fn a_wrong_code_costs_the_same_for_real_and_decoy_requests(app: TestApp) {
        app.add_account("known").await;
        let (known, _) = app.ask_and_read("known").await;
        let unknown = app.ask("nobody").await;
        app.drain().await;
        for round in 0..6 {
            let with = |receipt: &str| json!({ "receipt": receipt, "code": "ABCD-2345" });
            let of_known = rest(&app, "/password-reset/verify", &with(&known)).await;
            assert_eq!(of_known, rest(&app, "/password-reset/verify", &with(&unknown)).await, "try {round}");
            assert_eq!((of_known.status, of_known.hashes), (StatusCode::GONE, 0));
        }
    }

    // security 157: sending again looks nobody up either
    async fn sending_again_costs_the_same_for_everybody(app: TestApp) {
        app.add_account("known").await;
        let (known, unknown) = (app.ask("known").await, app.ask("nobody").await);
        app.drain().await;
        let of_known = form(&app, "resend_reset", &format!("receipt={known}")).await;
        assert_eq!(of_known, form(&app, "resend_reset", &format!("receipt={unknown}")).await);
        assert_eq!(of_known.status, StatusCode::SEE_OTHER);
    }

    // security 65: a dead link and a forged one cost no hash
    async fn a_worthless_link_costs_no_hash(app: TestApp) {
        app.add_account("known").await;
        let (_, letter) = app.ask_and_read("known").await;
        app.advance(31 * 60_000);
        let with = |token: &str| json!({ "token": token, "password": "quiet lamps under snow" });
        let expired = rest(&app, "/password-reset/complete", &with(&letter.token())).await;
        let forged = rest(&app, "/password-reset/complete", &with(&"A".repeat(43))).await;
        assert_eq!((expired.status, expired.hashes), (StatusCode::GONE, 0));
        assert_eq!(expired, forged);
    }

    // A completed reset costs its hash and little else: what is asked of the database is counted, so that it stays so.
    async fn a_reset_reads_the_settings_once_and_takes_few_statements(app: TestApp) {
        app.add_account("known").await;
        let (_, letter) = app.ask_and_read("known").await;
        let body = json!({ "token": letter.token(), "password": "quiet lamps under snow" });
        let done = rest(&app, "/password-reset/complete", &body).await;
        assert_eq!((done.status, done.hashes), (StatusCode::NO_CONTENT, 1));
        let settings = done.statements.iter().filter(|statement| statement.contains("from settings")).count();
        assert_eq!(settings, 1, "{:#?}", done.statements);
        // On SQLite begin and commit among them, also those of the limit before.
        assert!(done.statements.len() <= 20, "{}: {:#?}", done.statements.len(), done.statements);
        if app.engine == Engine::Sqlite {
            assert!(done.rounds <= 6, "{}: {:#?}", done.rounds, done.statements);
            // Nobody else writes, so nobody else is needed for the commits of the limit and of the reset.
            let commits = done.statements.iter().filter(|statement| *statement == "commit").count();
            assert_eq!(commits, 2, "{:#?}", done.statements);
        }
    }
}
