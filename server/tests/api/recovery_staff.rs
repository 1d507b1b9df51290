//! Recovery as administrators see it: switching it on, defining facts, deciding on cases.

use crate::on_both_engines;
use crate::support::client::{Answer, Client};
use crate::support::recovery::{FRESH, SOCIAL};
use crate::support::{PASSWORD, TestApp, draft};
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;
use server::account::import::{Format, import};

const SETTINGS: &str = "/api/v1/settings";
const NEW: &str = "ada@new.example";

async fn switch(admin: &Client, recovery: Value) -> Answer {
    let body = json!({ "recovery": recovery, "current_password": PASSWORD });
    admin.patch(SETTINGS, &body).await
}

async fn waiting(app: &TestApp) -> (String, String) {
    app.set("recovery.approval", json!("staff")).await;
    let answer = app.recover_ada_to(NEW, FRESH).await.expect(202).json();
    assert_eq!(answer["state"], "awaiting_approval");
    let id = app
        .rows("select id from recoveries where state = 'awaiting'")
        .await
        .remove(0);
    (id, answer["receipt"].as_str().unwrap().to_owned())
}

async fn state_of(app: &TestApp, receipt: &str) -> Value {
    let answer = app
        .program()
        .get(&format!("/api/v1/recovery/case?receipt={receipt}"))
        .await;
    answer.expect(200).json()["state"].clone()
}

