//! What became of requests (F15, A5), and the overview of all of them (A10).

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp, draft};
use serde_json::{Value, json};
use server::account::add::{Draft, DraftPassword};
use server::account::{Role, SignIn};
use server::clock::{DAY, HOUR};

const PATH: &str = "/api/v1/password-resets";

on_both_engines! {
    async fn a_receipt_tells_why_there_was_no_mail(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        app.add(Draft { email: None, ..draft("nomail") }).await;
        app.add(Draft { sign_in: SignIn::Sso, password: DraftPassword::None, ..draft("sso") }).await;
        let mut receipts = Vec::new();
        for (typed, outcome) in [("ada", "mailed"), ("nomail", "no_address"), ("sso", "sso"), ("nobody@example.net", "unknown")] {
            receipts.push((app.ask(typed).await, outcome));
            app.advance(1000);
        }
        app.drain().await;
        for (receipt, outcome) in &receipts {
            let spoken = receipt.to_lowercase().replace('-', " ");
            let page = admin.get(&format!("{PATH}?receipt={}", spoken.replace(' ', "%20"))).await.expect(200).json();
            assert_eq!(page["items"].as_array().unwrap().len(), 1);
            let item = &page["items"][0];
            assert_eq!((item["receipt"].as_str(), item["outcome"].as_str()), (Some(receipt.as_str()), Some(*outcome)));
            assert_eq!(item["account_id"].is_null(), *outcome == "unknown", "{item}");
        }
        let page = admin.get(&format!("{PATH}?not_mailed=true")).await.expect(200);
        assert_eq!(page.json()["items"].as_array().unwrap().len(), 3);
        // security 197
        assert!(!page.body.contains("nobody@"), "what a stranger typed is not shown");
        let only = admin.get(&format!("{PATH}?outcome=sso&limit=1")).await.expect(200).json();
        assert_eq!(only["items"][0]["login_name"], "sso");
        for bad in ["receipt=abc", "receipt=%00", "account_id=1", "outcome=lost", "not_mailed=maybe", "typed=ada"] {
            admin.get(&format!("{PATH}?{bad}")).await.expect(422);
        }
        let browser = app.browser_of("root").await;
        let page = browser.get("/admin/requests?not_mailed=true").await.expect(200);
        for words in ["No address on file", "Signs in by SSO", "Nobody of this name"] {
            assert!(page.body.contains(words), "{words}");
        }
        browser.get("/admin/requests?receipt=abc").await.expect(422);
    }

    async fn requests_come_in_pages(app: TestApp) {
        let admin = app.administrator().await;
        for _ in 0..5 {
            app.ask("nobody").await;
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("{PATH}?limit=2{cursor}")).await.expect(200).json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["receipt"].clone()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 5);
        seen.dedup();
        assert_eq!(seen.len(), 5, "asked in the same millisecond, and still each once");
    }

    async fn the_overview_counts_what_happened_and_names_what_is_missing(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        app.complete(&letter.token(), "a whole new passphrase").await.expect(204);
        app.ask("nobody").await;
        app.drain().await;
        let sum = |series: &Value| -> i64 { series.as_array().unwrap().iter().map(|count| count.as_i64().unwrap()).sum() };
        let now = admin.get("/api/v1/overview").await.expect(200).json();
        let day = &now["last_24_hours"];
        assert_eq!((sum(&day["requested"]), sum(&day["completed"]), sum(&day["mails_sent"])), (2, 1, 2), "{day}");
        assert_eq!(day["requested"].as_array().unwrap().len(), 24);
        assert_eq!(day["requested"][23], 2, "the newest is the last");
        assert_eq!(now["last_30_days"]["requested"].as_array().unwrap().len(), 30);
        assert_eq!((now["missing"].clone(), now["mail"]["waiting"].clone()), (json!([]), json!(0)));
        app.advance(2 * HOUR);
        let later = app.signed_in("root", PASSWORD).await.get("/api/v1/overview").await.expect(200).json();
        assert_eq!(later["last_24_hours"]["requested"][21], 2);
        app.advance(2 * DAY);
        app.set("mail.sender_address", json!("")).await;
        let later = app.signed_in("root", PASSWORD).await.get("/api/v1/overview").await.expect(200).json();
        assert_eq!(sum(&later["last_24_hours"]["requested"]), 0);
        assert_eq!(sum(&later["last_30_days"]["requested"]), 2);
        assert_eq!(later["missing"], json!(["mail.sender_address"]));
        let page = app.browser_of("root").await.get("/admin").await.expect(200);
        assert!(page.body.contains("What is missing") && page.body.contains("<svg"));
        app.add(Draft { role: Role::Helpdesk, ..draft("hanna") }).await;
        let page = app.browser_of("hanna").await.get("/admin").await.expect(200);
        assert!(!page.body.contains("What is missing") && !page.body.contains("/admin/outbox"));
    }
}
