//! What floods leave behind: neither counters nor recorded events grow with the number of requests (`make flood` does it by the million).

use crate::on_both_engines;
use crate::support::{Answer, Client, Engine, Setup, TestApp};
use reqwest::Method;
use serde_json::json;

/// The least that the budget of everybody can be set to.
const FEW: usize = 600;

async fn behind_a_proxy(engine: Engine) -> TestApp {
    let setup = Setup::on(engine).config(|config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    let app = setup.start().await;
    app.set("limits.budgets", json!({ "reset-all": FEW })).await;
    app
}

async fn ask(proxy: &Client, client: usize) -> Answer {
    let address = format!("11.0.{}.{}", client / 250, client % 250);
    let request = proxy
        .request(Method::POST, "/api/v1/password-reset")
        .header("x-forwarded-for", address);
    proxy
        .send(request.json(&json!({ "identifier": format!("nobody{client}") })))
        .await
}

async fn used(app: &TestApp, name: &str) -> i64 {
    let rows = app
        .rows(&format!("select used from limits where name = '{name}'"))
        .await;
    rows.first().map_or(0, |used| used.parse().unwrap())
}

on_both_engines! {
    // security 165, 196
    async fn once_everybody_asked_too_much_further_clients_leave_nothing(engine: Engine) {
        let app = behind_a_proxy(engine).await;
        let proxy = app.program();
        for client in 0..FEW {
            ask(&proxy, client).await.expect(202);
        }
        let tables = ["limits", "reset_requests", "outbox"];
        let mut before = Vec::new();
        for table in tables {
            before.push(app.count(table).await);
        }
        for client in FEW..FEW + 50 {
            let refused = ask(&proxy, client).await.expect(429);
            assert_eq!(refused.header("retry-after"), "61");
        }
        for (table, before) in tables.into_iter().zip(before) {
            assert_eq!(app.count(table).await, before, "{table}");
        }
        assert_eq!(app.count("audit where event = 'rate_limited'").await, 1, "the first one says it all");
    }

    // security 162, 196
    async fn who_is_over_the_own_budget_does_not_use_up_that_of_everybody(engine: Engine) {
        let app = behind_a_proxy(engine).await;
        let proxy = app.program();
        for _ in 0..150 {
            ask(&proxy, 7).await;
        }
        assert_eq!(used(&app, "reset-all:").await, 100);
        assert_eq!(used(&app, "reset-client:11.0.0.7").await, 150);
        assert_eq!(app.count("audit where event = 'rate_limited'").await, 1);
        ask(&proxy, 8).await.expect(202);
    }

    // security 165
    async fn a_client_that_tried_too_many_names_leaves_no_counters_of_more(app: TestApp) {
        for captcha in ["none", "proof_of_work"] {
            app.set("captcha.provider", json!(captcha)).await;
            app.advance(60 * 60_000);
            let client = app.program_from("127.0.0.7");
            let try_one = async |number: usize| {
                let body = json!({ "identifier": format!("{captcha}{number}"), "password": "wrong" });
                client.post("/api/v1/sessions", &body).await
            };
            for number in 0..100 {
                try_one(number).await;
            }
            let counters = app.count("limits").await;
            for number in 100..130 {
                assert_ne!(try_one(number).await.status, 401, "not even looked at");
            }
            // The client's own at most.
            assert!(app.count("limits").await <= counters + 1, "{captcha}");
        }
    }
}
