//! How facts are kept: not to be read, not to be guessed, not to be moved, and under keys that change.

use crate::on_both_engines;
use crate::support::recovery::{LICENCE, SOCIAL};
use crate::support::{Engine, PASSWORD, Setup, TestApp, draft, log};
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;
use server::config::Config;
use server::fact::key;
use server::startup::{Application, Parts};
use sha1::Digest as _;
use sha2::Digest as _;

/// Every way in which a number or code might stand somewhere after all.
pub fn disguises(value: &str) -> Vec<String> {
    let digits: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut all = Vec::new();
    for text in [value.to_owned(), digits.clone(), digits.to_lowercase()] {
        for bytes in [
            md5::Md5::digest(&text).to_vec(),
            sha1::Sha1::digest(&text).to_vec(),
            sha2::Sha256::digest(&text).to_vec(),
            sha2::Sha512::digest(&text).to_vec(),
            text.as_bytes().to_vec(),
        ] {
            all.push(data_encoding::HEXLOWER.encode(&bytes));
            all.push(data_encoding::HEXUPPER.encode(&bytes));
            all.push(data_encoding::BASE64_NOPAD.encode(&bytes));
            all.push(data_encoding::BASE64URL_NOPAD.encode(&bytes));
        }
        all.push(text);
    }
    all
}

async fn start_again(app: &TestApp) -> Result<(), String> {
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: app.folder().to_owned(),
        database_url: Some(app.database_url().to_owned()),
        ..Config::default()
    };
    match Application::build(config, Parts::default()).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(fault.to_string()),
    }
}

