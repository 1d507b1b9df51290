//! Signed mails, verified by what receivers have: the mail as it arrived, and the record. The verification is written down from RFC 6376
//! and RFC 8463, and shares nothing with what signs.

use crate::on_both_engines;
use crate::support::smtp::{Behaviour, Mail, Sink};
use crate::support::{Client, Engine, PASSWORD, Setup, TestApp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::pkcs8::DecodePublicKey as _;
use serde_json::{Value, json};
use server::mail::dkim::{Algorithm, Key};
use server::mail::outbox::Turn;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;

/// An application that sends to a sink, an administrator, and the sink.
async fn started(engine: Engine) -> (TestApp, Client, Sink) {
    let sink = Sink::start(Behaviour::Accept);
    let app = Setup::on(engine).transport(None).start().await;
    let admin = app.administrator().await;
    patch(&admin, json!({ "url": sink.url() })).await.expect(200);
    (app, admin, sink)
}

async fn patch(admin: &Client, mail: Value) -> crate::support::Answer {
    let body = json!({ "mail": mail, "current_password": PASSWORD });
    admin.patch("/api/v1/settings", &body).await
}

async fn mailed(app: &TestApp, sink: &Sink) -> Mail {
    app.ask("ada").await;
    assert_eq!(app.drain().await, [Turn::Sent]);
    app.advance(61_000);
    sink.mails().pop().unwrap()
}

fn tags(text: &str) -> HashMap<String, String> {
    let tags = text.split(';').filter_map(|tag| tag.split_once('='));
    tags.map(|(name, value)| (name.trim().to_owned(), value.split_whitespace().collect()))
        .collect()
}

/// Header fields as they arrived, name and value, folds included.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            fields.last_mut().unwrap().1.push_str(line);
        } else {
            let (name, value) = line.split_once(':').unwrap();
            fields.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
    fields
}

fn relaxed(value: &str) -> String {
    value
        .split([' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn relaxed_body(body: &str) -> String {
    let lines = body.split("\r\n").map(|line| {
        let end = line.trim_end_matches([' ', '\t']);
        let lead = if end.starts_with([' ', '\t']) { " " } else { "" };
        format!("{lead}{}", relaxed(end))
    });
    let text = lines.collect::<Vec<_>>().join("\r\n");
    let text = text.trim_end_matches("\r\n");
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\r\n")
    }
}

/// What a receiver does.
fn verify(data: &[u8], record: &str) -> Result<HashMap<String, String>, &'static str> {
    let mail = String::from_utf8(data.to_vec()).unwrap();
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let fields = fields(head);
    let (_, signature) = fields
        .iter()
        .find(|(name, _)| name == "dkim-signature")
        .ok_or("no signature")?;
    let signed = tags(signature);
    assert_eq!((signed["v"].as_str(), signed["c"].as_str()), ("1", "relaxed/relaxed"));
    if BASE64.encode(Sha256::digest(relaxed_body(body))) != signed["bh"] {
        return Err("body changed");
    }
    let mut text = String::new();
    for name in signed["h"].split(':') {
        let name = name.to_ascii_lowercase();
        if let Some((_, value)) = fields.iter().rev().find(|(own, _)| *own == name) {
            write!(text, "{name}:{}\r\n", relaxed(value)).unwrap();
        }
    }
    let without = signature.rsplit_once("b=").unwrap().0;
    write!(text, "dkim-signature:{}", relaxed(&format!("{without}b="))).unwrap();
    let digest = Sha256::digest(text);
    let bytes = BASE64.decode(&signed["b"]).map_err(|_| "no base64")?;
    let key = BASE64.decode(&tags(record)["p"]).unwrap();
    let right = if signed["a"] == "rsa-sha256" {
        let key = rsa::RsaPublicKey::from_public_key_der(&key).unwrap();
        key.verify(rsa::Pkcs1v15Sign::new::<Sha256>(), &digest, &bytes).is_ok()
    } else {
        assert_eq!(signed["a"], "ed25519-sha256");
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
        key.verify_strict(&digest, &ed25519_dalek::Signature::from_slice(&bytes).unwrap())
            .is_ok()
    };
    if right { Ok(signed) } else { Err("header changed") }
}

