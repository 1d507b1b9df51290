//! Sessions: opened by a password only, ended at once, and never mistaken for anything else.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp, draft};
use serde_json::json;
use server::account::add::{Draft, DraftPassword};
use server::account::{SignIn, Status};

const COOKIE: &str = "__Host-latchkey-session";
const MINUTE: i64 = 60_000;
const FRESH: &str = "quiet lamps under snow";

on_both_engines! {
    // security 95, 97, 101
    async fn own_sessions_are_listed_and_ended(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let first = app.signed_in("ada", PASSWORD).await;
        app.advance(1_000);
        let second = app.session("ada", PASSWORD).await;
        let foreign = app.signed_in("grace", PASSWORD).await;
        let listed = first.get("/api/v1/sessions").await.expect(200).json();
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "one's own only");
        assert_eq!((&items[0]["current"], &items[1]["current"]), (&json!(false), &json!(true)), "the newest first");
        assert_eq!(items[0]["client_address"], "127.0.0.1");
        let other = format!("/api/v1/sessions/{}", items[0]["id"].as_str().unwrap());
        let of_nobody = foreign.delete("/api/v1/sessions/0123456789abcdef").await.expect(404);
        let of_another = foreign.delete(&other).await.expect(404);
        assert_eq!(of_nobody.body, of_another.body, "another person's session is not told apart from none");
        assert!(app.is_alive(&second).await);
        first.delete(&other).await.expect(204);
        assert!(!app.is_alive(&second).await);
        first.delete("/api/v1/sessions/current").await.expect(204);
        assert_eq!(first.get("/api/v1/me").await.expect(401).problem(), "not_signed_in");
        first.delete("/api/v1/sessions/current").await.expect(401);
    }

    // security 94, 96, 97
    async fn the_browser_signs_in_and_out_without_javascript(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        assert_eq!(browser.get("/").await.location(), "/sign-in");
        let opened = browser.form("sign_in", &[("identifier", "Ada@Example.org"), ("password", PASSWORD)]).await.expect(303);
        assert_eq!(opened.location(), "/account");
        let token = browser.cookie(COOKIE).unwrap();
        assert_eq!(opened.set_cookies(), [format!("{COOKIE}={token}; Max-Age=28800; Path=/; Secure; HttpOnly; SameSite=Lax")]);
        let page = browser.get("/account").await.expect(200);
        assert!(page.body.contains("Signed in as") && page.body.contains("ada") && !page.whole().contains(&token));
        assert_eq!(browser.get("/").await.location(), "/account");
        let out = browser.form("sign_out", &[]).await.expect(303);
        assert_eq!(out.location(), "/sign-in?signed_out=1");
        assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"", "security 102: what pages left behind goes, too");
        assert!(browser.cookie(COOKIE).is_none());
        assert!(!app.is_alive(&token).await, "the token is dead, not only forgotten");
        browser.set_cookie(COOKIE, &token);
        assert_eq!(browser.get("/account").await.location(), "/sign-in?next=/account");
    }

    // security 121, 157: where nobody has the name, somebody else's account is read, and stays closed
    async fn a_name_that_comes_next_is_not_the_one_typed(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        for typed in ["ad", "ada@example.or", "adab", "fred", "0", "zoe"] {
            assert_eq!(app.sign_in(typed, PASSWORD).await.expect(401).problem(), "sign_in_refused", "{typed}");
            app.ask(typed).await;
        }
        app.drain().await;
        assert_eq!((app.mail_to("ada@example.org").len(), app.mail_to("grace@example.org").len()), (0, 0));
        let events = app.rows("select account_id from audit where event = 'sign_in_refused'").await;
        assert!(events.len() == 6 && events.iter().all(String::is_empty), "{events:?}");
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // security 96: fixation
    async fn a_session_from_before_is_never_adopted(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        let planted = "A".repeat(43);
        browser.set_cookie(COOKIE, &planted);
        browser.form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        let first = browser.cookie(COOKIE).unwrap();
        assert_ne!(first, planted);
        assert!(!app.is_alive(&planted).await);
        browser.form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        assert_ne!(browser.cookie(COOKIE).unwrap(), first);
        assert!(!app.is_alive(&first).await, "signing in again leaves no session behind");
        assert_eq!(app.count("sessions").await, 1);
    }

    // security 99
    async fn a_session_ends_when_idle_and_at_its_absolute_end(app: TestApp) {
        app.add_account("ada").await;
        let idle = app.session("ada", PASSWORD).await;
        let used = app.session("ada", PASSWORD).await;
        app.advance(29 * MINUTE);
        assert!(app.is_alive(&used).await);
        app.advance(2 * MINUTE);
        assert!(!app.is_alive(&idle).await, "half an hour unused");
        assert!(app.is_alive(&used).await);
        for _ in 0..22 {
            app.advance(20 * MINUTE);
            assert!(app.is_alive(&used).await);
        }
        app.advance(9 * MINUTE);
        assert!(!app.is_alive(&used).await, "eight hours are over, however much it was used");
    }

    // security 99
    async fn session_lifetimes_are_settings(app: TestApp) {
        app.add_account("ada").await;
        app.set("session.idle_minutes", json!(2)).await;
        let session = app.session("ada", PASSWORD).await;
        app.advance(2 * MINUTE);
        assert!(!app.is_alive(&session).await);
        app.set("session.absolute_hours", json!(1)).await;
        let answer = app.sign_in("ada", PASSWORD).await.expect(200).json();
        assert_eq!(answer["expires_at"], "2027-01-16T01:02:00Z");
    }

    // security 98
    async fn disabling_an_account_ends_its_sessions_at_once(app: TestApp) {
        let id = app.add_account("ada").await;
        let session = app.session("ada", PASSWORD).await;
        let mut write = app.latchkey.store.write().await.unwrap();
        write.set_status(&id, Status::Disabled).await.unwrap();
        write.commit().await.unwrap();
        assert!(!app.is_alive(&session).await);
        app.sign_in("ada", PASSWORD).await.expect(401);
        app.execute("delete from accounts").await;
        assert!(!app.is_alive(&session).await);
    }

    // security 1: one refusal for every way to be wrong
    async fn every_failed_sign_in_gets_the_same_answer(app: TestApp) {
        app.add_account("known").await;
        let disabled = app.add_account("disabled").await;
        let mut write = app.latchkey.store.write().await.unwrap();
        write.set_status(&disabled, Status::Disabled).await.unwrap();
        write.commit().await.unwrap();
        app.add(Draft { sign_in: SignIn::Sso, password: DraftPassword::None, ..draft("elsewhere") }).await;
        app.add(Draft { password: DraftPassword::None, ..draft("invited") }).await;
        let expected = app.sign_in("nobody", "wrong password of nobody").await.expect(401);
        assert_eq!(expected.problem(), "sign_in_refused");
        for (identifier, password) in [
            ("known", "wrong password"), ("known@example.org", "wrong"), ("known", ""), ("disabled", PASSWORD), ("elsewhere", PASSWORD),
            ("elsewhere", ""), ("invited", ""), ("invited", PASSWORD), ("nobody@example.org", PASSWORD), ("no\0body", PASSWORD),
        ] {
            let answer = app.sign_in(identifier, password).await;
            assert_eq!((answer.status, &answer.body), (401, &expected.body), "{identifier}");
            let names = |answer: &crate::support::Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(names(&answer), names(&expected));
            let form = app.browser().form("sign_in", &[("identifier", identifier), ("password", password)]).await.expect(303);
            assert_eq!(form.location(), "/sign-in?refused=sign_in_refused", "{identifier}");
            assert!(form.set_cookies().is_empty());
        }
    }

    // security 26, 100: each token opens what it is for, sent the way it is meant to be sent
    async fn tokens_of_one_purpose_open_nothing_else(app: TestApp) {
        app.add_account("ada").await;
        let session = app.session("ada", PASSWORD).await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let (token, code) = (letter.token(), letter.code());
        for other in [&token, &receipt, &code, &server::secret::digest(&session), &server::secret::digest(&token)] {
            assert!(!app.is_alive(other).await, "{other}");
            let browser = app.browser();
            browser.set_cookie(COOKIE, other);
            assert_eq!(browser.get("/account").await.location(), "/sign-in?next=/account");
        }
        for other in [&session, &receipt, &code, &server::secret::digest(&token)] {
            app.complete(other, FRESH).await.expect(410);
            app.verify(other).await.expect(410);
            app.browser().open(&format!("/reset?key={other}")).await.expect(410);
        }
        app.verify_code(&receipt, &session).await.expect(410);
        app.verify_code(&session, &code).await.expect(410);
        let program = app.program();
        for path in [format!("/api/v1/me?token={session}"), format!("/api/v1/me?session={session}&access_token={session}")] {
            program.get(&path).await.expect(401);
        }
        for (name, value) in [("authorization", format!("bearer:{session}")), ("authorization", format!("Basic {session}")), ("x-session", session.clone())] {
            program.send(program.request(reqwest::Method::GET, "/api/v1/me").header(name, value)).await.expect(401);
        }
        assert!(app.is_alive(&session).await);
        app.verify(&token).await.expect(200);
    }

    // security 95: the database gives nobody a session
    async fn a_session_is_stored_as_a_digest_only(app: TestApp) {
        app.add_account("ada").await;
        let session = app.session("ada", PASSWORD).await;
        let stored = app.rows("select id, token_digest from sessions").await.remove(0);
        for part in stored.split('|') {
            assert_ne!(part, session);
            assert!(!app.is_alive(part).await);
        }
    }

    // F18; security 199
    async fn the_session_in_hand_notes_its_use_once_a_minute(app: TestApp) {
        app.add_account("ada").await;
        let program = app.signed_in("ada", PASSWORD).await;
        let seen = || app.rows("select last_seen_at - created_at from sessions");
        for (wait, expected) in [(30_000, "0"), (29_999, "0"), (1, "60000"), (1, "60000")] {
            app.advance(wait);
            program.get("/api/v1/me").await.expect(200);
            assert_eq!(seen().await, [expected]);
        }
    }
}
