//! Limits in the hands of administrators: seen, set within a range, and given back (security 160, 162).

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp};
use serde_json::{Value, json};

async fn sign_in(app: &TestApp, from: &str, password: &str) -> u16 {
    let body = json!({ "identifier": "ada", "password": password });
    app.program_from(from).post("/api/v1/sessions", &body).await.status
}

async fn counters(admin: &crate::support::Client) -> Vec<Value> {
    let listed = admin.get("/api/v1/limits/counters").await.expect(200).json();
    listed["items"].as_array().unwrap().clone()
}

on_both_engines! {
    // security 160: the table of the code is the table that staff see
    async fn every_budget_is_listed_with_its_range(app: TestApp) {
        let admin = app.administrator().await;
        let listed = admin.get("/api/v1/limits").await.expect(200).json();
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), server::guard::limits::BUDGETS.len());
        assert_eq!(items[0], json!({
            "name": "reset-client", "by": "client", "allowed": 100, "default": 100, "minimum": 10, "maximum": 1000, "window_seconds": 600,
        }));
        let page = app.browser_of("root").await.get("/admin/limits").await.expect(200);
        for item in items {
            assert!(page.body.contains(&format!("name=\"{}\"", item["name"].as_str().unwrap())), "{item}");
        }
    }

    // security 160
    async fn a_budget_counts_as_it_was_set_and_only_within_its_range(app: TestApp) {
        app.add_account("ada").await;
        let browser = { app.administrator().await; app.browser_of("root").await };
        let refused = browser.submit("/admin/limits", &[("sign-in-pair", "4")]).await.expect(422);
        assert!(refused.body.contains("sign-in-pair takes a whole number from 5 to 30"), "{}", refused.body);
        assert!(refused.body.contains("value=\"4\""), "what was typed is still there");
        browser.submit("/admin/limits", &[("sign-in-pair", "5"), ("reset-client", "100")]).await.expect(303);
        assert_eq!(app.latchkey.settings().await.unwrap().limits.budgets.len(), 1, "only what differs is stored");
        for _ in 0..5 {
            assert_eq!(sign_in(&app, "127.0.0.5", "wrong").await, 401);
        }
        assert_eq!(sign_in(&app, "127.0.0.5", PASSWORD).await, 429);
        assert_eq!(app.count("audit where event = 'setting_changed' and subject = 'limits.budgets'").await, 1);
        browser.submit("/admin/limits", &[("sign-in-pair", "10")]).await.expect(303);
        assert_eq!(sign_in(&app, "127.0.0.5", PASSWORD).await, 200, "it counts at once");
    }

    // security 162: whoever was caught in a flood gets in again, and what people typed stays hidden
    async fn a_counter_is_released_and_nobody_is_named(app: TestApp) {
        app.add_account("ada").await;
        let admin = app.administrator().await;
        for _ in 0..11 {
            sign_in(&app, "127.0.0.5", "wrong").await;
        }
        assert_eq!(sign_in(&app, "127.0.0.5", PASSWORD).await, 429);
        let used = counters(&admin).await;
        let pair = used.iter().find(|counter| counter["limit"] == "sign-in-pair").unwrap();
        assert_eq!((&pair["used"], &pair["allowed"]), (&json!(12), &json!(10)));
        assert!(pair["subject"].as_str().unwrap().starts_with("127.0.0.5 "), "{pair}");
        let full: Vec<_> = used.iter().map(|counter| counter["limit"].as_str().unwrap()).collect();
        assert_eq!(full[0], "sign-in-pair", "the fullest first: {full:?}");
        assert!(!admin.get("/api/v1/limits/counters").await.body.contains("ada"));
        let id = pair["id"].as_str().unwrap();
        admin.delete(&format!("/api/v1/limits/counters/{id}")).await.expect(204);
        assert_eq!(sign_in(&app, "127.0.0.5", PASSWORD).await, 200);
        let audited = app.rows("select subject, actor from audit where event = 'limit_released'").await;
        assert_eq!(audited.len(), 1);
        assert!(audited[0].starts_with("sign-in-pair|account:"), "{audited:?}");
        admin.delete(&format!("/api/v1/limits/counters/{id}")).await.expect(404);
        for nonsense in ["x", "c2V0dGluZ3M6eA", "AAAA", &"A".repeat(2000)] {
            admin.delete(&format!("/api/v1/limits/counters/{nonsense}")).await.expect(404);
        }
    }

    async fn the_console_releases_a_client(app: TestApp) {
        app.administrator().await;
        let flooder = app.program_from("127.0.0.77");
        for _ in 0..101 {
            flooder.post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await;
        }
        flooder.post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(429);
        let browser = app.browser_of("root").await;
        let page = browser.get("/admin/limits").await.expect(200);
        assert!(page.body.contains("127.0.0.77"), "{}", page.body);
        let form = page.body.split("action=\"").find(|form| form.starts_with("/admin/limits/")).unwrap();
        browser.submit(form.split('"').next().unwrap(), &[]).await.expect(303);
        flooder.post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(202);
    }

    // security 162: an attacker who burns every budget of a name leaves the mailed link and the session alone
    async fn whatever_an_attacker_burns_the_owner_has_a_way_in(app: TestApp) {
        app.set("limits.budgets", json!({ "sign-in-pair-under-attack": 2, "mail-hour": 2 })).await;
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        for attacker in 20..40 {
            let from = format!("127.0.0.{attacker}");
            for _ in 0..8 {
                sign_in(&app, &from, "wrong").await;
            }
            app.program_from(&from).post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await;
        }
        app.drain().await;
        assert_eq!(sign_in(&app, "127.0.0.200", "a slip").await, 401);
        assert_eq!(sign_in(&app, "127.0.0.200", PASSWORD).await, 200);
        app.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
        assert_eq!(sign_in(&app, "127.0.0.201", "quiet lamps under snow").await, 200);
    }
}