on_both_engines! {
    // security 140
    async fn signed_mails_hold_and_changed_ones_do_not(engine: Engine) {
        let (app, admin, sink) = started(engine).await;
        app.add_account("ada").await;
        assert_eq!(verify(&mailed(&app, &sink).await.data, "").unwrap_err(), "no signature", "nobody signs unless asked to");
        for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
            let key = Key::make(algorithm).unwrap();
            patch(&admin, json!({ "dkim_private_key": key.pem().unwrap().as_str(), "dkim_selector": "autumn" })).await.expect(200);
            let mail = mailed(&app, &sink).await;
            let signed = verify(&mail.data, &key.record()).unwrap();
            assert_eq!((signed["d"].as_str(), signed["s"].as_str()), ("example.org", "autumn"));
            let named: Vec<String> = signed["h"].split(':').map(str::to_ascii_lowercase).collect();
            for name in ["from", "to", "subject", "date", "message-id"] {
                assert!(named.iter().any(|own| own == name), "{name}: {named:?}");
            }
            let text = String::from_utf8(mail.data).unwrap();
            for (from, to, expected) in [
                ("\r\nSubject: ", "\r\nSubject: Re: ", Err("header changed")),
                ("From: ", "From: x", Err("header changed")),
                ("ada@example.org", "eve@example.org", Err("header changed")),
                ("\r\n\r\n--", "\r\n\r\nx\r\n--", Err("body changed")),
                ("\r\nSubject: ", "\r\nSubject:  ", Ok(())),
            ] {
                assert!(text.contains(from), "{from}");
                let changed = text.replacen(from, to, 1);
                assert_eq!(verify(changed.as_bytes(), &key.record()).map(drop), expected, "{from:?} {to:?}");
            }
            let other = Key::make(algorithm).unwrap();
            assert!(verify(text.as_bytes(), &other.record()).is_err());
        }
        patch(&admin, json!({ "dkim_private_key": null })).await.expect(200);
        assert!(verify(&mailed(&app, &sink).await.data, "").is_err(), "and no more");
    }

    // security 140, 173
    async fn the_key_is_checked_sealed_and_never_shown(engine: Engine) {
        let (app, admin, _sink) = started(engine).await;
        let key = Key::make(Algorithm::Ed25519).unwrap().pem().unwrap();
        for bad in ["canary", "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            let refused = patch(&admin, json!({ "dkim_private_key": bad })).await.expect(422);
            assert!(refused.body.contains("mail.dkim_private_key") && !refused.body.contains("canary"), "{}", refused.body);
        }
        let confirmed = json!({ "mail": { "dkim_private_key": key.as_str() } });
        admin.patch("/api/v1/settings", &confirmed).await.expect(403);
        patch(&admin, json!({ "dkim_private_key": key.replace('\n', " ") })).await.expect(200);
        let secret: String = key.lines().nth(1).unwrap().chars().skip(20).collect();
        let shown = admin.get("/api/v1/settings").await.expect(200);
        assert_eq!(shown.json()["mail"]["dkim_private_key"], json!({ "set": true }));
        let page = app.browser_of("root").await.get("/admin/settings/mail").await.expect(200);
        let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
        let trail = app.rows("select detail from audit").await.join("\n");
        for (place, text) in [("REST", shown.body), ("console", page.body), ("database", dump), ("trail", trail), ("log", crate::support::log::text())] {
            assert!(!text.contains(&secret), "{place}");
        }
        let selector = patch(&admin, json!({ "dkim_selector": "not a label" })).await;
        selector.expect(422);
        patch(&admin, json!({ "dkim_domain": "mail.example.org" })).await.expect(200);
    }
}
