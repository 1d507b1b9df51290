//! API keys: shown once, stored hashed, as mighty as their scopes and no more (A3).

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/api-keys";

fn new_key(scopes: &[&str]) -> Value {
    json!({ "name": "Portal", "scopes": scopes, "current_password": PASSWORD })
}

on_both_engines! {
    // security 95, 168
    async fn a_key_is_shown_once_and_stored_nowhere(app: TestApp) {
        let admin = app.administrator().await;
        let made = admin.post(PATH, &new_key(&["accounts:read", "audit:read"])).await.expect(201).json();
        let key = made["key"].as_str().unwrap();
        assert!(key.starts_with("lk_") && key.len() == 46, "{key}");
        let program = app.program().with_session(key);
        program.get("/api/v1/accounts").await.expect(200);
        assert_eq!(program.get(PATH).await.expect(403).problem(), "forbidden");
        let listed = admin.get(PATH).await.expect(200);
        assert!(!listed.body.contains(key));
        let item = &listed.json()["items"][0];
        assert_eq!(item["name"], "Portal");
        assert_eq!(item["scopes"], json!(["accounts:read", "audit:read"]));
        assert!(item["last_used_at"].is_string() && item["created_by"].as_str().unwrap().starts_with("account:"));
        assert_eq!(app.count("api_keys where key_digest like 'lk_%'").await, 0);
        assert!(!app.rows("select detail, subject, reason from audit").await.iter().any(|row| row.contains(key)));

        admin.delete(&format!("{PATH}/{}", made["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(program.get("/api/v1/accounts").await.expect(401).problem(), "not_signed_in");
        for gone in [made["id"].as_str().unwrap(), "current", "%00"] {
            assert_eq!(admin.delete(&format!("{PATH}/{gone}")).await.expect(404).problem(), "not_found");
        }
        assert_eq!(app.count("audit where event in ('api_key_added', 'api_key_removed')").await, 2);
    }

    // security 170, 171
    async fn no_key_makes_a_mightier_one_and_people_confirm(app: TestApp) {
        let admin = app.administrator().await;
        let mut unconfirmed = new_key(&["keys:write", "mail:read"]);
        unconfirmed.as_object_mut().unwrap().remove("current_password");
        assert_eq!(admin.post(PATH, &unconfirmed).await.expect(403).problem(), "confirmation_needed");
        unconfirmed["current_password"] = json!("something else entirely");
        assert_eq!(admin.post(PATH, &unconfirmed).await.expect(403).problem(), "current_password_wrong");
        let made = admin.post(PATH, &new_key(&["keys:write", "mail:read"])).await.expect(201).json();
        let program = app.program().with_session(made["key"].as_str().unwrap());
        program.post(PATH, &json!({ "name": "Child", "scopes": ["mail:read"] })).await.expect(201);
        let refused = program.post(PATH, &json!({ "name": "Child", "scopes": ["accounts:write"] })).await.expect(422);
        assert_eq!((refused.problem().as_str(), refused.json()["field"].as_str()), ("invalid", Some("scopes")));
        assert_eq!(app.count("api_keys").await, 2);
    }

    async fn a_key_that_cannot_be_is_refused_in_words(app: TestApp) {
        let admin = app.administrator().await;
        for (field, name, scopes) in [
            ("name", "", json!(["mail:read"])),
            ("name", "a\u{0}b", json!(["mail:read"])),
            ("name", &"x".repeat(81), json!(["mail:read"])),
            ("scopes", "Portal", json!([])),
        ] {
            let body = json!({ "name": name, "scopes": scopes, "current_password": PASSWORD });
            let refused = admin.post(PATH, &body).await.expect(422);
            assert_eq!((refused.problem().as_str(), refused.json()["field"].as_str()), ("invalid", Some(field)), "{body}");
        }
        admin.post(PATH, &json!({ "name": "x", "scopes": ["everything"], "current_password": PASSWORD })).await.expect(422);
        for query in ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "colour=red", "limit=1&limit=2"] {
            admin.get(&format!("{PATH}?{query}")).await.expect(422);
        }
    }

    async fn a_list_comes_in_pages(app: TestApp) {
        let admin = app.administrator().await;
        for number in 0..5 {
            let body = json!({ "name": format!("Key {number}"), "scopes": ["mail:read"], "current_password": PASSWORD });
            admin.post(PATH, &body).await.expect(201);
            app.advance(1000);
        }
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("{PATH}?limit=2{cursor}")).await.expect(200).json();
            names.extend(page["items"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(names, ["Key 4", "Key 3", "Key 2", "Key 1", "Key 0"]);
    }

    // security 171
    async fn the_console_makes_lists_and_removes_keys(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let page = browser.submit("/admin/keys", &[("name", "Portal"), ("scope", "mail:read")]).await.expect(403);
        assert!(page.body.contains("current_password-problem") && page.body.contains("value=\"Portal\""));
        let fields = [("name", "Portal"), ("scope", "mail:read"), ("scope", "mail:write"), ("current_password", PASSWORD)];
        let page = browser.submit("/admin/keys", &fields).await.expect(200);
        let key = page.body.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        app.program().with_session(&key).get("/api/v1/outbox").await;
        let page = browser.get("/admin/keys").await.expect(200);
        assert!(page.body.contains("Portal") && !page.body.contains(&key));
        let id = app.rows("select id from api_keys").await.remove(0);
        let gone = browser.submit(&format!("/admin/keys/{id}/remove"), &[]).await.expect(303);
        assert_eq!(gone.location(), "/admin/keys?done=removed");
        assert_eq!(app.count("api_keys").await, 0);
    }
}
