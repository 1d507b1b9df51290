//! Facts that prove nobody: whatever is wrong, answer and work are the same, so that nobody can tell one reason from another.

use crate::on_both_engines;
use crate::support::{TestApp, draft, log};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::account::add::{Draft, DraftPassword};
use server::account::{Kind, SignIn};
use tower::ServiceExt as _;

const WRONG: &str = "111-11-1111";

/// People whose facts lead nowhere, each for another reason, and what to say about them.
async fn everybody(app: &TestApp) -> Vec<(&'static str, Value)> {
    let mut said = Vec::new();
    let about = |email: &str, social: &str| json!({ "email": email, "social_security_number": social });
    app.recoverable_ada().await;
    said.push(("wrong fact", about("ada@example.org", WRONG)));
    said.push(("unknown person", about("nobody@example.org", WRONG)));
    let without_facts = DraftPassword::None;
    app.add(Draft {
        password: without_facts,
        ..draft("bare")
    })
    .await;
    said.push(("no fact on file", about("bare@example.org", WRONG)));
    for (name, social) in [
        ("disabled", "201-00-0001"),
        ("elsewhere", "201-00-0002"),
        ("firm", "201-00-0003"),
        ("locked", "201-00-0004"),
    ] {
        let id = app
            .add(Draft {
                kind: if name == "firm" {
                    Kind::Organisation
                } else {
                    Kind::Person
                },
                sign_in: if name == "elsewhere" {
                    SignIn::Sso
                } else {
                    SignIn::Password
                },
                password: DraftPassword::None,
                ..draft(name)
            })
            .await;
        app.put_fact(&id, "social_security_number", social).await;
        said.push((name, about(&format!("{name}@example.org"), social)));
    }
    app.execute("update accounts set status = 'disabled' where login_name = 'disabled'")
        .await;
    app.execute("update accounts set recovery_failures = 3, recovery_locked_at = 1 where login_name = 'locked'")
        .await;
    app.drain().await;
    said
}

on_both_engines! {
    // security 70
    async fn every_failure_gets_the_same_answer(app: TestApp) {
        let mut seen = Vec::new();
        let mut clients = (2..20).map(|last| format!("127.0.0.{last}"));
        for (name, facts) in everybody(&app).await {
            let answer = app.recover_from(&clients.next().unwrap(), facts).await.expect(403);
            assert_eq!(answer.problem(), "not_recognised", "{name}");
            seen.push(answer.alike());
        }
        // Two who share every fact.
        app.recovery_on(&["social_security_number", "drivers_licence"]).await;
        for name in ["twin", "other"] {
            let id = app.add_invited(name).await;
            app.put_fact(&id, "social_security_number", "300-00-0001").await;
            app.put_fact(&id, "drivers_licence", "TWIN1234").await;
        }
        let facts = json!({ "social_security_number": "300000001", "drivers_licence": "twin-1234" });
        seen.push(app.recover(facts).await.expect(403).alike());
        assert_eq!(seen.len(), 8);
        seen.dedup();
        assert_eq!(seen.len(), 1, "{seen:#?}");
    }

    // security 70, 157: the same statements and the same slow hashes
    async fn every_failure_costs_the_same(app: TestApp) {
        let said = everybody(&app).await;
        app.set("limits.enabled", json!(false)).await;
        let mut seen: Vec<(&str, u64, Vec<String>)> = Vec::new();
        for (name, facts) in &said {
            let body = json!({ "facts": facts }).to_string();
            let request = Request::post("/api/v1/recovery").header("content-type", "application/json");
            let request = request.body(Body::from(body)).unwrap();
            let (router, before) = (app.router.clone(), app.latchkey.hasher.work());
            let (status, mut statements) = log::statements(async { router.oneshot(request).await.unwrap().status() }).await;
            statements.retain(|statement| !statement.to_lowercase().starts_with("pragma"));
            assert_eq!(status, 403, "{name}");
            seen.push((name, app.latchkey.hasher.work() - before, statements));
        }
        let (_, hashes, statements) = seen[0].clone();
        assert_eq!(hashes, 2, "two slots, one stored fact");
        for (name, own_hashes, own_statements) in &seen {
            assert_eq!((own_hashes, own_statements), (&hashes, &statements), "{name}");
        }
        // The try that locks is like any other.
        let mut of_ada = Vec::new();
        for _ in 0..3 {
            let body = json!({ "facts": said[0].1 }).to_string();
            let request = Request::post("/api/v1/recovery").header("content-type", "application/json");
            let request = request.body(Body::from(body)).unwrap();
            let router = app.router.clone();
            let (_, mut statements) = log::statements(async { router.oneshot(request).await.unwrap().status() }).await;
            statements.retain(|statement| !statement.to_lowercase().starts_with("pragma"));
            of_ada.push(statements);
        }
        assert!(app.failures("ada").await.1);
        assert!(of_ada.iter().all(|own| *own == statements), "{of_ada:#?}");
    }

    // security 70, 157: of rows as well, which lie on pages that have to be read and written
    async fn every_failure_reads_and_writes_as_many_rows(app: TestApp) {
        let said = everybody(&app).await;
        app.set("limits.enabled", json!(false)).await;
        app.execute("delete from facts where attribute = 'drivers_licence'").await; // One each, as is asked for.
        let written = async || app.rows("select cast(sum(recovery_touches) as bigint) from accounts").await[0].parse::<u64>().unwrap();
        let mut seen = Vec::new();
        for (name, facts) in &said {
            let before = written().await;
            let body = json!({ "facts": facts }).to_string();
            let request = Request::post("/api/v1/recovery").header("content-type", "application/json");
            let request = request.body(Body::from(body)).unwrap();
            let router = app.router.clone();
            let (status, read) = log::rows_read(async { router.oneshot(request).await.unwrap().status() }).await;
            assert_eq!(status, 403, "{name}");
            seen.push((name, written().await - before, read));
        }
        let (_, rows, read) = seen[0].clone();
        assert_eq!(rows, 4, "an account for each of two facts, before and after comparing");
        for table in ["account_identifiers", "accounts a", "facts"] {
            assert!(read.iter().any(|(statement, found)| statement.contains(table) && *found > 0), "{table}: {read:#?}");
        }
        for (name, own_rows, own_read) in &seen {
            assert_eq!((own_rows, own_read), (&rows, &read), "{name}");
        }
        let counted = app.rows("select login_name, recovery_tries, recovery_failures from accounts where recovery_tries > 0 order by login_name").await;
        let meant = ["ada|1|1", "bare|1|1", "disabled|1|1", "elsewhere|1|1", "firm|1|1"];
        assert_eq!(counted, meant, "who stands in has not tried");
    }
}
