//! What staff see of the outbox and can do with it (M7).

use crate::on_both_engines;
use crate::support::TestApp;
use serde_json::{Value, json};
use server::clock::HOUR;
use server::mail::outbox::Turn;
use server::mail::queue::{cancel, retry};
use server::mail::transport::Failure;
use server::staff::Staff;

const PATH: &str = "/api/v1/outbox";

fn refuse(app: &TestApp, permanent: bool, reply: &str) {
    app.mailbox.refuse(Some(Failure {
        permanent,
        reply: reply.into(),
    }));
}

async fn only_id(app: &TestApp) -> String {
    app.rows("select id from outbox").await.remove(0)
}

on_both_engines! {
    async fn a_failed_mail_says_why_and_goes_out_when_tried_again(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        refuse(&app, true, "550 5.1.1 no such user (after RCPT)");
        let receipt = app.ask("ada").await;
        assert_eq!(app.drain().await, [Turn::Failed]);
        let page = admin.get(&format!("{PATH}?state=failed")).await.expect(200);
        let mail = page.json()["items"][0].clone();
        for (field, value) in [
            ("kind", "reset_link"), ("state", "failed"), ("recipient", "a…@example.org"), ("reply", "550 5.1.1 no such user (after RCPT)"),
            ("reason", "refused by the mail server"), ("receipt", &receipt),
        ] {
            assert_eq!(mail[field], value, "{field}");
        }
        assert!(!page.body.contains("ada@") && mail["next_attempt_at"].is_null() && mail["finished_at"].is_string());
        let id = mail["id"].as_str().unwrap();
        app.mailbox.refuse(None);
        admin.post(&format!("{PATH}/{id}/retry"), &Value::Null).await.expect(204);
        assert_eq!(app.drain().await, [Turn::Sent]);
        let letter = app.mail_to("ada@example.org").remove(0);
        app.complete(&letter.token(), "a whole new passphrase").await.expect(204);
        let again = admin.post(&format!("{PATH}/{id}/retry"), &Value::Null).await.expect(409);
        assert_eq!(again.json()["detail"], "this mail was sent");
        assert_eq!(app.count(&format!("outbox where id = '{id}' and payload <> ''")).await, 0);
        assert_eq!(app.count("audit where event = 'mail_retried'").await, 1);
    }

    // security 146
    async fn nothing_is_sent_that_is_not_true_any_more(app: TestApp) {
        let staff = Staff::operator();
        app.add_account("ada").await;
        refuse(&app, true, "550 no");
        app.ask("ada").await;
        app.drain().await;
        let id = only_id(&app).await;
        app.advance(HOUR);
        app.mailbox.refuse(None);
        let refused = retry(&app.latchkey, &staff, &id).await.unwrap_err().to_string();
        assert!(refused.contains("too old"), "{refused}");
        // Replaced by a newer link, within its time: tried again, and dropped instead of sent.
        refuse(&app, true, "550 no");
        app.ask("ada").await;
        app.drain().await;
        let older = app.rows("select id from outbox where state = 'failed' order by created_at desc limit 1").await.remove(0);
        app.mailbox.refuse(None);
        app.advance(61_000);
        app.ask_and_read("ada").await;
        retry(&app.latchkey, &staff, &older).await.unwrap();
        assert_eq!(app.drain().await, [Turn::Dropped]);
        assert_eq!(app.letters().len(), 1);
    }

    async fn a_cancelled_mail_is_wiped_and_its_request_says_so(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        refuse(&app, false, "451 later");
        let receipt = app.ask("ada").await;
        app.drain().await;
        let id = only_id(&app).await;
        admin.post(&format!("{PATH}/{id}/cancel"), &Value::Null).await.expect(204);
        assert_eq!(app.rows("select state, reason, payload from outbox").await, ["dropped|cancelled by staff|"]);
        assert!(app.rows("select finished_by from outbox").await[0].starts_with("account:"));
        let request = admin.get(&format!("/api/v1/password-resets?receipt={receipt}")).await.expect(200).json();
        assert_eq!(request["items"][0]["outcome"], "cancelled");
        app.mailbox.refuse(None);
        app.advance(HOUR);
        assert_eq!(app.drain().await, []);
        let (admin, path) = (app.signed_in("root", crate::support::PASSWORD).await, format!("{PATH}/{id}/retry"));
        let refused = admin.post(&path, &Value::Null).await.expect(409);
        assert!(refused.json()["detail"].as_str().unwrap().contains("given up for good"));
        for id in ["00000000000000000000000000000000", "x", "%00"] {
            assert_eq!(admin.post(&format!("{PATH}/{id}/cancel"), &Value::Null).await.expect(404).problem(), "not_found");
        }
        for bad in ["state=lost", "limit=0", "kind=x", "cursor=x"] {
            admin.get(&format!("{PATH}?{bad}")).await.expect(422);
        }
    }

    // security 145
    async fn a_mail_on_its_way_is_left_alone_and_of_fifty_one_wins(app: TestApp) {
        let staff = Staff::operator();
        app.add_account("ada").await;
        app.ask("ada").await;
        let id = only_id(&app).await;
        let now = app.latchkey.now();
        app.execute(&format!("update outbox set lease_until = {}", now + 10_000)).await;
        for refused in [retry(&app.latchkey, &staff, &id).await, cancel(&app.latchkey, &staff, &id).await] {
            assert!(refused.unwrap_err().to_string().contains("on its way right now"));
        }
        app.execute("update outbox set lease_until = 0").await;
        let tries = (0..50).map(|number| {
            let (latchkey, staff, id) = (&app.latchkey, &staff, &id);
            async move {
                if number % 2 == 0 { cancel(latchkey, staff, id).await.is_ok() } else { server::mail::outbox::try_next(latchkey).await.unwrap() == Turn::Sent }
            }
        });
        let won = futures_util::future::join_all(tries).await.into_iter().filter(|won| *won).count();
        let state = app.rows("select state from outbox").await.remove(0);
        assert_eq!((won, app.letters().len()), (1, usize::from(state == "sent")), "{state}");
    }

    async fn the_console_lists_tries_again_and_gives_up(app: TestApp) {
        app.administrator().await;
        app.add_account("ada").await;
        refuse(&app, true, "550 <b>no</b> such user");
        app.ask("ada").await;
        app.drain().await;
        let id = only_id(&app).await;
        let browser = app.browser_of("root").await;
        let page = browser.get("/admin/outbox?state=failed").await.expect(200);
        assert!(page.body.contains("550 &lt;b&gt;no&lt;/b&gt; such user") && page.body.contains("a…@example.org"));
        let done = browser.submit(&format!("/admin/outbox/{id}/retry"), &[]).await.expect(303);
        assert!(browser.get(&done.location()).await.expect(200).body.contains("It is tried right now."));
        app.drain().await;
        browser.submit(&format!("/admin/outbox/{id}/cancel"), &[]).await.expect(303);
        let page = browser.submit(&format!("/admin/outbox/{id}/retry"), &[]).await.expect(409);
        assert!(page.body.contains("given up for good"));
        assert_eq!(json!(app.letters().len()), json!(0));
    }
}
