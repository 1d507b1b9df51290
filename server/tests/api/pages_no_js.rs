//! The whole way through the pages as they are in HTML: every form is posted as it stands there, by a browser without JavaScript.

use crate::on_both_engines;
use crate::support::recovery::{SOCIAL, undo_token};
use crate::support::{Answer, Client, PASSWORD, TestApp, draft};
use serde_json::json;
use server::account::add::Draft;

const FRESH: &str = "quiet lamps under snow";

/// A form as it stands in a page.
#[derive(Debug)]
struct Form {
    action: String,
    /// Name, value, and the whole tag.
    fields: Vec<(String, String, String)>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    rest.split_once('"').map(|(value, _)| value.replace("&amp;", "&"))
}

fn forms(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for form in page.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        let head = format!(" {}", form.split_once('>').unwrap().0);
        assert_eq!(attribute(&head, "method").as_deref(), Some("post"), "{head}");
        let inputs = form
            .split("<input")
            .skip(1)
            .map(|input| input.split_once('>').unwrap().0);
        let fields = inputs.map(|tag| {
            let name = attribute(tag, "name").unwrap_or_else(|| panic!("a field without a name: {tag}"));
            (name, attribute(tag, "value").unwrap_or_default(), tag.to_owned())
        });
        forms.push(Form {
            action: attribute(&head, "action").unwrap(),
            fields: fields.collect(),
        });
    }
    forms
}

/// Fills in and posts the form with this action, with whatever it carries hidden, and follows the answer.
async fn submit(browser: &Client, page: &Answer, action: &str, typed: &[(&str, &str)]) -> Answer {
    let form = forms(&page.body)
        .into_iter()
        .find(|form| form.action == format!("/form/{action}"));
    let form = form.unwrap_or_else(|| panic!("no form {action} in {}", page.body));
    for (name, _) in typed {
        assert!(
            form.fields.iter().any(|(field, _, _)| field == name),
            "no field {name}: {form:?}"
        );
    }
    let value = |name: &str, own: &str| {
        typed
            .iter()
            .find(|(field, _)| *field == name)
            .map_or(own.to_owned(), |(_, value)| (*value).to_owned())
    };
    let filled: Vec<(String, String)> = form
        .fields
        .iter()
        .map(|(name, own, _)| (name.clone(), value(name, own)))
        .collect();
    let filled: Vec<(&str, &str)> = filled
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = browser.form(action, &filled).await.expect(303);
    browser.open(answer.header("location")).await
}

fn field(page: &Answer, name: &str) -> String {
    let forms = forms(&page.body);
    let found = forms
        .iter()
        .flat_map(|form| &form.fields)
        .find(|(field, _, _)| field == name);
    found
        .unwrap_or_else(|| panic!("no field {name} in {}", page.body))
        .2
        .clone()
}

#[track_caller]
fn assert_heading(page: &Answer, status: u16, heading: &str) {
    assert_eq!(page.status, status, "{}", page.body);
    let headings: Vec<&str> = page
        .body
        .split("<h1")
        .skip(1)
        .map(|rest| rest.split_once('>').unwrap().1.split('<').next().unwrap())
        .collect();
    assert_eq!(headings, [heading]);
    assert!(page.body.contains("<html lang=\"en\""), "{}", page.body);
    assert!(page.body.contains("</html>"), "whole: {}", page.body);
}

