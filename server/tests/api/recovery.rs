//! Getting back in when the mailbox is gone: from the facts to the new password, and back again.

use crate::on_both_engines;
use crate::recovery_storage::disguises;
use crate::support::recovery::{FRESH, SOCIAL, handle, undo_token};
use crate::support::{PASSWORD, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;

const NEW: &str = "ada@new.example";

/// Headers and body without what differs from answer to answer.
async fn email_of(app: &TestApp, login_name: &str) -> String {
    app.rows(&format!("select email from accounts where login_name = '{login_name}'"))
        .await
        .remove(0)
}

on_both_engines! {
    // R4–R7, R10; security 77, 79
    async fn facts_a_new_mailbox_and_a_new_password_recover_an_account(app: TestApp) {
        app.recoverable_ada().await;
        let session = app.session("ada", PASSWORD).await;
        let offer = app.program().get("/api/v1/recovery").await.expect(200).json();
        assert_eq!(offer["enabled"], true);
        let names: Vec<&Value> = offer["facts"].as_array().unwrap().iter().map(|fact| &fact["name"]).collect();
        assert_eq!(names, ["email", "social_security_number"]);

        let answer = app.recover_ada_to(NEW, FRESH).await.expect(200).json();
        assert!(app.is_alive(answer["token"].as_str().unwrap()).await, "signed in with a new session");
        assert!(!app.is_alive(&session).await, "everybody else is signed out");
        app.sign_in("ada", FRESH).await.expect(200);
        app.sign_in(NEW, FRESH).await.expect(200);
        app.sign_in("ada", PASSWORD).await.expect(401);
        app.sign_in("ada@example.org", FRESH).await.expect(401);

        let old: Vec<String> = app.mail_to("ada@example.org").into_iter().map(|letter| letter.subject).collect();
        let wanted = ["Support has changed", "Support has changed", "Somebody is recovering", "Your account at Latchkey has another"];
        assert!(old.iter().zip(wanted).all(|(subject, wanted)| subject.starts_with(wanted)), "{old:?}");
        assert_eq!(old.len(), wanted.len(), "{old:?}");
        let told = app.last_to("ada@example.org");
        assert!(told.text.contains("a…@new.example") && !told.text.contains(NEW), "{}", told.text);
        assert!(app.last_to(NEW).subject.contains("is recovered"), "{}", app.last_to(NEW).subject);
        for event in ["recovery_started", "recovery_address_given", "recovery_code_tried", "recovery_completed", "signed_in", "sessions_revoked"] {
            assert!(app.count(&format!("audit where event = '{event}' and outcome = 'success'")).await > 0, "{event}");
        }
    }

    // security 79
    async fn nothing_changes_before_the_end(app: TestApp) {
        app.recoverable_ada().await;
        let before = app.rows("select email, password_hash, credential_version from accounts").await;
        let unchanged = async || assert_eq!(app.rows("select email, password_hash, credential_version from accounts").await, before);
        let handle = app.begin_ada().await;
        unchanged().await;
        app.finish(&handle, FRESH).await.expect(410);
        app.give_code(&handle, "ABCD-2345").await.expect(403);
        app.give_address(&handle, NEW).await.expect(202);
        app.finish(&handle, FRESH).await.expect(410);
        app.drain().await;
        let code = app.last_to(NEW).code();
        app.give_code(&handle, &code).await.expect(204);
        app.finish(&handle, "short").await.expect(422);
        unchanged().await;
        app.sign_in("ada", PASSWORD).await.expect(200);
        let (_, letter) = app.ask_and_read("ada").await;
        assert_eq!(letter.to, "ada@example.org");
        app.finish(&handle, FRESH).await.expect(200);
    }

    // security 76
    async fn a_handle_lives_for_fifteen_minutes_and_for_one_completion(app: TestApp) {
        app.recoverable_ada().await;
        let first = app.begin_ada().await;
        app.advance(15 * 60_000 + 1);
        assert_eq!(app.give_address(&first, NEW).await.expect(410).problem(), "recovery_not_valid");
        let second = app.begin_ada().await;
        app.prove_address(&second, NEW).await;
        let app = Arc::new(app);
        let crowd = (0..20).map(|number| {
            let (app, handle) = (app.clone(), second.clone());
            tokio::spawn(async move { app.finish(&handle, &format!("{FRESH} {number}")).await.status })
        });
        let mut statuses = Vec::new();
        for one in crowd.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 410)), "{statuses:?}");
        assert_eq!(app.count("audit where event = 'recovery_completed'").await, 1);
    }

    // security 23
    async fn a_recovery_dies_with_any_change_of_the_account(app: TestApp) {
        let id = app.recoverable_ada().await;
        let admin = app.administrator().await;
        let first = app.begin_ada().await;
        app.prove_address(&first, NEW).await;
        admin.patch(&format!("/api/v1/accounts/{id}"), &json!({ "status": "disabled" })).await.expect(200);
        app.finish(&first, FRESH).await.expect(410);
        admin.patch(&format!("/api/v1/accounts/{id}"), &json!({ "status": "active" })).await.expect(200);
        app.finish(&first, FRESH).await.expect(410);
        let second = app.begin_ada().await;
        app.put_fact(&id, "social_security_number", "999-99-9999").await;
        app.give_address(&second, NEW).await.expect(410);
    }

    // R6; security 18, 19
    async fn a_code_has_five_tries_and_dies_with_its_address(app: TestApp) {
        app.recoverable_ada().await;
        let handle = app.begin_ada().await;
        app.give_address(&handle, NEW).await.expect(202);
        app.drain().await;
        let first = app.last_to(NEW).code();
        // The same address once more: another code all the same.
        app.give_address(&handle, NEW).await.expect(202);
        app.drain().await;
        let second = app.last_to(NEW).code();
        assert_ne!(first, second);
        assert_eq!(app.give_code(&handle, &first).await.expect(403).problem(), "code_refused");
        for _ in 0..4 {
            app.give_code(&handle, "ABCD-2345").await.expect(403);
        }
        app.give_code(&handle, &second).await.expect(403);
        app.prove_address(&handle, "ada@other.example").await;
        app.finish(&handle, FRESH).await.expect(200);
        assert_eq!(email_of(&app, "ada").await, "ada@other.example");
    }

    // security 81, 82
    async fn an_address_that_is_taken_is_answered_like_any_other(app: TestApp) {
        app.recoverable_ada().await;
        app.add_account("grace").await;
        app.add_account("alan").await;
        app.execute("update accounts set status = 'disabled' where login_name = 'alan'").await;
        let mut seen = Vec::new();
        for address in [NEW, "grace@example.org", "Grace@EXAMPLE.org", "alan@example.org", "ada@example.org"] {
            let handle = app.begin_ada().await;
            seen.push(app.give_address(&handle, address).await.expect(202).alike());
            app.drain().await;
            if address.eq_ignore_ascii_case("grace@example.org") {
                let told = app.last_to("grace@example.org");
                assert!(told.subject.starts_with("This address belongs"), "{}", told.subject);
                assert!(told.shown_code().is_none());
                app.give_code(&handle, "ABCD-2345").await.expect(403);
                app.finish(&handle, FRESH).await.expect(410);
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{seen:#?}");
    }

    // security 82: two recoveries of one address
    async fn of_two_recoveries_to_one_address_one_wins(app: TestApp) {
        app.recoverable_ada().await;
        let grace = app.add_account("grace").await;
        app.put_fact(&grace, "social_security_number", "222-22-2222").await;
        let of_ada = app.begin_ada().await;
        let facts = json!({ "email": "grace@example.org", "social_security_number": "222222222" });
        let of_grace = handle(&app.recover(facts).await);
        app.prove_address(&of_ada, NEW).await;
        app.prove_address(&of_grace, NEW).await;
        app.finish(&of_ada, FRESH).await.expect(200);
        app.finish(&of_grace, FRESH).await.expect(410);
        assert_eq!(email_of(&app, "ada").await, NEW);
        assert_eq!(email_of(&app, "grace").await, "grace@example.org");
    }

    // R10; security 77, 154
    async fn the_old_mailbox_can_take_a_recovery_back(app: TestApp) {
        app.recoverable_ada().await;
        let answer = app.recover_ada_to(NEW, FRESH).await.expect(200).json();
        let token = undo_token(&app.last_to("ada@example.org"));
        for _ in 0..3 {
            let opened = app.browser().get(&format!("/recovery/undo?key={token}")).await.expect(303);
            assert_eq!(opened.location(), "/recovery/undo", "the token leaves the URL");
        }
        assert_eq!(email_of(&app, "ada").await, NEW, "opening it changes nothing");
        app.undo(&token).await.expect(204);
        assert_eq!(email_of(&app, "ada").await, "ada@example.org");
        assert!(!app.is_alive(answer["token"].as_str().unwrap()).await);
        app.sign_in("ada", FRESH).await.expect(401);
        app.sign_in("ada", PASSWORD).await.expect(401);
        assert!(app.failures("ada").await.1, "whoever did it knows the facts");
        app.try_ada(SOCIAL).await.expect(403);
        assert_eq!(app.undo(&token).await.expect(410).problem(), "link_not_valid");
        app.drain().await;
        assert!(app.last_to(NEW).subject.contains("taken back"), "{}", app.last_to(NEW).subject);
        assert!(app.last_to("ada@example.org").subject.contains("stopped"));
        // The owner chooses a new password by mail, which also unlocks.
        let (_, letter) = app.ask_and_read("ada").await;
        app.complete(&letter.token(), "fresh otters on the ice").await.expect(204);
        assert!(!app.failures("ada").await.1);
        app.try_ada(SOCIAL).await.expect(201);
    }

    // security 24
    async fn undoing_ends_with_its_hours(app: TestApp) {
        app.recoverable_ada().await;
        app.recover_ada_to(NEW, FRESH).await.expect(200);
        let token = undo_token(&app.last_to("ada@example.org"));
        app.advance(72 * 3_600_000 + 1);
        app.undo(&token).await.expect(410);
        assert_eq!(email_of(&app, "ada").await, NEW);
    }

    // R10
    async fn the_old_mailbox_can_stop_a_recovery_under_way(app: TestApp) {
        app.recoverable_ada().await;
        let handle = app.begin_ada().await;
        app.prove_address(&handle, NEW).await;
        let token = undo_token(&app.last_to("ada@example.org"));
        app.undo(&token).await.expect(204);
        app.finish(&handle, FRESH).await.expect(410);
        app.sign_in("ada", PASSWORD).await.expect(200);
        assert!(app.failures("ada").await.1);
    }

    // security 26
    async fn every_secret_opens_its_own_door_only(app: TestApp) {
        app.recoverable_ada().await;
        let handle = app.begin_ada().await;
        app.drain().await;
        let undo = undo_token(&app.last_to("ada@example.org"));
        let (_, letter) = app.ask_and_read("ada").await;
        let reset = letter.token();
        let session = app.session("ada", PASSWORD).await;
        for (name, secret) in [("handle", &handle), ("reset", &reset), ("session", &session)] {
            app.undo(secret).await.expect(410);
            assert!(name == "session" || !app.is_alive(secret).await, "{name}");
        }
        for (name, secret) in [("undo", &undo), ("reset", &reset), ("session", &session)] {
            app.give_address(secret, NEW).await.expect(410);
            app.give_code(secret, "ABCD-2345").await.expect(410);
            assert_eq!(app.finish(secret, FRESH).await.status, 410, "{name}");
        }
        for secret in [&handle, &undo, &session] {
            app.complete(secret, FRESH).await.expect(410);
            app.verify(secret).await.expect(410);
        }
        app.give_address(&handle, NEW).await.expect(202);
    }

    // R1
    async fn switched_off_there_is_nothing(app: TestApp) {
        app.recoverable_ada().await;
        let handle = app.begin_ada().await;
        app.set("recovery.enabled", json!(false)).await;
        assert_eq!(app.try_ada(SOCIAL).await.expect(404).problem(), "recovery_off");
        let offer = app.program().get("/api/v1/recovery").await.expect(200).json();
        assert_eq!((&offer["enabled"], &offer["facts"]), (&json!(false), &json!([])));
        app.set("recovery.enabled", json!(true)).await;
        app.set("recovery.facts", json!(["social_security_number"])).await;
        app.try_ada(SOCIAL).await.expect(404);
        let _ = handle;
    }

    // NIST SP 800-63B-4 §4.2.1.1; security 90
    async fn a_recovery_code_stands_in_for_the_facts(app: TestApp) {
        app.recoverable_ada().await;
        app.set("recovery.enabled", json!(false)).await;
        app.execute("update accounts set recovery_locked_at = 1").await;
        let ada = app.signed_in("ada", PASSWORD).await;
        let path = "/api/v1/me/recovery-codes";
        ada.post(path, &json!({ "current_password": "wrong otters" })).await.expect(403);
        let first = ada.post(path, &json!({ "current_password": PASSWORD })).await.expect(201).json();
        let made = ada.post(path, &json!({ "current_password": PASSWORD })).await.expect(201).json();
        app.drain().await;
        assert!(app.last_to("ada@example.org").subject.contains("recovery codes"));
        let codes: Vec<&str> = made["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19));
        let show = async |code: &str| app.program().post("/api/v1/recovery", &json!({ "recovery_code": code })).await;
        assert_eq!(show(first["codes"][0].as_str().unwrap()).await.expect(403).problem(), "not_recognised");
        let begun = handle(&show(&codes[0].to_lowercase().replace('-', " ")).await);
        app.prove_address(&begun, NEW).await;
        app.finish(&begun, FRESH).await.expect(200);
        show(codes[0]).await.expect(403);
        assert_eq!(app.count("recovery_codes where used_at > 0").await, 1);
        let me = app.signed_in("ada", FRESH).await.get("/api/v1/me").await.expect(200).json();
        assert_eq!(me["recovery_codes"], 9);
        let stored = app.rows("select code_mac from recovery_codes").await.join(" ");
        for disguise in codes.iter().flat_map(|code| disguises(code)) {
            assert!(!stored.contains(&disguise), "a digest without a key: {disguise}");
        }
    }

    // security 80
    async fn a_code_never_proves_an_address_that_was_given_meanwhile(app: TestApp) {
        app.recoverable_ada().await;
        app.set("limits.enabled", json!(false)).await;
        let ada = app.signed_in("ada", PASSWORD).await;
        let made = ada.post("/api/v1/me/recovery-codes", &json!({ "current_password": PASSWORD })).await.expect(201).json();
        let code = made["codes"][0].as_str().unwrap().to_owned();
        let rounds = 200;
        let mut proved = 0;
        for round in 0..rounds {
            let begun = handle(&app.program().post("/api/v1/recovery", &json!({ "recovery_code": code })).await);
            let (own, victim) = (format!("own{round}@new.example"), format!("victim{round}@new.example"));
            app.give_address(&begun, &own).await.expect(202);
            app.drain().await;
            let letter = app.last_to(&own);
            assert_eq!(letter.to, own);
            let mailed = letter.code();
            let (_, confirmed) = tokio::join!(app.give_address(&begun, &victim), app.give_code(&begun, &mailed));
            let row = server::recovery::opened(&app.latchkey, &begun).await.unwrap();
            let address = server::recovery::mailbox::address_of(&app.latchkey, &row).unwrap();
            if row.proved_at > 0 {
                proved += 1;
                assert_eq!((address, confirmed.status), (own, 204), "round {round}");
            } else {
                assert_eq!(address, victim, "round {round}");
                app.finish(&begun, FRESH).await.expect(410);
            }
            app.drain().await;
        }
        assert_eq!(email_of(&app, "ada").await, "ada@example.org", "{proved} of {rounds} proved their own");
    }
}
