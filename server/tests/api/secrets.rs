//! Secrets planted everywhere, and looked for everywhere: files, rows, log, answers.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp, draft, log};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::json;
use server::account::add::{Draft, DraftPassword};
use server::mail::transport::Failure;

/// A secret as it is, in hexadecimal, and in base64 wherever it may stand in a longer text.
fn disguises(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    all.push(data_encoding::HEXLOWER.encode(secret.as_bytes()));
    all.push(data_encoding::HEXUPPER.encode(secret.as_bytes()));
    for offset in 0..3 {
        let whole = &secret.as_bytes()[offset..];
        let whole = &whole[..whole.len() / 3 * 3];
        all.extend([STANDARD_NO_PAD.encode(whole), URL_SAFE_NO_PAD.encode(whole)]);
    }
    all
}

fn assert_absent(secrets: &[(&str, String)], place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (name, secret) in secrets {
        for disguise in disguises(secret) {
            assert!(disguise.len() >= 8, "too short to be looked for: {name}");
            assert!(!text.contains(&disguise), "{name} is in {place} as {disguise}");
        }
    }
}

on_both_engines! {
    // security 17, 66, 143, 193, 197
    async fn planted_secrets_are_found_nowhere(app: TestApp) {
        let own = "canary-own-passphrase-4711";
        app.add(Draft { password: DraftPassword::Plain(own.into()), ..draft("ada") }).await;
        let (program, browser) = (app.program(), app.browser());
        let mut secrets: Vec<(&str, String)> = vec![
            ("own password", own.into()),
            ("wrong password", "canary-wrong-passphrase-4712".into()),
            ("new password", "canary-fresh-passphrase-4713".into()),
            ("refused password", "canary-ada-4".into()),
            ("stranger's address", "canary-stranger-4714@elsewhere.example".into()),
            ("password typed as a name", "canary-slip-of-the-hand-4715".into()),
        ];
        let secret = |name: &str| secrets.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        let (wrong, fresh, weak) = (secret("wrong password"), secret("new password"), secret("refused password"));
        let mut answers = Vec::new();
        for identifier in ["stranger's address", "password typed as a name"] {
            let identifier = secret(identifier);
            answers.push(program.post("/api/v1/password-reset", &json!({ "identifier": identifier })).await);
            answers.push(program.post("/api/v1/sessions", &json!({ "identifier": identifier, "password": wrong })).await);
            answers.push(browser.form("request_reset", &[("identifier", &identifier)]).await);
            answers.push(browser.form("sign_in", &[("identifier", &identifier), ("password", &wrong)]).await);
        }
        answers.push(app.sign_in("ada", &wrong).await);
        let signed_in = app.sign_in("ada", own).await.expect(200);
        let session = signed_in.json()["token"].as_str().unwrap().to_owned();
        app.drain().await;

        // While the mail waits.
        app.mailbox.refuse(Some(Failure { permanent: false, reply: "451 later".into() }));
        let receipt = app.ask("ada").await;
        app.drain().await;
        let waiting = app.dump().await;
        app.mailbox.refuse(None);
        app.advance(7_000);
        app.drain().await;
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        secrets.extend([("token", letter.token()), ("code", letter.code()), ("session", session.clone())]);
        assert_absent(&secrets, "the database while the mail waits", &waiting);

        // Every door they can go through.
        let member = app.program().with_session(&session);
        answers.push(member.get("/api/v1/sessions").await);
        answers.push(member.put("/api/v1/me", &json!({ "current_password": wrong, "password": fresh })).await);
        answers.push(app.verify(&letter.token()).await);
        answers.push(app.verify_code(&receipt, &letter.code()).await);
        answers.push(browser.get("/reset").await);
        answers.push(program.post("/api/v1/password-policy/check", &json!({ "password": weak, "login_name": "ada" })).await);
        answers.push(app.complete(&letter.token(), &weak).await);
        answers.push(browser.form("verify_reset_code", &[("receipt", &receipt), ("code", "ABCD-2345")]).await);
        let opened = browser.get(&format!("/reset?key={}", letter.token())).await;
        answers.push(browser.get("/reset").await);
        answers.push(browser.form("complete_reset", &[("password", &weak), ("confirmation", &weak)]).await);
        answers.push(browser.form("complete_reset", &[("password", &fresh), ("confirmation", &fresh)]).await);
        answers.push(app.complete(&letter.token(), &wrong).await);
        answers.push(program.post("/api/v1/sessions", &json!({ "identifier": "ada", "password": [fresh] })).await);
        answers.push(program.post("/api/v1/sessions", &json!({ "identifier": "ada", fresh.clone(): fresh })).await);
        let again = app.session("ada", &fresh).await;
        secrets.push(("second session", again.clone()));
        answers.push(app.program().with_session(&again).get("/api/v1/me").await);
        app.drain().await;

        assert_absent(&secrets, "the database", &app.dump().await);
        assert_absent(&secrets, "the log", log::text().as_bytes());
        for answer in answers {
            assert_absent(&secrets, "an answer", answer.whole().as_bytes());
        }
        assert!(opened.body.is_empty() && opened.location() == "/reset", "the link's token comes back as a cookie only");
        let key = std::fs::read_to_string(app.folder().join("latchkey.key")).unwrap();
        let key = vec![("master key", key.trim().to_owned())];
        assert_absent(&key, "the database", &app.dump().await);
        assert_absent(&key, "the log", log::text().as_bytes());
        for mail in app.letters() {
            assert_absent(&secrets[..6], "a mail", format!("{}{}{}", mail.subject, mail.text, mail.html).as_bytes());
        }
    }

    // the search itself finds what is there
    async fn the_search_for_secrets_would_find_them(app: TestApp) {
        app.add_account("ada").await;
        let planted = ["plain-canary-4721", "hex-canary-4722", "base64-canary-4723"];
        let hidden = [
            planted[0].to_owned(),
            data_encoding::HEXUPPER.encode(planted[1].as_bytes()),
            STANDARD_NO_PAD.encode(format!("xx{}yy", planted[2])),
        ];
        for text in &hidden {
            app.execute(&format!("update accounts set name = '{text}'")).await;
            tracing::info!("{text}");
            let (dump, log) = (app.dump().await, log::text());
            let dump = String::from_utf8_lossy(&dump).into_owned();
            let contains = |place: &str| planted.iter().flat_map(|secret| disguises(secret)).any(|disguise| place.contains(&disguise));
            assert!(contains(&dump) && contains(&log), "{text}");
        }
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // security 18: without the key outside the database, a stored code cannot be guessed
    async fn a_stored_code_is_no_digest_of_the_code_alone(app: TestApp) {
        use sha2::{Digest as _, Sha256, Sha512};
        app.add_account("ada").await;
        let (receipt, letter) = app.ask_and_read("ada").await;
        let stored = app.rows("select code_digest, salt, request_id from reset_tokens").await.remove(0);
        let parts: Vec<&str> = stored.split('|').collect();
        let bare = letter.code().replace('-', "");
        for prefix in ["", parts[1], parts[2], &receipt] {
            for text in [format!("{prefix}{bare}"), format!("{bare}{prefix}"), format!("{prefix}{}", letter.code())] {
                for digest in [Sha256::digest(&text).to_vec(), Sha512::digest(&text).to_vec()] {
                    assert_ne!(URL_SAFE_NO_PAD.encode(&digest), parts[0]);
                    assert_ne!(data_encoding::HEXLOWER.encode(&digest), parts[0]);
                }
            }
        }
    }

    // F9; security 17, 95: whoever reads the database opens nothing with what is in it
    async fn nothing_stored_opens_anything(app: TestApp) {
        app.add_account("ada").await;
        let (receipt, _) = app.ask_and_read("ada").await;
        app.set("limits.enabled", json!(false)).await;
        for table in ["reset_tokens", "reset_requests", "outbox"] {
            let columns = match table {
                "reset_tokens" => "request_id, salt, token_digest, code_digest",
                "reset_requests" => "id, receipt, identifier_sealed, identifier_mac",
                _ => "id, payload, request_id, state",
            };
            for row in app.rows(&format!("select {columns} from {table}")).await {
                for value in row.split('|').filter(|value| !value.is_empty()) {
                    app.verify(value).await.expect(410);
                    app.verify_code(&receipt, value).await.expect(410);
                    assert!(!app.is_alive(value).await);
                }
            }
        }
    }
}
