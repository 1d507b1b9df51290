//! What happens when everybody comes at once.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

const CROWD: usize = 50;

fn fresh(number: usize) -> String {
    format!("quiet lamps under snow {number}")
}

on_both_engines! {
    // F7; security 20
    async fn of_fifty_completions_at_once_exactly_one_wins(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let before = app.rows("select password_hash from accounts").await;
        let app = Arc::new(app);
        let crowd = (0..CROWD).map(|number| {
            let (app, token) = (app.clone(), letter.token());
            tokio::spawn(async move { app.complete(&token, &fresh(number)).await.status })
        });
        let mut statuses = Vec::new();
        for one in crowd.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        let winners: Vec<usize> = (0..CROWD).filter(|number| statuses[*number] == 204).collect();
        assert_eq!(winners.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 204 | 410)), "{statuses:?}");
        app.sign_in("ada", &fresh(winners[0])).await.expect(200);
        app.sign_in("ada", PASSWORD).await.expect(401);
        assert_ne!(app.rows("select password_hash from accounts").await, before);
        assert_eq!(app.rows("select credential_version from accounts").await, ["2"], "one change");
        assert_eq!(app.count("outbox where kind = 'password_changed'").await, 1, "one notice");
        assert_eq!(app.count("audit where event = 'reset_completed'").await, 1, "one audit row");
    }

    // security 19
    async fn of_fifty_wrong_codes_at_once_five_are_looked_at(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let app = Arc::new(app);
        let crowd = (0..CROWD).map(|number| {
            let (app, receipt) = (app.clone(), receipt.clone());
            let guess = format!("ABCD-23{:02}", 22 + number).replace(['0', '1'], "Z");
            tokio::spawn(async move { app.verify_code(&receipt, &guess).await.status })
        });
        for one in crowd.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap(), 410);
        }
        assert_eq!(app.count("audit where event = 'reset_code_tried'").await, 5, "five evaluated");
        app.verify_code(&receipt, &letter.code()).await.expect(410);
    }

    // security 22
    async fn of_many_requests_at_once_one_link_lives(app: TestApp) {
        app.add_account("ada").await;
        let app = Arc::new(app);
        let crowd = (0..20).map(|number| {
            let app = app.clone();
            tokio::spawn(async move { app.ask(if number % 2 == 0 { "ada" } else { "ada@example.org" }).await })
        });
        for one in crowd.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        for _ in 0..4 {
            app.drain().await;
            app.advance(61_000);
        }
        let mut alive = 0;
        for letter in app.letters() {
            alive += i32::from(app.verify(&letter.token()).await.status == 200);
        }
        assert_eq!((alive, app.count("reset_tokens").await), (1, 1));
        assert!(app.letters().len() <= 2, "one for each way to write the name: {}", app.letters().len());
    }

    // security 44: a sign-in with the old password that is under way does not outlive the reset
    async fn no_session_of_the_old_password_survives_a_reset(app: TestApp) {
        app.add_account("ada").await;
        app.set("limits.enabled", json!(false)).await;
        let (_, letter) = app.ask_and_read("ada").await;
        let (app, over) = (Arc::new(app), Arc::new(AtomicBool::new(false)));
        let first = Arc::new(Notify::new());
        let crowd = (0..8).map(|_| {
            let (app, over, first) = (app.clone(), over.clone(), first.clone());
            tokio::spawn(async move {
                let mut tokens = Vec::new();
                while !over.load(Ordering::SeqCst) {
                    let answer = app.sign_in("ada", PASSWORD).await;
                    if let Some(token) = answer.json()["token"].as_str() {
                        tokens.push(token.to_owned());
                        first.notify_one();
                    }
                }
                tokens
            })
        });
        let crowd = crowd.collect::<Vec<_>>();
        first.notified().await;
        app.complete(&letter.token(), &fresh(0)).await.expect(204);
        over.store(true, Ordering::SeqCst);
        let mut tokens = Vec::new();
        for one in crowd {
            tokens.extend(one.await.unwrap());
        }
        assert!(!tokens.is_empty(), "some signed in before");
        for token in tokens {
            assert!(!app.is_alive(&token).await, "a session of the old password lives on");
        }
    }

    // security 44, 52: a change under way with the old password does not undo the owner's reset
    async fn a_change_of_password_under_way_does_not_undo_a_reset(app: TestApp) {
        app.add_account("ada").await;
        app.set("limits.enabled", json!(false)).await;
        let (_, letter) = app.ask_and_read("ada").await;
        let intruder = Arc::new(app.signed_in("ada", PASSWORD).await);
        let crowd = (0..6).map(|number| {
            let intruder = intruder.clone();
            tokio::spawn(async move {
                let body = json!({ "current_password": PASSWORD, "password": fresh(100 + number) });
                intruder.put("/api/v1/me", &body).await.status
            })
        });
        let crowd = crowd.collect::<Vec<_>>();
        let reset = app.complete(&letter.token(), &fresh(0)).await.status;
        let mut changed = 0;
        for one in crowd {
            changed += i32::from(one.await.unwrap() == 200);
        }
        // Whoever comes first wins, and nobody after: the loser of each pair relied on a password that is gone.
        assert_eq!(changed + i32::from(reset == 204), 1, "{changed} changes, reset {reset}");
        assert_eq!(app.rows("select credential_version from accounts").await, ["2"]);
    }
}
