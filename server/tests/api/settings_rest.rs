//! Settings over REST: declared once, refused in words, confirmed, audited, and the same on every server of a database.

use crate::on_both_engines;
use crate::support::{Client, Engine, PASSWORD, Setup, TestApp, draft};
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;
use server::mail::dkim::{Algorithm, Key};
use server::settings::{Declaration, Kind, declarations};

const PATH: &str = "/api/v1/settings";

/// `{"group": {"name": value}}`, with the password of whoever changes it.
fn patch(name: &str, value: &Value) -> Value {
    let (group, setting) = name.split_once('.').unwrap();
    json!({ group: { setting: value }, "current_password": PASSWORD })
}

async fn shown(client: &Client, name: &str) -> Value {
    let (group, setting) = name.split_once('.').unwrap();
    client.get(PATH).await.expect(200).json()[group][setting].clone()
}

/// Values at the edges that are taken, and values beyond them with a word of what the refusal says.
#[expect(clippy::too_many_lines, reason = "a table of cases is easier to trust in one piece")]
fn edges(declared: &Declaration) -> (Vec<Value>, Vec<(Value, &'static str)>) {
    let text = |length: usize| Value::from("x".repeat(length));
    match declared.kind {
        Kind::Switch => (
            vec![json!(true), json!(false)],
            vec![(json!("false"), "true or false"), (json!(0), "true or false")],
        ),
        Kind::Number { min, max } | Kind::NumberOrUnset { min, max } => (
            vec![json!(min), json!(max)],
            vec![
                (json!(min - 1), "whole number from"),
                (json!(max + 1), "whole number from"),
                (json!(1.5), "whole number from"),
                (json!(u64::MAX), "whole number from"),
                (json!("10"), "whole number from"),
                (json!([]), "whole number from"),
            ],
        ),
        Kind::Choice(choices) => (
            choices.iter().map(|choice| json!(choice)).collect(),
            vec![(json!("pigeon"), "one of"), (json!(true), "one of")],
        ),
        Kind::Line { max } | Kind::Secret { max } => (
            vec![text(max), json!("")],
            vec![
                (text(max + 1), "longer than"),
                (json!("a\u{0}b"), "control characters"),
                (json!(5), "a text"),
            ],
        ),
        Kind::Colour(scheme) => (
            vec![json!(scheme.built_in().to_string()), json!("")],
            vec![
                (json!("#888888"), "contrast of"),
                (json!("#ff"), "a colour like"),
                (json!("teal"), "a colour like"),
                (json!("#0e5a54;}"), "a colour like"),
            ],
        ),
        Kind::Budgets => (
            vec![json!({ "reset-client": 50, "mail-day": 4 }), json!({})],
            vec![
                (json!({ "reset-client": 9 }), "from 10 to 1000"),
                (json!({ "reset-client": "50" }), "from 10 to 1000"),
                (json!({ "reset": 50 }), "names a budget that there is not"),
                (json!(5), "numbers by the names"),
            ],
        ),
        Kind::Address => (
            vec![json!("no-reply@example.org"), json!("")],
            vec![
                (json!("nobody"), "not a mail address"),
                (json!("a@b.example\r\nBcc: c@d.example"), "not a mail address"),
            ],
        ),
        Kind::PublicText { max } => (
            vec![json!({ "en": "x".repeat(max), "de-CH": "ja" }), json!({})],
            vec![
                (json!({ "en": "x".repeat(max + 1) }), "longer than"),
                (json!({ "en": "Dear {UserName}" }), "placeholders"),
                (json!({ "e n": "x" }), "language"),
                (json!("x"), "for each language"),
            ],
        ),
        Kind::PublicUrl => (
            vec![
                json!("https://other.example.org/latchkey"),
                json!("http://localhost:8080/"),
                json!(""),
            ],
            vec![
                (json!("http://other.example.org"), "https://"),
                (json!("https://user@other.example.org"), "https://"),
                (json!("https://other.example.org/?a=b"), "https://"),
                (json!("javascript:alert(1)"), "https://"),
                (json!("other.example.org"), "https://"),
            ],
        ),
        Kind::MailUrl => (
            vec![
                json!("smtp://u:canary-secret@mail.example.org:587"),
                json!("smtps://mail.example.org"),
                json!(""),
            ],
            vec![
                (json!("gopher://mail.example.org"), "only smtp://"),
                (json!("smtp://mail.example.org?tls=none"), "this very machine only"),
                (json!("smtp://169.254.169.254"), "link-local"),
                (json!("smtp://[fe80::1]"), "link-local"),
                (json!("smtp://[::ffff:169.254.169.254]"), "link-local"),
                (json!("file:///srv/mails"), "configured"),
                (json!("smtp://user@mail.example.org"), "no password"),
            ],
        ),
        Kind::Resolver => (
            vec![json!("system"), json!("192.0.2.53:53"), json!("")],
            vec![
                (json!("192.0.2.53"), "address and port"),
                (json!("dns.example.org:53"), "address and port"),
                (json!("169.254.169.254:53"), "address and port"),
            ],
        ),
        Kind::Selector => (
            vec![json!("latchkey"), json!("s-2026.mail"), json!("a".repeat(63))],
            vec![
                (json!(""), "letters, digits and hyphens"),
                (json!("a b"), "letters, digits and hyphens"),
                (json!("-a"), "letters, digits and hyphens"),
                (json!("a".repeat(64)), "letters, digits and hyphens"),
            ],
        ),
        Kind::Domain => (
            vec![json!("mail.example.org"), json!("")],
            vec![
                (json!("localhost"), "a domain"),
                (json!("example.org;x"), "a domain"),
                (json!("https://example.org"), "a domain"),
            ],
        ),
        Kind::SigningKey => {
            let key = Key::make(Algorithm::Ed25519).and_then(|key| key.pem()).unwrap();
            (
                vec![json!(key.as_str()), json!("")],
                vec![
                    (json!("canary-secret"), "PEM"),
                    (
                        json!("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
                        "PEM",
                    ),
                    (json!("x".repeat(10_001)), "PEM"),
                ],
            )
        }
        Kind::QueryName => (
            vec![json!("k"), json!("a".repeat(32)), json!("reset-key_2")],
            vec![
                (json!(""), "a letter"),
                (json!("a".repeat(33)), "a letter"),
                (json!("a b"), "a letter"),
                (json!("k&x=1"), "a letter"),
            ],
        ),
        Kind::Page => (
            vec![json!("/"), json!("/app?tab=1")],
            vec![
                (json!("//evil.example"), "a path"),
                (json!("/\\evil.example"), "a path"),
                (json!("app"), "a path"),
                (json!("javascript:x"), "a path"),
            ],
        ),
        Kind::Facts => (
            vec![json!(["email", "social_security_number"]), json!([])],
            vec![
                (json!(["email"]), "2 to 5"),
                (json!(["email", "email"]), "different"),
                (json!(["email", "Not A Name"]), "names of facts"),
                (json!(["a", "b", "c", "d", "e", "f"]), "2 to 5"),
                (json!(["email", 5]), "names of facts"),
                (json!("email"), "a list"),
            ],
        ),
        Kind::Origins => (
            vec![
                json!(["https://app.example.org", "https://app.example.org:8443"]),
                json!([]),
            ],
            vec![
                (json!(["http://app.example.org"]), "origins only"),
                (json!(["https://app.example.org/path"]), "origins only"),
                (json!(["https://u@app.example.org"]), "origins only"),
                (json!(["*"]), "origins only"),
                (json!([5]), "origins only"),
                (json!("https://app.example.org"), "a list"),
                (json!(vec!["https://app.example.org"; 21]), "more than 20"),
            ],
        ),
    }
}

/// What a value reads like afterwards.
fn as_shown(declared: &Declaration, value: &Value) -> Value {
    match (declared.secret, value.as_str()) {
        (true, Some("")) => Value::Null,
        (true, _) => json!({ "set": true }),
        (false, _) => value.clone(),
    }
}

async fn key(app: &TestApp, scopes: &str) -> Client {
    let bearer = format!("lk_{}", "k".repeat(43));
    let digest = server::secret::digest(&bearer);
    app.execute(&format!(
        "insert into api_keys (id, name, key_digest, scopes, created_by, created_at, last_used_at) \
         values ('{}', 'test', '{digest}', '{scopes}', 'operator', 0, 0)",
        server::secret::new_id()
    ))
    .await;
    app.program().with_session(&bearer)
}

on_both_engines! {
    // A1, security 172: default, lowest, highest, out of range, unset — for every setting there is
    async fn every_setting_takes_its_range_and_nothing_else(engine: Engine) {
        let setup = Setup::on(engine).config(|config| config.public_url = None).without_sender();
        let app = setup.pinned(json!({ "limits": { "enabled": false }, "captcha": {} })).start().await;
        let admin = app.administrator().await;
        for declared in declarations().filter(|declared| declared.name != "limits.enabled") {
            app.execute("delete from settings where name = 'recovery.facts'").await;
            let default: Value = serde_json::from_str(declared.default).unwrap();
            assert_eq!(shown(&admin, declared.name).await, as_shown(declared, &default), "{}", declared.name);
            let (good, bad) = edges(declared);
            // It can be switched on only where it asks for something.
            let asked = if declared.name == "recovery.enabled" { json!(["email", "drivers_licence"]) } else { json!([]) };
            app.set("recovery.facts", asked).await;
            for value in good {
                admin.patch(PATH, &patch(declared.name, &value)).await.expect(200);
                assert_eq!(shown(&admin, declared.name).await, as_shown(declared, &value), "{}", declared.name);
            }
            let before = shown(&admin, declared.name).await;
            for (value, words) in bad {
                let answer = admin.patch(PATH, &patch(declared.name, &value)).await.expect(422);
                assert_eq!((answer.problem().as_str(), &answer.json()["field"]), ("invalid", &json!(declared.name)), "{value}");
                assert!(answer.json()["detail"].as_str().unwrap().contains(words), "{}: {value}: {}", declared.name, answer.body);
                assert_eq!(shown(&admin, declared.name).await, before, "{value}");
            }
            admin.patch(PATH, &patch(declared.name, &Value::Null)).await.expect(200);
            let unset = if matches!(declared.kind, Kind::NumberOrUnset { .. }) { Value::Null } else { as_shown(declared, &default) };
            assert_eq!(shown(&admin, declared.name).await, unset, "{}", declared.name);
        }
    }

    // A1
    async fn every_setting_can_be_pinned_and_then_stays(engine: Engine) {
        let mut groups = json!({});
        for declared in declarations() {
            let value = edges(declared).0.remove(0);
            let (group, name) = declared.name.split_once('.').unwrap();
            groups[group][name] = value;
        }
        let setup = Setup::on(engine).config(|config| config.public_url = None).without_sender();
        let app = setup.pinned(groups.clone()).start().await;
        let admin = app.administrator().await;
        let schema = admin.get("/api/v1/settings/schema").await.expect(200).json();
        for declared in declarations() {
            let (group, name) = declared.name.split_once('.').unwrap();
            let expected = as_shown(declared, &groups[group][name]);
            assert_eq!(shown(&admin, declared.name).await, expected, "{}", declared.name);
            for value in [edges(declared).0.pop().unwrap(), Value::Null] {
                let answer = admin.patch(PATH, &patch(declared.name, &value)).await.expect(409);
                assert_eq!((answer.problem().as_str(), &answer.json()["field"]), ("conflict", &json!(declared.name)));
            }
            assert_eq!(shown(&admin, declared.name).await, expected);
            let listed = schema["items"].as_array().unwrap().iter().find(|item| item["name"] == declared.name).unwrap();
            assert_eq!(listed["pinned"], true);
        }
        assert_eq!(app.count("settings where name not like 'internal%'").await, 0);
    }

    async fn a_patch_is_all_or_nothing_and_merges(app: TestApp) {
        let admin = app.administrator().await;
        let mixed = json!({ "reset": { "link_expiry_minutes": 45 }, "password": { "min_length": 7 } });
        assert_eq!(admin.patch(PATH, &mixed).await.expect(422).json()["field"], "password.min_length");
        assert_eq!(shown(&admin, "reset.link_expiry_minutes").await, 30);
        let good = json!({ "reset": { "link_expiry_minutes": 45 }, "password": { "min_length": 12 } });
        let after = admin.patch(PATH, &good).await.expect(200).json();
        assert_eq!((&after["reset"]["link_expiry_minutes"], &after["password"]["min_length"]), (&json!(45), &json!(12)));
        assert_eq!(after["reset"]["delivery"], "both", "what is not named stays");
        for odd in [
            json!({ "colours": {} }), json!({ "reset": { "colour": 1 } }), json!({ "reset": 5 }), json!({ "reset": null }), json!({ "internal": { "key_check": "x" } }),
            json!({ "current_password": 5 }), json!({ "\u{0}": {} }), json!({ "reset": { "\u{0}": 1 } }), json!([]),
        ] {
            admin.patch(PATH, &odd).await.expect(422);
        }
        for twice in ["{\"reset\":{},\"reset\":{}}", "{\"reset\":{\"enabled\":true,\"enabled\":false}}"] {
            let request = admin.request(reqwest::Method::PATCH, PATH).header("content-type", "application/json").body(twice);
            admin.send(request).await.expect(422);
        }
        admin.patch(PATH, &json!({})).await.expect(200);
        assert_eq!(app.count("audit where event = 'setting_changed'").await, 2);
    }

    async fn settings_that_contradict_each_other_are_a_conflict(app: TestApp) {
        let admin = app.administrator().await;
        for (patch, field) in [
            (json!({ "reset": { "key_parameter": "target" } }), "reset.key_parameter"),
            (json!({ "reset": { "key_parameter": "a", "target_parameter": "a" } }), "reset.key_parameter"),
            (json!({ "reset": { "target_parameter": "refused" } }), "reset.target_parameter"),
            (json!({ "reset": { "target_page": "https://app.example.org/" } }), "reset.target_page"),
        ] {
            assert_eq!(admin.patch(PATH, &patch).await.expect(409).json()["field"], field);
        }
        let together = json!({ "reset": { "target_page": "https://app.example.org/", "allowed_targets": ["https://app.example.org"] } });
        admin.patch(PATH, &together).await.expect(200);
        assert_eq!(admin.patch(PATH, &json!({ "reset": { "allowed_targets": [] } })).await.expect(409).json()["field"], "reset.target_page");
    }

    // security 171
    async fn what_much_depends_on_asks_for_the_password(app: TestApp) {
        let admin = app.administrator().await;
        let guarded: Vec<_> = declarations().filter(|declared| declared.guarded && app.latchkey.pinned.get(declared.name).is_none()).collect();
        assert!(guarded.iter().any(|declared| declared.name == "mail.url") && guarded.iter().any(|declared| declared.name == "reset.sign_in"));
        for declared in guarded {
            // It can be switched on only where it asks for something.
            let asked = if declared.name == "recovery.enabled" { json!(["email", "drivers_licence"]) } else { json!([]) };
            app.set("recovery.facts", asked).await;
            let present = shown(&admin, declared.name).await;
            let value = edges(declared).0.into_iter().find(|value| as_shown(declared, value) != present).unwrap();
            let mut body = patch(declared.name, &value);
            body.as_object_mut().unwrap().remove("current_password");
            assert_eq!(admin.patch(PATH, &body).await.expect(403).problem(), "confirmation_needed", "{}", declared.name);
            body["current_password"] = json!("");
            assert_eq!(admin.patch(PATH, &body).await.expect(403).problem(), "confirmation_needed");
        }
        let change = |password: &str| json!({ "reset": { "sign_in": "on_link" }, "current_password": password });
        assert_eq!(admin.patch(PATH, &change("wrong password")).await.expect(403).problem(), "current_password_wrong");
        assert_eq!(shown(&admin, "reset.sign_in").await, "never");
        assert!(app.count("audit where event = 'setting_refused' and reason = 'current_password_wrong'").await == 1);
        admin.patch(PATH, &change(PASSWORD)).await.expect(200);
        // The same again is no change, so there is nothing to confirm.
        admin.patch(PATH, &json!({ "reset": { "sign_in": "on_link", "enabled": true } })).await.expect(200);
        let program = key(&app, "settings:write").await;
        let answer = program.patch(PATH, &json!({ "reset": { "sign_in": "never" } })).await.expect(200);
        assert_eq!(answer.json(), json!({}), "a key that may not read is told nothing");
    }

    // security 168
    async fn only_administrators_and_keys_with_the_scope_get_there(app: TestApp) {
        app.administrator().await;
        app.add_account("ada").await;
        app.add(Draft { role: Role::Helpdesk, ..draft("desk") }).await;
        let change = json!({ "reset": { "enabled": false } });
        for (client, status) in [(app.program(), 401), (app.signed_in("ada", PASSWORD).await, 403), (app.signed_in("desk", PASSWORD).await, 403)] {
            client.get(PATH).await.expect(status);
            client.get("/api/v1/settings/schema").await.expect(status);
            client.patch(PATH, &change).await.expect(status);
            client.post("/api/v1/mail/test", &json!({})).await.expect(status);
        }
        let reader = key(&app, "settings:read").await;
        reader.get(PATH).await.expect(200);
        assert_eq!(reader.patch(PATH, &change).await.expect(403).problem(), "forbidden");
        assert_eq!(app.count("audit where event = 'setting_changed'").await, 0);
    }

    // security 173, 193
    async fn the_mail_servers_password_is_never_told_again(app: TestApp) {
        let admin = app.administrator().await;
        let secret = "canary-mail-password";
        let url = format!("smtp://robot:{secret}@mail.example.org:587");
        let mut seen = vec![admin.patch(PATH, &patch("mail.url", &json!(url))).await.expect(200).whole()];
        seen.push(admin.patch(PATH, &patch("mail.url", &json!(format!("smtp://{secret}@mail.example.org")))).await.expect(422).whole());
        seen.push(admin.get(PATH).await.expect(200).whole());
        seen.push(admin.get("/api/v1/settings/schema").await.expect(200).whole());
        let browser = app.browser_of("root").await;
        for page in ["/admin/settings", "/admin/settings/mail", "/admin"] {
            seen.push(browser.get(page).await.expect(200).whole());
        }
        seen.push(app.rows("select detail from audit").await.join("\n"));
        seen.push(String::from_utf8_lossy(&app.dump().await).into_owned());
        seen.push(format!("{:?}", app.latchkey.settings().await.unwrap()));
        for text in &seen {
            assert!(!text.contains(secret), "{text}");
        }
        assert_eq!(shown(&admin, "mail.url").await, json!({ "set": true }));
        assert_eq!(app.latchkey.settings().await.unwrap().mail.url.reveal(), url, "it is there all the same");
        let stored = app.rows("select value from settings where name = 'mail.url'").await.remove(0);
        app.execute(&format!("update settings set value = '{stored}' where name = 'mail.sender_name'")).await;
        admin.patch(PATH, &patch("mail.url", &Value::Null)).await.expect(200);
        assert_eq!(shown(&admin, "mail.url").await, Value::Null);
        let details = app.rows("select detail from audit where subject = 'mail.url' and event = 'setting_changed' order by at, id").await;
        assert!(details.iter().all(|detail| detail.contains('…') && detail.contains("\"\"")), "{details:?}");
    }

    // security 191
    async fn changes_and_refusals_are_in_the_audit_trail(app: TestApp) {
        let admin = app.administrator().await;
        admin.patch(PATH, &json!({ "reset": { "link_expiry_minutes": 45 } })).await.expect(200);
        admin.patch(PATH, &json!({ "reset": { "link_expiry_minutes": 0 } })).await.expect(422);
        admin.patch(PATH, &json!({ "reset": { "canary-typed": 0 } })).await.expect(422);
        admin.patch(PATH, &patch("mail.sender_address", &json!("robot@example.org"))).await.expect(200);
        let rows = app.rows("select event, outcome, reason, subject, detail from audit where event like 'setting%' order by at, subject, event").await;
        assert_eq!(rows.len(), 4);
        assert!(rows.contains(&"setting_changed|success||reset.link_expiry_minutes|{\"after\":45,\"before\":30}".to_owned()), "{rows:?}");
        assert!(rows.contains(&"setting_refused|failure|invalid|reset.link_expiry_minutes|".to_owned()));
        assert!(rows.contains(&"setting_refused|failure|invalid||".to_owned()), "what was typed is not in it");
        assert!(rows.iter().any(|row| row.contains("r…@example.org")) && !rows.concat().contains("robot@"), "{rows:?}");
        let actors = app.rows("select distinct actor from audit where event = 'setting_changed'").await;
        assert!(actors.len() == 1 && actors[0].starts_with("account:"), "{actors:?}");
    }

    async fn a_change_counts_at_once_on_the_other_server(engine: Engine) {
        let one = Setup::on(engine).start().await;
        let other = Setup::on(engine).beside(&one).without_sender().start().await;
        let admin = one.administrator().await;
        let ask = || async { other.program().post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.status };
        assert_eq!(ask().await, 202);
        admin.patch(PATH, &json!({ "reset": { "enabled": false } })).await.expect(200);
        assert_eq!(ask().await, 503);
        admin.patch(PATH, &json!({ "reset": { "enabled": true } })).await.expect(200);
        assert_eq!(ask().await, 202);
    }

    // A3
    async fn public_calls_can_be_closed_one_by_one(app: TestApp) {
        let admin = app.administrator().await;
        let calls = [
            ("password_reset", "/api/v1/password-reset", json!({ "identifier": "ada" })),
            ("password_reset_verify", "/api/v1/password-reset/verify", json!({ "token": "x" })),
            ("password_reset_complete", "/api/v1/password-reset/complete", json!({ "token": "x", "password": "y" })),
            ("recovery", "/api/v1/recovery/undo", json!({ "token": "x" })),
            ("password_policy", "/api/v1/password-policy/check", json!({ "password": "y" })),
            ("sessions", "/api/v1/sessions", json!({ "identifier": "nobody", "password": "y" })),
        ];
        for (name, path, body) in &calls {
            let closed = json!({ "grants": { *name: false }, "current_password": PASSWORD });
            admin.patch(PATH, &closed).await.expect(200);
            for (other, path, body) in &calls {
                let answer = app.program().post(path, body).await;
                if other == name {
                    assert_eq!(answer.expect(403).problem(), "endpoint_closed", "{path}");
                } else {
                    assert_ne!(answer.status, 403, "{path} while {name} is closed");
                }
            }
            let _ = (path, body);
            admin.patch(PATH, &json!({ "grants": { *name: null }, "current_password": PASSWORD })).await.expect(200);
        }
        admin.patch(PATH, &json!({ "grants": { "password_reset": false }, "current_password": PASSWORD })).await.expect(200);
        key(&app, "resets:request").await.post(calls[0].1, &calls[0].2).await.expect(202);
        app.execute("delete from api_keys").await;
        assert_eq!(key(&app, "accounts:read").await.post(calls[0].1, &calls[0].2).await.expect(403).problem(), "endpoint_closed");
        app.browser().form("request_reset", &[("identifier", "ada")]).await.expect(303);
    }

    async fn the_schema_says_what_each_setting_takes(app: TestApp) {
        let admin = app.administrator().await;
        let listed = admin.get("/api/v1/settings/schema").await.expect(200).json();
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), declarations().count());
        let of = |name: &str| items.iter().find(|item| item["name"] == name).unwrap();
        let lifetime = of("reset.link_expiry_minutes");
        assert_eq!((&lifetime["minimum"], &lifetime["maximum"], &lifetime["default"]), (&json!(1), &json!(1440), &json!(30)));
        assert_eq!(of("reset.delivery")["choices"], json!(["link", "code", "both"]));
        assert_eq!((&of("mail.url")["secret"], &of("mail.url")["guarded"]), (&json!(true), &json!(true)));
        assert_eq!((&of("reset.public_url")["pinned"], &of("mail.url")["pinned"]), (&json!(true), &json!(false)));
        assert!(items.iter().all(|item| !item["label"].as_str().unwrap().is_empty() && !item["help"].as_str().unwrap().is_empty()));
    }
}

/// The manual says the same as the declarations.
#[test]
fn the_manual_lists_every_setting_as_it_is_declared() {
    let manual = std::fs::read_to_string("../docs/configuration.md").unwrap();
    for declared in declarations() {
        let line = server::settings::manual_line(declared);
        assert!(manual.contains(&line), "docs/configuration.md lacks this line:\n{line}");
    }
    let listed = manual.lines().filter(|line| {
        let name = line.trim_start_matches("| `").split('`').next().unwrap_or_default();
        line.starts_with("| `") && name.contains('.') && !name.contains('/')
    });
    assert_eq!(
        listed.count(),
        declarations().count(),
        "the manual lists settings that do not exist"
    );
}