on_both_engines! {
    // R11; security 91, 92
    async fn facts_are_found_nowhere(app: TestApp) {
        let id = app.recoverable_ada().await;
        app.add(Draft { role: Role::Helpdesk, ..draft("hanna") }).await;
        let admin = app.administrator().await;
        admin.put("/api/v1/attributes/birthday", &json!({ "kind": "date", "labels": { "en": "Date of birth" } })).await.expect(204);
        admin.put(&format!("/api/v1/accounts/{id}/facts/birthday"), &json!({ "value": "1985-03-09" })).await.expect(204);
        app.recovery_on(&["email", "social_security_number", "drivers_licence", "birthday"]).await;
        let facts = json!({ "email": "ada@example.org", "social_security_number": SOCIAL, "drivers_licence": LICENCE, "birthday": "1985-03-09" });
        app.recover(facts).await.expect(201);
        let member = app.signed_in("ada", PASSWORD).await;
        let helpdesk = app.signed_in("hanna", PASSWORD).await;
        let own = json!({ "value": "987-65-4321", "current_password": PASSWORD });
        member.put("/api/v1/me/facts/social_security_number", &own).await.expect(204);
        app.drain().await;
        let mut answers = Vec::new();
        for path in [&format!("/api/v1/accounts/{id}"), &format!("/api/v1/accounts/{id}/facts"), "/api/v1/audit", "/api/v1/audit/export",
            "/api/v1/outbox", "/api/v1/recoveries", "/api/v1/settings", "/api/v1/attributes", "/api/v1/accounts", "/api/v1/me/facts"] {
            for client in [&admin, &helpdesk, &member] {
                answers.push(client.get(path).await.whole());
            }
        }
        let shown = admin.get(&format!("/api/v1/accounts/{id}/facts")).await.expect(200).json();
        let on_file: Vec<&Value> = shown["items"].as_array().unwrap().iter().filter(|fact| fact["on_file"] == true).map(|fact| &fact["name"]).collect();
        assert_eq!(on_file, ["email", "social_security_number", "drivers_licence", "birthday"]);
        let database = String::from_utf8_lossy(&app.dump().await).into_owned();
        let mails = app.letters().into_iter().map(|mail| mail.subject + &mail.text + &mail.html).collect::<Vec<_>>().join(" ");
        for value in [SOCIAL, "987-65-4321", LICENCE, "1985-03-09"] {
            for disguise in disguises(value) {
                assert!(!database.contains(&disguise), "the database holds {disguise}");
                assert!(!mails.contains(&disguise), "a mail holds {disguise}");
                assert!(answers.iter().all(|answer| !answer.contains(&disguise)), "an answer holds {disguise}");
            }
        }
        for value in ["987-65-4321", "987654321"] {
            assert!(!log::text().contains(value), "the log holds {value}");
        }
        let verifiers = app.rows("select verifier from facts").await;
        assert!(verifiers.iter().all(|verifier| verifier.starts_with("$argon2id$v=19$m=19456,t=2,p=1")), "{verifiers:?}");
        assert_eq!(app.rows("select blind_index from facts where attribute = 'birthday'").await, [""], "dates locate nobody");
    }

    // security 91
    async fn one_number_of_two_people_is_stored_differently_and_cannot_be_moved(app: TestApp) {
        let ada = app.recoverable_ada().await;
        let grace = app.add_account("grace").await;
        app.put_fact(&grace, "social_security_number", SOCIAL).await;
        let stored = app.rows("select verifier from facts where attribute = 'social_security_number'").await;
        assert_ne!(stored[0], stored[1]);
        // Mallory, who can write the database but has no key, gives Ada the number that Mallory knows.
        let mallory = app.add_account("mallory").await;
        app.put_fact(&mallory, "social_security_number", "666-66-6666").await;
        let own = app.rows(&format!("select verifier, blind_index, key_id from facts where account_id = '{mallory}'")).await.remove(0);
        let parts: Vec<&str> = own.split('|').collect();
        app.execute(&format!(
            "update facts set verifier = '{}', blind_index = '{}' where account_id = '{ada}' and attribute = 'social_security_number'",
            parts[0], parts[1]
        )).await;
        app.try_ada("666-66-6666").await.expect(403);
        app.try_ada(SOCIAL).await.expect(403);
        let facts = json!({ "email": "mallory@example.org", "social_security_number": "666-66-6666" });
        app.recover(facts).await.expect(201);
    }

    // security 93
    async fn keys_rotate_without_anybody_noticing(app: TestApp) {
        app.recoverable_ada().await;
        let other = app.add_account("grace").await;
        app.put_fact(&other, "social_security_number", "222-22-2222").await;
        let (number, file) = key::rotate(&app.latchkey).await.unwrap();
        assert_eq!(number, 2);
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let secret = std::fs::read_to_string(&file).unwrap();
        let database = String::from_utf8_lossy(&app.dump().await).into_owned();
        assert!(!database.contains(secret.trim()), "the key is not in the database");
        // A right old fact still proves, and is stored under the new key while it is at hand.
        app.try_ada("111-11-1111").await.expect(403);
        app.begin_ada().await;
        let under = async |key: &str| app.count(&format!("facts f join fact_keys k on k.id = f.key_id where k.number = {key}")).await;
        assert_eq!((under("1").await, under("2").await), (2, 1), "Ada's number is stored anew; her licence and Grace's number are not");
        app.begin_ada().await;
        assert!(!key::retire(&app.latchkey, 1).await.unwrap(), "still in use");
        app.put_fact(&other, "social_security_number", "222-22-2222").await;
        app.execute("delete from facts where attribute = 'drivers_licence'").await;
        assert!(key::retire(&app.latchkey, 1).await.unwrap());
        assert!(!key::retire(&app.latchkey, 2).await.unwrap(), "the current one stays");
        app.begin_ada().await;
        start_again(&app).await.unwrap();
        // Rotating again after the first is gone goes on counting.
        assert_eq!(key::rotate(&app.latchkey).await.unwrap().0, 3);
        app.begin_ada().await;
    }

    // security 91: a wrong key makes nobody a liar
    async fn a_missing_or_wrong_key_counts_nothing_and_refuses_to_start(app: TestApp) {
        app.recoverable_ada().await;
        let (_, file) = key::rotate(&app.latchkey).await.unwrap();
        let right = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{}\n", "cd".repeat(32))).unwrap();
        let told = start_again(&app).await.unwrap_err();
        assert!(told.contains("is not the key") && told.contains("restore the right file"), "{told}");
        std::fs::remove_file(&file).unwrap();
        let told = start_again(&app).await.unwrap_err();
        assert!(told.contains("facts-2 is missing"), "{told}");
        // A server that runs already, where somebody rotated elsewhere.
        for _ in 0..4 {
            app.try_ada("111-11-1111").await.expect(500);
        }
        assert_eq!(app.failures("ada").await, ("0".to_owned(), false));
        std::fs::write(&file, right).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        app.begin_ada().await;
    }

    // several servers share keys and counters
    async fn another_server_takes_up_a_new_key_and_the_same_count(engine: Engine) {
        let one = Setup::on(engine).start().await;
        one.recoverable_ada().await;
        let other = Setup::on(engine).beside(&one).without_sender().start().await;
        key::rotate(&one.latchkey).await.unwrap();
        one.try_ada("111-11-1111").await.expect(403);
        other.try_ada("111-11-1112").await.expect(403);
        one.try_ada("111-11-1113").await.expect(403);
        other.try_ada(SOCIAL).await.expect(403);
        assert_eq!(one.failures("ada").await, ("3".to_owned(), true));
    }
}
