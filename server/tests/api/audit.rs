//! The audit trail: every way through, and every way to fail, leaves its event.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp};
use reqwest::Method;
use serde_json::json;
use server::mail::transport::Failure;

const FRESH: &str = "quiet lamps under snow";

/// Events since the last look, in order, with outcome and reason.
struct Trail<'a> {
    app: &'a TestApp,
    seen: i64,
}

impl Trail<'_> {
    async fn next(&mut self) -> Vec<String> {
        self.app.advance(1);
        let now = self.app.latchkey.now();
        let sql = format!(
            "select event, outcome, reason from audit where at >= {} and at < {now} order by at, event, outcome",
            self.seen
        );
        self.seen = now;
        self.app.rows(&sql).await
    }
}

on_both_engines! {
    // security 191
    async fn every_event_is_recorded_success_and_failure(app: TestApp) {
        let mut trail = Trail { app: &app, seen: 0 };
        app.add_account("ada").await;
        assert_eq!(trail.next().await, ["account_added|success|"]);
        app.sign_in("ada", "wrong").await;
        app.sign_in("nobody", "wrong").await;
        assert_eq!(trail.next().await, ["sign_in_refused|failure|refused", "sign_in_refused|failure|refused"]);
        let (first, second) = (app.signed_in("ada", PASSWORD).await, app.signed_in("ada", PASSWORD).await);
        assert_eq!(trail.next().await, ["signed_in|success|", "signed_in|success|"]);
        let listed = first.get("/api/v1/sessions").await.json();
        let other = listed["items"].as_array().unwrap().iter().find(|item| item["current"] == false).unwrap()["id"].clone();
        first.delete(&format!("/api/v1/sessions/{}", other.as_str().unwrap())).await.expect(204);
        assert_eq!(trail.next().await, ["session_ended|success|"]);
        second.delete("/api/v1/sessions/current").await.expect(401);
        first.delete("/api/v1/sessions/current").await.expect(204);
        assert_eq!(trail.next().await, ["signed_out|success|"]);
        app.ask("nobody").await;
        app.drain().await;
        assert_eq!(trail.next().await, ["reset_not_mailed|failure|unknown", "reset_requested|success|"]);
        let (receipt, letter) = app.ask_and_read("ada").await;
        assert_eq!(trail.next().await, ["mail_sent|success|", "reset_mail_queued|success|", "reset_requested|success|"]);
        app.verify_code(&receipt, "ABCD-2345").await.expect(410);
        app.verify_code(&receipt, &letter.code()).await.expect(200);
        assert_eq!(trail.next().await, ["reset_code_tried|failure|refused", "reset_code_tried|success|"]);
        app.signed_in("ada", PASSWORD).await;
        app.complete(&letter.token(), FRESH).await.expect(204);
        assert_eq!(trail.next().await, ["reset_completed|success|", "sessions_revoked|success|", "signed_in|success|"]);
        app.mailbox.refuse(Some(Failure { permanent: true, reply: "550 no such user".into() }));
        app.drain().await;
        assert_eq!(trail.next().await, ["mail_failed|failure|refused by the mail server"]);
        let body = json!({ "current_password": "wrong", "password": PASSWORD });
        app.signed_in("ada", FRESH).await.put("/api/v1/me", &body).await.expect(403);
        assert_eq!(trail.next().await, ["password_changed|failure|current_password_wrong", "signed_in|success|"]);
        let client = app.program_from("127.0.0.99");
        for _ in 0..11 {
            client.post("/api/v1/sessions", &json!({ "identifier": "mallory", "password": "x" })).await;
        }
        assert!(trail.next().await.contains(&"rate_limited|failure|sign_in".to_owned()));
    }

    // security 125, 192, 194
    async fn an_event_says_who_where_and_with_what_in_harmless_characters(app: TestApp) {
        let id = app.add_account("ada").await;
        let client = app.program_from("127.0.0.42");
        let request = client.request(Method::POST, "/api/v1/sessions").header("user-agent", format!("Mozilla\u{9b}31m{}", "x".repeat(400)).as_bytes());
        client.send(request.json(&json!({ "identifier": "ada", "password": "wrong" }))).await.expect(401);
        let row = app.rows("select actor, account_id, client_address, user_agent from audit where event = 'sign_in_refused'").await.remove(0);
        let parts: Vec<&str> = row.split('|').collect();
        assert_eq!(&parts[..3], ["visitor", &id, "127.0.0.42"]);
        assert!(parts[3].chars().count() <= 200 && !parts[3].chars().any(char::is_control), "{}", parts[3]);
    }

    // security 197
    async fn a_strangers_name_is_recorded_as_a_keyed_hash(app: TestApp) {
        app.ask("stranger@elsewhere.example").await;
        app.sign_in("stranger@elsewhere.example", "wrong").await.expect(401);
        app.drain().await;
        let subjects = app.rows("select distinct subject from audit where event in ('reset_requested', 'sign_in_refused')").await;
        assert_eq!(subjects.len(), 1, "the same person is recognised");
        assert_eq!(subjects[0].len(), 43);
        for row in app.rows("select id, reason, actor, account_id, subject, user_agent from audit").await {
            assert!(!row.contains("stranger"), "{row}");
        }
    }
}
