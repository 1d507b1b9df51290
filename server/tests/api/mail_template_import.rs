//! Templates and settings of other systems (M5).

use crate::mail_templates::read;
use crate::on_both_engines;
use crate::support::TestApp;
use serde_json::{Value, json};
use server::staff::{Scope, Staff};

const PATH: &str = "/api/v1/mail-templates/import";
const PORTAL: &str = "CommunityPortal|Email|ForgottenPassword";

fn portal() -> Value {
    json!({
        format!("{PORTAL}|SendLink"): "true",
        format!("{PORTAL}|GenericResponse"): "“If your username is correct you will receive an email shortly. Please contact us if you did not receive this reminder.“",
        format!("{PORTAL}|SubjectTextWithLink"): "{PortalName}: your password",
        format!("{PORTAL}|BodyTextWithLink"): "Dear {Title} {UserNameWithID},\n\nopen {UserPassword} to choose a new password for {UserLoginName} at {SchoolSystemCode}.\nIt is for {SpousePreferred}, too.",
        format!("{PORTAL}|LinkExpiryMinutes"): "45",
        format!("{PORTAL}|BodyText"): "Your password is {UserPassword}",
        "CommunityPortal|PortalName": "Synergetic Community Portal",
        "System|Password|MinLength": "16",
        "System|Password|MinNonAlphaNumCount": "1",
        "System|Password|MinNumericCount": "2",
        "System|Password|MaxAge": "90",
    })
}

fn structr() -> Value {
    json!({
        "RESET_PASSWORD_SUBJECT": "Request to reset your Structr password",
        "RESET_PASSWORD_SENDER_NAME": "Structr Mail Daemon",
        "RESET_PASSWORD_SENDER_ADDRESSS": "structr-mail-daemon@localhost.example",
        "RESET_PASSWORD_TEXT_BODY": "Go to ${link} to reset your password.",
        "RESET_PASSWORD_HTML_BODY": "<div>Click <a href='${link}'>here</a> to reset your password.</div>",
        "RESET_PASSWORD_BASE_URL": "${concat(\"http://\", application.host, \":\", application.http.port)}",
        "RESET_PASSWORD_CONFIRM_KEY_KEY": "key",
        "RESET_PASSWORD_TARGET_PAGE_KEY": "target",
        "RESET_PASSWORD_TARGET_PAGE": "/reset-password",
    })
}

