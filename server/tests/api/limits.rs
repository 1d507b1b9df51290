//! Limits: an attacker runs out of tries, the owner does not run out of ways in.

use crate::on_both_engines;
use crate::support::{Answer, Client, Engine, PASSWORD, Setup, TestApp};
use reqwest::Method;
use serde_json::json;

const MINUTE: i64 = 60_000;

async fn sign_in(client: &Client, identifier: &str, password: &str) -> Answer {
    let body = json!({ "identifier": identifier, "password": password });
    client.post("/api/v1/sessions", &body).await
}

on_both_engines! {
    // security 141
    async fn a_mailbox_is_not_bombed_however_the_name_is_written(app: TestApp) {
        app.add_account("ada").await;
        for round in 0..60 {
            let name = ["ada", "ADA", "ada@example.org", "Ada@EXAMPLE.org", " ada "][round % 5];
            let client = app.program_from(&format!("127.0.0.{}", round % 50 + 1));
            client.post("/api/v1/password-reset", &json!({ "identifier": name })).await.expect(202);
            app.drain().await;
            app.advance(30_000);
        }
        let first = app.mail_to("ada@example.org").len();
        assert!((4..=5).contains(&first), "half an hour of asking: {first}");
        for _ in 0..40 {
            app.advance(30 * MINUTE);
            app.ask("ada").await;
            app.drain().await;
        }
        let day = app.mail_to("ada@example.org").len();
        assert!((9..=10).contains(&day), "ten a day, and what one hour refused does not count: {day}");
        app.advance(24 * 60 * MINUTE);
        app.ask("ada").await;
        app.drain().await;
        assert_eq!(app.mail_to("ada@example.org").len(), day + 1);
    }

    // security 141: within a minute a request waits, and its receipt still gets its code
    async fn a_second_request_within_a_minute_is_mailed_when_the_minute_is_over(app: TestApp) {
        app.add_account("ada").await;
        app.ask_and_read("ada").await;
        app.advance(10_000);
        let receipt = app.ask("ada").await;
        app.drain().await;
        assert_eq!(app.mail_to("ada@example.org").len(), 1);
        app.advance(49_999);
        app.drain().await;
        assert_eq!(app.mail_to("ada@example.org").len(), 1);
        app.advance(1);
        app.drain().await;
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        app.verify_code(&receipt, &letter.code()).await.expect(200);
    }

    // F3; security 4, 160: only what has nothing to do with the account answers 429
    async fn a_client_that_asks_too_much_is_told_so_whomever_it_names(app: TestApp) {
        app.add_account("ada").await;
        let client = app.program_from("127.0.0.9");
        for round in 0..100 {
            let body = json!({ "identifier": format!("person-{round}") });
            client.post("/api/v1/password-reset", &body).await.expect(202);
        }
        let known = client.post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(429);
        let unknown = client.post("/api/v1/password-reset", &json!({ "identifier": "nobody" })).await.expect(429);
        assert_eq!(known.problem(), "too_many_requests");
        assert_eq!((&known.body, known.header("retry-after")), (&unknown.body, unknown.header("retry-after")));
        assert_eq!(known.header("retry-after"), "601");
        let form = Client::browser(app.address, "127.0.0.9").form("request_reset", &[("identifier", "ada")]).await.expect(303);
        assert_eq!(form.location(), "/forgot?refused=too_many_requests");
        app.program_from("127.0.0.10").post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(202);
        app.advance(10 * MINUTE);
        client.post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(202);
        assert_eq!(app.count("audit where event = 'rate_limited'").await, 1, "once a window");
    }

    // security 161: a header is no address
    async fn a_forwarded_address_refills_nothing(app: TestApp) {
        let client = app.program_from("127.0.0.8");
        let mut last = 0;
        for round in 0..101 {
            let address = format!("10.1.{}.{}", round / 200, round % 200);
            let mut request = client.request(Method::POST, "/api/v1/password-reset").json(&json!({ "identifier": "ada" }));
            for name in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip"] {
                request = request.header(name, &address);
            }
            last = client.send(request.header("forwarded", format!("for={address}"))).await.status;
        }
        assert_eq!(last, 429);
        let addresses = app.rows("select distinct client_address from audit where event = 'reset_requested'").await;
        assert_eq!(addresses, ["127.0.0.8"], "the audit shows the real one");
    }

    // security 161
    async fn behind_a_trusted_proxy_its_clients_count_one_by_one(engine: Engine) {
        let setup = Setup::on(engine).config(|config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
        let app = setup.start().await;
        let proxy = app.program();
        for round in 0..101 {
            let forged = format!("192.0.2.{round}, 203.0.113.9");
            let request = proxy.request(Method::POST, "/api/v1/password-reset").header("x-forwarded-for", forged);
            let answer = proxy.send(request.json(&json!({ "identifier": "ada" }))).await;
            assert_eq!(answer.status, if round < 100 { 202 } else { 429 });
        }
        let request = proxy.request(Method::POST, "/api/v1/password-reset").header("x-forwarded-for", "203.0.113.10");
        proxy.send(request.json(&json!({ "identifier": "ada" }))).await.expect(202);
    }

    // security 160
    async fn guessing_a_password_from_one_client_ends_after_ten_tries(app: TestApp) {
        app.add_account("ada").await;
        for identifier in ["ada", "nobody"] {
            for _ in 0..10 {
                app.sign_in(identifier, "wrong").await.expect(401);
            }
            let limited = app.sign_in(identifier, "wrong").await.expect(429);
            assert_eq!((limited.problem().as_str(), limited.header("retry-after")), ("too_many_requests", "901"));
        }
        app.sign_in("ada", PASSWORD).await.expect(429);
        app.advance(15 * MINUTE);
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // security 160
    async fn trying_many_people_from_one_client_ends_too(app: TestApp) {
        app.set("limits.enabled", json!(true)).await;
        let client = app.program_from("127.0.0.7");
        for round in 0..100 {
            sign_in(&client, &format!("person-{round}"), "wrong").await.expect(401);
        }
        sign_in(&client, "one-more", "wrong").await.expect(429);
    }

    // security 162
    async fn an_owner_under_attack_still_gets_in(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        for attacker in 20..36 {
            let client = app.program_from(&format!("127.0.0.{attacker}"));
            for _ in 0..11 {
                sign_in(&client, "ada", "wrong").await;
            }
            client.post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await;
        }
        app.drain().await;
        let looked_at = app.count("audit where event = 'sign_in_refused'").await;
        assert!(looked_at < 100, "{looked_at} guesses");
        let owner = app.program_from("127.0.0.200");
        sign_in(&owner, "ada", "a slip of the finger").await.expect(401);
        let session = sign_in(&owner, "ada", PASSWORD).await.expect(200).json()["token"].as_str().unwrap().to_owned();
        assert!(app.is_alive(&session).await, "and whoever is signed in stays so");
        app.verify(&letter.token()).await.expect(200);
        app.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
        sign_in(&owner, "ada", "quiet lamps under snow").await.expect(200);
    }

    // security 160: neither a restart nor a second server refills a budget
    async fn budgets_are_shared_and_survive_a_restart(engine: Engine) {
        let mut first = Setup::on(engine).start().await;
        first.add_account("ada").await;
        for _ in 0..6 {
            first.sign_in("ada", "wrong").await.expect(401);
        }
        let second = Setup::on(engine).beside(&first).start().await;
        for _ in 0..4 {
            second.sign_in("ada", "wrong").await.expect(401);
        }
        first.sign_in("ada", PASSWORD).await.expect(429);
        first.stop().await;
        let third = Setup::on(engine).beside(&second).start().await;
        third.sign_in("ada", PASSWORD).await.expect(429);
    }

    // security 160
    async fn proofs_are_limited_by_client(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let client = app.program_from("127.0.0.6");
        let forged = json!({ "token": "A".repeat(43) });
        for _ in 0..200 {
            client.post("/api/v1/password-reset/verify", &forged).await.expect(410);
        }
        client.post("/api/v1/password-reset/verify", &forged).await.expect(429);
        app.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
    }

    async fn limits_can_be_lifted_for_a_load_test(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        app.add_account("ada").await;
        for _ in 0..12 {
            app.sign_in("ada", "wrong").await.expect(401);
        }
        for _ in 0..7 {
            app.ask("ada").await;
            app.drain().await;
            app.advance(1);
        }
        assert_eq!(app.mail_to("ada@example.org").len(), 7);
    }
}
