//! Who uses an account: what a person is called, and two persons who share one login (F16, M4).

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp, draft};
use serde_json::{Value, json};
use server::account::Kind;
use server::account::add::Draft;
use server::account::import::{Format, Report, import};
use server::account::profile::Profile;

const PATH: &str = "/api/v1/accounts";

fn couple() -> Profile {
    Profile {
        title: "Dr".into(),
        given_name: "Ada".into(),
        surname: "Lovelace".into(),
        mobile_phone: "+44 20 7946 0018".into(),
        spouse_given_name: "Charles".into(),
        spouse_surname: "Babbage".into(),
        spouse_email: "charles@example.org".into(),
        ..Profile::default()
    }
}

fn joint(login_name: &str) -> Draft {
    Draft {
        kind: Kind::Joint,
        profile: couple(),
        ..draft(login_name)
    }
}

async fn run(app: &TestApp, format: Format, text: &str) -> Report {
    import(&app.latchkey, format, text.as_bytes(), false).await.unwrap()
}

on_both_engines! {
    // F16: over REST
    async fn a_joint_account_bears_both_names_and_follows_what_they_become(app: TestApp) {
        let admin = app.administrator().await;
        let body = json!({ "login_name": "lovelace", "email": "ada@example.org", "kind": "joint", "profile": {
            "given_name": "Augusta Ada", "preferred_name": "Ada", "surname": "Lovelace",
            "spouse_given_name": "Charles", "spouse_surname": "Lovelace", "spouse_email": "Charles@Example.org",
        } });
        let made = admin.post(PATH, &body).await.expect(201).json();
        assert_eq!((made["name"].as_str(), made["kind"].as_str()), (Some("Ada & Charles Lovelace"), Some("joint")));
        assert_eq!(made["profile"]["spouse_email"], "Charles@example.org", "as mail servers understand it");
        assert_eq!(made["profile"]["title"], "", "what nobody said is empty");
        let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
        assert_eq!(admin.get(&one).await.expect(200).json(), made);
        let found = admin.get(&format!("{PATH}?search=charles")).await.expect(200).json();
        assert_eq!(found["items"][0], made, "found by either name");

        let patch = async |body: Value| admin.patch(&one, &body).await.expect(200).json();
        let changed = patch(json!({ "profile": { "spouse_surname": "Babbage" } })).await;
        assert_eq!(changed["name"], "Ada Lovelace & Charles Babbage");
        assert_eq!(changed["profile"]["preferred_name"], "Ada", "what was not named stays");
        assert_eq!(patch(json!({ "kind": "person" })).await["name"], "Ada Lovelace", "a spouse, but not of this login");
        assert_eq!(patch(json!({ "name": "Countess of Lovelace" })).await["name"], "Countess of Lovelace");
        let own_words = patch(json!({ "profile": { "surname": "King" } })).await;
        assert_eq!(own_words["name"], "Countess of Lovelace", "somebody's own wording stays");
        assert_eq!(patch(json!({ "name": "", "kind": "joint" })).await["name"], "Ada King & Charles Babbage");
        assert_eq!(patch(json!({ "profile": { "spouse_given_name": "", "spouse_surname": "" } })).await["name"], "Ada King");

        // Which fields, and nothing of what they say.
        let audit = app.rows("select detail from audit where event = 'account_changed'").await.join("|");
        assert!(audit.contains("spouse_surname") && !audit.contains("Babbage") && !audit.contains("King"), "{audit}");
        assert_eq!(app.count("outbox").await, 0, "a new spelling is no alarm");
    }

    // security 134
    async fn what_a_person_cannot_be_called_is_named(app: TestApp) {
        let admin = app.administrator().await;
        let id = app.add_account("ada").await;
        let long = "x".repeat(101);
        for (profile, field) in [
            (json!({ "surname": "Love\u{0}lace" }), "surname"),
            (json!({ "given_name": "Ada\r\nBcc: x@example.org" }), "given_name"),
            (json!({ "spouse_given_name": long }), "spouse_given_name"),
            (json!({ "mobile_phone": "call me" }), "mobile_phone"),
            (json!({ "spouse_email": "a@example.org, b@example.org" }), "spouse_email"),
        ] {
            let body = json!({ "login_name": "bob", "profile": profile });
            assert_eq!(admin.post(PATH, &body).await.expect(422).json()["field"], field, "{body}");
            let body = json!({ "profile": profile });
            assert_eq!(admin.patch(&format!("{PATH}/{id}"), &body).await.expect(422).json()["field"], field, "{body}");
        }
        for profile in [json!(null), json!([]), json!(["Dr"]), json!("x"), json!({ "surname": 5 }), json!({ "password": "x" })] {
            admin.post(PATH, &json!({ "login_name": "bob", "profile": profile })).await.expect(422);
            admin.patch(&format!("{PATH}/{id}"), &json!({ "profile": profile })).await.expect(422);
        }
        assert_eq!(app.count("accounts").await, 2);
        assert_eq!(app.rows("select distinct name from accounts").await, [""]);
    }

    // F16, security 6: one login, one mailbox
    async fn mail_of_a_joint_account_greets_both_and_goes_to_its_own_address_only(app: TestApp) {
        app.add(joint("lovelace")).await;
        app.ask("charles@example.org").await;
        app.drain().await;
        assert_eq!(app.letters().len(), 0, "the spouse's address finds nobody");
        let (_, letter) = app.ask_and_read("lovelace").await;
        assert_eq!(letter.to, "lovelace@example.org");
        for part in [&letter.text, &letter.html.replace("&amp;", "&")] {
            assert!(part.contains("Hello Ada Lovelace & Charles Babbage,"), "{part}");
            assert!(!part.contains("charles@example.org"), "{part}");
        }
        app.complete(&letter.token(), "a whole new passphrase").await.expect(204);
        app.drain().await;
        let mut readers: Vec<_> = app.letters().into_iter().map(|letter| letter.to).collect();
        readers.dedup();
        assert_eq!(readers, ["lovelace@example.org"], "the notice as well");
    }

    // F16: the header of the contract
    async fn couples_are_imported_with_the_spouse_taken_from_another_account(app: TestApp) {
        app.add(Draft { name: "Charles Babbage".into(), ..draft("charles") }).await;
        let text = "login_name,email,name,kind,sign_in,locale,password_hash,password,title,given_name,preferred_name,surname,mobile_phone,spouse_login_name\n\
            curie,curie@example.org,,,,,,,Prof.,Maria,Marie,Curie,,pierre\n\
            pierre,pierre@example.org,,,,,,,Prof.,Pierre,,Curie,+33 1 40,\n\
            ada,ada@example.org,Ada Lovelace,,,,,,,Ada,,Lovelace,,CHARLES\n\
            mileva,mileva@example.org,,person,,,,,,Mileva,,Maric,,pierre\n";
        let report = run(&app, Format::Csv, text).await;
        assert_eq!((report.stored, report.errors.len()), (4, 0), "{report:?}");
        assert_eq!(app.rows("select login_name, kind, name from accounts order by login_name").await, [
            "ada|joint|Ada Lovelace & Charles Babbage", "charles|person|Charles Babbage", "curie|joint|Marie & Pierre Curie",
            "mileva|person|Mileva Maric", "pierre|person|Pierre Curie",
        ]);
        let profile = |row: &str| serde_json::from_str::<Profile>(row).unwrap();
        let curie = profile(&app.rows("select profile from accounts where login_name = 'curie'").await[0]);
        assert_eq!((curie.spouse_email.as_str(), curie.spouse_mobile_phone.as_str()), ("pierre@example.org", "+33 1 40"));
        assert_eq!(curie.spouse_id, app.rows("select id from accounts where login_name = 'pierre'").await[0]);

        let lines = "{\"login_name\":\"noether\",\"kind\":\"joint\",\"given_name\":\"Emmy\",\"surname\":\"Noether\",\"spouse_given_name\":\"Fritz\",\"spouse_surname\":\"Noether\"}\n\
            {\"login_name\":\"hopper\",\"surname\":\"Hop\\u0000per\"}\n{\"login_name\":\"turing\",\"spouse_login_name\":\"nobody\"}\n\
            {\"login_name\":\"narcissus\",\"spouse_login_name\":\"Narcissus\"}\n{\"login_name\":\"firm\",\"kind\":\"organisation\",\"spouse_login_name\":\"ada\"}\n";
        let report = run(&app, Format::JsonLines, lines).await;
        let bad: Vec<_> = report.errors.iter().map(|error| error.line).collect();
        assert_eq!((report.stored, bad), (0, vec![2, 3, 4, 5]), "{report:?}");
        assert_eq!(run(&app, Format::JsonLines, lines.lines().next().unwrap()).await.stored, 1);
        assert_eq!(app.rows("select name from accounts where login_name = 'noether'").await, ["Emmy & Fritz Noether"]);
    }

    async fn owners_see_what_is_known_of_them(app: TestApp) {
        app.add(joint("lovelace")).await;
        let me = app.signed_in("lovelace", PASSWORD).await.get("/api/v1/me").await.expect(200).json();
        assert_eq!(me["name"], "Ada Lovelace & Charles Babbage");
        assert_eq!((&me["profile"]["title"], &me["profile"]["spouse_given_name"]), (&json!("Dr"), &json!("Charles")));
    }

    // security 61
    async fn a_password_is_not_built_around_the_second_persons_name(app: TestApp) {
        let profile = Profile { spouse_surname: "Featherstonehaugh".into(), ..couple() };
        app.add(Draft { name: "We & us".into(), profile, ..joint("lovelace") }).await;
        let session = app.signed_in("lovelace", PASSWORD).await;
        let body = json!({ "current_password": PASSWORD, "password": "featherstonehaugh1" });
        assert_eq!(session.put("/api/v1/me", &body).await.expect(422).json()["violations"], json!(["contains_context"]));
    }

    // security 200
    async fn erasing_an_account_erases_both_persons(app: TestApp) {
        let admin = app.administrator().await;
        let id = app.add(joint("lovelace")).await;
        app.ask_and_read("lovelace").await;
        admin.delete(&format!("{PATH}/{id}")).await.expect(204);
        app.drain().await;
        let left = app.rows("select name, profile from accounts").await.join("|") + &app.rows("select detail from audit").await.join("|");
        assert!(!left.contains("Babbage") && !left.contains("Lovelace") && !left.contains("7946"), "{left}");
        assert_eq!(app.rows("select payload from outbox where payload <> ''").await, Vec::<String>::new(), "and no mail is left of it");
    }

    // A4: the console's form
    async fn staff_see_and_change_persons_in_the_console(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let page = browser.open("/admin/accounts/new").await.expect(200);
        assert!(page.body.contains("name=\"spouse_given_name\""), "{}", page.body);
        let fields = [
            ("login_name", "lovelace"), ("email", "ada@example.org"), ("name", ""), ("kind", "joint"), ("sign_in", "password"),
            ("status", "active"), ("role", "user"), ("locale", "en"), ("given_name", "Ada"), ("surname", "Lovelace"), ("spouse_given_name", "Charles"),
            ("spouse_surname", "Lovelace"), ("current_password", ""),
        ];
        let added = browser.submit("/admin/accounts/new", &fields).await.expect(303);
        let path = added.location().split('?').next().unwrap().to_owned();
        let page = browser.get(&path).await.expect(200);
        for text in ["Ada &amp; Charles Lovelace", "Two people (joint)", "Given name of the second person"] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        assert!(!page.body.contains("style="), "no style that the policy forbids");
        let with = |field: &'static str, value: &'static str| {
            let mut fields = fields.to_vec();
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            fields
        };
        let refused = browser.submit(&path, &with("mobile_phone", "<b>call</b>")).await.expect(422);
        assert!(refused.body.contains("id=\"mobile_phone-problem\"") && !refused.body.contains("<b>"), "{}", refused.body);
        browser.submit(&path, &with("spouse_surname", "Babbage")).await.expect(303);
        assert_eq!(app.rows("select name from accounts where login_name = 'lovelace'").await, ["Ada Lovelace & Charles Babbage"]);
    }
}
