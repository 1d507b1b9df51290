//! `Idempotency-Key`: asked twice, done once.

use crate::on_both_engines;
use crate::support::{Answer, Client, PASSWORD, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).header("idempotency-key", key);
    client.send(request.json(body)).await
}

const ACCOUNTS: &str = "/api/v1/accounts";

on_both_engines! {
    async fn the_same_key_again_answers_the_same_and_does_nothing(app: TestApp) {
        let admin = app.administrator().await;
        let body = json!({ "login_name": "ada" });
        let first = keyed(&admin, ACCOUNTS, "import-1", &body).await.expect(201);
        let again = keyed(&admin, ACCOUNTS, "import-1", &body).await.expect(201);
        assert_eq!((again.json(), again.header("location")), (first.json(), first.header("location")));
        assert_eq!((again.header("idempotency-replayed"), first.header("idempotency-replayed")), ("true", ""));
        assert_eq!(app.count("accounts where login_name = 'ada'").await, 1);
        let other = keyed(&admin, ACCOUNTS, "import-1", &json!({ "login_name": "bob" })).await.expect(409);
        assert_eq!((other.problem().as_str(), other.json()["field"].as_str()), ("conflict", Some("Idempotency-Key")));
        // The same key of somebody else is another key.
        let key = json!({ "name": "HR", "scopes": ["accounts:write"], "current_password": PASSWORD });
        let key = admin.post("/api/v1/api-keys", &key).await.expect(201).json();
        let program = app.program().with_session(key["key"].as_str().unwrap());
        keyed(&program, ACCOUNTS, "import-1", &json!({ "login_name": "bob" })).await.expect(201);
    }

    async fn of_fifty_at_once_one_is_done(app: TestApp) {
        let admin = app.administrator().await;
        let id = app.add_account("ada").await;
        let path = format!("{ACCOUNTS}/{id}/password-reset");
        let tries = (0..50).map(|_| keyed(&admin, &path, "lost-answer", &Value::Null));
        let answers = futures_util::future::join_all(tries).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 202 | 409)), "{answers:?}");
        assert!(answers.iter().any(|answer| answer.status == 202));
        assert_eq!(app.count("reset_requests").await, 1);
        keyed(&admin, &path, "lost-answer", &Value::Null).await.expect(202);
        assert_eq!(app.count("reset_requests").await, 1);
    }

    async fn a_refusal_frees_the_key_and_a_bad_key_is_named(app: TestApp) {
        let admin = app.administrator().await;
        keyed(&admin, ACCOUNTS, "k", &json!({ "login_name": "a b" })).await.expect(422);
        keyed(&admin, ACCOUNTS, "k", &json!({ "login_name": "ab" })).await.expect(201);
        for bad in [String::new(), "x".repeat(201)] {
            let refused = keyed(&admin, ACCOUNTS, &bad, &json!({ "login_name": "cd" })).await.expect(422);
            assert_eq!(refused.json()["field"], "Idempotency-Key");
        }
        let twice = admin.request(Method::POST, ACCOUNTS).header("idempotency-key", "a").header("idempotency-key", "b");
        admin.send(twice.json(&json!({ "login_name": "cd" }))).await.expect(422);
        // Without a credential nothing is kept.
        keyed(&app.program(), ACCOUNTS, "k", &json!({ "login_name": "ab" })).await.expect(401);
        assert_eq!(app.count("idempotency").await, 1);
    }

    // security 95, 143
    async fn a_kept_answer_is_unreadable_and_dies_with_the_credential(app: TestApp) {
        let admin = app.administrator().await;
        let body = json!({ "name": "Portal", "scopes": ["mail:read"], "current_password": PASSWORD });
        let made = keyed(&admin, "/api/v1/api-keys", "once", &body).await.expect(201);
        let key = made.json()["key"].as_str().unwrap().to_owned();
        assert!(!app.rows("select answer from idempotency").await[0].contains(&key[3..]));
        assert_eq!(keyed(&admin, "/api/v1/api-keys", "once", &body).await.expect(201).json()["key"], key);
        app.execute("delete from sessions").await;
        keyed(&admin, "/api/v1/api-keys", "once", &body).await.expect(401);
        app.advance(server::clock::DAY + 1);
        server::housekeeping::prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("idempotency").await, 0);
    }

    async fn the_documents_can_be_browsed_from_this_server_alone(app: TestApp) {
        let reader = app.browser();
        assert_eq!(reader.get("/api/docs").await.expect(308).location(), "/api/docs/");
        let page = reader.get("/api/docs/").await.expect(200);
        assert!(page.body.contains("swagger-ui-bundle.js") && !page.body.contains("https://"), "{}", page.body);
        assert!(page.header("content-security-policy").contains("connect-src 'self'"));
        let script = reader.get("/api/docs/swagger-initializer.js").await.expect(200);
        assert!(script.body.contains("/api/v1/openapi.json") && script.header("content-type").starts_with("text/javascript")
            || script.header("content-type").starts_with("application/javascript"), "{script:?}");
        assert_eq!(reader.get("/api/docs/nothing.js").await.expect(404).problem(), "not_found");
    }
}
