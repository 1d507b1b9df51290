//! One's own account, and how passwords of all kinds are kept and checked.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp, draft};
use serde_json::{Value, json};
use server::account::add::{AddError, Draft, DraftPassword, add};

const FRESH: &str = "quiet lamps under snow";

fn change(current: &str, password: &str) -> Value {
    json!({ "current_password": current, "password": password })
}

on_both_engines! {
    async fn a_person_sees_their_own_account(app: TestApp) {
        let id = app.add(Draft { name: "Ada Lovelace".into(), ..draft("ada") }).await;
        let me = app.signed_in("ada", PASSWORD).await.get("/api/v1/me").await.expect(200).json();
        let expected = json!({
            "id": id, "login_name": "ada", "email": "ada@example.org", "name": "Ada Lovelace", "locale": "en",
            "created_at": "2027-01-16T00:00:00Z", "recovery_codes": 0, "profile": server::account::profile::Profile::default(),
        });
        assert_eq!(me, expected);
        assert_eq!(app.program().get("/api/v1/me").await.expect(401).problem(), "not_signed_in");
    }

    // P6; security 52, 96, 153
    async fn changing_the_password_needs_the_current_one_and_ends_everything_else(app: TestApp) {
        app.add_account("ada").await;
        let other = app.session("ada", PASSWORD).await;
        let program = app.signed_in("ada", PASSWORD).await;
        for wrong in ["", "wrong", "Seven otters juggle plums"] {
            assert_eq!(program.put("/api/v1/me", &change(wrong, FRESH)).await.expect(403).problem(), "current_password_wrong");
        }
        let weak = program.put("/api/v1/me", &change(PASSWORD, "short")).await.expect(422);
        assert_eq!(weak.problem(), "password_refused");
        assert!(app.is_alive(&other).await, "nothing has happened yet");
        let changed = program.put("/api/v1/me", &change(PASSWORD, FRESH)).await.expect(200).json();
        assert!(!app.is_alive(&other).await);
        assert_eq!(program.get("/api/v1/me").await.status, 401, "not even the session it was done in goes on");
        assert!(app.is_alive(changed["token"].as_str().unwrap()).await, "but a new one");
        assert_eq!(app.count("sessions").await, 1);
        app.sign_in("ada", PASSWORD).await.expect(401);
        app.sign_in("ada", FRESH).await.expect(200);
        app.drain().await;
        let notice = app.mail_to("ada@example.org").pop().unwrap();
        assert!(notice.text.contains("signed in and knew the old password"), "{}", notice.text);
        let events = app.rows("select event, outcome from audit where event = 'password_changed' order by outcome").await;
        assert_eq!(events, ["password_changed|failure", "password_changed|failure", "password_changed|failure", "password_changed|success"]);
    }

    // P6, without JavaScript
    async fn the_browser_changes_the_password_and_stays_signed_in(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        browser.form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        for (current, password, confirmation, location) in [
            ("wrong", FRESH, FRESH, "/account?refused=current_password_wrong"),
            (PASSWORD, FRESH, "different", "/account?refused=confirmation_differs"),
            (PASSWORD, FRESH, "", "/account?refused=confirmation_differs"),
            (PASSWORD, "ada.ada.ada", "ada.ada.ada", "/account?refused=password_refused&violations="),
        ] {
            let fields = [("current", current), ("password", password), ("confirmation", confirmation)];
            let refused = browser.form("change_password", &fields).await.expect(303);
            assert!(refused.location().starts_with(location), "{}", refused.location());
            browser.get(refused.header("location")).await.expect(200);
        }
        let before = browser.cookie("__Host-latchkey-session");
        let fields = [("current", PASSWORD), ("password", FRESH), ("confirmation", FRESH)];
        assert_eq!(browser.form("change_password", &fields).await.expect(303).location(), "/account?changed=1");
        assert_ne!(browser.cookie("__Host-latchkey-session"), before);
        assert!(browser.get("/account?changed=1").await.expect(200).body.contains("Your password is changed"));
    }

    // security 101
    async fn the_browser_ends_another_session(app: TestApp) {
        app.add_account("ada").await;
        let other = app.session("ada", PASSWORD).await;
        app.advance(1_000);
        let browser = app.browser();
        browser.form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        let page = browser.get("/account").await.expect(200);
        assert!(page.body.contains("this device"), "{}", page.body);
        let id = app.rows("select id from sessions order by created_at limit 1").await.remove(0);
        assert!(page.body.contains(&format!("value=\"{id}\"")), "{}", page.body);
        assert_eq!(browser.form("end_session", &[("id", &id)]).await.expect(303).location(), "/account?ended=1");
        assert!(!app.is_alive(&other).await);
        assert_eq!(browser.form("end_session", &[("id", &id)]).await.expect(303).location(), "/account?refused=not_found");
    }

    // security 52: guessing the current password in a stolen session ends soon
    async fn wrong_current_passwords_are_limited(app: TestApp) {
        app.add_account("ada").await;
        let program = app.signed_in("ada", PASSWORD).await;
        for _ in 0..10 {
            program.put("/api/v1/me", &change("wrong", FRESH)).await.expect(403);
        }
        let limited = program.put("/api/v1/me", &change(PASSWORD, FRESH)).await.expect(429);
        assert_eq!(limited.problem(), "too_many_requests");
        assert!(limited.header("retry-after").parse::<u64>().unwrap() <= 901);
        app.advance(15 * 60_000);
        program.put("/api/v1/me", &change(PASSWORD, FRESH)).await.expect(200);
    }

    // security 57, 58; P5
    async fn a_password_is_exactly_what_was_typed(app: TestApp) {
        for (login, typed, same, different) in [
            ("spaces", "  seven otters juggle plums ", "  seven otters juggle plums ", "seven otters juggle plums"),
            ("case", "Seven Otters Juggle Plums", "Seven Otters Juggle Plums", "seven otters juggle plums"),
            ("nul", "seven otters\0juggle plums", "seven otters\0juggle plums", "seven otters\0juggle plum!"),
            ("marks", "caf\u{e9} otters juggle plums", "cafe\u{301} otters juggle plums", "cafe otters juggle plums"),
            ("wide", "otters ｊｕｇｇｌｅ plums daily", "otters juggle plums daily", "otters juggle plums"),
        ] {
            app.add(Draft { password: DraftPassword::Plain(typed.into()), ..draft(login) }).await;
            app.sign_in(login, typed).await.expect(200);
            app.sign_in(login, same).await.expect(200);
            app.sign_in(login, different).await.expect(401);
        }
    }

    // security 55; P5: nothing is cut off
    async fn long_passwords_count_to_their_last_character(app: TestApp) {
        app.add_account("ada").await;
        let phrase: String = (0..256).map(|at: u32| char::from_u32(0x4e00 + at * 37 % 997).unwrap()).collect();
        let mut current = PASSWORD.to_owned();
        for length in [64, 73, 128, 256] {
            let password: String = phrase.chars().take(length).collect();
            app.set("limits.enabled", json!(false)).await;
            app.signed_in("ada", &current).await.put("/api/v1/me", &change(&current, &password)).await.expect(200);
            let changed_at_the_end: String = phrase.chars().take(length - 1).chain(['x']).collect();
            app.sign_in("ada", &changed_at_the_end).await.expect(401);
            app.sign_in("ada", &password).await.expect(200);
            current = password;
        }
        let too_long = format!("{phrase}x");
        let refused = app.signed_in("ada", &current).await.put("/api/v1/me", &change(&current, &too_long)).await.expect(422);
        assert_eq!(refused.json()["violations"], json!(["too_long"]));
    }

    // P3; security 62
    async fn passwords_are_kept_as_salted_argon2id(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let hashes = app.rows("select password_hash from accounts").await;
        assert_ne!(hashes[0], hashes[1], "the same password twice");
        for hash in hashes {
            assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid="), "{hash}");
        }
    }

    // P3; security 64
    async fn imported_hashes_are_replaced_at_the_first_sign_in(app: TestApp) {
        let hash = bcrypt::hash_with_result("seven otters juggle plums", 10).unwrap().to_string();
        app.add(Draft { password: DraftPassword::Hash(hash.clone()), ..draft("old") }).await;
        app.sign_in("old", "wrong").await.expect(401);
        assert_eq!(app.rows("select password_hash from accounts").await, [hash]);
        app.sign_in("old", PASSWORD).await.expect(200);
        let (upgraded, version) = (app.rows("select password_hash from accounts").await, app.rows("select credential_version from accounts").await);
        assert!(upgraded[0].starts_with("$argon2id$"), "{upgraded:?}");
        assert_eq!(version, ["1"], "nothing that was issued dies of it");
        app.sign_in("old", PASSWORD).await.expect(200);
    }

    // security 121, 122, 124: one mailbox, one login, one person
    async fn names_that_look_alike_to_the_server_are_one_name(app: TestApp) {
        app.add(Draft { email: Some("Ada.L@Bücher.example".into()), ..draft("Ada") }).await;
        for (login, email) in [
            ("ada", None), ("ADA", None), ("other", Some("ada.l@bücher.example")), ("other", Some("ADA.L@xn--bcher-kva.example")),
            ("ada.l@bücher.example", None),
        ] {
            let taken = add(&app.latchkey, Draft { email: email.map(str::to_owned), ..draft(login) }).await;
            assert!(matches!(taken, Err(AddError::Taken(_))), "{login} {email:?}: {taken:?}");
        }
        for (login, email) in [
            ("", None), (" ", None), ("ａｄａ", None), ("a\0b", None), ("a\r\nb", None), ("x", Some("not an address")), ("x", Some("a@b@c")),
            ("x", Some("a@example.org\r\nBcc: b@example.org")), ("x", Some("\"a b\"@example.org")), ("x", Some("a@example.org,b@example.org")),
        ] {
            let refused = add(&app.latchkey, Draft { email: email.map(str::to_owned), ..draft(login) }).await;
            assert!(matches!(refused, Err(AddError::LoginName(..) | AddError::Email(..))), "{login:?} {email:?}: {refused:?}");
        }
        assert_eq!(app.count("accounts").await, 1, "a refused account leaves nothing behind");
        for identifier in ["ada", "ADA", "ada.l@xn--bcher-kva.example", "Ada.L@BÜCHER.example"] {
            app.sign_in(identifier, PASSWORD).await.expect(200);
        }
        for lookalike in ["аda", "ada\u{200b}", "ada.l@bucher.example", "ada.l@xn--bucher-.example", "ada l@bücher.example"] {
            app.sign_in(lookalike, PASSWORD).await.expect(401);
        }
    }

    // security 15: a mailbox belongs to one account here, so no mail has to choose
    async fn one_address_belongs_to_one_account(app: TestApp) {
        app.add_account("ada").await;
        let second = add(&app.latchkey, Draft { email: Some("ada@example.org".into()), ..draft("other") }).await;
        assert!(matches!(second, Err(AddError::Taken(_))));
        let own = Draft { email: Some("both@example.org".into()), ..draft("both@example.org") };
        app.add(own).await;
        app.ask_and_read("both@example.org").await;
        assert_eq!(app.mail_to("both@example.org").len(), 1);
    }
}
