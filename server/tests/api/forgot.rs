//! Asking for a reset: one answer for everybody, and the mail only to whom it belongs.

use crate::on_both_engines;
use crate::support::client::raw;
use crate::support::{Engine, PASSWORD, Setup, TestApp, draft};
use serde_json::json;
use server::account::add::{Draft, DraftPassword};
use server::account::{SignIn, Status};
use server::mail::outbox::Turn;
use server::mail::transport::Failure;

/// Everybody who could be asked for.
async fn everybody(app: &TestApp) -> Vec<&'static str> {
    app.add_account("known").await;
    let disabled = app.add_account("disabled").await;
    let mut write = app.latchkey.store.write().await.unwrap();
    write.set_status(&disabled, Status::Disabled).await.unwrap();
    write.commit().await.unwrap();
    let sso = Draft {
        sign_in: SignIn::Sso,
        password: DraftPassword::None,
        ..draft("elsewhere")
    };
    app.add(sso).await;
    let without_address = Draft {
        email: None,
        ..draft("silent")
    };
    app.add(without_address).await;
    let without_password = Draft {
        password: DraftPassword::None,
        ..draft("invited")
    };
    app.add(without_password).await;
    vec![
        "known",
        "known@example.org",
        "disabled",
        "elsewhere",
        "silent",
        "invited",
        "nobody",
        "nobody@example.org",
    ]
}

/// What travelled, byte by byte and in order, but for what must differ: the receipt, the number of the request, the time of day.
fn comparable(answer: &str) -> String {
    let begin = ["receipt=", "\"receipt\":\""];
    let at = begin
        .iter()
        .find_map(|begin| answer.find(begin).map(|at| at + begin.len()));
    let at = at.unwrap_or_else(|| panic!("a receipt: {answer}"));
    // Dashes are escaped in an address.
    let length = if answer[at + 4..].starts_with("%2D") { 25 } else { 19 };
    let lines = answer.replace(&answer[at..at + length], "RECEIPT");
    let lines = lines
        .split("\r\n")
        .filter(|line| !line.starts_with("date:") && !line.starts_with("x-request-id:"));
    lines.collect::<Vec<_>>().join("\r\n")
}

