//! Settings in the console, as a browser without JavaScript sees them.

use crate::on_both_engines;
use crate::support::smtp::{Behaviour, Sink};
use crate::support::{Engine, PASSWORD, Setup, TestApp, draft};
use serde_json::json;
use server::account::Role;
use server::account::add::Draft;

on_both_engines! {
    // F2, A1
    async fn the_first_page_says_what_is_missing_and_leads_there(engine: Engine) {
        let setup = Setup::on(engine).transport(None).without_sender().config(|config| config.public_url = None);
        let app = setup.start().await;
        app.administrator().await;
        app.set("reset.link_expiry_minutes", json!(null)).await;
        app.set("reset.enabled", json!(false)).await;
        let browser = app.browser_of("root").await;
        let page = browser.get("/admin/settings").await.expect(200);
        assert!(page.body.contains("What is missing"));
        for field in ["reset#reset.enabled", "reset#reset.link_expiry_minutes", "reset#reset.public_url", "mail#mail.sender_address", "mail#mail.url"] {
            assert!(page.body.contains(&format!("href=\"/admin/settings/{field}\"")), "{field}");
            let (group, id) = field.split_once('#').unwrap();
            let form = browser.get(&format!("/admin/settings/{group}")).await.expect(200);
            assert!(form.body.contains(&format!("id=\"{id}\"")), "{id} is where the link leads");
        }
        let well = Setup::on(engine).start().await;
        well.administrator().await;
        let page = well.browser_of("root").await.get("/admin/settings").await.expect(200);
        assert!(!page.body.contains("What is missing") && page.body.contains("Everything a reset needs is there"));
    }

    async fn a_group_is_changed_by_its_form(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let fields = [
            ("password.min_length", "12"), ("password.min_non_alphanumeric", "1"), ("password.min_digits", "0"),
        ];
        let saved = browser.submit("/admin/settings/password", &fields).await.expect(303);
        assert_eq!(saved.location(), "/admin/settings/password?done=saved");
        let page = browser.get("/admin/settings/password?done=saved").await.expect(200);
        assert!(page.body.contains("Saved.") && page.body.contains("value=\"12\""));
        let refused = browser.submit("/admin/settings/password", &[("password.min_length", "7")]).await.expect(422);
        assert!(refused.body.contains("id=\"password.min_length-problem\" class=\"field-problem\">must be a whole number from 8 to 64"));
        assert!(refused.body.contains("value=\"7\""), "what was typed is still there");
        assert_eq!(app.latchkey.settings().await.unwrap().password.min_length, 12);
        for odd in ["/admin/settings/colours", "/admin/settings/%00"] {
            browser.get(odd).await.expect(404);
            browser.submit(odd, &[("x", "y")]).await.expect(404);
        }
    }

    // security 171
    async fn a_guarded_group_asks_for_the_password(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        assert!(browser.get("/admin/settings/session").await.expect(200).body.contains("name=\"current_password\""));
        let with = |password| [("session.idle_minutes", "20"), ("session.absolute_hours", "8"), ("current_password", password)];
        for wrong in ["", "wrong password"] {
            let page = browser.submit("/admin/settings/session", &with(wrong)).await.expect(403);
            assert!(page.body.contains("id=\"current_password-problem\"") && page.body.contains("value=\"20\""));
            assert!(!page.body.contains("wrong password"));
        }
        browser.submit("/admin/settings/session", &with(PASSWORD)).await.expect(303);
        // Nothing changes, so nothing is asked.
        browser.submit("/admin/settings/session", &with("")).await.expect(303);
        assert_eq!(app.latchkey.settings().await.unwrap().session.idle_minutes, 20);
    }

    // security 112
    async fn every_kind_of_field_goes_there_and_back(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let fields = [
            ("reset.enabled", "true"), ("reset.link_expiry_minutes", ""), ("reset.delivery", "code"), ("reset.sign_in", "never"),
            ("reset.generic_response.en", "Look into\r\nyour </textarea><mailbox> &amp; more."), ("reset.key_parameter", "k"), ("reset.target_parameter", "go"),
            ("reset.target_page", "https://app.example.org/x"), ("reset.allowed_targets", "https://app.example.org\r\n\r\nhttps://b.example.org/\r\n"),
        ];
        browser.submit("/admin/settings/reset", &fields).await.expect(303);
        let reset = app.latchkey.settings().await.unwrap().reset.clone();
        assert_eq!((reset.link_expiry_minutes, reset.generic_response["en"].as_str()), (None, "Look into your </textarea><mailbox> &amp; more."));
        assert_eq!(reset.allowed_targets, ["https://app.example.org", "https://b.example.org"]);
        let page = browser.get("/admin/settings/reset").await.expect(200).body;
        for part in ["Look into your &lt;/textarea&gt;&lt;mailbox&gt; &amp;amp; more.", "https://app.example.org\nhttps://b.example.org", "Fixed by the server", "https://reset.example.org/"] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("name=\"reset.public_url\""), "a pinned setting has no field");
        browser.submit("/admin/settings/reset", &[("reset.generic_response.en", "")]).await.expect(303);
        assert!(app.latchkey.settings().await.unwrap().reset.generic_response.is_empty());
    }

    // M1
    async fn providers_fill_the_form_in(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        for (preset, host) in [("ses", "email-smtp."), ("sendgrid", "smtp.sendgrid.net"), ("postmark", "smtp.postmarkapp.com"), ("own", "value=\"587\"")] {
            let page = browser.get(&format!("/admin/settings/mail?preset={preset}")).await.expect(200);
            assert!(page.body.contains(host) && page.body.contains("aria-current=\"true\""), "{preset}");
        }
        browser.get("/admin/settings/mail?preset=nonsense").await.expect(200);
    }

    // M1, security 173
    async fn the_mail_server_is_set_in_parts_and_its_password_kept(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let url = || async { app.latchkey.settings().await.unwrap().mail.url.reveal().to_owned() };
        let with = |host: &'static str, user: &'static str, password: &'static str| [
            ("mail.sender_address", "no-reply@example.org"), ("mail.sender_name", ""), ("mail.reply_to", ""), ("mail_host", host), ("mail_port", "2587"),
            ("mail_security", "starttls"), ("mail_user", user), ("mail_password", password), ("current_password", PASSWORD),
        ];
        browser.submit("/admin/settings/mail", &with("mail.example.org", "ro bot", "p@ss:w/rd")).await.expect(303);
        assert_eq!(url().await, "smtp://ro%20bot:p%40ss%3Aw%2Frd@mail.example.org:2587");
        let page = browser.get("/admin/settings/mail").await.expect(200).body;
        assert!(page.contains("value=\"mail.example.org\"") && page.contains("value=\"ro bot\"") && !page.contains("p@ss"));
        browser.submit("/admin/settings/mail", &with("mail.example.org", "ro bot", "")).await.expect(303);
        assert!(url().await.contains("p%40ss"), "an empty field keeps it");
        for (host, user) in [("evil.example", "ro bot"), ("mail.example.org", "other")] {
            let page = browser.submit("/admin/settings/mail", &with(host, user, "")).await.expect(422);
            assert!(page.body.contains("id=\"mail_password-problem\" class=\"field-problem\">Type the password again"));
        }
        assert!(url().await.contains("@mail.example.org"), "it never goes to another host unseen");
        for (host, words) in [("a@b", "a name like"), ("169.254.169.254", "link-local")] {
            let page = browser.submit("/admin/settings/mail", &with(host, "", "")).await.expect(422);
            assert!(page.body.contains(words));
        }
        browser.submit("/admin/settings/mail", &with("", "", "")).await.expect(303);
        assert_eq!(url().await, "");
    }

    // M2
    async fn the_test_mails_verdict_is_on_the_page(engine: Engine) {
        let app = Setup::on(engine).transport(None).start().await;
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let page = browser.submit("/admin/settings/mail/test", &[]).await.expect(200);
        assert!(page.body.contains("The mail did not leave.") && page.body.contains("there is no mail server yet"));
        let sink = Sink::start(Behaviour::Accept);
        let port = sink.port().to_string();
        let fields = [("mail_host", "127.0.0.1"), ("mail_port", port.as_str()), ("mail_security", "starttls"), ("current_password", PASSWORD)];
        browser.submit("/admin/settings/mail", &fields).await.expect(303);
        let page = browser.submit("/admin/settings/mail/test", &[]).await.expect(200);
        assert!(page.body.contains("The mail server took the mail."));
        assert_eq!(sink.mails().len(), 1);
    }

    // security 168
    async fn the_pages_are_for_administrators(app: TestApp) {
        app.add_account("ada").await;
        app.add(Draft { role: Role::Helpdesk, ..draft("desk") }).await;
        let pages = ["/admin/settings", "/admin/settings/reset", "/admin/settings/mail"];
        for page in pages {
            assert!(app.browser().get(page).await.expect(303).location().starts_with("/sign-in?next="));
            for login in ["ada", "desk"] {
                let browser = app.browser_of(login).await;
                browser.get(page).await.expect(403);
            }
        }
        let desk = app.browser_of("desk").await;
        desk.submit("/admin/settings/reset", &[("reset.enabled", "false")]).await.expect(403);
        desk.submit("/admin/settings/mail/test", &[]).await.expect(403);
        assert!(app.latchkey.settings().await.unwrap().reset.enabled);
        assert!(app.letters().is_empty());
    }
}
