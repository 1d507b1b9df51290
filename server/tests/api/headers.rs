//! Headers on every kind of answer, whichever handler made it.

use crate::on_both_engines;
use crate::support::{Answer, TestApp};
use reqwest::Method;
use serde_json::json;

/// One answer of every kind: pages, redirects, REST, errors, files.
async fn answers(app: &TestApp) -> Vec<(String, Answer)> {
    app.add_account("ada").await;
    let (_, letter) = app.ask_and_read("ada").await;
    let (browser, program) = (app.browser(), app.program());
    let mut answers = Vec::new();
    for path in [
        "/",
        "/sign-in",
        "/forgot",
        "/forgot/sent?receipt=ABCD-EFGH-JKLM-NPQR",
        "/reset",
        "/reset/done",
        "/account",
        "/no-such-page",
        "/no-such-file.js",
        "/healthz",
        "/readyz",
        "/.well-known/change-password",
        "/.git/config",
        "/latchkey.db",
        "/api/v1/openapi.json",
        "/api/v1/no-such-thing",
        "/api/v1/me",
        "/dev/mailbox",
        "/reset?key=x",
    ] {
        answers.push((path.to_owned(), browser.get(path).await));
    }
    let link = format!("/reset?key={}", letter.token());
    answers.push(("a living link".into(), browser.get(&link).await));
    answers.push(("the page behind it".into(), browser.get("/reset").await));
    answers.push((
        "a form".into(),
        browser.form("request_reset", &[("identifier", "ada")]).await,
    ));
    answers.push(("a form of nobody".into(), browser.form("no_such_form", &[]).await));
    answers.push((
        "a cross-site form".into(),
        program
            .send(program.request(Method::POST, "/form/sign_in").body(""))
            .await,
    ));
    for (path, body) in [
        ("/api/v1/password-reset", json!({ "identifier": "ada" })),
        ("/api/v1/password-reset", json!({})),
        ("/api/v1/password-reset/verify", json!({ "token": letter.token() })),
        (
            "/api/v1/password-reset/complete",
            json!({ "token": "x", "password": "y" }),
        ),
        (
            "/api/v1/password-reset/complete",
            json!({ "token": "x".repeat(20_000), "password": "y" }),
        ),
        ("/api/v1/sessions", json!({ "identifier": "ada", "password": "wrong" })),
        ("/api/v1/password-policy/check", json!({ "password": "wrong" })),
    ] {
        answers.push((
            format!("{path} {}", body.to_string().len()),
            program.post(path, &body).await,
        ));
    }
    for method in [
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::HEAD,
        Method::TRACE,
    ] {
        for path in ["/forgot", "/api/v1/password-reset", "/form/sign_in"] {
            let answer = browser.send(browser.request(method.clone(), path)).await;
            answers.push((format!("{method} {path}"), answer));
        }
    }
    answers
}

