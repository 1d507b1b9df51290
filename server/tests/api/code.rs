//! The code beside the link: forgiving to type, useless to guess, and good for its own request only.

use crate::on_both_engines;
use crate::support::{Answer, PASSWORD, TestApp};
use serde_json::json;

const FRESH: &str = "quiet lamps under snow";

/// A code of the right shape that is not this one.
fn wrong(code: &str) -> String {
    let last = if code.ends_with('2') { '3' } else { '2' };
    format!("{}{last}", &code[..code.len() - 1])
}

async fn complete(app: &TestApp, receipt: &str, code: &str) -> Answer {
    let body = json!({ "receipt": receipt, "code": code, "password": FRESH });
    app.program().post("/api/v1/password-reset/complete", &body).await
}

on_both_engines! {
    // F12; security 38
    async fn the_code_resets_however_it_is_typed(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let code = letter.code();
        for typed in [code.clone(), code.to_lowercase(), code.replace('-', ""), format!(" {}\n", code.replace('-', " - "))] {
            app.verify_code(&receipt, &typed).await.expect(200);
        }
        app.verify_code(&receipt.to_lowercase().replace('-', " "), &code).await.expect(200);
        complete(&app, &receipt, &code.to_lowercase()).await.expect(204);
        app.sign_in("ada", FRESH).await.expect(200);
        assert_eq!(app.verify(&letter.token()).await.expect(410).problem(), "link_not_valid", "the link is spent with it");
        complete(&app, &receipt, &code).await.expect(410);
    }

    // F12
    async fn the_code_works_in_the_browser(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let browser = app.browser();
        let refused = browser.form("verify_reset_code", &[("receipt", &receipt), ("code", &wrong(&letter.code()))]).await.expect(303);
        assert_eq!(refused.location(), format!("/forgot/sent?receipt={receipt}&refused=link_not_valid"));
        assert!(refused.set_cookies().is_empty());
        let proved = browser.form("verify_reset_code", &[("receipt", &receipt), ("code", &letter.code())]).await.expect(303);
        assert_eq!(proved.location(), "/reset");
        assert!(browser.get("/reset").await.expect(200).body.contains("Choose a new password"));
        let done = browser.form("complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await.expect(303);
        assert_eq!(done.location(), "/reset/done");
        app.sign_in("ada", FRESH).await.expect(200);
    }

    // F12; security 18, 19
    async fn five_wrong_codes_kill_the_code_and_leave_the_link(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        for _ in 0..4 {
            app.verify_code(&receipt, &wrong(&letter.code())).await.expect(410);
        }
        app.verify_code(&receipt, &letter.code()).await.expect(200);
        for _ in 0..5 {
            app.verify_code(&receipt, &wrong(&letter.code())).await.expect(410);
        }
        assert_eq!(complete(&app, &receipt, &letter.code()).await.expect(410).problem(), "link_not_valid");
        app.complete(&letter.token(), FRESH).await.expect(204);
    }

    // security 19: neither another client, browser nor header gives a receipt more tries
    async fn tries_are_counted_for_the_receipt_wherever_they_come_from(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let body = json!({ "receipt": receipt, "code": wrong(&letter.code()) });
        for client in 1..=5 {
            let program = app.program_from(&format!("127.0.0.{client}"));
            let request = program.request(reqwest::Method::POST, "/api/v1/password-reset/verify").json(&body);
            let request = request.header("x-forwarded-for", format!("10.0.0.{client}")).header("user-agent", format!("{client}"));
            program.send(request).await.expect(410);
        }
        let right = json!({ "receipt": receipt, "code": letter.code() });
        app.program_from("127.0.0.6").post("/api/v1/password-reset/verify", &right).await.expect(410);
        let browser = app.browser();
        let refused = browser.form("verify_reset_code", &[("receipt", &receipt), ("code", &letter.code())]).await.expect(303);
        assert!(refused.location().ends_with("refused=link_not_valid"));
        assert_eq!(app.count("audit where event = 'reset_code_tried' and outcome = 'failure'").await, 5);
    }

    // security 19: thirty guesses an hour, then even a right code waits; the link does not
    async fn after_thirty_guesses_an_hour_no_code_of_this_person_is_looked_at(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        for _ in 0..30 {
            app.verify_code(&receipt, &letter.code()).await.expect(200);
        }
        app.verify_code(&receipt, &letter.code()).await.expect(410);
        app.verify(&letter.token()).await.expect(200);
    }

    // security 27
    async fn a_code_belongs_to_its_own_request(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let (for_ada, ada) = app.ask_and_read("ada").await;
        let (for_grace, grace) = app.ask_and_read("grace").await;
        app.verify_code(&for_ada, &grace.code()).await.expect(410);
        app.verify_code(&for_grace, &ada.code()).await.expect(410);
        app.advance(61_000);
        let (newer, again) = app.ask_and_read("ada").await;
        app.verify_code(&for_ada, &ada.code()).await.expect(410);
        app.verify_code(&for_ada, &again.code()).await.expect(410);
        app.verify_code(&newer, &ada.code()).await.expect(410);
        app.verify_code(&newer, &again.code()).await.expect(200);
    }

    // security 158: a request that named nobody counts its tries and answers alike
    async fn a_request_for_nobody_behaves_like_any_other(app: TestApp) {
        app.add_account("ada").await;
        let (known, letter) = app.ask_and_read("ada").await;
        let unknown = app.ask("nobody").await;
        app.drain().await;
        for _ in 0..7 {
            let of_known = app.verify_code(&known, &wrong(&letter.code())).await;
            let of_unknown = app.verify_code(&unknown, "ABCD-2345").await;
            assert_eq!((of_known.status, of_known.body), (of_unknown.status, of_unknown.body));
        }
        let tries = app.rows("select code_attempts from reset_requests").await;
        assert_eq!(tries, ["5", "5"]);
    }

    // security 28
    async fn odd_receipts_and_codes_open_nothing(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        for odd in ["", " ", "null", "0", "%", "____-____-____-____", "' or '1'='1", "\0", "AAAA-AAAA-AAAA-AAAA", &"A".repeat(5_000)] {
            app.verify_code(odd, &letter.code()).await.expect(410);
        }
        for odd in ["", " ", "%%%%-%%%%", "____-____", "\0"] {
            app.verify_code(&receipt, odd).await.expect(410);
        }
        for body in [
            json!({ "receipt": receipt }), json!({ "code": letter.code() }), json!({}),
            json!({ "token": letter.token(), "receipt": receipt, "code": letter.code() }),
            json!({ "token": letter.token(), "code": letter.code() }),
            json!({ "receipt": [receipt], "code": letter.code() }),
        ] {
            app.program().post("/api/v1/password-reset/verify", &body).await.expect(422).problem();
        }
        app.sign_in("ada", PASSWORD).await.expect(200);
    }
}