/// Outcome and notes of an item.
fn of(report: &Value, name: &str) -> String {
    let items = report["items"].as_array().unwrap();
    let item = items
        .iter()
        .find(|item| item["name"] == name)
        .unwrap_or_else(|| panic!("{name}: {report}"));
    let notes = item["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["code"].as_str().unwrap());
    let becomes = item["becomes"].as_str().unwrap_or_default();
    format!(
        "{} {becomes} [{}]",
        item["outcome"].as_str().unwrap(),
        notes.collect::<Vec<_>>().join(",")
    )
}

on_both_engines! {
    async fn the_portals_settings_become_a_template_and_settings(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        let looked = admin.post(PATH, &json!({ "locale": "en", "items": portal() })).await.expect(200).json();
        for (name, outcome) in [
            ("SendLink", "converted  [not_needed]"),
            ("GenericResponse", "converted reset.generic_response []"),
            ("SubjectTextWithLink", "converted reset_link/en subject []"),
            ("BodyTextWithLink", "converted reset_link/en text [link_instead_of_password,html_made_from_text]"),
            ("LinkExpiryMinutes", "converted reset.link_expiry_minutes []"),
            ("BodyText", "refused  [passwords_are_never_mailed]"),
        ] {
            assert_eq!(of(&looked, &format!("{PORTAL}|{name}")), outcome, "{name}");
        }
        assert_eq!(of(&looked, "System|Password|MaxAge"), "refused  [unknown_name]");
        assert_eq!(looked["settings"], json!({
            "reset": {
                "generic_response": { "en": "If your username is correct you will receive an email shortly. Please contact us if you did not receive this reminder." },
                "link_expiry_minutes": 45, "delivery": "link",
            },
            "branding": { "product_name": "Synergetic Community Portal" },
            "password": { "min_length": 16, "min_non_alphanumeric": 1, "min_digits": 2 },
        }));
        assert_eq!((looked["problems"].clone(), looked["applied"].clone()), (json!([]), json!(false)));
        assert_eq!(app.count("mail_templates").await + app.count("settings where name like 'password.%'").await, 0, "nothing counts before it is said");

        let done = admin.post(PATH, &json!({ "locale": "en", "items": portal(), "apply": true })).await.expect(200).json();
        assert_eq!(done["applied"], true);
        let letter = read(&app).await;
        assert_eq!(letter.subject, "Synergetic Community Portal: your password");
        assert!(letter.text.contains("to choose a new password for ada at") && letter.shown_code().is_none(), "{}", letter.text);
        assert!(letter.html.contains("to choose a new password for ada at") && !letter.text.contains("ABCD"));
        assert_eq!(admin.get("/api/v1/settings").await.expect(200).json()["reset"]["link_expiry_minutes"], 45);
    }

    async fn the_document_servers_own_defaults_give_the_same_mail(app: TestApp) {
        let admin = app.administrator().await;
        let looked = admin.post(PATH, &json!({ "locale": "en", "items": structr() })).await.expect(200).json();
        assert_eq!(looked["problems"], json!([]), "{looked}");
        for (name, outcome) in [
            ("RESET_PASSWORD_HTML_BODY", "converted reset_link/en html [plain_link_added]"),
            ("RESET_PASSWORD_SENDER_ADDRESSS", "converted mail.sender_address []"),
            ("RESET_PASSWORD_BASE_URL", "needs_a_hand reset.public_url [pinned]"),
            ("RESET_PASSWORD_TARGET_PAGE", "converted  [not_needed]"),
        ] {
            assert_eq!(of(&looked, name), outcome, "{name}");
        }
        // People confirm who writes their mails.
        let body = json!({ "locale": "en", "items": structr(), "apply": true });
        assert_eq!(admin.post(PATH, &body).await.expect(403).problem(), "confirmation_needed");
        assert_eq!(app.count("mail_templates").await, 0);
        let mut body = body;
        body["current_password"] = json!(crate::support::PASSWORD);
        admin.post(PATH, &body).await.expect(200);
        app.add_account("ada").await;
        let letter = read(&app).await;
        assert_eq!(letter.subject, "Request to reset your Structr password");
        let link = letter.text.split_whitespace().find(|word| word.starts_with("https://")).unwrap().to_owned();
        assert_eq!(letter.text.trim(), format!("Go to {link} to reset your password."));
        assert!(letter.html.contains(&format!("<div>Click <a href='{link}'>here</a> to reset your password.</div>")));
        assert!(letter.html.contains(&format!(">{link}</a>")), "to copy");
    }

    async fn what_cannot_be_converted_is_left_for_a_hand_and_never_applied(app: TestApp) {
        let admin = app.administrator().await;
        let items = json!({
            "RESET_PASSWORD_TEXT_BODY": "Dear ${me.name}, password {Nobody}",
            "RESET_PASSWORD_HTML_BODY": "<img src='https://evil.example/x'><a href='${link}'>${link}</a>",
            "System|Password|MinLength": "6",
            "CommunityPortal|Email|ForgottenPassword|LinkExpiryMinutes": "soon",
        });
        let looked = admin.post(PATH, &json!({ "locale": "de", "items": items })).await.expect(200).json();
        assert_eq!(of(&looked, "RESET_PASSWORD_TEXT_BODY"), "needs_a_hand reset_link/de text [cannot_compute,unknown_placeholder]");
        assert_eq!(of(&looked, "RESET_PASSWORD_HTML_BODY"), "needs_a_hand reset_link/de html [not_right_yet]");
        assert_eq!(of(&looked, "System|Password|MinLength"), "needs_a_hand password.min_length [value_not_possible]");
        assert!(looked["problems"].to_string().contains("element_not_allowed"));
        let refused = admin.post(PATH, &json!({ "locale": "de", "items": items, "apply": true })).await.expect(422);
        assert!(!refused.json()["problems"].as_array().unwrap().is_empty());
        assert_eq!(app.count("mail_templates").await + app.count("settings where name like 'reset.%'").await, 0);
        for bad in [json!({ "locale": "tlh", "items": {} }), json!({ "locale": "en", "items": [] }), json!({ "locale": "en", "items": { "a": 1 } })] {
            admin.post(PATH, &bad).await.expect(422);
        }
    }

    // security 168
    async fn applying_settings_needs_their_scope_too(app: TestApp) {
        let key = async |scopes: &[Scope]| {
            let made = server::staff::key::add(&app.latchkey, &Staff::operator(), "robot", scopes, None).await.unwrap();
            app.program().with_session(&made.key)
        };
        let body = json!({ "locale": "en", "items": portal(), "apply": true });
        assert_eq!(key(&[Scope::MailWrite, Scope::MailRead]).await.post(PATH, &body).await.expect(403).problem(), "forbidden");
        assert_eq!(app.count("mail_templates").await, 0);
        key(&[Scope::MailWrite, Scope::MailRead, Scope::SettingsWrite]).await.post(PATH, &body).await.expect(200);
    }

    async fn the_console_takes_what_is_pasted(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let page = "/admin/mail-templates/import";
        assert!(browser.get(page).await.expect(200).body.contains("Old settings"));
        let pasted = "RESET_PASSWORD_SUBJECT\tReset\r\nRESET_PASSWORD_TEXT_BODY = Hello,\r\n\r\ngo to ${link}\r\n";
        let seen = browser.submit(page, &[("items", pasted), ("language", "fr")]).await.expect(200);
        assert!(seen.body.contains("reset_link/fr text") && seen.body.contains("Put it in force"), "{}", seen.body);
        assert_eq!(app.count("mail_templates").await, 0);
        let done = browser.submit(page, &[("items", pasted), ("language", "fr"), ("apply", "true")]).await.expect(303);
        assert!(browser.get(&done.location()).await.expect(200).body.contains("Imported."));
        assert_eq!(app.rows("select kind, locale, subject from mail_templates").await, ["reset_link|fr|Reset"]);
        let none = browser.submit(page, &[("items", "nothing of ours"), ("language", "fr")]).await.expect(200);
        assert!(none.body.contains("No old setting was recognised."));
    }
}
