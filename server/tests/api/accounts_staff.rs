//! What staff do with accounts: find, add, change, remove, help — and never a password (A4, A5, A6, M8).

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, TestApp, draft};
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;
use server::clock::HOUR;

const PATH: &str = "/api/v1/accounts";

async fn helpdesk(app: &TestApp) -> Client {
    app.add(Draft {
        role: Role::Helpdesk,
        ..draft("hanna")
    })
    .await;
    app.signed_in("hanna", PASSWORD).await
}

fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    app.mail_to(address).into_iter().map(|letter| letter.subject).collect()
}

on_both_engines! {
    async fn accounts_are_found_by_any_part_of_their_names(app: TestApp) {
        let admin = app.administrator().await;
        app.advance(1000);
        for (login_name, name) in [("ada", "Ada Lovelace"), ("grace", "Grace Hopper"), ("per_cent", "100% Percy")] {
            app.add(Draft { name: name.to_owned(), ..draft(login_name) }).await;
            app.advance(1000);
        }
        let found = async |query: &str| -> Vec<String> {
            let page = admin.get(&format!("{PATH}?{query}")).await.expect(200).json();
            page["items"].as_array().unwrap().iter().map(|account| account["login_name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(found("").await, ["per_cent", "grace", "ada", "root"]);
        assert_eq!(found("search=LOVE").await, ["ada"]);
        assert_eq!(found("search=grace%40example").await, ["grace"]);
        assert_eq!(found("search=%25").await, ["per_cent"], "a per cent sign means itself");
        assert_eq!(found("search=_").await, ["per_cent"], "an underscore means itself");
        assert_eq!(found("search=%20%20").await.len(), 4, "nothing but spaces is no search");
        assert_eq!(found("role=admin").await, ["root"]);
        assert_eq!(found("status=disabled").await, Vec::<String>::new());
        assert_eq!(found("sign_in=password&limit=1").await, ["per_cent"]);
        for bad in ["search=%00", "status=asleep", "role=", "limit=-1", "limit=99999999999999999999", "cursor=", "x=y"] {
            admin.get(&format!("{PATH}?{bad}")).await.expect(422);
        }
    }

    // A6, security 169
    async fn an_account_is_added_without_a_password_and_its_owner_sets_one(app: TestApp) {
        let admin = app.administrator().await;
        let body = json!({ "login_name": "ada", "email": "ada@example.org", "name": "Ada" });
        let made = admin.post(PATH, &body).await.expect(201);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(made.header("location"), format!("{PATH}/{id}"));
        assert_eq!(admin.get(made.header("location")).await.expect(200).json(), made.json());
        for field in ["password", "password_hash"] {
            let mut body = json!({ "login_name": "bob" });
            body[field] = json!("seven otters juggle plums");
            admin.post(PATH, &body).await.expect(422);
            admin.patch(&format!("{PATH}/{id}"), &json!({ field: "seven otters juggle plums" })).await.expect(422);
        }
        let receipt = admin.post(&format!("{PATH}/{id}/password-reset"), &Value::Null).await.expect(202);
        assert_eq!(receipt.json().as_object().unwrap().len(), 1, "a receipt and nothing that opens anything");
        app.drain().await;
        let letter = app.mail_to("ada@example.org").remove(0);
        assert!(letter.text.contains("support has started a new password"), "{}", letter.text);
        app.complete(&letter.token(), "a whole new passphrase").await.expect(204);
        app.sign_in("ada", "a whole new passphrase").await.expect(200);
    }

    async fn what_an_account_cannot_be_is_named(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        for (body, status, field) in [
            (json!({ "login_name": "a b" }), 422, "login_name"),
            (json!({ "login_name": "bob", "email": "nobody" }), 422, "email"),
            (json!({ "login_name": "bob", "name": "x\u{1b}[31m" }), 422, "name"),
            (json!({ "login_name": "bob", "locale": "e n" }), 422, "locale"),
            (json!({ "login_name": "ADA" }), 409, "login_name"),
            (json!({ "login_name": "bob", "email": "ADA@example.org" }), 409, "email"),
            (json!({ "login_name": "ada@example.org" }), 409, "login_name"),
        ] {
            let refused = admin.post(PATH, &body).await.expect(status);
            assert_eq!(refused.json()["field"], field, "{body}");
            assert!(!refused.body.contains("root"), "nothing of others");
        }
        assert_eq!(app.count("accounts").await, 2);
    }

    // A4, M8, security 23
    async fn a_new_address_is_told_to_both_and_kills_what_was_mailed_before(app: TestApp) {
        let admin = app.administrator().await;
        let id = app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        let changed = admin.patch(&format!("{PATH}/{id}"), &json!({ "email": "lovelace@example.com" })).await.expect(200);
        assert_eq!(changed.json()["email"], "lovelace@example.com");
        app.verify(&letter.token()).await.expect(410);
        app.drain().await;
        let old = app.mail_to("ada@example.org").pop().unwrap();
        assert!(old.text.contains("l…@example.com") && !old.text.contains("lovelace@"), "{}", old.text);
        assert_eq!(subjects(&app, "lovelace@example.com").len(), 1);
        // Found by the new one, not by the old one any more, which is free for others.
        app.advance(2 * HOUR);
        app.ask("ada@example.org").await;
        app.drain().await;
        assert_eq!(app.rows("select outcome from reset_requests order by requested_at desc limit 1").await, ["unknown"]);
        app.ask_and_read("LOVELACE@example.com").await;
        let admin = app.signed_in("root", PASSWORD).await;
        admin.post(PATH, &json!({ "login_name": "other", "email": "ada@example.org" })).await.expect(201);
        let none = admin.patch(&format!("{PATH}/{id}"), &json!({ "email": null })).await.expect(200);
        assert_eq!(none.json()["email"], Value::Null);
        let audit = app.rows("select detail from audit where event = 'email_changed'").await.join("|");
        assert!(audit.contains("a…@example.org → l…@example.com") && !audit.contains("lovelace@"), "{audit}");
    }

    // M8, security 23, 98
    async fn a_disabled_account_is_closed_at_once_and_its_owner_is_told(app: TestApp) {
        let admin = app.administrator().await;
        let id = app.add_account("ada").await;
        let token = app.session("ada", PASSWORD).await;
        admin.patch(&format!("{PATH}/{id}"), &json!({ "status": "disabled" })).await.expect(200);
        assert!(!app.is_alive(&token).await);
        app.sign_in("ada", PASSWORD).await.expect(401);
        let refused = admin.post(&format!("{PATH}/{id}/password-reset"), &Value::Null).await.expect(409);
        assert!(refused.json()["detail"].as_str().unwrap().contains("disabled"));
        admin.patch(&format!("{PATH}/{id}"), &json!({ "status": "active" })).await.expect(200);
        assert!(!app.is_alive(&token).await, "what was closed stays closed");
        app.sign_in("ada", PASSWORD).await.expect(200);
        admin.patch(&format!("{PATH}/{id}"), &json!({ "sign_in": "sso" })).await.expect(200);
        app.sign_in("ada", PASSWORD).await.expect(401);
        assert_eq!(app.count("accounts where login_name = 'ada' and password_hash = ''").await, 1);
        app.drain().await;
        assert_eq!(subjects(&app, "ada@example.org").len(), 3, "disabled, enabled, sign-in");
        // What changes nothing says nothing.
        let before = app.count("audit").await;
        admin.patch(&format!("{PATH}/{id}"), &json!({ "sign_in": "sso", "login_name": "ada" })).await.expect(200);
        assert_eq!(app.count("audit").await, before);
    }

    // security 170
    async fn helpdesk_helps_users_and_touches_nobody_above(app: TestApp) {
        app.administrator().await;
        let helpdesk = helpdesk(&app).await;
        let user = app.add_account("ada").await;
        let admin = app.rows("select id from accounts where login_name = 'root'").await.remove(0);
        let token = app.session("ada", PASSWORD).await;
        helpdesk.get(&format!("{PATH}/{admin}")).await.expect(200);
        for (method, path) in [("POST", "password-reset"), ("DELETE", "sessions")] {
            let path = |id: &str| format!("{PATH}/{id}/{path}");
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let refused = helpdesk.send(helpdesk.request(method.clone(), &path(&admin))).await.expect(403);
            assert_eq!(refused.problem(), "forbidden");
            let done = helpdesk.send(helpdesk.request(method, &path(&user))).await;
            assert!(matches!(done.status, 202 | 204), "{done:?}");
        }
        assert!(!app.is_alive(&token).await);
        for change in [json!({ "role": "admin" }), json!({ "email": "mine@example.org" }), json!({ "status": "disabled" })] {
            helpdesk.patch(&format!("{PATH}/{user}"), &change).await.expect(403);
        }
        helpdesk.delete(&format!("{PATH}/{user}")).await.expect(403);
        helpdesk.post(PATH, &json!({ "login_name": "friend" })).await.expect(403);
        app.drain().await;
        assert!(subjects(&app, "ada@example.org").iter().any(|subject| subject.contains("Support has changed")));
        assert!(subjects(&app, "root@example.org").is_empty());
    }

    // security 170: otherwise a key of accounts:write could take an administrator's account over
    async fn keys_act_on_no_staff_and_make_none(app: TestApp) {
        let admin = app.administrator().await;
        let all = ["accounts:read", "accounts:write", "resets:start"];
        let body = json!({ "name": "HR", "scopes": all, "current_password": PASSWORD });
        let key = admin.post("/api/v1/api-keys", &body).await.expect(201).json();
        let program = app.program().with_session(key["key"].as_str().unwrap());
        let root = app.rows("select id from accounts where login_name = 'root'").await.remove(0);
        program.patch(&format!("{PATH}/{root}"), &json!({ "email": "thief@example.org" })).await.expect(403);
        program.post(&format!("{PATH}/{root}/password-reset"), &Value::Null).await.expect(403);
        program.delete(&format!("{PATH}/{root}")).await.expect(403);
        program.post(PATH, &json!({ "login_name": "boss", "role": "admin" })).await.expect(403);
        let made = program.post(PATH, &json!({ "login_name": "ada" })).await.expect(201).json();
        program.patch(&format!("{PATH}/{}", made["id"].as_str().unwrap()), &json!({ "role": "helpdesk" })).await.expect(403);
    }

    // security 170, 171
    async fn a_role_changes_with_the_password_and_the_last_administrator_stays(app: TestApp) {
        let root = app.administrator().await;
        let root_id = app.rows("select id from accounts where login_name = 'root'").await.remove(0);
        let ada = app.add_account("ada").await;
        let promote = |id: &str, role: &str, password: Option<&str>| {
            (format!("{PATH}/{id}"), json!({ "role": role, "current_password": password }))
        };
        let (path, body) = promote(&ada, "admin", None);
        assert_eq!(root.patch(&path, &body).await.expect(403).problem(), "confirmation_needed");
        let (path, body) = promote(&ada, "admin", Some(PASSWORD));
        root.patch(&path, &body).await.expect(200);
        // Nobody locks themselves out.
        for change in [json!({ "role": "user", "current_password": PASSWORD }), json!({ "status": "disabled" })] {
            assert_eq!(root.patch(&format!("{PATH}/{root_id}"), &change).await.expect(409).problem(), "conflict");
        }
        root.delete(&format!("{PATH}/{root_id}")).await.expect(409);
        let ada_client = app.signed_in("ada", PASSWORD).await;
        ada_client.patch(&format!("{PATH}/{root_id}"), &json!({ "role": "user", "current_password": PASSWORD })).await.expect(200);
        assert_eq!(root.get(PATH).await.expect(403).problem(), "forbidden", "demoted, and out at once");
        // The operator is nobody's account, and still leaves one.
        let operator = server::staff::Staff::operator();
        let change = server::account::change::Change { status: Some(server::account::Status::Disabled), ..Default::default() };
        let refused = server::account::change::change(&app.latchkey, &operator, &ada, &change, None).await.unwrap_err();
        assert!(refused.to_string().contains("last administrator"), "{refused}");
        assert!(server::account::remove::remove(&app.latchkey, &operator, &ada).await.is_err());
    }

    // security 170
    async fn two_administrators_who_remove_each_other_leave_one(app: TestApp) {
        let staff = server::staff::Staff::operator();
        let mut ids = Vec::new();
        for number in 0..8 {
            ids.push(app.add(Draft { role: Role::Admin, ..draft(&format!("admin{number}")) }).await);
        }
        let tries = ids.iter().map(|id| server::account::remove::remove(&app.latchkey, &staff, id));
        let ended = futures_util::future::join_all(tries).await;
        assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 7, "{ended:?}");
        assert_eq!(app.count("accounts where role = 'admin'").await, 1);
    }

    // security 200
    async fn a_removed_person_is_gone_from_everything_but_what_happened(app: TestApp) {
        app.administrator().await;
        let id = app.add(Draft { name: "Ada Lovelace".into(), ..draft("ada") }).await;
        app.ask_and_read("ada").await;
        app.session("ada", PASSWORD).await;
        app.ask("ada").await;
        app.advance(HOUR);
        app.drain().await;
        let admin = app.signed_in("root", PASSWORD).await;
        admin.delete(&format!("{PATH}/{id}")).await.expect(204);
        admin.get(&format!("{PATH}/{id}")).await.expect(404);
        app.drain().await;
        assert_eq!(subjects(&app, "ada@example.org").last().unwrap(), "Support has changed your account at Latchkey");
        for table in ["sessions", "reset_tokens", "account_identifiers", "reset_requests", "outbox"] {
            assert_eq!(app.count(&format!("{table} where account_id = '{id}'")).await, 0, "{table}");
        }
        assert!(app.count(&format!("audit where account_id = '{id}'")).await > 2, "what happened stays");
        let origins = format!("audit where account_id = '{id}' and event <> 'account_deleted' and client_address <> ''");
        assert_eq!(app.count(&origins).await, 0);
        assert_eq!(app.count("audit where detail like '%ada@%'").await, 0);
        // The name is free again.
        admin.post(PATH, &json!({ "login_name": "ada", "email": "ada@example.org" })).await.expect(201);
    }

    // F10, A5: the whole of it in the console, without a script
    async fn the_console_helps_an_owner(app: TestApp) {
        app.administrator().await;
        helpdesk(&app).await;
        let id = app.add_account("ada").await;
        let browser = app.browser_of("hanna").await;
        let list = browser.get("/admin/accounts?search=ad").await.expect(200);
        assert!(list.body.contains(&format!("href=\"/admin/accounts/{id}\"")) && !list.body.contains("/admin/accounts/new"));
        let page = browser.get(&format!("/admin/accounts/{id}")).await.expect(200);
        assert!(page.body.contains("Send a reset mail") && !page.body.contains("Remove this account"));
        let sent = browser.submit(&format!("/admin/accounts/{id}/reset"), &[]).await.expect(303);
        let page = browser.get(&sent.location()).await.expect(200);
        let receipt = app.rows("select receipt from reset_requests").await.remove(0);
        assert!(page.body.contains(&receipt));
        app.drain().await;
        app.mail_to("ada@example.org").remove(0).token();
        let found = browser.get(&format!("/admin/requests?receipt={}", receipt.to_lowercase())).await.expect(200);
        assert!(found.body.contains("Mail made") && found.body.contains("Started by staff"));
        let root = app.rows("select id from accounts where login_name = 'root'").await.remove(0);
        let page = browser.get(&format!("/admin/accounts/{root}")).await.expect(200);
        assert!(page.body.contains("has a higher role") && !page.body.contains("Send a reset mail"));
        browser.submit(&format!("/admin/accounts/{root}/reset"), &[]).await.expect(403);
    }

    async fn the_console_adds_changes_and_removes_an_account(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let mut fields = vec![
            ("login_name", "ada"), ("email", "nobody"), ("name", "Ada"), ("kind", "person"), ("sign_in", "password"), ("role", "user"), ("locale", "en"),
        ];
        let page = browser.submit("/admin/accounts/new", &fields).await.expect(422);
        assert!(page.body.contains("id=\"email-problem\"") && page.body.contains("value=\"nobody\""));
        fields[1] = ("email", "ada@example.org");
        let made = browser.submit("/admin/accounts/new", &fields).await.expect(303).location();
        let path = made.split('?').next().unwrap().to_owned();
        assert!(browser.get(&made).await.expect(200).body.contains("The account is there."));
        fields.push(("status", "active"));
        fields[5] = ("role", "helpdesk");
        let page = browser.submit(&path, &fields).await.expect(403);
        assert!(page.body.contains("id=\"current_password-problem\""));
        fields.push(("current_password", PASSWORD));
        browser.submit(&path, &fields).await.expect(303);
        assert_eq!(app.count("accounts where login_name = 'ada' and role = 'helpdesk'").await, 1);
        let page = browser.submit(&format!("{path}/remove"), &[("confirm", "bob")]).await.expect(422);
        assert!(page.body.contains("This is not the login name."));
        let gone = browser.submit(&format!("{path}/remove"), &[("confirm", "ada")]).await.expect(303);
        assert_eq!(gone.location(), "/admin/accounts?done=removed");
        browser.get(&path).await.expect(404);
        browser.submit("/admin/accounts/new", &[("login_name", "x")]).await.expect(422);
    }

    // security 117
    async fn what_people_call_themselves_cannot_act_in_the_console(app: TestApp) {
        app.administrator().await;
        let name = "<script>alert(1)</script>\"'&".to_owned();
        let id = app.add(Draft { name, ..draft("ada") }).await;
        let browser = app.browser_of("root").await;
        for path in ["/admin/accounts".to_owned(), format!("/admin/accounts/{id}"), "/admin/accounts?search=%22%3E%3Cscript%3E".to_owned()] {
            let page = browser.get(&path).await.expect(200);
            assert!(!page.body.contains("<script"), "{path}");
            assert!(page.header("content-security-policy").contains("default-src 'none'"));
        }
    }
}
