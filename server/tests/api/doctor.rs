//! What `latchkey doctor` finds, and that looking changes nothing.

use crate::on_both_engines;
use crate::support::dns::NameServer;
use crate::support::smtp::{Behaviour, Sink, Step};
use crate::support::{Client, Engine, PASSWORD, Setup, TestApp};
use serde_json::{Value, json};
use server::config::Config;
use server::doctor::{Examined, Finding, Level, examine, look};
use server::mail::dkim::{Algorithm, Key};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

const RECORDS: &str = "/api/v1/mail/deliverability";

fn config(app: &TestApp) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: app.folder().to_owned(),
        database_url: Some(app.database_url().to_owned()),
        public_url: Some("https://reset.example.org".parse().unwrap()),
        ..Config::default()
    }
}

fn of(findings: &[Finding], check: Examined) -> &Finding {
    findings
        .iter()
        .find(|finding| finding.check == check)
        .unwrap_or_else(|| panic!("{check} is not in {findings:?}"))
}

fn next(finding: &Finding) -> String {
    finding.next.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn level<'a>(records: &'a Value, check: &str) -> (&'a str, &'a str) {
    let record = records["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["check"] == check);
    let record = record.unwrap_or_else(|| panic!("{check}: {records}"));
    (
        record["level"].as_str().unwrap(),
        record["next"].as_str().unwrap_or_default(),
    )
}

async fn records(admin: &Client) -> Value {
    admin.get(RECORDS).await.expect(200).json()
}

fn allow(file: &Path, mode: u32) {
    std::fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
}

on_both_engines! {
    async fn a_healthy_installation_gets_a_clean_report(engine: Engine) {
        let sink = Sink::start(Behaviour::Accept);
        let url = sink.url().replace("smtp://", "smtp://robot:secret@");
        let app = Setup::on(engine).start().await;
        let config = Config {
            mail_url: Some(url),
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..config(&app)
        };
        let report = examine(config).await;
        let levels: Vec<_> = report.findings.iter().map(|finding| (finding.check, finding.level)).collect();
        assert!(report.is_well(), "{report:?}");
        for check in [Examined::Configuration, Examined::KeyFile, Examined::Database, Examined::Settings, Examined::Mail, Examined::Queue] {
            assert!(levels.contains(&(check, Level::Ok)), "{check}: {report:?}");
        }
        assert_eq!(report.number(Level::Warning), 0, "{report:?}");
        assert_eq!(of(&report.findings, Examined::Spf).level, Level::Skipped, "nobody is asked unless a resolver is named");
        assert!(sink.commands().iter().any(|line| line.starts_with("AUTH")), "it signs in as the next mail would");
        assert_eq!((sink.mails().len(), sink.unanswered().len()), (0, 0), "and sends nothing");
        assert!(!serde_json::to_string(&report).unwrap().contains("secret"));
    }

    async fn what_is_wrong_is_named_with_what_to_do(engine: Engine) {
        let sink = Sink::start(Behaviour::Reply(Step::SignIn, 535));
        let app = Setup::on(engine).transport(None).without_sender().start().await;
        app.add_account("ada").await;
        let findings = look(&app.latchkey).await;
        assert!(next(of(&findings, Examined::Settings)).contains("mail.sender_address"), "{findings:?}");
        assert!(next(of(&findings, Examined::Mail)).contains("mail.url"), "{findings:?}");
        app.set("mail.sender_address", json!("no-reply@example.org")).await;
        app.set("limits.enabled", json!(false)).await;
        let admin = app.administrator().await;
        let url = sink.url().replace("smtp://", "smtp://robot:secret@");
        admin.patch("/api/v1/settings", &json!({ "mail": { "url": url }, "current_password": PASSWORD })).await.expect(200);
        app.ask("ada").await;
        app.drain().await;
        app.advance(16 * 60_000);
        let findings = look(&app.latchkey).await;
        assert!(findings.iter().any(|finding| finding.level == Level::Warning && next(finding).contains("limits.enabled true")), "{findings:?}");
        assert!(findings.iter().any(|finding| next(finding).contains("LATCHKEY_TRUSTED_PROXIES")), "{findings:?}");
        let mail = of(&findings, Examined::Mail);
        assert_eq!(mail.level, Level::Problem);
        assert!(mail.found.to_string().starts_with("535") && next(mail).contains("user and password"), "{mail:?}");
        let queue = of(&findings, Examined::Queue);
        assert!(queue.level == Level::Problem && queue.found.to_string().contains("for 16 minutes") && queue.found.to_string().contains("535"), "{queue:?}");
    }

    async fn a_clock_that_went_back_is_noticed(app: TestApp) {
        let clock = of(&look(&app.latchkey).await, Examined::Clock).clone();
        match app.engine {
            Engine::Sqlite => assert_eq!(clock.level, Level::Ok),
            // The test's clock stands at another day than the database server's.
            Engine::Postgres => assert!(clock.level == Level::Warning && clock.found.to_string().contains("differs by"), "{clock:?}"),
        }
        app.add_account("ada").await;
        app.advance(-10 * 60_000);
        let findings = look(&app.latchkey).await;
        let clock = of(&findings, Examined::Clock);
        assert!(clock.level == Level::Problem && next(clock).contains("time synchronisation"), "{clock:?}");
    }

    async fn looking_creates_and_migrates_nothing(app: TestApp) {
        let (key, newest) = (app.folder().join("latchkey.key"), "version = (select max(version) from _sqlx_migrations)");
        allow(&key, 0o644);
        let report = examine(config(&app)).await;
        let found = of(&report.findings, Examined::KeyFile);
        assert!(!report.is_well() && next(found).contains("chmod 600"), "{report:?}");
        allow(&key, 0o600);
        let before = app.count("_sqlx_migrations").await;
        app.execute(&format!("delete from _sqlx_migrations where {newest}")).await;
        let report = examine(config(&app)).await;
        let found = of(&report.findings, Examined::Database);
        assert!(found.level == Level::Problem && found.found.to_string().contains("1 migration behind") && next(found).contains("latchkey migrate"), "{report:?}");
        assert_eq!(app.count("_sqlx_migrations").await, before - 1, "it was not made");
        app.execute("update _sqlx_migrations set version = 9999 where version = 1").await;
        let report = examine(config(&app)).await;
        assert!(of(&report.findings, Examined::Database).found.to_string().contains("newer version"), "{report:?}");
        std::fs::rename(&key, app.folder().join("elsewhere.key")).unwrap();
        let report = examine(config(&app)).await;
        assert!(next(of(&report.findings, Examined::KeyFile)).contains("restore the key file") , "{report:?}");
        assert!(!key.exists(), "no key was made");
        let empty = tempfile::tempdir().unwrap();
        let report = examine(Config { data_dir: empty.path().join("data"), ..Config::default() }).await;
        assert!(next(of(&report.findings, Examined::Database)).contains("latchkey migrate"), "{report:?}");
        assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "nothing was made");
    }

    // security 63
    async fn a_foreign_key_is_a_problem_with_a_name(app: TestApp) {
        let other = app.folder().join("other.key");
        std::fs::write(&other, format!("{}\n", "ab".repeat(32))).unwrap();
        allow(&other, 0o600);
        let report = examine(Config { key_file: Some(other), ..config(&app) }).await;
        assert!(!report.is_well());
        assert!(report.findings.iter().any(|finding| finding.found.to_string().contains("is not the key this database was written with")), "{report:?}");
    }

    // security 140
    async fn records_are_looked_at_as_receivers_see_them(app: TestApp) {
        let admin = app.administrator().await;
        let none = records(&admin).await;
        assert_eq!(["spf", "dkim", "dmarc"].map(|check| level(&none, check).0), ["skipped"; 3]);
        let names = NameServer::start();
        app.set("mail.resolver", json!(names.address.to_string())).await;
        let found = records(&admin).await;
        assert_eq!(level(&found, "spf"), ("problem", "publish example.org. TXT \"v=spf1 mx -all\""));
        assert_eq!(level(&found, "dkim").0, "skipped");
        assert_eq!(level(&found, "dmarc"), ("warning", "publish _dmarc.example.org. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.org\""));
        names.publish("example.org", &["some-other-proof=1", "v=spf1 mx -all"]);
        names.publish("_dmarc.example.org", &["v=DMARC1; p=quarantine"]);
        let found = records(&admin).await;
        assert_eq!((level(&found, "spf").0, level(&found, "dmarc").0), ("ok", "ok"), "{found}");
        names.publish("example.org", &["v=spf1 mx -all", "v=spf1 a -all"]);
        names.publish("_dmarc.example.org", &["v=DMARC1; p=whatever"]);
        let found = records(&admin).await;
        assert_eq!((level(&found, "spf").0, level(&found, "dmarc").0), ("problem", "problem"), "{found}");
        assert!(names.asked().iter().all(|name| name.ends_with("example.org")), "{:?}", names.asked());
        app.set("mail.sender_address", json!("no-reply@mail.example.org")).await;
        names.publish("_dmarc.example.org", &["v=DMARC1; p=reject"]);
        assert_eq!(level(&records(&admin).await, "dmarc").0, "ok", "a domain above speaks for it");
        names.keep_silent();
        assert_eq!(level(&records(&admin).await, "spf").0, "warning", "no answer is no verdict");
    }

    // security 140
    async fn the_published_key_must_be_the_one_that_signs(app: TestApp) {
        let admin = app.administrator().await;
        let names = NameServer::start();
        let key = Key::make(Algorithm::Rsa).unwrap();
        let mail = json!({ "resolver": names.address.to_string(), "dkim_private_key": key.pem().unwrap().as_str() });
        admin.patch("/api/v1/settings", &json!({ "mail": mail, "current_password": PASSWORD })).await.expect(200);
        let name = "latchkey._domainkey.example.org";
        let publish = format!("publish {name}. TXT \"{}\"", key.record());
        let found = admin.get(RECORDS).await.json();
        assert_eq!(level(&found, "dkim"), ("problem", publish.as_str()));
        for (record, expected) in [
            (key.record(), "ok"),
            (key.record().replace("p=", "p= "), "ok"),
            (Key::make(Algorithm::Ed25519).unwrap().record(), "problem"),
            ("v=DKIM1; k=rsa; p=".to_owned(), "problem"),
        ] {
            names.publish(name, &[&record]);
            let found = admin.get(RECORDS).await.json();
            assert_eq!(level(&found, "dkim").0, expected, "{record}: {found}");
        }
        names.publish(name, &[&key.record()]);
        admin.patch("/api/v1/settings", &json!({ "mail": { "dkim_domain": "example.net" }, "current_password": PASSWORD })).await.expect(200);
        assert_eq!(level(&admin.get(RECORDS).await.json(), "dkim"), ("problem", "latchkey settings set mail.dkim_domain null"));
    }

    // security 172
    async fn nobody_is_asked_without_end_or_where_nobody_may(app: TestApp) {
        let admin = app.administrator().await;
        let names = NameServer::start();
        app.set("mail.resolver", json!(names.address.to_string())).await;
        names.publish("example.org", &["v=spf1 -all"]);
        for _ in 0..30 {
            admin.get(RECORDS).await.expect(200);
        }
        assert_eq!(admin.get(RECORDS).await.expect(429).problem(), "too_many_requests");
        for bad in ["169.254.169.254:53", "dns.example.org:53", "127.0.0.1", "[fe80::1]:53"] {
            let body = json!({ "mail": { "resolver": bad }, "current_password": PASSWORD });
            admin.patch("/api/v1/settings", &body).await.expect(422);
        }
    }

    async fn the_console_shows_what_to_publish(app: TestApp) {
        app.administrator().await;
        let desk = app.browser_of("root").await;
        let page = desk.get("/admin/settings/mail").await.expect(200);
        assert!(!page.body.contains("/admin/settings/mail/dns"), "without a resolver there is nothing to press");
        let names = NameServer::start();
        names.publish("_dmarc.example.org", &["v=DMARC1; p=none; <b>canary</b>"]);
        app.set("mail.resolver", json!(names.address.to_string())).await;
        let page = desk.get("/admin/settings/mail").await.expect(200);
        assert!(page.body.contains("/admin/settings/mail/dns") && names.asked().is_empty(), "looking at a page asks nobody");
        let page = desk.submit("/admin/settings/mail/dns", &[]).await.expect(200);
        assert!(page.body.contains("v=spf1 mx -all") && page.body.contains("SPF") && page.body.contains("to be fixed"), "{}", page.body);
        assert!(!page.body.contains("<b>canary") && !page.body.contains("<script"), "what a record says is text");
    }
}

// The command itself: words for people, JSON for programs, and a status for both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_fails_when_something_is_wrong() {
    let app = Setup::on(Engine::Sqlite).start().await;
    let doctor = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .arg("doctor")
            .args(arguments)
            .env("LATCHKEY_DATA_DIR", app.folder())
            .env("LATCHKEY_PUBLIC_URL", "https://reset.example.org")
            .env("LC_ALL", "C")
            .current_dir(app.folder())
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (well, text) = doctor(&[]);
    assert!(
        !well && text.contains("PROBLEM  mail") && text.contains("latchkey settings set mail.url"),
        "{text}"
    );
    let (well, text) = doctor(&["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(!well && report["well"] == false, "{report}");
    assert!(
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["check"] == "mail" && finding["level"] == "problem")
    );
}
