//! Settings that change the way of a reset: the link's shape, where people go on, and whether they are signed in.

use crate::on_both_engines;
use crate::support::{Answer, Engine, PASSWORD, Setup, TestApp};
use serde_json::{Value, json};

const COOKIE: &str = "__Host-latchkey-session";
const FRESH: &str = "quiet lamps under snow";

async fn ask_for(app: &TestApp, target: Option<&str>) -> Answer {
    let body = match target {
        Some(target) => json!({ "identifier": "ada", "target": target }),
        None => json!({ "identifier": "ada" }),
    };
    app.program().post("/api/v1/password-reset", &body).await
}

/// The link of the newest mail, without the base.
async fn link(app: &TestApp) -> String {
    app.drain().await;
    let letter = app.mail_to("ada@example.org").pop().unwrap();
    let line = letter
        .text
        .lines()
        .map(str::trim)
        .find(|line| line.contains("/reset?"))
        .unwrap()
        .to_owned();
    assert!(
        letter.html.replace("&amp;", "&").contains(&line),
        "both parts carry the same link"
    );
    line.split_once("example.org").unwrap().1.to_owned()
}

async fn set(app: &TestApp, values: &[(&str, Value)]) {
    for (name, value) in values {
        app.set(name, value.clone()).await;
    }
}

/// What the person may go on to from the last page.
fn next(page: &Answer) -> String {
    let mut links = page.body.split("<a ").map(|link| link.split('>').next().unwrap());
    let link = links.find(|link| link.contains("/reset/continue")).unwrap();
    let href = link.split_once("href=\"").unwrap().1.split('"').next().unwrap();
    href.replace("&amp;", "&")
}

