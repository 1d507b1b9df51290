//! Proving who somebody is by facts: what is counted against whom, what locks and what unlocks.

use crate::on_both_engines;
use crate::support::recovery::{FRESH, LICENCE, SOCIAL};
use crate::support::{PASSWORD, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;

const WRONG: &str = "111-11-1111";
/// How long a recovery may be under way, in milliseconds.
const LIFETIME: i64 = 15 * 60_000;

async fn define(app: &TestApp, name: &str, body: Value) {
    let admin = app.signed_in("root", PASSWORD).await;
    admin
        .put(&format!("/api/v1/attributes/{name}"), &body)
        .await
        .expect(204);
}

on_both_engines! {
    // R8; security 71, 74, 155
    async fn three_failures_lock_recovery_and_nothing_else(app: TestApp) {
        app.recoverable_ada().await;
        app.drain().await;
        for _ in 0..3 {
            assert_eq!(app.try_ada(WRONG).await.expect(403).problem(), "not_recognised");
        }
        assert_eq!(app.failures("ada").await, ("3".to_owned(), true));
        app.try_ada(SOCIAL).await.expect(403);
        app.drain().await;
        let told = app.mail_to("ada@example.org").into_iter().filter(|letter| letter.subject.contains("switched off")).count();
        assert_eq!(told, 1, "told once");
        assert_eq!(app.count("audit where event = 'recovery_locked'").await, 1);
        app.advance(86_400_000);
        app.recover_from("127.0.0.9", json!({ "email": "ada@example.org", "social_security_number": SOCIAL })).await.expect(403);
        app.sign_in("ada", PASSWORD).await.expect(200);
        let (_, letter) = app.ask_and_read("ada").await;
        assert!(app.failures("ada").await.1, "neither signing in nor asking unlocks");
        app.complete(&letter.token(), FRESH).await.expect(204);
        assert_eq!(app.failures("ada").await, ("0".to_owned(), false));
        app.try_ada(SOCIAL).await.expect(201);
    }

    // security 71
    async fn two_failures_and_then_the_right_facts_are_fine(app: TestApp) {
        app.recoverable_ada().await;
        app.try_ada(WRONG).await.expect(403);
        app.try_ada(WRONG).await.expect(403);
        app.begin_ada().await;
        assert_eq!(app.failures("ada").await, ("2".to_owned(), false), "a right try is no failure, and forgives none");
        app.try_ada(WRONG).await.expect(403);
        assert_eq!(app.failures("ada").await, ("2".to_owned(), false), "two that failed and one under way: nothing more is compared");
        app.advance(LIFETIME + 1);
        app.try_ada(WRONG).await.expect(403);
        assert!(app.failures("ada").await.1);
    }

    // R9; security 75
    async fn only_a_reset_or_staff_unlock(app: TestApp) {
        let id = app.recoverable_ada().await;
        let admin = app.administrator().await;
        let lock = async || app.execute("update accounts set recovery_failures = 3, recovery_locked_at = 1 where login_name = 'ada'").await;
        let mut password = PASSWORD.to_owned();

        lock().await;
        let shown = admin.get(&format!("/api/v1/accounts/{id}")).await.expect(200).json();
        assert_eq!(shown["recovery_locked"], true);
        admin.patch(&format!("/api/v1/accounts/{id}"), &json!({ "name": "Ada Lovelace" })).await.expect(200);
        admin.put(&format!("/api/v1/accounts/{id}/facts/social_security_number"), &json!({ "value": SOCIAL })).await.expect(204);
        app.session("ada", &password).await;
        assert!(app.failures("ada").await.1, "still locked");
        app.drain().await;
        admin.post(&format!("/api/v1/accounts/{id}/recovery/unlock"), &json!({})).await.expect(204);
        assert_eq!(app.failures("ada").await, ("0".to_owned(), false), "unlocked by staff");
        app.drain().await;
        assert!(app.last_to("ada@example.org").text.contains("unlocked recovery"));

        lock().await;
        let member = app.signed_in("ada", &password).await;
        member.put("/api/v1/me", &json!({ "current_password": password, "password": FRESH })).await.expect(200);
        FRESH.clone_into(&mut password);
        assert!(!app.failures("ada").await.1, "unlocked by changing the password");
        app.drain().await;

        lock().await;
        admin.post(&format!("/api/v1/accounts/{id}/password-reset"), &json!({})).await.expect(202);
        app.drain().await;
        assert!(app.failures("ada").await.1, "starting is not succeeding");
        let letter = app.last_to("ada@example.org");
        app.complete(&letter.token(), "fresh otters on the ice").await.expect(204);
        assert!(!app.failures("ada").await.1, "unlocked by a reset that staff started");
        assert_eq!(app.count("audit where event = 'recovery_unlocked'").await, 3);
    }

    // security 72
    async fn of_fifty_at_once_three_are_looked_at(app: TestApp) {
        app.recoverable_ada().await;
        app.set("limits.enabled", json!(false)).await;
        let app = Arc::new(app);
        let crowd = (0..50).map(|number| {
            let app = app.clone();
            let social = if number == 25 { SOCIAL.to_owned() } else { format!("111-11-{:04}", 1000 + number) };
            tokio::spawn(async move { app.try_ada(&social).await.status })
        });
        let mut begun = 0;
        for one in crowd.collect::<Vec<_>>() {
            let status = one.await.unwrap();
            assert!(matches!(status, 201 | 403), "{status}");
            begun += i64::from(status == 201);
        }
        let wrong = app.count("audit where event = 'recovery_refused' and reason = 'no_match'").await;
        let right = app.count("audit where event = 'recovery_started'").await;
        assert_eq!(right, begun);
        let reasons = app.rows("select reason, count(*) from audit where event = 'recovery_refused' group by reason").await;
        assert_eq!(wrong + right, 3, "{wrong} wrong and {right} right were evaluated: {reasons:?}");
        // A right one among them was no failure, but keeps its place while the recovery it opened is under way.
        assert_eq!(app.failures("ada").await, (wrong.to_string(), wrong == 3));
        app.try_ada(SOCIAL).await.expect(403);
        app.advance(LIFETIME + 1);
        assert_eq!(app.try_ada(SOCIAL).await.status, if wrong == 3 { 403 } else { 201 });
    }

    // security 72, 157: those who stand in for one are meant by another at the same moment
    async fn fifty_at_once_who_stand_in_for_each_other_count_against_who_is_meant(app: TestApp) {
        app.recovery_on(&["email", "social_security_number"]).await;
        app.set("limits.enabled", json!(false)).await;
        let names = ["ann", "bob", "cid", "dan", "eve"];
        for (number, name) in names.iter().enumerate() {
            let id = app.add_invited(name).await;
            app.put_fact(&id, "social_security_number", &format!("201-00-000{}", number + 1)).await;
        }
        let app = Arc::new(app);
        let crowd = (0..50).map(|number| {
            let app = app.clone();
            // Of three tries one means a person, one two of them, and one nobody.
            let email = if number % 3 == 2 { "nobody".to_owned() } else { names[number % 5].to_owned() };
            let social = if number % 3 == 1 { format!("201-00-000{}", (number + 1) % 5 + 1) } else { WRONG.to_owned() };
            let facts = json!({ "email": format!("{email}@example.org"), "social_security_number": social });
            tokio::spawn(async move { app.recover_from(&format!("127.0.0.{}", number + 2), facts).await.status })
        });
        for one in crowd.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap(), 403);
        }
        let counted = app.rows("select recovery_tries, recovery_failures from accounts where recovery_locked_at > 0").await;
        assert_eq!(counted, ["3|3"; 5], "each as often as it may be, and not once more");
        assert_eq!(app.count("audit where event = 'recovery_refused'").await, 50);
    }

    // security 73
    async fn an_address_with_wrong_facts_counts_against_its_owner_only(app: TestApp) {
        app.recoverable_ada().await;
        let grace = app.add_invited("grace").await;
        app.put_fact(&grace, "social_security_number", "222-22-2222").await;
        app.try_ada(WRONG).await.expect(403);
        assert_eq!((app.failures("ada").await.0.as_str(), app.failures("grace").await.0.as_str()), ("1", "0"));
        // A number that is somebody's counts against them, too: it points at them.
        app.try_ada("222-22-2222").await.expect(403);
        assert_eq!((app.failures("ada").await.0.as_str(), app.failures("grace").await.0.as_str()), ("2", "1"));
        app.recover(json!({ "email": "nobody@example.org", "social_security_number": "222-22-2222" })).await.expect(403);
        assert_eq!((app.failures("ada").await.0.as_str(), app.failures("grace").await.0.as_str()), ("2", "2"));
    }

    // security 73: a known birthday does not help to find a number
    async fn a_sweep_over_numbers_is_throttled_and_finds_nobody(app: TestApp) {
        let id = app.recoverable_ada().await;
        app.administrator().await;
        define(&app, "birthday", json!({ "kind": "date", "labels": { "en": "Date of birth" } })).await;
        app.put_fact(&id, "birthday", "1985-03-09").await;
        app.recovery_on(&["birthday", "social_security_number"]).await;
        let (mut refused, mut throttled) = (Vec::new(), Vec::new());
        for number in 0..1000_u32 {
            // Many clients: each has a budget of its own, all together have one.
            let from = format!("127.0.{}.{}", 1 + number / 8 / 200, 1 + number / 8 % 200);
            let facts = json!({ "birthday": "1985-03-09", "social_security_number": format!("123-45-{:04}", 6000 + number / 2) });
            let answer = app.recover_from(&from, facts).await;
            match answer.status {
                403 => refused.push(answer.alike()),
                429 => throttled.push(answer.alike()),
                other => panic!("{other}"),
            }
        }
        assert_eq!((refused.len(), throttled.len()), (200, 800));
        refused.dedup();
        throttled.dedup();
        assert_eq!((refused.len(), throttled.len()), (1, 1), "alike for everybody");
        assert_eq!(app.count("recoveries").await, 0);
        let right = json!({ "birthday": "1985-03-09", "social_security_number": SOCIAL });
        app.recover_from("127.0.0.77", right.clone()).await.expect(429);
        app.sign_in("ada", PASSWORD).await.expect(200);
        app.advance(3_600_000);
        app.recover_from("127.0.0.77", right).await.expect(201);
    }

    // one client alone
    async fn one_client_has_ten_tries_whatever_comes_of_them(app: TestApp) {
        app.recoverable_ada().await;
        for number in 0..10 {
            let social = format!("999-00-{number:04}");
            app.recover(json!({ "email": "nobody@example.org", "social_security_number": social })).await.expect(403);
        }
        let answer = app.try_ada(SOCIAL).await.expect(429);
        assert!(!answer.header("retry-after").is_empty());
        assert_eq!(app.failures("ada").await.0, "0");
        app.recover_from("127.0.0.8", json!({ "email": "ada@example.org", "social_security_number": SOCIAL })).await.expect(201);
    }

    // R4; security 86
    async fn what_cannot_be_a_fact_costs_no_try_and_is_told_alike(app: TestApp) {
        app.recoverable_ada().await;
        let mut seen = Vec::new();
        for email in ["ada@example.org", "nobody@example.org"] {
            for social in ["12345", "letters", "१२३४५६७८९", ""] {
                let answer = app.recover(json!({ "email": email, "social_security_number": social })).await.expect(422);
                assert_eq!(answer.problem(), "fact_malformed");
                assert_eq!(answer.json()["field"], "facts.social_security_number");
                seen.push((social, answer.alike()));
            }
            app.recover(json!({ "email": email })).await.expect(422);
            app.recover(json!({ "email": email, "social_security_number": SOCIAL, "shoe_size": "44" })).await.expect(422);
            app.recover(json!({ "email": [email], "social_security_number": SOCIAL })).await.expect(422);
        }
        let half = seen.len() / 2;
        assert_eq!(seen[..half], seen[half..]);
        assert_eq!(app.failures("ada").await.0, "0");
        assert_eq!(app.count("limits where name like 'recovery%'").await, 0);
    }

    // R2, R4; security 69, 85
    async fn every_kind_of_fact_proves_its_owner(app: TestApp) {
        let id = app.recoverable_ada().await;
        app.administrator().await;
        define(&app, "birthday", json!({ "kind": "date", "labels": { "en": "Date of birth", "de": "Geburtsdatum" } })).await;
        define(&app, "member", json!({ "kind": "number", "labels": { "en": "Member number" }, "format": "9999-9999", "locates": true })).await;
        define(&app, "teacher", json!({ "kind": "short_text", "labels": { "en": "First teacher" } })).await;
        define(&app, "site", json!({ "kind": "pick_list", "labels": { "en": "Site" }, "options": ["North", "South", "West End"] })).await;
        for (name, value) in [("birthday", "1985-03-09"), ("member", "0042 1234"), ("teacher", "Fräulein Müller"), ("site", "West End")] {
            app.put_fact(&id, name, value).await;
        }
        let sets: [(&[&str], Value, &str); 4] = [
            (&["email", "birthday"], json!({ "email": "ADA@example.org", "birthday": "1985-03-09" }), "birthday"),
            (&["member", "birthday"], json!({ "member": "00421234", "birthday": "1985-03-09" }), "birthday"),
            (&["drivers_licence", "teacher"], json!({ "drivers_licence": "d 123 4567", "teacher": " fräulein  MÜLLER " }), "teacher"),
            (&["social_security_number", "site", "drivers_licence"], json!({ "social_security_number": "１２３４５６７８９", "site": "west end", "drivers_licence": LICENCE }), "site"),
        ];
        let other = json!({ "birthday": "1985-03-10", "teacher": "Frau Müller", "site": "North" });
        for (number, (facts, said, decisive)) in sets.into_iter().enumerate() {
            app.recovery_on(facts).await;
            let from = format!("127.0.0.{}", 20 + number);
            let offered = app.program().get("/api/v1/recovery").await.expect(200).json();
            assert_eq!(offered["facts"].as_array().unwrap().len(), facts.len());
            app.recover_from(&from, said.clone()).await.expect(201);
            let mut wrong = said.clone();
            wrong[decisive] = other[decisive].clone();
            app.recover_from(&from, wrong).await.expect(403);
            app.execute("update accounts set recovery_tries = 0, recovery_failures = 0").await;
        }
    }

    // security 69
    async fn a_value_that_many_share_finds_nobody(app: TestApp) {
        app.recovery_on(&["social_security_number", "drivers_licence"]).await;
        for number in 0..4 {
            let id = app.add_invited(&format!("shared{number}")).await;
            app.put_fact(&id, "social_security_number", SOCIAL).await;
            app.put_fact(&id, "drivers_licence", &format!("LIC{number}000")).await;
        }
        app.recover(json!({ "social_security_number": SOCIAL, "drivers_licence": "LIC1000" })).await.expect(403);
        assert_eq!(app.failures("shared1").await.0, "1", "the licence pointed at its owner");
        assert_eq!(app.failures("shared2").await.0, "0");
    }
}