async fn ask_by_rest(app: &TestApp, identifier: &str) -> String {
    let body = json!({ "identifier": identifier }).to_string();
    let head = format!(
        "POST /api/v1/password-reset HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    raw(app.address, format!("{head}{body}").as_bytes()).await
}

async fn ask_by_form(app: &TestApp, identifier: &str) -> String {
    let body = format!("identifier={}", identifier.replace('@', "%40"));
    let head = format!(
        "POST /form/request_reset HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n\
         Sec-Fetch-Site: same-origin\r\nReferer: https://reset.example.org/forgot\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    raw(app.address, format!("{head}{body}").as_bytes()).await
}

async fn assert_equal_answers(app: &TestApp, people: &[&str]) {
    let by_rest = comparable(&ask_by_rest(app, "somebody").await);
    let by_form = comparable(&ask_by_form(app, "somebody").await);
    assert!(by_rest.starts_with("HTTP/1.1 202 "), "{by_rest}");
    assert!(by_form.starts_with("HTTP/1.1 303 "), "{by_form}");
    assert!(by_form.contains("location: /forgot/sent?receipt="), "{by_form}");
    for person in people {
        assert_eq!(comparable(&ask_by_rest(app, person).await), by_rest, "{person}");
        assert_eq!(comparable(&ask_by_form(app, person).await), by_form, "{person}");
    }
}

on_both_engines! {
    // security 1, 4, 14; F3, F14, F15
    async fn everybody_gets_the_same_answer_byte_for_byte(app: TestApp) {
        let people = everybody(&app).await;
        assert_equal_answers(&app, &people).await;
        app.drain().await;
        assert_equal_answers(&app, &people).await;
    }

    // security 3
    async fn a_dead_mail_server_is_not_visible(app: TestApp) {
        let people = everybody(&app).await;
        app.mailbox.refuse(Some(Failure { permanent: false, reply: "451 out of order".into() }));
        for permanent in [false, true] {
            app.mailbox.refuse(Some(Failure { permanent, reply: "told so".into() }));
            assert_equal_answers(&app, &people).await;
            app.drain().await;
            assert_equal_answers(&app, &people).await;
            app.advance(120_000);
        }
        assert!(app.letters().is_empty());
    }

    // security 4, 141; F3
    async fn being_over_the_mail_limit_is_not_visible(app: TestApp) {
        let people = everybody(&app).await;
        for _ in 0..8 {
            app.ask("known").await;
            app.drain().await;
            app.advance(61_000);
        }
        assert_eq!(app.mail_to("known@example.org").len(), 5, "five an hour");
        assert_equal_answers(&app, &people).await;
        let ended = app.rows("select outcome from reset_requests where outcome = 'over_limit'").await;
        assert_eq!(ended.len(), 3);
    }

    // security 5
    async fn what_cannot_be_a_name_is_refused_whether_or_not_it_is_stored(app: TestApp) {
        let long = format!("{}@example.org", "a".repeat(250));
        for (identifier, code) in [
            ("", "identifier_missing"),
            ("   ", "identifier_missing"),
            ("a\r\nBcc: eve@example.org", "identifier_malformed"),
            ("a\0b", "identifier_malformed"),
            (long.as_str(), "identifier_malformed"),
        ] {
            let answer = app.program().post("/api/v1/password-reset", &json!({ "identifier": identifier })).await;
            assert_eq!(answer.expect(422).problem(), code, "{identifier:?}");
        }
        assert_eq!(app.count("reset_requests").await, 0);
    }

    // F3, F5; security 14
    async fn login_name_and_address_both_lead_to_the_mail(app: TestApp) {
        app.add(Draft { name: "Ada Lovelace".into(), ..draft("ada") }).await;
        for identifier in ["ada", " ADA ", "ada@example.org", "Ada@Example.ORG"] {
            app.ask(identifier).await;
            app.drain().await;
            app.advance(61_000);
        }
        let letters = app.mail_to("ada@example.org");
        assert_eq!(letters.len(), 4);
        for letter in letters {
            let link = letter.link().unwrap().to_owned();
            assert!(link.starts_with("https://reset.example.org/reset?key="), "{link}");
            assert!(letter.html.contains(&format!("href=\"{link}\"")), "the same link in both parts");
            assert!(letter.text.contains("Hello Ada Lovelace"), "{}", letter.text);
            assert!(letter.text.contains("30 minutes"), "{}", letter.text);
            assert!(letter.html.contains(letter.shown_code().unwrap()));
        }
    }

    // security 6, 122
    async fn mail_goes_to_the_stored_address_and_never_to_the_typed_one(app: TestApp) {
        app.add(Draft { email: Some("Mike.Miller+x@Example.org".into()), ..draft("mike") }).await;
        app.ask("mike.miller+X@EXAMPLE.org").await;
        app.drain().await;
        let [letter] = app.letters().try_into().unwrap();
        assert!(letter.to.eq_ignore_ascii_case("Mike.Miller+x@Example.org"));
        assert_eq!(letter.to.split('@').next(), Some("Mike.Miller+x"));
        for lookalike in ["mıke", "miKe@example.org", "mike@examp\u{200b}le.org", "ｍｉｋｅ\u{200d}", "mіke", "mike@ex\u{e4}mple.org"] {
            let body = json!({ "identifier": lookalike });
            app.program().post("/api/v1/password-reset", &body).await;
            app.advance(61_000);
            app.drain().await;
        }
        assert_eq!(app.letters().len(), 1, "no look-alike reaches anybody");
    }

    // security 7
    async fn one_field_names_one_person(app: TestApp) {
        app.add_account("victim").await;
        app.add_account("attacker").await;
        for identifier in [
            "victim@example.org,attacker@example.org", "victim@example.org;attacker@example.org",
            "victim@example.org attacker@example.org", "victim@example.org|attacker@example.org",
            "victim@example.org%0acc:attacker@example.org", "<victim@example.org>,<attacker@example.org>",
        ] {
            app.program().post("/api/v1/password-reset", &json!({ "identifier": identifier })).await;
        }
        for body in [
            json!({ "identifier": ["victim", "attacker"] }),
            json!({ "identifier": { "$gt": "" } }),
            json!({ "identifier": "victim", "email": "attacker@example.org" }),
        ] {
            app.program().post("/api/v1/password-reset", &body).await.expect(422).problem();
        }
        for fields in [
            &[("identifier", "victim"), ("identifier", "attacker")][..],
            &[("identifier[]", "victim"), ("identifier[]", "attacker")],
            &[("identifier[0]", "victim")],
        ] {
            let answer = app.browser().form("request_reset", fields).await;
            assert!(!answer.location().contains("receipt="), "{fields:?}: {answer:?}");
        }
        app.drain().await;
        assert!(app.letters().is_empty(), "{:?}", app.letters());
    }

    // security 8
    async fn asking_changes_nothing(app: TestApp) {
        app.add_account("ada").await;
        let session = app.session("ada", PASSWORD).await;
        for _ in 0..10 {
            app.ask("ada").await;
            app.drain().await;
        }
        assert!(app.is_alive(&session).await);
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // security 9, 10, 11
    async fn no_header_bends_the_link(app: TestApp) {
        app.add_account("ada").await;
        let mut receipt = String::new();
        for header in [
            "Host: evil.example", "Host: reset.example.org:80@evil.example", "Host: evil.example\r\nHost: reset.example.org",
            "X-Forwarded-Host: evil.example", "X-Forwarded-Server: evil.example", "X-Forwarded-Proto: http",
            "X-Forwarded-Port: 81", "X-Forwarded-Prefix: /evil", "Forwarded: host=evil.example;proto=http",
            "X-Original-URL: /evil", "X-Rewrite-URL: /evil", "X-HTTP-Host-Override: evil.example",
            "Origin: https://reset.example.org", "Referer: https://evil.example/",
        ] {
            let body = r#"{"identifier":"ada"}"#;
            let host = if header.starts_with("Host") { "" } else { "Host: x\r\n" };
            let request = format!(
                "POST /api/v1/password-reset HTTP/1.1\r\n{host}{header}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let answer = raw(app.address, request.as_bytes()).await;
            if let Some(at) = answer.find("\"receipt\":\"") {
                answer[at + 11..at + 30].clone_into(&mut receipt);
            }
            app.drain().await;
            app.advance(3_600_000 * 3);
        }
        let resent = app.browser().form("resend_reset", &[("receipt", &receipt)]).await.expect(303);
        assert!(resent.location().starts_with("/forgot/sent?receipt="), "{resent:?}");
        app.drain().await;
        assert!(app.letters().len() >= 9, "{}", app.letters().len());
        for letter in app.letters() {
            assert!(letter.link().unwrap().starts_with("https://reset.example.org/reset?key="));
            assert!(!letter.html.contains("evil") && !letter.text.contains("evil"));
        }
    }

    // F14
    async fn an_sso_account_gets_no_reset_and_staff_sees_why(app: TestApp) {
        everybody(&app).await;
        for person in ["elsewhere", "disabled", "silent", "nobody"] {
            app.ask(person).await;
        }
        let turns = app.drain().await;
        assert_eq!(turns.iter().filter(|turn| **turn == Turn::Dropped).count(), 4);
        let letters = app.letters();
        assert_eq!(letters.len(), 1, "only the owner who signs in elsewhere is told so");
        assert!(letters[0].link().is_none() && letters[0].text.contains("single sign-on of your organisation"));
        let mut outcomes = app.rows("select outcome from reset_requests").await;
        outcomes.sort();
        assert_eq!(outcomes, ["disabled", "no_address", "sso", "unknown"]);
        let mut reasons = app.rows("select reason from audit where event = 'reset_not_mailed'").await;
        reasons.sort();
        assert_eq!(reasons, outcomes, "recorded for staff");
        assert_eq!(app.count("reset_tokens").await, 0);
    }

    // F14; security 141
    async fn owners_who_sign_in_elsewhere_are_told_by_whom_within_limits(app: TestApp) {
        everybody(&app).await;
        app.set("sso.provider_name", json!("Example ID")).await;
        app.set("sso.sign_in_url", json!("https://id.example.org/")).await;
        for _ in 0..8 {
            app.ask("elsewhere").await;
            app.drain().await;
            app.advance(61_000);
        }
        let letters = app.letters();
        assert_eq!(letters.len(), 5, "five an hour");
        assert!(letters[0].text.contains("Example ID signs you in") && letters[0].text.contains("https://id.example.org/"));
        app.advance(3_600_000);
        app.set("sso.hint", json!(false)).await;
        app.ask("elsewhere").await;
        app.drain().await;
        assert_eq!(app.letters().len(), 5, "switched off");
    }

    // an account that never had a password gets its first one this way
    async fn an_invited_person_sets_the_first_password(app: TestApp) {
        everybody(&app).await;
        app.sign_in("invited", "").await.expect(401);
        let (_, letter) = app.ask_and_read("invited").await;
        app.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
        app.sign_in("invited", "quiet lamps under snow").await.expect(200);
    }

    // F4; security 13
    async fn the_answer_is_a_text_of_ones_own(app: TestApp) {
        app.set("reset.generic_response", json!({ "en": "Look into your mailbox, <whoever> you are." })).await;
        let body = json!({ "identifier": "nobody", "locale": "en-GB" });
        let answer = app.program().post("/api/v1/password-reset", &body).await.expect(202);
        assert_eq!(answer.json()["message"], "Look into your mailbox, <whoever> you are.");
        let receipt = answer.json()["receipt"].as_str().unwrap().to_owned();
        let page = app.browser().get(&format!("/forgot/sent?receipt={receipt}")).await.expect(200);
        assert!(page.body.contains("Look into your mailbox, &lt;whoever&gt; you are."), "{}", page.body);
        app.set("reset.generic_response", json!({})).await;
        let answer = app.program().post("/api/v1/password-reset", &body).await.expect(202);
        assert!(answer.json()["message"].as_str().unwrap().starts_with("If there is an account"));
    }

    // F20, WCAG 3.3.7: "send it again" needs nothing typed
    async fn sending_again_mails_the_same_person_with_a_new_receipt(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, first) = app.ask_and_read("ada").await;
        app.advance(61_000);
        let browser = app.browser();
        let again = browser.form("resend_reset", &[("receipt", &receipt)]).await.expect(303);
        assert!(again.location().starts_with("/forgot/sent?receipt=") && again.location().ends_with("&again=1"));
        assert!(!again.location().contains(&receipt));
        app.drain().await;
        let [_, second] = app.mail_to("ada@example.org").try_into().unwrap();
        assert_ne!(first.token(), second.token());
        for odd in ["", "AAAA-AAAA-AAAA-AAAA", "x", "%00"] {
            let refused = browser.form("resend_reset", &[("receipt", odd)]).await.expect(303);
            assert_eq!(refused.location(), "/forgot?refused=link_not_valid", "{odd:?}");
        }
        assert_eq!(app.count("reset_requests").await, 2);
    }
}

async fn assert_unavailable(app: &TestApp, words: &str) {
    app.add_account("ada").await;
    let answer = app
        .program()
        .post("/api/v1/password-reset", &json!({ "identifier": "ada" }))
        .await;
    assert_eq!(answer.expect(503).problem(), "reset_unavailable");
    let browser = app.browser();
    let form = browser
        .form("request_reset", &[("identifier", "ada")])
        .await
        .expect(303);
    assert_eq!(form.location(), "/forgot?refused=reset_unavailable");
    let page = browser.get("/forgot").await;
    assert!(
        page.body.contains("<h1") && page.body.contains("Password reset is not available"),
        "{}",
        page.body
    );
    assert!(page.body.contains(words), "{}", page.body);
    assert!(page.body.contains("help-desk 4711") && !page.body.contains("name=\"identifier\""));
    let sign_in = browser.get("/sign-in").await.expect(200);
    assert!(!sign_in.body.contains("Forgot password?"), "the link is hidden");
    assert_eq!(
        app.count("reset_requests").await + app.count("outbox").await,
        0,
        "nothing is stored"
    );
    assert_eq!(app.drain().await, []);
}

on_both_engines! {
    // F1
    async fn the_sign_in_page_offers_a_reset_while_there_is_one(app: TestApp) {
        let page = app.browser().get("/sign-in").await.expect(200);
        assert!(page.body.contains("Forgot password?") && page.body.contains("href=\"/forgot\""));
    }

    // F2; security 12
    async fn without_a_link_lifetime_there_is_no_reset(engine: Engine) {
        let app = Setup::on(engine).pinned(json!({ "branding": { "support_contact": "help-desk 4711" } })).start().await;
        app.set("reset.link_expiry_minutes", json!(null)).await;
        assert_unavailable(&app, "not set up yet").await;
    }

    // F2
    async fn without_a_public_url_there_is_no_reset(engine: Engine) {
        let setup = Setup::on(engine).pinned(json!({ "branding": { "support_contact": "help-desk 4711" } }));
        assert_unavailable(&setup.config(|config| config.public_url = None).start().await, "not set up yet").await;
    }

    // F2
    async fn without_a_sender_there_is_no_reset(engine: Engine) {
        let setup = Setup::on(engine).pinned(json!({ "branding": { "support_contact": "help-desk 4711" } }));
        assert_unavailable(&setup.without_sender().start().await, "not set up yet").await;
    }

    // F2
    async fn without_a_mail_server_there_is_no_reset(engine: Engine) {
        let setup = Setup::on(engine).pinned(json!({ "branding": { "support_contact": "help-desk 4711" } }));
        assert_unavailable(&setup.transport(None).start().await, "not set up yet").await;
    }

    // F19
    async fn reset_can_be_switched_off_and_on_while_running(engine: Engine) {
        let app = Setup::on(engine).pinned(json!({ "branding": { "support_contact": "help-desk 4711" } })).start().await;
        app.set("reset.enabled", json!(false)).await;
        assert_unavailable(&app, "switched password reset off").await;
        app.set("reset.enabled", json!(true)).await;
        let (_, letter) = app.ask_and_read("ada").await;
        assert!(letter.link().is_some());
    }

    // F2, F19: what was asked for before is not mailed after
    async fn a_request_from_before_switching_off_is_not_mailed(app: TestApp) {
        app.add_account("ada").await;
        app.ask("ada").await;
        app.set("reset.enabled", json!(false)).await;
        assert_eq!(app.drain().await, [Turn::Dropped]);
        assert_eq!(app.rows("select outcome from reset_requests").await, ["unavailable"]);
    }
}
