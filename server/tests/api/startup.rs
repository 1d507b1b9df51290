//! Starting, starting again, starting beside another, and refusing to start.

use crate::on_both_engines;
use crate::support::{Engine, PASSWORD, Setup, TestApp};
use serde_json::json;
use server::config::Config;
use server::startup::{Application, Parts, prepare};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn config(app: &TestApp) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: app.folder().to_owned(),
        database_url: Some(app.database_url().to_owned()),
        ..Config::default()
    }
}

fn allow(file: &Path, mode: u32) {
    std::fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
}

async fn refused(config: Config) -> String {
    match Application::build(config, Parts::default()).await {
        Ok(_) => panic!("it started"),
        Err(fault) => fault.to_string(),
    }
}

on_both_engines! {
    // security 63: with another key nothing would open, and every password would look wrong
    async fn another_key_than_the_databases_own_refuses_to_start(app: TestApp) {
        app.add_account("ada").await;
        let other = app.folder().join("other.key");
        std::fs::write(&other, format!("{}\n", "ab".repeat(32))).unwrap();
        allow(&other, 0o600);
        let told = refused(Config { key_file: Some(other), ..config(&app) }).await;
        assert!(told.contains("is not the key this database was written with"), "{told}");
        app.sign_in("ada", PASSWORD).await.expect(200);
        assert_eq!(app.count("settings where name = 'internal.key_check'").await, 1);
    }

    async fn a_key_that_others_may_read_refuses_to_start(app: TestApp) {
        allow(&app.folder().join("latchkey.key"), 0o644);
        assert!(refused(config(&app)).await.contains("chmod 600"));
    }

    // security 167: nobody is there before somebody at the command line made them, and nothing that others ship with opens anything
    async fn a_new_installation_lets_nobody_in(app: TestApp) {
        assert_eq!(app.count("accounts").await + app.count("api_keys").await + app.count("sessions").await, 0);
        for login in ["admin", "administrator", "root", "latchkey", "ada", "margaret"] {
            for password in [login, "password", PASSWORD] {
                app.sign_in(login, password).await.expect(401);
            }
        }
        assert_eq!(app.count("sessions").await, 0);
    }

    async fn migrations_run_once_and_again_without_harm(app: TestApp) {
        app.add_account("ada").await;
        for _ in 0..3 {
            let latchkey = prepare(config(&app), Parts::default(), None).await.unwrap();
            latchkey.store.migrate().await.unwrap();
            latchkey.store.close().await;
        }
        app.sign_in("ada", PASSWORD).await.expect(200);
        let files = std::fs::read_dir("../migrations").unwrap().count();
        assert_eq!(app.count("_sqlx_migrations where success").await, i64::try_from(files).unwrap());
    }

    async fn a_database_of_a_newer_version_is_left_alone(app: TestApp) {
        app.execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             select 9999, 'from the future', success, checksum, 0 from _sqlx_migrations where version = 1"
        ).await;
        assert!(refused(config(&app)).await.starts_with("migration: "));
    }

    async fn servers_that_start_together_on_an_empty_database_agree(engine: Engine) {
        let app = Setup::on(engine).start().await;
        for table in ["spent_captchas", "branding_pictures", "mail_templates", "recovery_codes", "recoveries", "facts", "fact_keys", "attributes", "api_keys", "jobs", "idempotency", "audit_head", "limits", "audit", "settings", "outbox", "reset_tokens", "reset_requests", "sessions", "account_identifiers", "accounts"] {
            app.execute(&format!("drop table {table}")).await;
        }
        app.execute("drop table _sqlx_migrations").await;
        let starts = (0..4).map(|_| Application::build(config(&app), Parts::default()));
        for started in futures_util::future::join_all(starts).await {
            started.unwrap();
        }
        app.add_account("ada").await;
        app.sign_in("ada", PASSWORD).await.expect(200);
    }

    // one database is all that several servers need
    async fn two_servers_on_one_database_are_one_service(engine: Engine) {
        let first = Setup::on(engine).start().await;
        let second = Setup::on(engine).beside(&first).start().await;
        first.add_account("ada").await;
        let session = first.session("ada", PASSWORD).await;
        assert!(second.is_alive(&session).await);
        second.set("reset.link_expiry_minutes", json!(5)).await;
        first.ask("ada").await;
        second.drain().await;
        let letter = second.mail_to("ada@example.org").pop().unwrap();
        assert!(letter.text.contains("within 5 minutes"), "{}", letter.text);
        first.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
        assert!(!second.is_alive(&session).await);
        assert_eq!(second.complete(&letter.token(), "quiet lamps under rain").await.expect(410).problem(), "link_not_valid");
        second.sign_in("ada", "quiet lamps under snow").await.expect(200);
        second.drain().await;
        assert_eq!(second.mail_to("ada@example.org").len(), 2, "the notice, by whichever server is first");
        assert_eq!(first.drain().await, []);
    }

    // the database and the key belong to their owner only
    async fn files_are_private(app: TestApp) {
        for name in ["latchkey.key", "latchkey.db"] {
            if let Ok(file) = std::fs::metadata(app.folder().join(name)) {
                assert_eq!(file.permissions().mode() & 0o077, 0, "{name}");
            }
        }
        assert!(app.folder().join("latchkey.key").exists());
        assert_eq!(app.folder().join("latchkey.db").exists(), app.engine == Engine::Sqlite);
    }
}
