//! The policy on passwords: the same verdict at every door.

use crate::on_both_engines;
use crate::support::{Engine, PASSWORD, Setup, TestApp, draft};
use serde_json::{Value, json};
use server::account::add::{AddError, Draft, DraftPassword, add};

async fn check(app: &TestApp, password: &str) -> Value {
    app.program()
        .post("/api/v1/password-policy/check", &json!({ "password": password }))
        .await
        .expect(200)
        .json()
}

/// What reset, change, new accounts and the live checklist say about a password.
async fn verdicts(app: &TestApp, password: &str) -> Vec<Value> {
    app.advance(1);
    let (_, letter) = app.ask_and_read("ada").await;
    let browser = app.browser();
    browser
        .open(&format!("/reset?key={}", letter.token()))
        .await
        .expect(200);
    let request = browser
        .request(reqwest::Method::POST, "/api/v1/password-policy/check")
        .json(&json!({ "password": password }));
    let live = browser.send(request).await.expect(200).json()["violations"].clone();
    let reset = app.complete(&letter.token(), password).await.expect(422).json()["violations"].clone();
    let body = json!({ "current_password": PASSWORD, "password": password });
    let change = app
        .signed_in("ada", PASSWORD)
        .await
        .put("/api/v1/me", &body)
        .await
        .expect(422)
        .json()["violations"]
        .clone();
    let form = browser
        .form("complete_reset", &[("password", password), ("confirmation", password)])
        .await
        .expect(303)
        .location();
    let told = form
        .split("violations=")
        .nth(1)
        .unwrap()
        .split(',')
        .map(|code| json!(code))
        .collect();
    let import = match add(
        &app.latchkey,
        Draft {
            password: DraftPassword::Plain(password.into()),
            name: "Ada Lovelace".into(),
            ..draft("ada2")
        },
    )
    .await
    {
        Err(AddError::Password(violations)) => json!(violations),
        other => panic!("{other:?}"),
    };
    vec![live, reset, change, Value::Array(told), import]
}

on_both_engines! {
    // P1, P2, P4; security 54, 60
    async fn every_door_gives_the_same_verdict(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        app.set("password.min_digits", json!(2)).await;
        app.set("password.min_non_alphanumeric", json!(1)).await;
        app.add(Draft { name: "Ada Lovelace".into(), password: DraftPassword::Plain("7 otters, 7 plums, one lake".into()), ..draft("ada") }).await;
        app.set("password.min_digits", json!(0)).await;
        app.execute("delete from accounts").await;
        app.set("password.min_non_alphanumeric", json!(0)).await;
        app.add(Draft { name: "Ada Lovelace".into(), ..draft("ada") }).await;
        app.set("password.min_digits", json!(2)).await;
        app.set("password.min_non_alphanumeric", json!(1)).await;
        for (password, expected) in [
            ("short", json!(["too_short", "too_few_non_alphanumeric", "too_few_digits", "common"])),
            ("ottersjuggleplumsdaily", json!(["too_few_non_alphanumeric", "too_few_digits"])),
            ("otters juggle 1 plum", json!(["too_few_digits"])),
            ("ada.lovelace.1815", json!(["contains_context"])),
            ("qwertyuiop 1234567890", json!(["common"])),
        ] {
            for verdict in verdicts(&app, password).await {
                assert_eq!(verdict, expected, "{password}");
            }
        }
    }

    // P1; security 54: characters are counted as people count them
    async fn fifteen_characters_of_any_script_are_enough(app: TestApp) {
        for accepted in ["ottersjuggleplu", "🦦🍑🎪🌊🪶🧵🎻🪜🧊🪁🥁🪄🛶🧭🪐", "漢字仮名交文章題例示試験用途別", "пятнадцатьзнако"] {
            let verdict = check(&app, accepted).await;
            assert_eq!(verdict["accepted"], true, "{accepted}: {verdict}");
        }
        for refused in ["ottersjugglepl", "🦦🍑🎪🌊🪶🧵🎻🪜🧊🪁🥁🪄🛶🧭"] {
            assert!(check(&app, refused).await["violations"].as_array().unwrap().contains(&json!("too_short")), "{refused}");
        }
    }

    // security 59: no composition rules, no expiry, unless somebody insists
    async fn fifteen_small_letters_are_a_password(app: TestApp) {
        app.add(Draft { password: DraftPassword::Plain("ottersjuggleplu".into()), ..draft("ada") }).await;
        app.advance(400 * 86_400_000);
        app.sign_in("ada", "ottersjuggleplu").await.expect(200);
    }

    // P4; security 60
    async fn common_and_personal_passwords_are_refused_and_phrases_with_such_words_are_not(engine: Engine) {
        let app = Setup::on(engine).pinned(json!({ "branding": { "product_name": "Northwind" } })).start().await;
        for (password, violation) in [
            ("passwordpassword", "common"), ("1234567890123456", "common"), ("aaaaaaaaaaaaaaaa", "common"),
            ("qwertyuiopasdfgh", "common"), ("N0rthwind!!!!2026", "contains_context"), ("northwindnorthwind", "contains_context"),
        ] {
            let verdict = check(&app, password).await;
            assert!(verdict["violations"].as_array().unwrap().contains(&json!(violation)), "{password}: {verdict}");
            assert!(verdict["strength"].as_u64().unwrap() <= 1, "{verdict}");
        }
        for password in ["the password of my northwind boat is moss", "correct otters battery plums"] {
            assert_eq!(check(&app, password).await["accepted"], true, "{password}");
        }
    }

    // security 61: advice for whoever types, about whoever it is for
    async fn the_live_check_knows_whose_password_it_is(app: TestApp) {
        app.add(Draft { name: "Wilhelmina Featherstonehaugh".into(), ..draft("minna") }).await;
        let password = "featherstonehaugh1";
        assert_eq!(check(&app, password).await["violations"], json!([]), "nobody's name, as far as one can tell");
        let body = json!({ "password": password, "login_name": "featherstonehaugh" });
        let named = app.program().post("/api/v1/password-policy/check", &body).await.expect(200).json();
        assert_eq!(named["violations"], json!(["contains_context"]));
        let signed_in = app.signed_in("minna", PASSWORD).await;
        let body = json!({ "password": password });
        let cookie = app.browser();
        cookie.form("sign_in", &[("identifier", "minna"), ("password", PASSWORD)]).await.expect(303);
        let request = cookie.request(reqwest::Method::POST, "/api/v1/password-policy/check").json(&body);
        assert_eq!(cookie.send(request).await.expect(200).json()["violations"], json!(["contains_context"]));
        let verdict = signed_in.put("/api/v1/me", &json!({ "current_password": PASSWORD, "password": password })).await.expect(422);
        assert_eq!(verdict.json()["violations"], json!(["contains_context"]));
    }

    // a name in the check is a word and nobody is looked up
    async fn the_live_check_tells_nobody_who_exists(app: TestApp) {
        app.add(Draft { name: "Wilhelmina Featherstonehaugh".into(), ..draft("minna") }).await;
        let with = |login: &'static str| json!({ "password": "featherstonehaugh1", "login_name": login });
        let known = app.program().post("/api/v1/password-policy/check", &with("minna")).await.expect(200);
        let unknown = app.program().post("/api/v1/password-policy/check", &with("mimsy")).await.expect(200);
        assert_eq!(known.body, unknown.body);
    }
}