on_both_engines! {
    // security 188: pages that are made at the same time take nothing from each other
    async fn many_pages_at_once_are_all_whole(app: TestApp) {
        let app = std::sync::Arc::new(app);
        let crowd = (0..16).map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                let browser = app.browser();
                for _ in 0..25 {
                    for path in ["/forgot", "/sign-in", "/forgot?refused=identifier_missing"] {
                        let page = browser.get(path).await.expect(200).body;
                        assert!(page.contains("</h1>") && page.contains(" – Latchkey</title>"), "{page}");
                    }
                }
            })
        });
        for one in crowd.collect::<Vec<_>>() {
            one.await.unwrap();
        }
    }

    // F1, F3, F5, F7; security 119
    async fn from_forgotten_to_signed_in_by_link(app: TestApp) {
        app.add(Draft { name: "Ada Lovelace".into(), ..draft("ada") }).await;
        let browser = app.browser();
        let page = browser.open("/").await;
        assert_heading(&page, 200, "Sign in");
        assert!(page.body.contains("href=\"/forgot\""));
        let page = browser.open("/forgot").await;
        assert_heading(&page, 200, "Forgot your password?");
        let page = submit(&browser, &page, "request_reset", &[("identifier", "ada@example.org")]).await;
        assert_heading(&page, 200, "Check your mail");
        assert!(page.body.contains("role=\"status\"") && page.body.contains("No mail came?"));
        app.drain().await;
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        let page = browser.open(letter.link().unwrap().strip_prefix("https://reset.example.org").unwrap()).await;
        assert_heading(&page, 200, "Choose a new password");
        let page = submit(&browser, &page, "complete_reset", &[("password", "short"), ("confirmation", "short")]).await;
        assert_heading(&page, 200, "Choose a new password");
        assert!(page.body.contains("aria-invalid=\"true\"") && !page.body.contains("value=\"short\""), "{}", page.body);
        let page = submit(&browser, &page, "complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await;
        assert_heading(&page, 200, "Your password is changed");
        let page = browser.open("/sign-in").await;
        let page = submit(&browser, &page, "sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
        assert_heading(&page, 200, "Sign in");
        assert!(page.body.contains("do not fit together"), "{}", page.body);
        let page = submit(&browser, &page, "sign_in", &[("identifier", "ada"), ("password", FRESH)]).await;
        assert_heading(&page, 200, "Your account");
        let page = submit(&browser, &page, "sign_out", &[]).await;
        assert_heading(&page, 200, "Sign in");
        assert!(page.body.contains("You are signed out."));
        let page = browser.open("/account").await;
        assert!(page.body.contains("Please sign in to go on."));
        let page = submit(&browser, &page, "sign_in", &[("identifier", "ada"), ("password", FRESH)]).await;
        assert_heading(&page, 200, "Your account");
    }

    // F12
    async fn from_forgotten_to_changed_by_code(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        let page = browser.open("/forgot").await;
        let page = submit(&browser, &page, "request_reset", &[("identifier", "ada")]).await;
        app.drain().await;
        let page = submit(&browser, &page, "verify_reset_code", &[("code", "ABCD-2345")]).await;
        assert_heading(&page, 200, "Check your mail");
        assert!(page.body.contains("aria-invalid=\"true\""), "{}", page.body);
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        let page = submit(&browser, &page, "verify_reset_code", &[("code", &letter.code().to_lowercase())]).await;
        assert_heading(&page, 200, "Choose a new password");
        let page = submit(&browser, &page, "complete_reset", &[("password", FRESH), ("confirmation", FRESH)]).await;
        assert_heading(&page, 200, "Your password is changed");
    }

    // R3, R4, R6, R7, R10; security 86, 87, 119
    async fn from_a_lost_mailbox_to_signed_in_by_facts_and_back_by_the_old_one(app: TestApp) {
        app.recoverable_ada().await;
        let browser = app.browser();
        let page = browser.open("/forgot").await;
        assert!(page.body.contains("href=\"/recovery\"") && page.body.contains("I no longer have this mailbox"), "{}", page.body);
        let page = browser.open("/recovery").await;
        assert_heading(&page, 200, "Get back in without your mailbox");
        let social = field(&page, "facts[social_security_number]");
        for wanted in ["type=\"password\"", "inputmode=\"numeric\"", "autocomplete=\"off\""] {
            assert!(social.contains(wanted), "{social}");
        }
        assert!(field(&page, "facts[email]").contains("autocomplete=\"email\""));
        let typed = |social: &'static str| [("facts[email]", "ada@example.org"), ("facts[social_security_number]", social)];
        let page = submit(&browser, &page, "start_recovery", &typed("123-45-678X")).await;
        assert!(field(&page, "facts[social_security_number]").contains("aria-invalid=\"true\""), "{}", page.body);
        assert!(!page.body.contains("678X") && !field(&page, "facts[email]").contains("aria-invalid"), "{}", page.body);
        let page = submit(&browser, &page, "start_recovery", &typed("111-11-1111")).await;
        assert!(page.body.contains("We could not find one account"), "{}", page.body);
        let page = submit(&browser, &page, "start_recovery", &typed(SOCIAL)).await;
        assert_heading(&page, 200, "Your new mailbox");
        let page = submit(&browser, &page, "set_recovery_address", &[("address", "ada@new.example")]).await;
        assert_heading(&page, 200, "Check your new mailbox");
        app.drain().await;
        let code = app.last_to("ada@new.example").code();
        let page = submit(&browser, &page, "prove_recovery_address", &[("code", "ABCD-2345")]).await;
        assert!(field(&page, "code").contains("aria-invalid=\"true\""), "{}", page.body);
        let page = submit(&browser, &page, "prove_recovery_address", &[("code", &code)]).await;
        assert_heading(&page, 200, "Choose a new password");
        let page = submit(&browser, &page, "complete_recovery", &[("password", FRESH), ("confirmation", "")]).await;
        assert_heading(&page, 200, "Choose a new password");
        assert!(page.body.contains("The two passwords are not the same"), "{}", page.body);
        let page = submit(&browser, &page, "complete_recovery", &[("password", FRESH), ("confirmation", FRESH)]).await;
        assert_heading(&page, 200, "Your account is yours again");
        assert_heading(&browser.open("/account").await, 200, "Your account");

        app.drain().await;
        let owner = app.browser();
        let page = owner.open(&format!("/recovery/undo?key={}", undo_token(&app.last_to("ada@example.org")))).await;
        assert_heading(&page, 200, "Was this not you?");
        let page = submit(&owner, &page, "undo_recovery", &[]).await;
        assert_heading(&page, 200, "It is stopped");
        assert_heading(&browser.open("/account").await, 200, "Sign in");
        assert_heading(&owner.open("/recovery/undo").await, 410, "This link is not valid any more");
    }

    // R12
    async fn whoever_waits_for_staff_sees_what_became_of_it(app: TestApp) {
        app.recoverable_ada().await;
        app.set("recovery.approval", json!("staff")).await;
        let browser = app.browser();
        let page = browser.open("/recovery").await;
        let typed = [("facts[email]", "ada@example.org"), ("facts[social_security_number]", SOCIAL)];
        let page = submit(&browser, &page, "start_recovery", &typed).await;
        let page = submit(&browser, &page, "set_recovery_address", &[("address", "ada@new.example")]).await;
        app.drain().await;
        let code = app.last_to("ada@new.example").code();
        let page = submit(&browser, &page, "prove_recovery_address", &[("code", &code)]).await;
        let page = submit(&browser, &page, "complete_recovery", &[("password", FRESH), ("confirmation", FRESH)]).await;
        assert_heading(&page, 200, "Somebody looks at it first");
        let receipt = app.rows("select receipt from recoveries").await.remove(0);
        let id = app.rows("select id from recoveries").await.remove(0);
        let admin = app.administrator().await;
        admin.post(&format!("/api/v1/recoveries/{id}/approve"), &json!({})).await.expect(204);
        let page = app.browser().open(&format!("/recovery/done?receipt={receipt}")).await;
        assert_heading(&page, 200, "Your account is yours again");
        assert_heading(&browser.open("/recovery/done?receipt=none").await, 200, "This recovery is over");
    }

    // security 90
    async fn recovery_codes_are_shown_once_and_take_the_place_of_facts(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        let page = browser.open("/sign-in?next=%2Faccount%2Frecovery").await;
        let page = submit(&browser, &page, "sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
        assert_heading(&page, 200, "If you lose your mailbox");
        let page = submit(&browser, &page, "make_recovery_codes", &[("current", "something else entirely")]).await;
        assert!(field(&page, "current").contains("aria-invalid=\"true\""), "{}", page.body);
        let page = submit(&browser, &page, "make_recovery_codes", &[("current", PASSWORD)]).await;
        assert_heading(&page, 200, "Recovery codes");
        let codes: Vec<&str> = page.body.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        assert_eq!(codes.len(), 10, "{}", page.body);
        assert!(!browser.open("/account/codes").await.body.contains("<li><code>"));
        let stranger = app.browser();
        let page = stranger.open("/recovery").await;
        assert!(!page.body.contains("facts["), "{}", page.body);
        let page = submit(&stranger, &page, "start_recovery_with_code", &[("code", codes[3])]).await;
        assert_heading(&page, 200, "Your new mailbox");
    }

    // F20: send it again, with nothing typed
    async fn another_mail_is_one_button_away(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        let page = browser.open("/forgot").await;
        let page = submit(&browser, &page, "request_reset", &[("identifier", "ada")]).await;
        app.drain().await;
        app.advance(61_000);
        let page = submit(&browser, &page, "resend_reset", &[]).await;
        assert_heading(&page, 200, "Check your mail");
        assert!(page.body.contains("Only the newest mail works."), "{}", page.body);
        app.drain().await;
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        let page = submit(&browser, &page, "verify_reset_code", &[("code", &letter.code())]).await;
        assert_heading(&page, 200, "Choose a new password");
    }

    // F20
    async fn every_dead_end_offers_a_next_step(app: TestApp) {
        let browser = app.browser();
        let page = browser.open("/reset").await;
        assert_heading(&page, 410, "This link is not valid any more");
        assert!(page.body.contains("href=\"/forgot\""));
        let page = browser.open("/no-such-page").await;
        assert_heading(&page, 404, "Page not found");
        assert!(page.body.contains("href=\"/\""));
        assert_heading(&browser.open("/forgot/sent").await, 200, "Forgot your password?");
        assert_heading(&browser.open("/account").await, 200, "Sign in");
        let page = browser.open("/forgot").await;
        let page = submit(&browser, &page, "request_reset", &[("identifier", " ")]).await;
        assert_heading(&page, 200, "Forgot your password?");
        assert!(page.body.contains("aria-invalid=\"true\""), "{}", page.body);
    }

    // security 204, 205, 206
    async fn password_managers_find_what_they_need(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let browser = app.browser();
        let page = browser.open("/sign-in").await;
        assert!(field(&page, "identifier").contains("autocomplete=\"username\""));
        assert!(field(&page, "password").contains("autocomplete=\"current-password\""));
        let page = browser.open(&format!("/forgot/sent?receipt={receipt}")).await;
        assert!(field(&page, "code").contains("autocomplete=\"one-time-code\""));
        let page = browser.open(&format!("/reset?key={}", letter.token())).await;
        for name in ["password", "confirmation"] {
            let tag = field(&page, name);
            assert!(tag.contains("autocomplete=\"new-password\"") && tag.contains("type=\"password\"") && !tag.contains(" maxlength="), "{tag}");
        }
        let username = field(&page, "username");
        assert!(username.contains("autocomplete=\"username\"") && username.contains("value=\"ada\"") && !username.contains("type=\"hidden\""), "{username}");
    }

    // security 117, 125, 180, 36: stored text is text, and nobody else's
    async fn stored_names_are_shown_as_text(app: TestApp) {
        let hostile = "\"></title></script><svg/onload=alert(1)><script>alert(2)";
        app.add(Draft { name: hostile.into(), ..draft("ada") }).await;
        app.set("branding.product_name", json!(hostile)).await;
        app.set("branding.support_contact", json!(format!("javascript:alert(1) {hostile}"))).await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        assert!(!letter.html.contains("<svg") && !letter.html.contains("<script"), "{}", letter.html);
        let browser = app.browser();
        let opened = browser.open(&format!("/reset?key={}", letter.token())).await;
        let sent = browser.open(&format!("/forgot/sent?receipt={receipt}")).await;
        let page = browser.open("/sign-in").await;
        let account = submit(&browser, &page, "sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
        let hash = app.rows("select password_hash from accounts").await.remove(0);
        for page in [opened, sent, page, account, browser.open("/forgot").await, browser.open("/nowhere").await] {
            assert_eq!(page.body.matches("<svg/onload").count(), 0, "{}", page.body);
            assert!(!page.body.contains("<script>alert(2)"), "{}", page.body);
            assert!(!page.body.contains("href=\"javascript:"), "{}", page.body);
            assert!(!page.body.contains(&hash) && !page.body.contains("password_hash") && !page.body.contains("credential_version"));
        }
    }

    // security 117, 213: what stands in the address is shown as text, or not at all
    async fn addresses_cannot_plant_anything(app: TestApp) {
        let browser = app.browser();
        let hostile = "%22%3E%3Csvg%2Fonload%3Dalert(1)%3E";
        for address in [
            format!("/forgot/sent?receipt={hostile}"), format!("/sign-in?next={hostile}&refused={hostile}"), format!("/forgot?refused={hostile}"),
            format!("/reset?refused={hostile}&violations={hostile}"), format!("/account?changed={hostile}"), format!("/{hostile}"),
        ] {
            let page = browser.open(&address).await;
            assert!(!page.body.contains("<svg/onload"), "{address}: {}", page.body);
        }
    }
}