on_both_engines! {
    // F11
    async fn the_links_parameters_have_the_names_that_were_chosen(app: TestApp) {
        app.add_account("ada").await;
        set(&app, &[("reset.key_parameter", json!("k")), ("reset.target_parameter", json!("go"))]).await;
        ask_for(&app, Some("/app?tab=1")).await.expect(202);
        let link = link(&app).await;
        assert!(link.starts_with("/reset?k=") && link.ends_with("&go=%2Fapp%3Ftab%3D1"), "{link}");
        let browser = app.browser();
        let opened = browser.get(&link).await.expect(303);
        assert_eq!(opened.location(), "/reset", "neither key nor target stays in the address");
        assert!(browser.get("/reset").await.expect(200).body.contains("Choose a new password"));
        let old_name = link.replace("/reset?k=", "/reset?key=");
        assert_eq!(app.browser().get(&old_name).await.status, 410, "another name is no key");
    }

    // F11
    async fn the_link_names_no_target_when_there_is_nothing_to_say(app: TestApp) {
        app.add_account("ada").await;
        set(&app, &[("reset.target_page", json!("/app"))]).await;
        ask_for(&app, None).await.expect(202);
        assert!(!link(&app).await.contains('&'));
        app.advance(3_600_000);
        ask_for(&app, Some("/app")).await.expect(202);
        assert!(!link(&app).await.contains('&'), "the default needs no words");
    }

    // F11; security 109, 176
    async fn nobody_is_sent_to_a_strangers_site(app: TestApp) {
        app.add_account("ada").await;
        set(&app, &[("reset.allowed_targets", json!(["https://app.example.org"]))]).await;
        let browser = app.browser();
        for bad in [
            "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example/", "https://app.example.org@evil.example/",
            "https://app.example.org.evil.example", "http://app.example.org/", "/a\r\nLocation: https://evil.example", "javascript:alert(1)", "evil.example", "",
        ] {
            let answer = ask_for(&app, Some(bad)).await.expect(422);
            assert_eq!((answer.problem().as_str(), &answer.json()["field"]), ("invalid", &json!("target")), "{bad:?}");
            let encoded: String = url::form_urlencoded::byte_serialize(bad.as_bytes()).collect();
            let sent = browser.get(&format!("/reset/continue?target={encoded}")).await.expect(303);
            assert_eq!(sent.header("location"), "/", "{bad:?}");
        }
        assert_eq!(app.count("reset_requests").await, 0);
        for good in ["/app", "https://app.example.org/start?a=b"] {
            let encoded: String = url::form_urlencoded::byte_serialize(good.as_bytes()).collect();
            assert_eq!(browser.get(&format!("/reset/continue?target={encoded}")).await.expect(303).header("location"), good);
        }
        assert_eq!(browser.get("/reset/continue?target=/a&target=/b").await.expect(303).header("location"), "/");
        assert_eq!(browser.get("/reset/continue").await.expect(303).header("location"), "/");
        // The page ignores what is not allowed instead of failing the person.
        browser.form("request_reset", &[("identifier", "ada"), ("target", "//evil.example")]).await.expect(303);
        assert_eq!(app.rows("select target from reset_requests").await, [""]);
    }

    // F11
    async fn the_person_goes_on_where_they_came_from(app: TestApp) {
        app.add_account("ada").await;
        set(&app, &[("reset.allowed_targets", json!(["https://app.example.org"]))]).await;
        let browser = app.browser();
        let page = browser.get("/forgot?target=https%3A%2F%2Fapp.example.org%2Fstart").await.expect(200);
        assert!(page.body.contains("name=\"target\" value=\"https://app.example.org/start\""), "{}", page.body);
        let fields = [("identifier", "ada"), ("target", "https://app.example.org/start")];
        browser.form("request_reset", &fields).await.expect(303);
        let link = link(&app).await;
        browser.open(&link).await.expect(200);
        let done = browser.form("complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await.expect(303);
        assert_eq!(done.location(), "/reset/done?target=https://app.example.org/start");
        let page = browser.get(done.header("location")).await.expect(200);
        let next = next(&page);
        assert_eq!((browser.get(&next).await.expect(303).header("location"), next.as_str()), ("https://app.example.org/start", next.as_str()));
        // Taken off the list, it is a stranger's.
        set(&app, &[("reset.allowed_targets", json!([]))]).await;
        assert_eq!(browser.get(&next).await.expect(303).header("location"), "/");
    }

    // F17
    async fn never_signs_nobody_in(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        app.complete(&letter.token(), FRESH).await.expect(204);
        assert_eq!(app.count("sessions").await, 0);
        let browser = app.browser();
        assert_eq!(browser.form("keep_password", &[]).await.expect(303).location(), "/reset?refused=link_not_valid");
    }

    // F17; security 96
    async fn after_reset_the_new_password_signs_in(app: TestApp) {
        app.add_account("ada").await;
        let before = app.session("ada", PASSWORD).await;
        set(&app, &[("reset.sign_in", json!("after_reset"))]).await;
        let (_, letter) = app.ask_and_read("ada").await;
        let answer = app.complete(&letter.token(), FRESH).await.expect(200).json();
        assert!(app.is_alive(answer["token"].as_str().unwrap()).await && answer["expires_at"].is_string());
        assert!(!app.is_alive(&before).await, "sessions from before end all the same");
        app.complete(&letter.token(), FRESH).await.expect(410);

        app.advance(3_600_000);
        app.ask("ada").await;
        let browser = app.browser();
        browser.open(&link(&app).await).await.expect(200);
        let page = browser.get("/reset").await.expect(200);
        assert!(!page.body.contains("Continue without"), "that is another setting");
        assert_eq!(browser.form("keep_password", &[]).await.expect(303).location(), "/reset?refused=endpoint_closed");
        let copper = "copper kettles in the rain";
        let done = browser.form("complete_reset", &[("password", copper), ("confirmation", copper)]).await.expect(303);
        assert_eq!(done.location(), "/reset/done?signed_in=1");
        assert!(app.is_alive(&browser.cookie(COOKIE).unwrap()).await);
        let page = browser.get("/reset/done?signed_in=1").await.expect(200);
        assert!(!page.body.contains("href=\"/sign-in\""), "nobody signs in twice");
        assert_eq!(browser.open(&next(&page)).await.expect(200).body.matches("Signed in as").count(), 1);
        assert_eq!(app.rows("select opened_by from sessions order by created_at").await, ["reset"]);
    }

    // F17; security 20
    async fn on_link_the_password_may_stay_as_it_is(app: TestApp) {
        app.add_account("ada").await;
        set(&app, &[("reset.sign_in", json!("on_link"))]).await;
        app.ask("ada").await;
        let link = link(&app).await;
        let (browser, other) = (app.browser(), app.browser());
        assert!(browser.open(&link).await.expect(200).body.contains("Continue without changing the password"));
        other.open(&link).await.expect(200);
        assert_eq!(app.count("reset_tokens where used_at = 0").await, 1, "opening spends nothing");
        let done = browser.form("keep_password", &[]).await.expect(303);
        assert_eq!(done.location(), "/reset/done?kept=1");
        assert!(browser.get("/reset/done?kept=1").await.expect(200).body.contains("You are signed in"));
        assert_eq!(other.form("keep_password", &[]).await.expect(303).location(), "/reset?refused=link_not_valid", "once");
        let late = other.form("complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await.expect(303);
        assert_eq!(late.location(), "/reset?refused=link_not_valid", "either one, once");
        app.sign_in("ada", PASSWORD).await.expect(200);

        // The proof of the mailbox stands in for the old password.
        let page = browser.get("/account").await.expect(200);
        assert!(!page.body.contains("name=\"current\"") && page.body.contains("name=\"password\""));
        let changed = browser.form("change_password", &[("password", FRESH), ("confirmation", FRESH)]).await.expect(303);
        assert_eq!(changed.location(), "/account?changed=1");
        assert!(browser.get("/account").await.expect(200).body.contains("name=\"current\""), "the next change asks for it");
        app.sign_in("ada", FRESH).await.expect(200);
    }

    // F17; security 20
    async fn of_many_at_once_exactly_one_link_signs_in(app: TestApp) {
        app.add_account("ada").await;
        set(&app, &[("reset.sign_in", json!("on_link"))]).await;
        app.ask("ada").await;
        let link = link(&app).await;
        let mut browsers = Vec::new();
        for _ in 0..8 {
            let browser = app.browser();
            browser.open(&link).await.expect(200);
            browsers.push(browser);
        }
        let mut tries = Vec::new();
        for browser in browsers {
            tries.push(tokio::spawn(async move { browser.form("keep_password", &[]).await.location() }));
        }
        let mut won = 0;
        for attempt in tries {
            won += usize::from(attempt.await.unwrap() == "/reset/done?kept=1");
        }
        assert_eq!((won, app.count("sessions").await), (1, 1));
    }

    // F17, api: over REST the current password is asked of everybody else
    async fn only_a_session_by_mail_changes_the_password_without_the_old_one(app: TestApp) {
        app.add_account("ada").await;
        let member = app.signed_in("ada", PASSWORD).await;
        let change = json!({ "password": FRESH });
        assert_eq!(member.put("/api/v1/me", &change).await.expect(403).problem(), "current_password_wrong");
        app.execute("update sessions set opened_by = 'reset'").await;
        member.put("/api/v1/me", &change).await.expect(403);
        app.execute("update sessions set opened_by = 'mail_link'").await;
        member.put("/api/v1/me", &change).await.expect(200);
        assert_eq!(app.rows("select opened_by from sessions").await, ["password"]);
    }

    // F11: the public address is a setting, and forms are taken from there at once
    async fn the_public_address_can_be_changed_while_running(engine: Engine) {
        let app = Setup::on(engine).config(|config| config.public_url = None).start().await;
        app.add_account("ada").await;
        ask_for(&app, None).await.expect(503);
        let program = app.program();
        let from = |origin: &'static str| {
            let request = program.request(reqwest::Method::POST, "/form/request_reset").header("origin", origin);
            request.header("accept", "text/html").header("content-type", "application/x-www-form-urlencoded").body("identifier=ada")
        };
        program.send(from("https://new.example.org")).await.expect(403);
        set(&app, &[("reset.public_url", json!("https://new.example.org/latchkey"))]).await;
        program.send(from("https://new.example.org")).await.expect(303);
        program.send(from("https://new.example.org.evil.example")).await.expect(403);
        app.drain().await;
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        assert!(letter.text.contains("https://new.example.org/latchkey/reset?key="));
    }
}
