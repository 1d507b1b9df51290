//! The mail server as a setting, and the test mail that explains what is wrong with it.

use crate::on_both_engines;
use crate::support::smtp::{Behaviour, Sink, Step};
use crate::support::{Client, Engine, PASSWORD, Setup, TestApp};
use serde_json::{Value, json};
use server::mail::outbox::Turn;
use server::staff::Staff;

const TEST: &str = "/api/v1/mail/test";

async fn without_server(engine: Engine) -> (TestApp, Client) {
    let app = Setup::on(engine).transport(None).start().await;
    let admin = app.administrator().await;
    (app, admin)
}

async fn set_url(admin: &Client, url: &str) {
    let body = json!({ "mail": { "url": url }, "current_password": PASSWORD });
    admin.patch("/api/v1/settings", &body).await.expect(200);
}

async fn verdict(admin: &Client) -> Value {
    admin.post(TEST, &json!({})).await.expect(200).json()
}

on_both_engines! {
    // M1, M2: the transport follows the setting while the server runs
    async fn the_mail_server_is_a_setting_that_counts_at_once(engine: Engine) {
        let (app, admin) = without_server(engine).await;
        app.add_account("ada").await;
        let ask = json!({ "identifier": "ada" });
        app.program().post("/api/v1/password-reset", &ask).await.expect(503);
        let (first, second) = (Sink::start(Behaviour::Accept), Sink::start(Behaviour::Accept));
        set_url(&admin, &first.url()).await;
        app.program().post("/api/v1/password-reset", &ask).await.expect(202);
        assert_eq!(app.drain().await, [Turn::Sent]);
        assert_eq!((first.mails().len(), second.mails().len()), (1, 0));
        set_url(&admin, &second.url()).await;
        app.advance(61_000);
        app.ask("ada").await;
        assert_eq!(app.drain().await, [Turn::Sent]);
        assert_eq!((first.mails().len(), second.mails().len()), (1, 1));
        set_url(&admin, "").await;
        app.program().post("/api/v1/password-reset", &ask).await.expect(503);
    }

    // M2
    async fn a_test_mail_says_what_the_server_answered(engine: Engine) {
        let (app, admin) = without_server(engine).await;
        let none = verdict(&admin).await;
        assert_eq!((&none["sent"], none["advice"].as_str().unwrap().contains("mail.url")), (&json!(false), true), "{none}");
        let sink = Sink::start(Behaviour::Accept);
        set_url(&admin, &sink.url().replace("smtp://", "smtp://robot:wrong-secret@")).await;
        sink.set(Behaviour::Reply(Step::SignIn, 535));
        let wrong = verdict(&admin).await;
        assert_eq!(wrong["sent"], false);
        assert!(wrong["reply"].as_str().unwrap().starts_with("535"), "{wrong}");
        assert!(wrong["advice"].as_str().unwrap().contains("user and password"), "{wrong}");
        assert!(!wrong.to_string().contains("wrong-secret"));
        sink.set(Behaviour::Accept);
        let good = verdict(&admin).await;
        assert_eq!((&good["sent"], &good["advice"]), (&json!(true), &json!("")), "{good}");
        let mail = sink.mails().pop().unwrap();
        assert_eq!((mail.to.as_slice(), mail.from.as_str()), (["root@example.org".to_owned()].as_slice(), "no-reply@example.org"));
        assert!(mail.subject().contains("Test mail") && mail.text().contains("This is a test mail") && mail.html().contains("<h1"));
        sink.set(Behaviour::Refuse);
        let refused = verdict(&admin).await;
        assert!(refused["reply"].as_str().unwrap().contains("refused") && refused["advice"].as_str().unwrap().contains("port"), "{refused}");
        let results = app.rows("select outcome from audit where event = 'mail_tested'").await;
        assert_eq!((results.len(), results.iter().filter(|result| *result == "success").count()), (4, 1));
        assert_eq!(app.count("outbox").await, 0, "a test mail does not wait in the outbox");
    }

    // M2: each usual mistake, in words
    async fn usual_mistakes_are_explained(engine: Engine) {
        let (_app, admin) = without_server(engine).await;
        let sink = Sink::start(Behaviour::Accept);
        let port = sink.port();
        for (url, reply, advice) in [
            (format!("smtp://127.0.0.1:{port}?tls=required"), "no STARTTLS", "smtps://"),
            (format!("smtps://127.0.0.1:{port}"), "127.0.0.1", ""),
            ("smtp://no-such-host.invalid".to_owned(), "host name cannot be found", "spelling"),
        ] {
            set_url(&admin, &url).await;
            let told = verdict(&admin).await;
            assert_eq!(told["sent"], false, "{url}");
            assert!(told["reply"].as_str().unwrap().contains(reply), "{url}: {told}");
            assert!(told["advice"].as_str().unwrap().contains(advice) && told["advice"] != "", "{url}: {told}");
        }
    }

    // security 172
    async fn test_mails_go_to_ones_own_address_and_not_without_end(app: TestApp) {
        let admin = app.administrator().await;
        assert_eq!(admin.post(TEST, &json!({ "to": "eve@example.org" })).await.expect(403).problem(), "forbidden");
        admin.post(TEST, &json!({ "to": "not an address" })).await.expect(422);
        admin.post(TEST, &json!({ "to": "root@example.org\r\nBcc: eve@example.org" })).await.expect(422);
        admin.post(TEST, &json!({ "to": "Root@Example.org" })).await.expect(200);
        assert_eq!(app.mail_to("root@example.org").len(), 1);
        for _ in 1..10 {
            admin.post(TEST, &json!({})).await.expect(200);
        }
        assert_eq!(admin.post(TEST, &json!({})).await.expect(429).problem(), "too_many_requests");
        assert_eq!(app.letters().len(), 10);
        app.advance(3_600_000);
        app.session("root", PASSWORD).await;
        app.signed_in("root", PASSWORD).await.post(TEST, &json!({})).await.expect(200);
        let told = server::mail::test::send(&app.latchkey, &Staff::operator(), Some("anyone@example.org")).await.unwrap();
        assert!(told.sent && app.mail_to("anyone@example.org").len() == 1, "the operator may send anywhere");
    }

    // M1: what the environment says wins, and cannot be changed
    async fn the_environments_mail_server_and_address_are_pinned(engine: Engine) {
        let sink = Sink::start(Behaviour::Accept);
        let url = sink.url();
        let app = Setup::on(engine).transport(None).config(|config| config.mail_url = Some(url)).start().await;
        let admin = app.administrator().await;
        for (group, name) in [("mail", "url"), ("reset", "public_url")] {
            let body = json!({ group: { name: null }, "current_password": PASSWORD });
            assert_eq!(admin.patch("/api/v1/settings", &body).await.expect(409).problem(), "conflict");
        }
        assert_eq!(verdict(&admin).await["sent"], true);
    }
}
