//! The server's own captcha: a proof of work that is right, once, here and now (security 163).

use crate::on_both_engines;
use crate::support::captcha::{answer, challenge};
use crate::support::{Engine, PASSWORD, Setup, TestApp};
use serde_json::json;
use server::guard::captcha::proof_of_work::solve;
use server::housekeeping::prune;
use server::staff::{Scope, Staff, key};

const MINUTE: i64 = 60_000;

async fn app(engine: Engine) -> TestApp {
    let app = Setup::on(engine).with_proof_of_work().start().await;
    app.add_account("ada").await;
    app
}

on_both_engines! {
    // security 163
    async fn a_right_answer_counts_once_whoever_is_named(engine: Engine) {
        let app = app(engine).await;
        let client = app.program();
        let asked = client.get("/api/v1/captcha").await.expect(200).json();
        assert_eq!((&asked["provider"], &asked["needed"]), (&json!("proof_of_work"), &json!(true)));
        let known = app.ask_with(&client, "ada", "").await.expect(422);
        let unknown = app.ask_with(&client, "nobody", "").await.expect(422);
        assert_eq!(known.problem(), "captcha_failed");
        assert_eq!(known.body, unknown.body);
        assert_eq!(app.count("reset_requests").await, 0, "nothing was asked for");
        let found = answer(&client, "forgot").await;
        app.ask_with(&client, "ada", &found).await.expect(202);
        let again = app.ask_with(&client, "ada", &found).await.expect(422);
        assert_eq!(again.body, known.body, "the reason is for the audit trail");
        let reasons = app.rows("select reason from audit where event = 'captcha_failed' order by seq").await;
        assert_eq!(reasons, ["missing", "missing", "used"]);
        app.drain().await;
        assert_eq!(app.mail_to("ada@example.org").len(), 1);
    }

    // security 163
    async fn an_answer_that_is_wrong_old_or_for_another_place_does_not_count(engine: Engine) {
        let app = app(engine).await;
        let client = app.program();
        let given = challenge(&client, "forgot").await;
        let right = solve(&given).unwrap();
        let number: u32 = right.rsplit_once('.').unwrap().1.parse().unwrap();
        let wrong = format!("{}.{}", given.token, (number + 1) % (given.most + 1));
        let easier = right.replace(&format!(".{}.", given.most), ".1.");
        let elsewhere = answer(&client, "sign_in").await;
        for bad in [wrong.as_str(), &easier, &elsewhere, "x", "wait.forgot.0.99999999999999.x.y", &"9".repeat(8_192)] {
            let refused = app.ask_with(&client, "ada", bad).await.expect(422);
            assert_eq!(refused.problem(), "captcha_failed", "{bad}");
        }
        app.advance(10 * MINUTE);
        app.ask_with(&client, "ada", &right).await.expect(422);
        let reasons = app.rows("select reason from audit where event = 'captcha_failed' order by seq").await;
        assert_eq!(reasons, ["wrong", "forged", "forged", "forged", "forged", "forged", "expired"]);
        app.ask_with(&client, "ada", &answer(&client, "forgot").await).await.expect(202);
    }

    // security 163: a look and a mark are one statement
    async fn of_fifty_at_once_with_one_answer_one_gets_through(engine: Engine) {
        let first = app(engine).await;
        let second = Setup::on(engine).beside(&first).with_proof_of_work().start().await;
        let found = answer(&first.program(), "forgot").await;
        let clients = [first.program(), second.program()];
        let tries = (0..50).map(|round| first.ask_with(&clients[round % 2], "ada", &found));
        let statuses = futures_util::future::join_all(tries).await.into_iter().map(|answer| answer.status);
        let statuses: Vec<u16> = statuses.collect();
        assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 49, "{statuses:?}");
    }

    // security 163, 165
    async fn the_busier_it_is_the_more_there_is_to_compute(engine: Engine) {
        let app = app(engine).await;
        let client = app.program();
        let quiet = challenge(&client, "forgot").await.most;
        for (used, times) in [(9, 1), (10, 2), (30, 4), (100, 8)] {
            app.execute("delete from limits").await;
            let start = app.latchkey.now();
            app.execute(&format!("insert into limits values ('reset-client:127.0.0.1', {start}, {used}, {})", start + 1)).await;
            assert_eq!(challenge(&client, "forgot").await.most, quiet * times, "{used} of 100");
        }
        assert_eq!(challenge(&app.program_from("127.0.0.9"), "forgot").await.most, quiet, "others are not concerned");
        assert_eq!(challenge(&client, "recovery").await.most, quiet);
    }

    async fn a_program_with_the_key_for_it_needs_no_answer(engine: Engine) {
        let app = app(engine).await;
        let staff = Staff::operator();
        let made = key::add(&app.latchkey, &staff, "portal", &[Scope::ResetsRequest], None).await.unwrap();
        app.ask_with(&app.program().with_session(&made.key), "ada", "").await.expect(202);
        let other = key::add(&app.latchkey, &staff, "other", &[Scope::AccountsRead], None).await.unwrap();
        for bearer in [other.key.as_str(), "lk_forged", "nonsense"] {
            app.ask_with(&app.program().with_session(bearer), "ada", "").await.expect(422);
        }
    }

    // security 1, 158, 163
    async fn signing_in_asks_after_three_failures_known_or_not(engine: Engine) {
        let app = app(engine).await;
        for (name, from) in [("ada", "127.0.0.2"), ("nobody", "127.0.0.3")] {
            let sign_in = |client: crate::support::Client, password: &'static str, captcha: String| async move {
                let body = json!({ "identifier": name, "password": password, "captcha": captcha });
                client.post("/api/v1/sessions", &body).await
            };
            for _ in 0..3 {
                sign_in(app.program_from(from), "wrong", String::new()).await.expect(401);
            }
            let needed = |client: crate::support::Client| async move {
                client.get("/api/v1/captcha?place=sign_in").await.expect(200).json()["needed"].clone()
            };
            assert_eq!(needed(app.program_from(from)).await, json!(true), "{name}");
            for client in [from, "127.0.0.99"] {
                let asked = sign_in(app.program_from(client), PASSWORD, String::new()).await.expect(422);
                assert_eq!(asked.problem(), "captcha_failed", "{name} from {client}");
            }
            let found = answer(&app.program_from(from), "sign_in").await;
            let signed_in = sign_in(app.program_from(from), PASSWORD, found).await;
            assert_eq!(signed_in.status, if name == "ada" { 200 } else { 401 });
        }
        let again = app.program_from("127.0.0.100");
        let body = json!({ "identifier": "ada", "password": PASSWORD });
        again.post("/api/v1/sessions", &body).await.expect(200);
        assert_eq!(again.get("/api/v1/captcha?place=sign_in").await.json()["needed"], json!(false));
    }

    // security 163: everyday use is not hindered
    async fn whoever_signs_in_rightly_is_never_asked(engine: Engine) {
        let app = app(engine).await;
        for _ in 0..6 {
            app.sign_in("ada", PASSWORD).await.expect(200);
        }
        app.sign_in("ada", "a slip").await.expect(401);
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // security 19, 163
    async fn of_many_guesses_at_once_only_the_free_ones_are_looked_at(engine: Engine) {
        let app = app(engine).await;
        let tries = (0..20).map(|_| app.sign_in("ada", "wrong"));
        let statuses = futures_util::future::join_all(tries).await.into_iter().map(|answer| answer.status);
        assert_eq!(statuses.filter(|status| *status == 401).count(), 3);
    }

    // security 163
    async fn recovery_asks_before_it_counts_a_try(engine: Engine) {
        let app = Setup::on(engine).with_proof_of_work().start().await;
        app.recoverable_ada().await;
        let facts = json!({ "email": "ada@example.org", "social_security_number": "123-45-0000" });
        for _ in 0..5 {
            assert_eq!(app.recover(facts.clone()).await.expect(422).problem(), "captcha_failed");
        }
        assert_eq!(app.failures("ada").await, ("0".to_owned(), false));
        let malformed = app.recover(json!({ "email": "ada@example.org", "social_security_number": "?" })).await.expect(422);
        assert_eq!(malformed.problem(), "fact_malformed", "what cannot be a fact is said first");
        let body = json!({ "facts": facts, "captcha": answer(&app.program(), "recovery").await });
        app.program().post("/api/v1/recovery", &body).await.expect(403);
        assert_eq!(app.failures("ada").await, ("1".to_owned(), false));
        let code = json!({ "recovery_code": "ABCD-EFGH-JKLM-NPQR" });
        assert_eq!(app.program().post("/api/v1/recovery", &code).await.expect(422).problem(), "captcha_failed");
    }

    // security 165
    async fn failing_has_an_end_and_what_was_used_is_forgotten(engine: Engine) {
        let app = app(engine).await;
        let client = app.program();
        app.ask_with(&client, "ada", &answer(&client, "forgot").await).await.expect(202);
        assert_eq!(app.count("spent_captchas").await, 1);
        for _ in 0..60 {
            app.ask_with(&client, "ada", "x").await.expect(422);
        }
        app.ask_with(&client, "ada", "x").await.expect(429);
        assert_eq!(app.count("audit where event = 'captcha_failed'").await, 60);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("spent_captchas").await, 1);
        app.advance(10 * MINUTE);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("spent_captchas").await, 0);
    }
}
