//! What a link is worth: opened it spends nothing, used it is spent, and it dies with everything it relied on.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp, draft};
use reqwest::Method;
use serde_json::json;
use server::account::Status;

const FRESH: &str = "quiet lamps under snow";
const COOKIE: &str = "__Host-latchkey-reset";
const MINUTE: i64 = 60_000;

/// The page behind a link, without the scripts: their data comes in any order, and says no more than "not valid" either.
async fn page_of(app: &TestApp, token: &str) -> (u16, String) {
    let page = app.browser().open(&format!("/reset?key={token}")).await;
    let mut parts = page.body.split("<script");
    let mut shown = parts.next().unwrap().to_owned();
    for part in parts {
        let (script, rest) = part.split_once("</script>").unwrap();
        for told in script.split("\\\"Err\\\":").skip(1) {
            assert!(told.starts_with("\\\"link_not_valid\\\""), "{script}");
        }
        shown.push_str(rest);
    }
    let nonce = page
        .body
        .split("nonce=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("?");
    (page.status, shown.replace(nonce, "NONCE"))
}

async fn assert_dead(app: &TestApp, token: &str) {
    assert_eq!(app.verify(token).await.expect(410).problem(), "link_not_valid");
    assert_eq!(app.complete(token, FRESH).await.expect(410).problem(), "link_not_valid");
}

on_both_engines! {
    // F5, F7, F13; security 48, 49
    async fn the_link_in_the_mail_leads_to_a_new_password(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let shown = app.verify(&letter.token()).await.expect(200).json();
        assert_eq!(shown["account_hint"], "ad…");
        assert_eq!(shown["expires_at"], "2027-01-16T00:30:00Z");
        assert_eq!(shown["policy"]["min_length"], 15);
        let done = app.complete(&letter.token(), FRESH).await.expect(204);
        assert!(done.set_cookies().is_empty() && done.body.is_empty(), "no session is opened");
        app.sign_in("ada", PASSWORD).await.expect(401);
        app.sign_in("ada", FRESH).await.expect(200);
        app.drain().await;
        let notice = app.mail_to("ada@example.org").pop().unwrap();
        assert!(notice.subject.contains("was changed"), "{}", notice.subject);
        assert!(notice.link().is_none() && !notice.text.contains(FRESH) && !notice.html.contains(FRESH));
        assert!(notice.text.contains("https://reset.example.org/forgot"), "the way back for an owner who did not do it");
    }

    // F7; security 30, 32: mail scanners open every link
    async fn opening_the_link_in_any_way_spends_nothing(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let link = format!("/reset?key={}", letter.token());
        let before = app.rows("select used_at, expires_at from reset_tokens").await;
        let scanner = app.program();
        for _ in 0..10 {
            scanner.get(&link).await.expect(303);
        }
        for method in [Method::HEAD, Method::OPTIONS] {
            scanner.send(scanner.request(method, &link)).await;
        }
        for (name, value) in [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("user-agent", "BingPreview/1.0b")] {
            scanner.send(scanner.request(Method::GET, &link).header(name, value)).await.expect(303);
        }
        for browser in [app.browser(), app.browser()] {
            browser.open(&link).await.expect(200);
            browser.get("/reset").await.expect(200);
        }
        assert_eq!(app.rows("select used_at, expires_at from reset_tokens").await, before);
        app.complete(&letter.token(), FRESH).await.expect(204);
    }

    // security 32, 94
    async fn the_token_leaves_the_address_for_a_cookie_of_this_host(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let token = letter.token();
        let browser = app.browser();
        let opened = browser.get(&format!("/reset?key={token}")).await.expect(303);
        assert_eq!(opened.location(), "/reset");
        assert_eq!(opened.set_cookies(), [format!("{COOKIE}={token}; Max-Age=86400; Path=/; Secure; HttpOnly; SameSite=Lax")]);
        assert!(opened.body.is_empty());
        let page = browser.get("/reset").await.expect(200);
        assert!(page.body.contains("Choose a new password"), "{}", page.body);
        assert!(!page.whole().contains(&token), "neither page nor headers show it");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
    }

    // security 31, 26: the cookie of an opened link opens the page for a new password and nothing else
    async fn an_opened_link_is_no_session(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let browser = app.browser();
        browser.open(&format!("/reset?key={}", letter.token())).await.expect(200);
        for path in ["/api/v1/me", "/api/v1/sessions"] {
            assert_eq!(browser.get(path).await.expect(401).problem(), "not_signed_in", "{path}");
        }
        let account = browser.get("/account").await;
        assert_eq!(account.location(), "/sign-in?next=/account", "{}", account.status);
        let change = [("current", PASSWORD), ("password", FRESH), ("confirmation", FRESH)];
        assert!(browser.form("change_password", &change).await.expect(303).location().starts_with("/sign-in"));
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // F7; security 21
    async fn a_used_link_is_dead_in_every_browser(app: TestApp) {
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let link = format!("/reset?key={}", letter.token());
        let (here, there) = (app.browser(), app.browser());
        here.open(&link).await.expect(200);
        there.open(&link).await.expect(200);
        let form = [("password", FRESH), ("confirmation", FRESH)];
        assert_eq!(here.form("complete_reset", &form).await.expect(303).location(), "/reset/done");
        let late = [("password", "another good long one"), ("confirmation", "another good long one")];
        let refused = there.form("complete_reset", &late).await.expect(303);
        assert_eq!(refused.location(), "/reset?refused=link_not_valid");
        assert!(there.open("/reset").await.expect(410).body.contains("This link is not valid any more"));
        app.sign_in("ada", FRESH).await.expect(200);
        app.sign_in("ada", "another good long one").await.expect(401);
        assert_dead(&app, &letter.token()).await;
    }

    // F9; security 22
    async fn the_newest_link_wins(app: TestApp) {
        app.add_account("ada").await;
        let (_, first) = app.ask_and_read("ada").await;
        app.advance(61_000);
        let (_, second) = app.ask_and_read("ada@example.org").await;
        assert_dead(&app, &first.token()).await;
        assert_eq!(app.count("reset_tokens").await, 1, "at most one a person");
        app.complete(&second.token(), FRESH).await.expect(204);
    }

    // security 22: what is asked for twice at once leads to one mail
    async fn a_request_overtaken_by_a_newer_one_is_not_mailed(app: TestApp) {
        app.add_account("ada").await;
        app.ask("ada").await;
        app.advance(1);
        app.ask("ada").await;
        app.drain().await;
        assert_eq!(app.mail_to("ada@example.org").len(), 1);
        let mut outcomes = app.rows("select outcome from reset_requests").await;
        outcomes.sort();
        assert_eq!(outcomes, ["mailed", "superseded"]);
    }

    // F8; security 23
    async fn a_link_dies_with_whatever_it_relied_on(app: TestApp) {
        for (login, change) in [
            ("by-password", "changed while signed in"),
            ("by-status", "disabled"),
            ("by-sso", "update accounts set sign_in = 'sso', credential_version = credential_version + 1"),
            ("by-kind", "update accounts set sign_in = 'sso'"),
            ("by-address", "update accounts set email = 'other@example.org', credential_version = credential_version + 1"),
            ("by-removal", "delete from accounts"),
        ] {
            let id = app.add_account(login).await;
            let (receipt, letter) = app.ask_and_read(login).await;
            app.verify(&letter.token()).await.expect(200);
            match change {
                "disabled" => {
                    let mut write = app.latchkey.store.write().await.unwrap();
                    write.set_status(&id, Status::Disabled).await.unwrap();
                    write.commit().await.unwrap();
                }
                "changed while signed in" => {
                    let body = json!({ "current_password": PASSWORD, "password": "brown foxes read novels" });
                    app.signed_in(login, PASSWORD).await.put("/api/v1/me", &body).await.expect(200);
                }
                statement => app.execute(&format!("{statement} where id = '{id}'")).await,
            }
            assert_dead(&app, &letter.token()).await;
            app.verify_code(&receipt, &letter.code()).await.expect(410);
        }
    }

    // security 23: a disabled account that is enabled again does not bring old links back
    async fn enabling_again_does_not_revive_a_link(app: TestApp) {
        let id = app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        for status in [Status::Disabled, Status::Active] {
            let mut write = app.latchkey.store.write().await.unwrap();
            write.set_status(&id, status).await.unwrap();
            write.commit().await.unwrap();
        }
        assert_dead(&app, &letter.token()).await;
    }

    // F6; security 24, 40
    async fn a_link_lives_to_its_last_millisecond_and_visiting_adds_none(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let (_, ada) = app.ask_and_read("ada").await;
        let (_, grace) = app.ask_and_read("grace").await;
        let browser = app.browser();
        browser.open(&format!("/reset?key={}", ada.token())).await.expect(200);
        for _ in 0..29 {
            app.advance(MINUTE);
            browser.get("/reset").await.expect(200);
            app.verify(&ada.token()).await.expect(200);
        }
        app.advance(MINUTE);
        app.complete(&grace.token(), FRESH).await.expect(204);
        app.verify(&ada.token()).await.expect(200);
        app.advance(1);
        assert_dead(&app, &ada.token()).await;
        let form = [("password", FRESH), ("confirmation", FRESH)];
        let late = browser.form("complete_reset", &form).await.expect(303);
        assert_eq!(late.location(), "/reset?refused=link_not_valid", "also with the page still open");
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // F6: the lifetime is a setting, and a link keeps the one it was mailed with
    async fn the_lifetime_is_a_setting_that_counts_for_later_links(app: TestApp) {
        app.set("reset.link_expiry_minutes", json!(2)).await;
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        assert!(letter.text.contains("within 2 minutes"), "{}", letter.text);
        app.set("reset.link_expiry_minutes", json!(60)).await;
        app.advance(2 * MINUTE);
        app.verify(&letter.token()).await.expect(200);
        app.advance(1);
        assert_dead(&app, &letter.token()).await;
    }

    // security 37: unknown, used, expired, replaced and malformed look alike
    async fn every_dead_link_gets_the_same_page(app: TestApp) {
        for login in ["used", "expired", "replaced", "changed"] {
            app.add_account(login).await;
        }
        let (_, expired) = app.ask_and_read("expired").await;
        app.advance(31 * MINUTE);
        let (_, used) = app.ask_and_read("used").await;
        app.complete(&used.token(), FRESH).await.expect(204);
        let (_, replaced) = app.ask_and_read("replaced").await;
        app.advance(61_000);
        app.ask_and_read("replaced").await;
        let (_, changed) = app.ask_and_read("changed").await;
        app.execute("update accounts set credential_version = credential_version + 1 where login_name = 'changed'").await;
        let (status, forged) = page_of(&app, &"A".repeat(43)).await;
        assert_eq!(status, 410);
        assert!(forged.contains("This link is not valid any more") && forged.contains("href=\"/forgot\""));
        let mut altered = used.token();
        altered.replace_range(0..1, if altered.starts_with('A') { "B" } else { "A" });
        for token in [used.token(), expired.token(), replaced.token(), changed.token(), altered, "x".into(), String::new()] {
            let (status, page) = page_of(&app, &token).await;
            assert_eq!((status, &page), (410, &forged), "{token}");
        }
    }

    // security 28; 26 with an account that has no token at all
    async fn odd_tokens_open_nothing(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("without-a-request").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let token = letter.token();
        let flipped: String = token.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
        for odd in [
            "", " ", "null", "undefined", "0", "[]", "{}", "true", "%00", "\0", "%", "_", "%25", "' or 1=1 --", "ä",
            &"%".repeat(43), &"_".repeat(43), &flipped, &format!("{token}."), &format!("{token}/"), &format!("{token} "),
            &format!(" {token}"), &token[..42], &format!("{token}\0"), &token.replace('-', "+"), &"a".repeat(10_000),
        ] {
            if *odd != token {
                let answer = app.complete(odd, FRESH).await;
                assert_eq!(answer.expect(410).problem(), "link_not_valid", "{odd:?}");
                app.verify(odd).await.expect(410);
            }
        }
        app.complete(&"a".repeat(1 << 20), FRESH).await.expect(413).problem();
        for odd in [json!(null), json!(0), json!([]), json!({}), json!(true), json!([token])] {
            let body = json!({ "token": odd, "password": FRESH });
            app.program().post("/api/v1/password-reset/complete", &body).await.expect(422).problem();
        }
        for address in ["?key=", "?key=%00", "?key[]=", "?key=%FF%FE", &format!("?key={token}&key={token}"), &format!("?key%5B%5D={token}"),
            &format!("?key={token}."), &format!("?key={token}%2F"), &format!("?key=%2525{token}")] {
            let page = app.browser().open(&format!("/reset{address}")).await;
            assert_eq!(page.status, 410, "{address}");
        }
        app.complete(&token, FRESH).await.expect(204);
    }

    // security 46, 47; P2
    async fn a_refused_password_spends_nothing(app: TestApp) {
        app.add_account("ada.lovelace").await;
        let (receipt, letter) = app.ask_and_read("ada.lovelace").await;
        for (password, violation) in [
            ("short", "too_short"),
            ("passwordpassword", "common"),
            ("adalovelace-adalovelace", "contains_context"),
            (&"a1 b2 c3 d4 e5 f6 ".repeat(20)[..], "too_long"),
        ] {
            let refused = app.complete(&letter.token(), password).await.expect(422);
            assert_eq!(refused.problem(), "password_refused");
            let violations = refused.json()["violations"].clone();
            assert!(violations.as_array().unwrap().contains(&json!(violation)), "{password}: {violations}");
            let by_code = json!({ "receipt": receipt, "code": letter.code(), "password": password });
            app.program().post("/api/v1/password-reset/complete", &by_code).await.expect(422);
        }
        let browser = app.browser();
        browser.open(&format!("/reset?key={}", letter.token())).await.expect(200);
        // security 47
        for again in [&[("confirmation", "quiet lamps under rain")][..], &[("confirmation", "")], &[]] {
            let differs = browser.form("complete_reset", &[&[("password", FRESH)], again].concat()).await.expect(303);
            assert_eq!(differs.location(), "/reset?refused=confirmation_differs", "{again:?}");
        }
        let short = browser.form("complete_reset", &[("password", "short"), ("confirmation", "short")]).await.expect(303);
        assert_eq!(short.location(), "/reset?refused=password_refused&violations=too_short,common");
        app.sign_in("ada.lovelace", PASSWORD).await.expect(200);
        app.complete(&letter.token(), FRESH).await.expect(204);
    }

    // F13; security 25
    async fn a_login_name_must_be_the_owners(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let with = |login: &str| json!({ "token": letter.token(), "password": FRESH, "login_name": login });
        for other in ["grace", "ada@example.org", "nobody", "", "ada\0"] {
            let answer = app.program().post("/api/v1/password-reset/complete", &with(other)).await;
            assert_eq!(answer.expect(410).problem(), "link_not_valid", "{other:?}");
        }
        app.verify(&letter.token()).await.expect(200);
        app.program().post("/api/v1/password-reset/complete", &with("ADA")).await.expect(204);
        app.sign_in("grace", PASSWORD).await.expect(200);
    }

    // security 25, 43: whoever else is named changes nothing
    async fn extra_fields_are_refused_and_forms_ignore_them(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let (_, letter) = app.ask_and_read("ada").await;
        for field in ["user_id", "uid", "email", "username", "id", "role", "is_admin", "password_hash", "skipOldPwdCheck", "verified", "step"] {
            let body = json!({ "token": letter.token(), "password": FRESH, field: "grace" });
            app.program().post("/api/v1/password-reset/complete", &body).await.expect(422).problem();
        }
        let browser = app.browser();
        browser.open(&format!("/reset?key={}", letter.token())).await.expect(200);
        browser.set_cookie("user_id", "grace");
        let fields = [("password", FRESH), ("confirmation", FRESH), ("user_id", "grace"), ("login_name", "grace"), ("role", "admin")];
        browser.form("complete_reset", &fields).await;
        app.sign_in("grace", PASSWORD).await.expect(200);
        assert_eq!(app.rows("select role from accounts order by login_name").await, ["user", "user"]);
    }

    // security 44, 96
    async fn a_reset_ends_every_session(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let sessions = [app.session("ada", PASSWORD).await, app.session("ada", PASSWORD).await, app.session("ada", PASSWORD).await];
        let other = app.session("grace", PASSWORD).await;
        let (_, letter) = app.ask_and_read("ada").await;
        let browser = app.browser();
        browser.form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        browser.open(&format!("/reset?key={}", letter.token())).await.expect(200);
        let done = browser.form("complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await.expect(303);
        assert_eq!(done.location(), "/reset/done");
        assert!(browser.cookie(COOKIE).is_none() && browser.cookie("__Host-latchkey-session").is_none(), "{done:?}");
        for session in sessions {
            assert!(!app.is_alive(&session).await);
        }
        assert!(app.is_alive(&other).await, "nobody else is signed out");
        assert_eq!(app.count("audit where event = 'sessions_revoked'").await, 1);
    }

    // security 51: a link acts on its own account, whoever is signed in
    async fn a_link_opened_by_somebody_else_acts_on_its_owner(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let browser = app.browser();
        browser.form("sign_in", &[("identifier", "grace"), ("password", PASSWORD)]).await.expect(303);
        browser.open(&format!("/reset?key={}", letter.token())).await.expect(200);
        browser.form("complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await.expect(303);
        app.sign_in("ada", FRESH).await.expect(200);
        app.sign_in("grace", PASSWORD).await.expect(200);
    }

    // security 41: no step stands for the one before it
    async fn steps_cannot_be_skipped(app: TestApp) {
        app.add_account("ada").await;
        let receipt = app.ask("ada").await;
        let browser = app.browser();
        let form = [("password", FRESH), ("confirmation", FRESH)];
        assert_eq!(browser.form("complete_reset", &form).await.expect(303).location(), "/reset?refused=link_not_valid");
        browser.set_cookie(COOKIE, &receipt);
        assert_eq!(browser.form("complete_reset", &form).await.expect(303).location(), "/reset?refused=link_not_valid");
        browser.set_cookie(COOKIE, &"A".repeat(43));
        assert_eq!(browser.form("complete_reset", &form).await.expect(303).location(), "/reset?refused=link_not_valid");
        browser.get("/reset").await.expect(410);
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // F9: a delivery without links mails none, and the other way round
    async fn the_mail_carries_what_the_setting_says(app: TestApp) {
        for (login, delivery, link, code) in [("a-link", "link", true, false), ("a-code", "code", false, true), ("a-both", "both", true, true)] {
            app.set("reset.delivery", json!(delivery)).await;
            app.add(draft(login)).await;
            let (receipt, letter) = app.ask_and_read(login).await;
            assert_eq!((letter.link().is_some(), letter.shown_code().is_some()), (link, code), "{delivery}");
            let page = app.browser().get(&format!("/forgot/sent?receipt={receipt}")).await.expect(200);
            assert_eq!(page.body.contains("name=\"code\""), code, "{delivery}");
        }
    }
}