on_both_engines! {
    // R1, R2; security 68, 171
    async fn recovery_is_off_until_somebody_switches_it_on_with_enough(app: TestApp) {
        let admin = app.administrator().await;
        let settings = admin.get(SETTINGS).await.expect(200).json();
        assert_eq!((&settings["recovery"]["enabled"], &settings["recovery"]["facts"]), (&json!(false), &json!([])));
        assert_eq!(switch(&admin, json!({ "enabled": true })).await.expect(409).json()["field"], "recovery.facts");
        for (facts, status) in [
            (json!(["email"]), 422),
            (json!(["email", "email"]), 422),
            (json!(["email", "Not A Name"]), 422),
            (json!("email"), 422),
            (json!(["email", "social_security_number", "drivers_licence", "a", "b", "c"]), 422),
            (json!(["email", "shoe_size"]), 409),
        ] {
            assert_eq!(switch(&admin, json!({ "enabled": true, "facts": facts })).await.status, status, "{facts}");
        }
        for (name, body) in [
            ("birthday", json!({ "kind": "date", "labels": { "en": "Date of birth" } })),
            ("shirt", json!({ "kind": "pick_list", "labels": { "en": "Shirt" }, "options": ["S", "M", "L"] })),
            ("note", json!({ "kind": "short_text", "labels": { "en": "Note" }, "proves": false, "locates": true })),
        ] {
            admin.put(&format!("/api/v1/attributes/{name}"), &body).await.expect(204);
        }
        for facts in [json!(["birthday", "shirt"]), json!(["email", "note"]), json!(["email", "birthday"]), json!(["email", "shirt"])] {
            let refused = switch(&admin, json!({ "enabled": true, "facts": facts })).await.expect(409).json();
            assert_eq!(refused["field"], "recovery.facts", "{facts}: {refused}");
        }
        let fine = json!({ "enabled": true, "facts": ["email", "social_security_number"] });
        let unconfirmed = admin.patch(SETTINGS, &json!({ "recovery": fine })).await.expect(403);
        assert_eq!(unconfirmed.problem(), "confirmation_needed");
        switch(&admin, fine).await.expect(200);
        assert!(app.count("audit where event = 'setting_changed' and subject = 'recovery.enabled'").await == 1);
        assert!(app.count("audit where event = 'setting_refused'").await > 5);
        // More accounts are more chances.
        switch(&admin, json!({ "min_difficulty_bits": 40 })).await.expect(409);
        let site = app.program().get("/api/v1/recovery").await.expect(200).json();
        assert_eq!(site["enabled"], true);
    }

    // R2
    async fn attributes_are_what_they_are_while_facts_of_them_are_on_file(app: TestApp) {
        let id = app.recoverable_ada().await;
        let admin = app.administrator().await;
        let path = "/api/v1/attributes/member";
        let good = json!({ "kind": "number", "labels": { "en": "Member number" }, "format": "9999", "locates": true });
        for (field, value, status) in [
            ("kind", json!("email"), 422),
            ("labels", json!({}), 422),
            ("labels", json!({ "en": "" }), 422),
            ("options", json!(["a", "b"]), 422),
            ("format", json!("A99"), 422),
            ("format", json!("[0-9]+"), 422),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            let refused = admin.put(path, &bad).await.expect(status).json();
            assert_eq!(refused["field"], field);
        }
        admin.put("/api/v1/attributes/email", &good).await.expect(409);
        admin.put("/api/v1/attributes/Bad-Name", &good).await.expect(422);
        for body in [
            json!({ "kind": "date", "labels": { "en": "Day" }, "locates": true }),
            json!({ "kind": "pick_list", "labels": { "en": "Pick" }, "options": ["a"] }),
            json!({ "kind": "pick_list", "labels": { "en": "Pick" }, "options": ["a", "A"] }),
            json!({ "kind": "pick_list", "labels": { "en": "Pick" }, "options": ["a", "b"], "locates": true }),
        ] {
            admin.put("/api/v1/attributes/other", &body).await.expect(422);
        }
        admin.put(path, &good).await.expect(204);
        admin.put(&format!("/api/v1/accounts/{id}/facts/member"), &json!({ "value": "12345" })).await.expect(422);
        admin.put(&format!("/api/v1/accounts/{id}/facts/member"), &json!({ "value": "1234" })).await.expect(204);
        admin.put(&format!("/api/v1/accounts/{id}/facts/email"), &json!({ "value": "x@y.example" })).await.expect(409);
        let mut changed = good.clone();
        changed["format"] = json!("99999");
        assert_eq!(admin.put(path, &changed).await.expect(409).json()["field"], "format");
        let mut relabelled = good.clone();
        relabelled["labels"] = json!({ "en": "Number of membership", "de": "Mitgliedsnummer" });
        admin.put(path, &relabelled).await.expect(204);
        app.recovery_on(&["member", "social_security_number"]).await;
        admin.delete(path).await.expect(409);
        app.recovery_on(&["email", "social_security_number"]).await;
        admin.delete(path).await.expect(204);
        admin.delete(path).await.expect(404);
        assert_eq!(app.count("facts where attribute = 'member'").await, 0);
        admin.delete(&format!("/api/v1/accounts/{id}/facts/drivers_licence")).await.expect(204);
        admin.delete(&format!("/api/v1/accounts/{id}/facts/drivers_licence")).await.expect(404);
        app.drain().await;
        assert!(app.last_to("ada@example.org").text.contains("what is on file"));
    }

    // R12
    async fn an_approved_recovery_changes_everything_then(app: TestApp) {
        app.recoverable_ada().await;
        let admin = app.administrator().await;
        let (id, receipt) = waiting(&app).await;
        app.sign_in("ada", FRESH).await.expect(401);
        app.sign_in("ada", PASSWORD).await.expect(200);
        assert_eq!(state_of(&app, &receipt).await, "awaiting");
        let cases = admin.get("/api/v1/recoveries?state=awaiting").await.expect(200);
        let case = cases.json()["items"][0].clone();
        assert_eq!((&case["login_name"], &case["facts"]), (&json!("ada"), &json!(["email", "social_security_number"])));
        assert!(!cases.body.contains(NEW) && !cases.body.contains("argon2"));
        let stored = String::from_utf8_lossy(&app.dump().await).into_owned();
        assert!(!stored.contains(NEW), "the new address waits sealed");
        admin.post(&format!("/api/v1/recoveries/{id}/approve"), &json!({})).await.expect(204);
        admin.post(&format!("/api/v1/recoveries/{id}/approve"), &json!({})).await.expect(409);
        app.sign_in(NEW, FRESH).await.expect(200);
        assert_eq!(state_of(&app, &receipt).await, "approved");
        app.drain().await;
        assert!(app.last_to(NEW).subject.contains("is recovered"));
        let token = crate::support::recovery::undo_token(&app.last_to("ada@example.org"));
        app.undo(&token).await.expect(204);
        assert_eq!(app.rows("select email from accounts where login_name = 'ada'").await, ["ada@example.org"]);
        assert_eq!(app.count("audit where event = 'recovery_approved'").await, 1);
    }

    // R12
    async fn a_refused_recovery_changes_nothing_and_says_why(app: TestApp) {
        app.recoverable_ada().await;
        let admin = app.administrator().await;
        let (id, receipt) = waiting(&app).await;
        let path = format!("/api/v1/recoveries/{id}/refuse");
        admin.post(&path, &json!({ "reason": " " })).await.expect(422);
        admin.post(&path, &json!({ "reason": "Please come to the office." })).await.expect(204);
        admin.post(&path, &json!({ "reason": "Again." })).await.expect(409);
        assert_eq!(state_of(&app, &receipt).await, "refused");
        app.sign_in("ada", PASSWORD).await.expect(200);
        app.drain().await;
        let told = app.last_to(NEW);
        assert!(told.text.contains("Please come to the office."), "{}", told.text);
        assert_eq!(app.rows("select password_sealed, address_sealed from recoveries").await, ["|"]);
        assert_eq!(app.count("audit where event = 'recovery_denied'").await, 1);
    }

    // R12
    async fn an_account_of_the_staff_needs_the_yes_of_two(app: TestApp) {
        app.recoverable_ada().await;
        let root = app.administrator().await;
        app.add(Draft { role: Role::Admin, ..draft("rita") }).await;
        let rita = app.signed_in("rita", PASSWORD).await;
        app.set("recovery.four_eyes", json!(true)).await;
        app.sign_in("ada", PASSWORD).await.expect(200);
        app.begin_ada().await;
        app.execute("update accounts set role = 'admin' where login_name = 'ada'").await;
        app.recover_ada_to(NEW, FRESH).await.expect(202);
        let id = app.rows("select id from recoveries where state = 'awaiting'").await.remove(0);
        let approve = format!("/api/v1/recoveries/{id}/approve");
        let first = root.post(&approve, &json!({})).await.expect(202).json();
        assert_eq!(first["state"], "awaiting_second");
        let nothing = json!({});
        let again = futures_util::future::join_all((0..10).map(|_| root.post(&approve, &nothing))).await;
        assert!(again.iter().all(|answer| answer.status == 409), "one administrator is never two");
        app.sign_in("ada", FRESH).await.expect(401);
        let seen = rita.get(&format!("/api/v1/recoveries/{id}")).await.expect(200).json();
        assert_eq!((&seen["state"], &seen["earlier_recoveries"], &seen["failed_tries"]), (&json!("awaiting"), &json!(1), &json!(0)));
        assert!(seen["seconded_by"].as_str().unwrap().starts_with("account:") && seen["last_sign_in_at"].is_string(), "{seen}");
        rita.post(&approve, &json!({})).await.expect(204);
        app.sign_in("ada", FRESH).await.expect(200);
        assert_eq!(app.count("audit where event = 'recovery_seconded'").await, 1);
        assert_eq!(app.count("audit where event = 'recovery_approved'").await, 1);
    }

    // R12: what it relied on must still be so
    async fn a_case_ends_with_time_and_with_any_change(app: TestApp) {
        let ada = app.recoverable_ada().await;
        let admin = app.administrator().await;
        let (id, receipt) = waiting(&app).await;
        admin.patch(&format!("/api/v1/accounts/{ada}"), &json!({ "email": "ada@third.example" })).await.expect(200);
        admin.post(&format!("/api/v1/recoveries/{id}/approve"), &json!({})).await.expect(409);
        assert_eq!(state_of(&app, &receipt).await, "over");
        admin.patch(&format!("/api/v1/accounts/{ada}"), &json!({ "email": "ada@example.org" })).await.expect(200);
        let (id, receipt) = waiting(&app).await;
        app.advance(7 * 86_400_000 + 1);
        assert_eq!(state_of(&app, &receipt).await, "over");
        let admin = app.signed_in("root", PASSWORD).await;
        admin.post(&format!("/api/v1/recoveries/{id}/approve"), &json!({})).await.expect(409);
        server::housekeeping::prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("recoveries where password_sealed <> ''").await, 0);
        assert_eq!(app.rows("select count(*) from recoveries where state = 'awaiting'").await, ["0"]);
        let helpdesk = app.add(Draft { role: Role::Helpdesk, ..draft("hanna") }).await;
        let hanna = app.signed_in("hanna", PASSWORD).await;
        hanna.get("/api/v1/recoveries").await.expect(403);
        hanna.post(&format!("/api/v1/accounts/{ada}/recovery/unlock"), &json!({})).await.expect(204);
        let _ = helpdesk;
    }

    // security 88, 103, 153
    async fn owners_change_their_facts_with_their_password_and_are_told(app: TestApp) {
        app.recoverable_ada().await;
        let ada = app.signed_in("ada", PASSWORD).await;
        let path = "/api/v1/me/facts/social_security_number";
        ada.put(path, &json!({ "value": "222-22-2222", "current_password": "wrong otters" })).await.expect(403);
        ada.put(path, &json!({ "value": "22", "current_password": PASSWORD })).await.expect(422);
        ada.put(path, &json!({ "value": "222-22-2222", "current_password": PASSWORD })).await.expect(204);
        app.drain().await;
        assert!(app.last_to("ada@example.org").subject.contains("proofs"));
        app.try_ada(SOCIAL).await.expect(403);
        app.try_ada("222222222").await.expect(201);
        ada.put(path, &json!({ "value": null, "current_password": PASSWORD })).await.expect(204);
        app.try_ada("222222222").await.expect(403);
        let own = ada.get("/api/v1/me/facts").await.expect(200).json();
        let social = own["items"].as_array().unwrap().iter().find(|fact| fact["name"] == "social_security_number").unwrap().clone();
        assert_eq!(social["on_file"], false);
        ada.put("/api/v1/me/facts/shoe_size", &json!({ "value": "44", "current_password": PASSWORD })).await.expect(404);
        app.program().put(path, &json!({ "value": "1", "current_password": PASSWORD })).await.expect(401);
    }

    // R11
    async fn an_import_brings_facts_along(app: TestApp) {
        let csv = b"login_name,email,fact.social_security_number,fact.drivers_licence\nada,ada@example.org,123-45-6789,\n";
        assert_eq!(import(&app.latchkey, Format::Csv, csv, false).await.unwrap().stored, 1);
        assert_eq!(app.rows("select attribute from facts").await, ["social_security_number"]);
        app.recovery_on(&["email", "social_security_number"]).await;
        app.begin_ada().await;
        let bad = b"login_name,fact.social_security_number\ngrace,12-canary-4731\n";
        let report = import(&app.latchkey, Format::Csv, bad, false).await.unwrap();
        let problem = report.errors[0].problem.to_string();
        assert!(problem.contains("social_security_number") && !problem.contains("canary"), "{problem}");
        let unknown = br#"{"login_name":"grace","fact.shoe_size":"44"}"#;
        let report = import(&app.latchkey, Format::JsonLines, unknown, false).await.unwrap();
        assert!(report.errors[0].problem.to_string().contains("no such attribute"), "{:?}", report.errors);
    }
}
