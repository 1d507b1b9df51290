//! Importing accounts: all rows or none, every bad row by its line, and no way around the policy.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp};
use server::account::import::{Format, ImportError, Report, import};

async fn run(app: &TestApp, text: &str, keep_good: bool) -> Report {
    import(&app.latchkey, Format::Csv, text.as_bytes(), keep_good)
        .await
        .unwrap()
}

fn lines(report: &Report) -> Vec<u64> {
    report.errors.iter().map(|error| error.line).collect()
}

/// A file in which every kind of mistake stands on a line of its own, good rows between them.
fn mistakes() -> (String, Vec<u64>) {
    let rows = [
        ("login_name,email,kind,sign_in,locale,password_hash,password", true),
        ("ada,ada@example.org,person,password,en,,", true),
        (",nameless@example.org,,,,,", false),
        ("\"a\nb\",,,,,,", false),
        ("bad-address,not an address,,,,,", false),
        ("two,a@example.org;b@example.org,,,,,", false),
        ("bad-kind,,robot,,,,", false),
        ("bad-way,,,carrier pigeon,,,", false),
        ("bad-locale,,,,../etc,,", false),
        ("bad-hash,,,,,5f4dcc3b5aa765d61d8327deb882cf99,", false),
        (
            "weak-bcrypt,,,,,$2b$04$abcdefghijklmnopqrstuuAbcdefghijklmnopqrstuuAbcdefghij,",
            false,
        ),
        ("short,,,,,,short", false),
        ("common,,,,,,passwordpassword", false),
        ("both,,,,,$argon2id$v=19$m=19456$x,seven otters juggle plums", false),
        ("sso-with-password,,,sso,,,seven otters juggle plums", false),
        ("too,few", false),
        ("taken,ADA@example.org,,,,,", false),
        ("Ada,other@example.org,,,,,", false),
        ("grace,grace@example.org,organisation,sso,de-CH,,", true),
    ];
    let mut text = String::new();
    let (mut line, mut bad) = (1, Vec::new());
    for (row, good) in rows {
        if !good {
            bad.push(line);
        }
        line += 1 + row.matches('\n').count() as u64;
        text.push_str(row);
        text.push('\n');
    }
    (text, bad)
}

on_both_engines! {
    // P2: plain passwords and hashes of other systems, in any order of columns
    async fn people_are_imported_with_plain_or_hashed_passwords(app: TestApp) {
        let hash = bcrypt::hash_with_result(PASSWORD, 10).unwrap().to_string();
        let text = format!(
            "\u{feff}email,login_name,password,password_hash,name\n\
             ada@example.org,ada,{PASSWORD},,\"Lovelace, \"\"Ada\"\"\"\n\
             grace@example.org,grace,,{hash},Grace\n\
             ,emmy,,,Emmy\n"
        );
        let report = run(&app, &text, false).await;
        assert_eq!((report.stored, report.errors.len()), (3, 0), "{report:?}");
        for login in ["ada", "grace"] {
            app.sign_in(login, PASSWORD).await.expect(200);
        }
        assert_eq!(app.rows("select name from accounts order by login_name").await, ["Lovelace, \"Ada\"", "Emmy", "Grace"]);
        assert_eq!(app.rows("select distinct kind, sign_in, role, locale, status from accounts").await, ["person|password|user|en|active"]);
        assert_eq!(app.count("audit where event = 'account_added'").await, 3);
    }

    async fn one_bad_row_stores_nothing_and_every_bad_row_is_named(app: TestApp) {
        let (text, bad) = mistakes();
        let report = run(&app, &text, false).await;
        assert_eq!((report.stored, lines(&report)), (0, bad), "{report:?}");
        assert_eq!(app.count("accounts").await + app.count("account_identifiers").await + app.count("audit").await, 0);
        for error in &report.errors {
            assert!(!error.problem.to_string().contains("passwordpassword") && !error.problem.to_string().contains("otters"), "{error:?}");
        }
    }

    async fn the_good_rows_are_kept_when_asked_for(app: TestApp) {
        let (text, bad) = mistakes();
        let report = run(&app, &text, true).await;
        assert_eq!((report.stored, lines(&report)), (2, bad), "{report:?}");
        assert_eq!(app.rows("select login_name, kind, sign_in, locale from accounts order by login_name").await, [
            "ada|person|password|en", "grace|organisation|sso|de-CH",
        ]);
        assert_eq!(app.count("account_identifiers").await, 4);
    }

    async fn importing_twice_stores_once(app: TestApp) {
        let text = "login_name,email\nada,ada@example.org\ngrace,grace@example.org\n";
        assert_eq!(run(&app, text, false).await.stored, 2);
        let again = run(&app, text, false).await;
        assert_eq!((again.stored, lines(&again)), (0, vec![2, 3]));
        assert!(again.errors[0].problem.to_string().contains("already"), "{again:?}");
        assert_eq!(app.count("accounts").await, 2);
    }

    async fn a_file_that_is_no_import_is_refused_as_a_whole(app: TestApp) {
        for (text, words) in [
            ("", "login_name is missing"), ("email\nada@example.org\n", "login_name is missing"),
            ("login_name,role\nada,admin\n", "no column \"role\""), ("login_name,login_name\na,b\n", "there twice"),
            ("login_name,is_admin\n", "no column"), ("{\"login_name\":\"ada\"}\n", "no column"),
        ] {
            match import(&app.latchkey, Format::Csv, text.as_bytes(), true).await {
                Err(ImportError::Header(problem)) => assert!(problem.to_string().contains(words), "{problem}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
        let report = run(&app, "login_name\nada\n", false).await;
        assert_eq!(report.stored, 1);
        let bytes = b"login_name\n\xff\xfe\ngrace\n";
        let report = import(&app.latchkey, Format::Csv, &bytes[..], false).await.unwrap();
        assert_eq!((report.stored, lines(&report)), (0, vec![2]), "not UTF-8");
    }
}
