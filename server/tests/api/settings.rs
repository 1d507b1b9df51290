//! Settings and the command line, with the real binary on the database of a running server.

use crate::on_both_engines;
use crate::support::{Engine, PASSWORD, Setup, TestApp};
use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// Runs `latchkey` beside a server, with nothing else in its environment.
fn latchkey(app: &TestApp, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(app.folder())
        .args([
            "--data-dir",
            app.folder().to_str().unwrap(),
            "--database-url",
            app.database_url(),
        ])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn says(output: &Output, success: bool) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.success(), success, "{out}{err}");
    if success {
        out.trim_end().to_owned()
    } else {
        assert_eq!(err.lines().count(), 1, "one clear line: {err}");
        assert!(err.starts_with("latchkey: "), "{err}");
        err.trim_end().to_owned()
    }
}

on_both_engines! {
    async fn a_setting_changes_at_once_on_the_running_server(app: TestApp) {
        app.add_account("ada").await;
        assert_eq!(says(&latchkey(&app, &["settings", "get", "reset.link_expiry_minutes"], &[], ""), true), "30");
        says(&latchkey(&app, &["settings", "set", "reset.link_expiry_minutes", "45"], &[], ""), true);
        assert_eq!(says(&latchkey(&app, &["settings", "get", "reset.link_expiry_minutes"], &[], ""), true), "45");
        let (_, letter) = app.ask_and_read("ada").await;
        assert!(letter.text.contains("45 minutes"), "{}", letter.text);
        says(&latchkey(&app, &["settings", "set", "reset.link_expiry_minutes", "null"], &[], ""), true);
        app.program().post("/api/v1/password-reset", &json!({ "identifier": "ada" })).await.expect(503);
        let changes = app.rows("select subject from audit where event = 'setting_changed'").await;
        assert_eq!(changes, ["reset.link_expiry_minutes", "reset.link_expiry_minutes"]);
        let all = says(&latchkey(&app, &["settings", "get"], &[], ""), true);
        assert!(all.contains("reset.link_expiry_minutes = null") && all.contains("password.min_length = 15"), "{all}");
        assert!(!all.contains("internal"), "{all}");
    }

    // F6, P1; security 12, 13, 172
    async fn values_out_of_range_are_refused_in_one_line(app: TestApp) {
        for (name, value, words) in [
            ("reset.link_expiry_minutes", "0", "from 1 to 1440"), ("reset.link_expiry_minutes", "1441", "from 1 to 1440"),
            ("reset.link_expiry_minutes", "soon", "whole number"), ("password.min_length", "7", "from 8 to 64"),
            ("session.idle_minutes", "1", "from 2 to 480"), ("reset.delivery", "pigeon", "one of link, code, both"),
            ("reset.enabled", "maybe", "true or false"), ("mail.sender_address", "nobody", "not a mail address"),
            ("mail.sender_name", "a\nb", "control characters"), ("reset.generic_response", "Dear {UserName}", "placeholders"),
            ("internal.key_check", "x", "no setting"), ("reset.colour", "red", "no setting reset.colour"),
        ] {
            let told = says(&latchkey(&app, &["settings", "set", name, value], &[], ""), false);
            assert!(told.contains(words), "{name} {value}: {told}");
        }
        assert_eq!(app.count("audit where event = 'setting_changed'").await, 0);
        says(&latchkey(&app, &["settings", "get", "internal.key_check"], &[], ""), false);
    }

    async fn a_pinned_setting_wins_and_stays(app: TestApp) {
        let pin = [("LATCHKEY_SETTINGS__PASSWORD__MIN_LENGTH", "20")];
        assert_eq!(says(&latchkey(&app, &["settings", "get", "password.min_length"], &pin, ""), true), "20");
        assert!(says(&latchkey(&app, &["settings", "set", "password.min_length", "16"], &pin, ""), false).contains("pinned"));
        for wrong in [("LATCHKEY_SETTINGS__PASSWORD__MIN_LENGTH", "2"), ("LATCHKEY_SETTINGS__PASSWORD__COLOUR", "2")] {
            says(&latchkey(&app, &["settings", "get"], &[wrong], ""), false);
        }
    }

    async fn accounts_are_added_from_the_command_line(app: TestApp) {
        let add = ["account", "add", "--login", "ada", "--email", "ada@example.org", "--password-stdin"];
        let id = says(&latchkey(&app, &add, &[], &format!("{PASSWORD}\n")), true);
        assert_eq!(app.rows("select id from accounts").await, [id]);
        app.sign_in("ada", PASSWORD).await.expect(200);
        assert!(says(&latchkey(&app, &add, &[], &format!("{PASSWORD}\n")), false).contains("already"));
        let weak = ["account", "add", "--login", "grace", "--password-stdin"];
        assert!(says(&latchkey(&app, &weak, &[], "short\n"), false).contains("too short"));
        let invited = ["account", "add", "--login", "grace", "--role", "helpdesk"];
        says(&latchkey(&app, &invited, &[], ""), true);
        assert_eq!(app.rows("select role from accounts order by login_name").await, ["user", "helpdesk"]);
    }

    async fn an_import_reports_lines_and_fails_unless_all_is_well(app: TestApp) {
        let file = app.folder().join("people.csv");
        std::fs::write(&file, "login_name,email\nada,ada@example.org\n,nobody\n").unwrap();
        let file = file.to_str().unwrap();
        let refused = latchkey(&app, &["account", "import", file], &[], "");
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).starts_with("line 3: "), "{refused:?}");
        assert_eq!(String::from_utf8_lossy(&refused.stdout), "0 rows stored, 1 row refused\n");
        let kept = latchkey(&app, &["account", "import", file, "--keep-good", "--json"], &[], "");
        assert_eq!(kept.status.code(), Some(1));
        let report: serde_json::Value = serde_json::from_slice(&kept.stdout).unwrap();
        assert_eq!((&report["stored"], &report["errors"][0]["line"]), (&json!(1), &json!(3)));
        assert_eq!(app.count("accounts").await, 1);
        says(&latchkey(&app, &["account", "import", "no-such-file.csv"], &[], ""), false);
    }

    // M6: as programs do; what other programs read stays as it is
    async fn the_terminal_is_answered_in_its_language(app: TestApp) {
        app.add_account("ada").await;
        let file = app.folder().join("people.csv");
        std::fs::write(&file, "login_name,email\ngrace,nobody\n").unwrap();
        let file = file.to_str().unwrap();
        let range = ["settings", "set", "reset.link_expiry_minutes", "0"];
        let taken = ["account", "add", "--login", "ada"];
        for (variable, value, arguments, words) in [
            ("LC_ALL", "de_DE.UTF-8", &range[..], "muss eine ganze Zahl von 1 bis 1440 sein"),
            ("LC_MESSAGES", "es_MX", &["settings", "get", "reset.colour"], "no hay ningún ajuste"),
            ("LANG", "fr_FR.UTF-8", &taken, "est déjà l’identifiant"),
            ("LANG", "ar_EG.UTF-8", &["account", "import", "no-such-file.csv"], "no-such-file.csv"),
            ("LANG", "de_AT.UTF-8", &["keys", "retire", "7"], "Schlüssel 7 ist der aktuelle"),
            ("LANG", "es_ES.UTF-8", &["mail", "test", "--to", "nobody"], "no es una dirección de correo"),
            ("LANG", "de_DE", &[], "kein Befehl angegeben"),
            ("LC_ALL", "C", &range, "must be a whole number from 1 to 1440"),
        ] {
            let told = says(&latchkey(&app, arguments, &[(variable, value)], ""), false);
            assert!(told.contains(words), "{value} {arguments:?}: {told}");
        }
        let german = [("LC_ALL", "de_DE.UTF-8")];
        let refused = latchkey(&app, &["account", "import", file], &german, "");
        assert!(String::from_utf8_lossy(&refused.stderr).starts_with("Zeile 2: E-Mail-Adresse \"nobody\": "), "{refused:?}");
        assert_eq!(String::from_utf8_lossy(&refused.stdout), "0 Zeilen gespeichert, 1 Zeile abgelehnt\n");
        let report = latchkey(&app, &["account", "import", file, "--json"], &german, "");
        assert!(String::from_utf8_lossy(&report.stdout).contains("e-mail"), "{report:?}");
        let intact = says(&latchkey(&app, &["audit", "verify"], &german, ""), true);
        assert!(intact.contains("unversehrt"), "{intact}");
        let doctor = latchkey(&app, &["doctor"], &german, "");
        let found = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(found.contains("PROBLEM") && found.contains("es gibt noch keinen Mailserver") && found.contains("übersprungen: "), "{found}");
        assert!(found.contains("latchkey settings set mail.url"), "commands are the same everywhere: {found}");
        let elsewhere = [("LC_ALL", "de"), ("LATCHKEY_KEY_FILE", "/dev/null")];
        assert!(says(&latchkey(&app, &["settings", "get"], &elsewhere, ""), false).contains("Schlüsseldatei /dev/null"));
    }

    async fn mistakes_in_the_configuration_are_one_clear_line(app: TestApp) {
        for (name, value) in [
            ("LATCHKEY_PUBLIC_URL", "http://reset.example.org"), ("LATCHKEY_PUBLIC_URL", "not a url"), ("LATCHKEY_LISTEN", "everywhere"),
            ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.0/99"), ("LATCHKEY_MAIL_URL", "smtp://user:hunter2-canary@mail.example.org?tls=none"),
            ("LATCHKEY_MAIL_URL", "gopher://hunter2-canary"), ("LATCHKEY_KEY_FILE", "/dev/null"),
        ] {
            let told = says(&latchkey(&app, &["settings", "get"], &[(name, value)], ""), false);
            assert!(!told.contains("hunter2"), "{told}");
        }
        assert!(says(&latchkey(&app, &[], &[], ""), false).contains("latchkey demo"));
        let usage = latchkey(&app, &["fly"], &[], "");
        assert_eq!(usage.status.code(), Some(2));
    }

    // security 167: nobody is there from the start
    async fn a_fresh_installation_knows_nobody(engine: Engine) {
        let app = Setup::on(engine).start().await;
        says(&latchkey(&app, &["migrate"], &[], ""), true);
        assert_eq!(app.count("accounts").await, 0);
        for (identifier, password) in [("admin", "admin"), ("admin", "latchkey"), ("root", ""), ("ada", "seven otters juggle plums")] {
            app.sign_in(identifier, password).await.expect(401);
        }
    }
}