on_both_engines! {
    // security 34, 35, 108, 112, 113, 114, 115
    async fn every_answer_carries_the_protecting_headers(app: TestApp) {
        for (what, answer) in answers(&app).await {
            for (name, value) in [
                ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer"),
                ("cross-origin-opener-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"),
                ("strict-transport-security", "max-age=31536000; includeSubDomains"), ("x-robots-tag", "noindex, nofollow"),
                ("cache-control", "no-store"), ("reporting-endpoints", "csp=\"/csp-report\""), ("server", ""), ("x-powered-by", ""), ("access-control-allow-origin", ""),
                ("access-control-allow-credentials", ""),
            ] {
                assert_eq!(answer.header(name), value, "{what}: {name}");
            }
            let policy = answer.header("content-security-policy");
            for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
                assert!(policy.contains(directive), "{what}: {policy}");
            }
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
            assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
            assert_ne!(answer.status, 500, "{what}: {}", answer.body);
        }
    }

    // security 112
    async fn every_page_has_a_nonce_of_its_own_and_nothing_inline_without_it(app: TestApp) {
        let mut nonces = std::collections::HashSet::new();
        for path in ["/sign-in", "/sign-in", "/forgot", "/reset", "/no-such-page"] {
            let page = app.browser().get(path).await;
            let policy = page.header("content-security-policy").to_owned();
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            assert!(nonce.len() >= 22, "128 bits: {nonce}");
            assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains("form-action 'self'"), "{policy}");
            for script in page.body.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap();
                assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{tag}>");
            }
            assert!(!page.body.contains(" style=\"") && !page.body.contains("onclick=") && !page.body.contains("javascript:"));
            nonces.insert(nonce);
        }
        assert_eq!(nonces.len(), 5);
    }

    // security 32, 36, 176: wherever a token or password goes in, neither comes back
    async fn no_answer_repeats_a_secret(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let (token, code) = (letter.token(), letter.code());
        let canary = "canary-password-of-one-person";
        let (browser, program) = (app.browser(), app.program());
        let opened = browser.get(&format!("/reset?key={token}")).await;
        let mut seen = vec![opened.body, opened.headers["location"].to_str().unwrap().to_owned()];
        for answer in [
            browser.get("/reset").await,
            browser.form("opened_reset", &[]).await,
            browser.form("complete_reset", &[("password", canary), ("confirmation", "other")]).await,
            browser.form("sign_in", &[("identifier", "ada"), ("password", canary)]).await,
            program.post("/api/v1/password-reset/verify", &json!({ "token": token })).await,
            program.post("/api/v1/password-reset/verify", &json!({ "receipt": receipt, "code": code })).await,
            program.post("/api/v1/password-reset/complete", &json!({ "token": token, "password": 17, "x": canary })).await,
            program.post("/api/v1/password-reset/complete", &json!({ "token": token, "password": canary, canary: 1 })).await,
            program.post("/api/v1/sessions", &json!({ "identifier": "ada", "password": [canary] })).await,
            program.post("/api/v1/sessions", &json!({ "identifier": "ada", "password": canary })).await,
            program.post("/api/v1/password-reset/complete", &json!({ "token": token, "password": canary })).await,
        ] {
            seen.push(answer.whole());
        }
        let hash = app.rows("select password_hash from accounts").await.remove(0);
        let id = app.rows("select id from accounts").await.remove(0);
        for text in seen {
            for secret in [token.as_str(), &code, canary, &hash, &id, "ada@example.org"] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
        }
    }

    // security 118, 120, 207
    async fn what_is_not_there_is_not_found(app: TestApp) {
        for path in [
            "/dev/mailbox", "/dev/mailbox/x", "/.env", "/.git/HEAD", "/latchkey.db", "/latchkey.key", "/Cargo.toml", "/../Cargo.toml",
            "/pkg/../../Cargo.toml", "/pkg/%2e%2e/%2e%2e/Cargo.toml", "/pkg/latchkey.wasm.map", "/metrics", "/debug", "/api", "/api/v2/me",
            "/api/v1/account", "/api/v1/settings/x", "/api/v1/outbox/x", "/api/v1/audit/x",
            "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200",
        ] {
            let answer = app.browser().get(path).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        let change = app.browser().get("/.well-known/change-password").await.expect(302);
        assert_eq!(change.location(), "/account");
    }

    // security 152
    async fn health_says_whether_and_not_what(app: TestApp) {
        let program = app.program();
        assert_eq!(program.get("/healthz").await.expect(200).body, "ok\n");
        assert_eq!(program.get("/readyz").await.expect(200).json(), json!({ "database": true, "queue": true }));
        app.add_account("ada").await;
        app.ask("ada").await;
        app.advance(16 * 60_000);
        assert_eq!(program.get("/readyz").await.expect(200).json(), json!({ "database": true, "queue": false }));
        app.latchkey.store.close().await;
        assert_eq!(program.get("/readyz").await.expect(503).json(), json!({ "database": false, "queue": false }));
        assert_eq!(program.get("/healthz").await.expect(200).body, "ok\n");
    }

    // security 182: a dead database is our problem, and its words are nobody else's
    async fn a_dead_database_is_not_described(app: TestApp) {
        app.add_account("ada").await;
        app.latchkey.store.close().await;
        let answer = app.program().post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(500);
        assert_eq!(answer.problem(), "unexpected");
        let form = app.browser().form("request_reset", &[("identifier", "ada")]).await.expect(303);
        assert_eq!(form.location(), "/forgot?refused=unexpected");
        let page = app.browser().get("/forgot").await.expect(503);
        for text in [answer.whole(), form.whole(), page.whole()] {
            let text = text.to_lowercase();
            assert!(!text.contains("pool") && !text.contains("sqlx") && !text.contains("sqlite") && !text.contains("postgres"), "{text}");
        }
    }
}
