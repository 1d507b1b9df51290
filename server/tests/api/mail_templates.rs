//! Mail templates as staff edit them, and the mails that are written from them (M3, M4).

use crate::on_both_engines;
use crate::support::TestApp;
use crate::support::app::Setup;
use crate::support::letter::Letter;
use serde_json::{Value, json};
use server::mail::outbox::Turn;
use server::staff::{Scope, Staff};

const PATH: &str = "/api/v1/mail-templates";
const EN: &str = "/api/v1/mail-templates/reset_link/en";

fn words(greeting: &str) -> Value {
    json!({
        "subject": format!("{greeting} from {{{{ product_name }}}}"),
        "text": format!("{greeting} {{{{ name }}}} ({{{{ login_name }}}})\n\n{{{{ link }}}}\n\n{{{{ code }}}}\n"),
        "html": format!("<p>{greeting} {{{{ name }}}}</p>{{{{ button(link, \"Go\") }}}}{{{{ plain_link(link, \"Copy:\") }}}}{{{{ code }}}}"),
    })
}

/// The mail that Ada gets when she asks, whatever it says.
pub async fn read(app: &TestApp) -> Letter {
    let before = app.letters().len();
    app.ask("ada").await;
    app.drain().await;
    let mut letters = app.letters().into_iter().skip(before);
    letters
        .find(|letter| letter.text.contains("/reset?key="))
        .expect("a mail came")
}

on_both_engines! {
    async fn an_edited_mail_is_sent_at_once_and_the_default_comes_back(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        let shown = admin.get(EN).await.expect(200).json();
        assert_eq!((shown["edited"].clone(), shown["version"].clone()), (json!(false), json!(0)));
        assert_eq!(shown["subject"], shown["default"]["subject"]);
        let saved = admin.put(EN, &words("Servus")).await.expect(200).json();
        assert_eq!((saved["edited"].clone(), saved["version"].clone()), (json!(true), json!(1)));
        assert!(saved["edited_by"].as_str().unwrap().starts_with("account:"));
        let letter = read(&app).await;
        assert_eq!(letter.subject, "Servus from Latchkey");
        assert!(letter.text.starts_with("Servus  (ada)\n") && letter.html.contains("<p>Servus </p>"), "{}", letter.text);
        app.complete(&letter.token(), "a whole new passphrase").await.expect(204);

        admin.delete(EN).await.expect(204);
        app.advance(61_000);
        let letter = read(&app).await;
        assert!(!letter.text.contains("Servus") && letter.subject == "Choose a new password for Latchkey");
        // Taking back what is not there changes nothing.
        admin.delete(EN).await.expect(204);
        let events = app.rows("select event, subject from audit where event like 'mail_template%' order by seq").await;
        assert_eq!(events, ["mail_template_changed|reset_link/en", "mail_template_restored|reset_link/en"]);
    }

    // security 129
    async fn what_is_wrong_is_refused_with_part_line_and_column(app: TestApp) {
        let admin = app.administrator().await;
        let mut bad = words("Hi");
        bad["text"] = json!("Hi {{ user_name }}\n{{ 7*7 }}\n");
        bad["html"] = json!("<p>\n<img src=\"https://evil.example/x\"></p>");
        let refused = admin.put(EN, &bad).await.expect(422);
        assert_eq!(refused.problem(), "invalid");
        let problems = refused.json()["problems"].clone();
        let brief: Vec<_> = problems.as_array().unwrap().iter().map(|problem| {
            format!("{}:{}:{} {} {}", problem["part"].as_str().unwrap(), problem["line"], problem["column"], problem["code"].as_str().unwrap(), problem["what"].as_str().unwrap())
        }).collect();
        assert_eq!(brief[..2], ["text:1:7 unknown_placeholder user_name", "text:2:4 not_allowed expression"]);
        assert!(brief.contains(&"html:2:1 element_not_allowed img".to_owned()), "{brief:?}");
        assert_eq!(app.count("mail_templates").await, 0);
        assert_eq!(app.count("audit where event = 'mail_template_changed'").await, 0);
        let preview = admin.post(&format!("{EN}/preview"), &json!({ "text": "no link" })).await.expect(422);
        assert_eq!(preview.json()["problems"][0]["code"], "missing");
        for path in ["reset_link/tlh", "no_such_mail/en", "reset_link/EN"] {
            assert_eq!(admin.get(&format!("{PATH}/{path}")).await.expect(404).problem(), "not_found");
            assert_eq!(admin.put(&format!("{PATH}/{path}"), &words("Hi")).await.expect(404).problem(), "not_found");
        }
        admin.put(EN, &json!({ "subject": "x", "text": "y" })).await.expect(422);
        admin.put(EN, &json!({ "subject": "x", "text": "z".repeat(700 * 1024), "html": "y" })).await.expect(413);
        let mut long = words("Hi");
        long["text"] = json!(format!("{{{{ link }}}}\n{}", "é\"\n".repeat(15_000)));
        admin.put(EN, &long).await.expect(200);
    }

    async fn versions_are_kept_and_come_back(app: TestApp) {
        let admin = app.administrator().await;
        for greeting in ["One", "Two"] {
            admin.put(EN, &words(greeting)).await.expect(200);
        }
        admin.delete(EN).await.expect(204);
        let list = admin.get(&format!("{EN}/versions")).await.expect(200).json();
        let seen: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| (item["version"].clone(), item["edited"].clone())).collect();
        assert_eq!(seen, [(json!(3), json!(false)), (json!(2), json!(true)), (json!(1), json!(true))]);
        let back = admin.post(&format!("{EN}/versions/1/restore"), &Value::Null).await.expect(200).json();
        assert_eq!((back["version"].clone(), back["subject"].clone()), (json!(4), json!("One from {{ product_name }}")));
        admin.post(&format!("{EN}/versions/3/restore"), &Value::Null).await.expect(200);
        assert_eq!(admin.get(EN).await.expect(200).json()["edited"], false);
        for number in ["99", "0", "x", "-1"] {
            admin.post(&format!("{EN}/versions/{number}/restore"), &Value::Null).await.expect(404);
        }
        // Somebody else was faster.
        let mut late = words("Late");
        late["version"] = json!(4);
        let refused = admin.put(EN, &late).await.expect(409);
        assert_eq!(refused.json()["field"], "version");
        late["version"] = json!(5);
        admin.put(EN, &late).await.expect(200);
        let mut number = 6;
        while number < 60 {
            admin.put(EN, &words("Many")).await.expect(200);
            number += 1;
        }
        assert_eq!(app.count("mail_templates").await, 50);
        assert_eq!(app.rows("select min(version), max(version) from mail_templates").await.len(), 1);
        admin.get(&format!("{PATH}/reset_link/de/versions")).await.expect(200);
    }

    async fn of_two_who_save_at_once_nobody_breaks_anything(app: TestApp) {
        let staff = Staff::operator();
        let source = |greeting: &str| server::mail::render::Source {
            subject: greeting.into(), text: "{{ link }}".into(), html: "<a href=\"{{ link }}\">{{ link }}</a>".into(),
        };
        let saves = (0..10).map(|number| {
            let (latchkey, staff) = (&app.latchkey, &staff);
            async move {
                let kind = server::mail::message::MailKind::ResetLink;
                server::mail::template::save(latchkey, staff, kind, "en".parse_locale(), &source(&number.to_string()), Some(0)).await.is_ok()
            }
        });
        let won = futures_util::future::join_all(saves).await.into_iter().filter(|won| *won).count();
        assert_eq!((won, app.count("mail_templates").await), (1, 1));
    }

    // security 132, 134
    async fn hostile_names_make_no_links_in_edited_mails_either(app: TestApp) {
        let admin = app.administrator().await;
        let id = app.add_account("ada").await;
        admin.put(EN, &words("Hi")).await.expect(200);
        app.execute(&format!("update accounts set name = '<a href=//evil>Click</a> http://evil.example {{{{7*7}}}}' where id = '{id}'")).await;
        let letter = read(&app).await;
        assert!(!letter.text.contains("evil.example") && !letter.html.contains("evil.example"), "{}", letter.text);
        assert!(!letter.html.contains("href=//evil"), "{}", letter.html);
        assert!(letter.html.contains("{{7*7}}"), "a name is no template: {}", letter.html);
    }

    // M4, F16
    async fn a_mail_to_a_couple_names_both_and_goes_to_the_accounts_own_address(app: TestApp) {
        let admin = app.administrator().await;
        let account = json!({ "login_name": "ada", "email": "ada@example.org", "kind": "joint", "profile": {
            "given_name": "Augusta Ada", "preferred_name": "Ada", "surname": "Lovelace", "title": "Countess", "mobile_phone": "+44 7700 900123",
            "spouse_given_name": "William", "spouse_preferred_name": "Will", "spouse_surname": "King", "spouse_email": "will@example.org",
        } });
        admin.post("/api/v1/accounts", &account).await.expect(201);
        let mut all = words("Hi");
        all["text"] = json!("{{ name }} | {{ title }} {{ given_name }} {{ surname }}, {{ mobile_phone }} | {{ spouse_given_name }} ({{ spouse_preferred_name }}) {{ spouse_surname }} {{ spouse_email }} | {{ email }}\n\n{{ link }}\n");
        admin.put(EN, &all).await.expect(200);
        let letter = read(&app).await;
        let line = letter.text.lines().next().unwrap();
        assert!(line.contains(" & ") && line.contains("Countess Augusta Ada Lovelace, +44 7700 900123"), "{line}");
        assert!(line.contains("William (Will) King will@example.org | ada@example.org"), "{line}");
        assert_eq!(letter.to, "ada@example.org");
        assert!(letter.html.contains(" &amp; "), "{}", letter.html);
    }

    // M3: a mail is never lost for its template.
    async fn a_template_that_fails_at_send_time_gives_way_to_the_default(app: TestApp) {
        app.administrator().await;
        app.add_account("ada").await;
        for (broken_text, broken_html) in [("{{ no_such_thing }}", "x"), ("{% if", "x"), ("without the link", "x"), ("{{ link }}", "<!-- {{ link }} -->")] {
            app.execute("delete from mail_templates").await;
            app.execute(&format!(
                "insert into mail_templates (kind, locale, version, edited, subject, text_part, html_part, edited_by, edited_at) \
                 values ('reset_link', 'en', 1, 1, 'Broken', '{broken_text}', '{broken_html}', 'operator', 1)"
            )).await;
            app.advance(61_000);
            let before = app.letters().len();
            app.ask("ada").await;
            assert_eq!(app.drain().await, [Turn::Sent], "{broken_text}");
            let letter = app.letters().remove(before);
            assert_eq!(letter.subject, "Choose a new password for Latchkey", "{broken_text}");
        }
        let events = app.rows("select outcome, reason, subject from audit where event = 'mail_template_broken'").await;
        assert_eq!(events, vec!["failure|default_taken|reset_link/en"; 4]);
        let details = app.rows("select detail from audit where event = 'mail_template_broken'").await;
        assert!(details.iter().all(|detail| !detail.contains("key=")), "{details:?}");
    }

    async fn a_preview_is_written_to_made_up_people(app: TestApp) {
        let admin = app.administrator().await;
        let path = format!("{EN}/preview");
        for (sample, name) in [("single", "Ada Lovelace,"), ("joint", "Ada Lovelace & William King,"), ("right_to_left", "فاطمة")] {
            let mail = admin.post(&path, &json!({ "sample": sample })).await.expect(200).json();
            assert!(mail["text"].as_str().unwrap().contains(name), "{sample}");
            assert!(mail["html"].as_str().unwrap().contains("https://reset.example.org/reset?key=THIS-IS-A-SAMPLE"));
        }
        let mail = admin.post(&path, &json!({ "subject": "Try {{ surname }}" })).await.expect(200).json();
        assert_eq!(mail["subject"], "Try Lovelace");
        assert_eq!(app.count("mail_templates").await, 0);
        admin.post(&path, &json!({ "sample": "somebody" })).await.expect(422);
        admin.post(&path, &json!([])).await.expect(422);
    }

    async fn the_list_has_every_kind_in_every_language_and_what_each_may_name(app: TestApp) {
        let admin = app.administrator().await;
        admin.put(&format!("{PATH}/staff_acted/ar"), &json!({ "subject": "x", "text": "y", "html": "<p>{{ what_happened }}</p>" })).await.expect(200);
        let list = admin.get(PATH).await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 50);
        let edited: Vec<_> = list["items"].as_array().unwrap().iter().filter(|item| item["edited"] == true).collect();
        assert_eq!((edited.len(), edited[0]["kind"].clone(), edited[0]["locale"].clone()), (1, json!("staff_acted"), json!("ar")));
        let kinds = list["kinds"].as_array().unwrap();
        let of = |kind: &str| kinds.iter().find(|found| found["kind"] == kind).unwrap()["placeholders"].to_string();
        assert!(of("reset_link").contains("spouse_preferred_name") && !of("recovery_code").contains("surname"));
        assert!(kinds.iter().all(|kind| kind["placeholders"].as_array().unwrap().iter().all(|name| name["meaning"] != "")));
    }

    async fn saving_is_done_once_for_one_key_and_needs_the_scope(app: TestApp) {
        let made = server::staff::key::add(&app.latchkey, &Staff::operator(), "robot", &[Scope::MailWrite], None).await.unwrap();
        let robot = app.program().with_session(&made.key);
        let put = || robot.request(reqwest::Method::PUT, EN).header("idempotency-key", "one").json(&words("Hi"));
        robot.send(put()).await.expect(200);
        let again = robot.send(put()).await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), app.count("mail_templates").await), ("true", 1));
        robot.get(EN).await.expect(403);
        assert!(app.rows("select edited_by from mail_templates").await[0].starts_with("key:"));
    }

    async fn the_console_edits_shows_tries_and_takes_back(app: TestApp) {
        let admin = app.administrator().await;
        app.add_account("ada").await;
        let browser = app.browser_of("root").await;
        let page = "/admin/mail-templates/reset_link/en";
        let index = browser.get("/admin/mail-templates").await.expect(200);
        assert!(index.body.contains(page) && !index.body.contains("<script"));
        let shown = browser.get(page).await.expect(200);
        assert!(shown.body.contains("spouse_surname") && shown.body.contains("sandbox") && !shown.body.contains(" style="));
        assert!(shown.header("content-security-policy").contains("frame-src 'self'"));

        let typed = words("Moin");
        let field = |name: &str| typed[name].as_str().unwrap().replace('\n', "\r\n");
        let (subject, text, html) = (field("subject"), field("text"), field("html"));
        let good = [("subject", subject.as_str()), ("text", &text), ("html", &html), ("version", "0"), ("sample", "joint")];
        let mut bad = good;
        bad[1].1 = "Moin\r\n{{ nobody }} {{ link }}";
        let refused = browser.submit(page, &bad).await.expect(422);
        assert!(refused.body.contains("Line 2, column 4: this mail has no placeholder “nobody”"), "{}", refused.body);
        assert!(refused.body.contains("{{ nobody }} {{ link }}") && refused.body.contains("Moin from {{ product_name }}"), "what was typed stays");

        let preview = browser.submit(&format!("{page}/preview?part=html"), &good).await.expect(200);
        assert!(preview.body.contains("Moin Ada Lovelace &amp; William King"));
        let policy = preview.header("content-security-policy");
        assert!(policy.contains("sandbox") && policy.contains("frame-ancestors 'self'") && !policy.contains("script"), "{policy}");
        assert_eq!(preview.header("x-frame-options"), "SAMEORIGIN");
        let preview = browser.submit(&format!("{page}/preview?part=text"), &good).await.expect(200);
        assert!(preview.header("content-type").starts_with("text/plain") && preview.body.starts_with("Moin from Latchkey\n"));
        let none = browser.submit(&format!("{page}/preview?part=html"), &bad).await.expect(422);
        assert!(none.body.contains("Line 2, column 4"));

        let tested = browser.submit(&format!("{page}/test"), &good).await.expect(200);
        assert!(tested.body.contains("The mail server took the test mail."));
        assert_eq!(app.letters().remove(0).subject, "Moin from Latchkey");
        assert_eq!(app.count("mail_templates").await, 0, "nothing is stored by looking at it");

        let saved = browser.submit(page, &good).await.expect(303);
        assert!(browser.get(&saved.location()).await.expect(200).body.contains("Saved. It counts at once"));
        let late = browser.submit(page, &good).await.expect(409);
        assert!(late.body.contains("somebody else has changed this template"));
        let unsure = browser.submit(&format!("{page}/default"), &[]).await.expect(200);
        assert!(unsure.body.contains("Tick the box first"));
        browser.submit(&format!("{page}/default"), &[("sure", "true")]).await.expect(303);
        assert_eq!(admin.get(EN).await.expect(200).json()["edited"], false);
        let restored = browser.submit(&format!("{page}/versions/1"), &[]).await.expect(303);
        let shown = browser.get(&restored.location()).await.expect(200);
        assert!(shown.body.contains("The earlier version counts again.") && shown.body.contains("Moin from {{ product_name }}"));
        assert!(shown.body.contains("<td><bdi>root<"), "{}", shown.body);
        browser.get("/admin/mail-templates/reset_link/xx").await.expect(404);
    }

    async fn test_mails_of_templates_have_the_budget_of_test_mails(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let typed = words("Hi");
        let fields = ["subject", "text", "html"].map(|name| (name, typed[name].as_str().unwrap()));
        for _ in 0..10 {
            browser.submit("/admin/mail-templates/reset_link/en/test", &fields).await.expect(200);
        }
        browser.submit("/admin/mail-templates/reset_link/en/test", &fields).await.expect(429);
    }
}

/// A language by its tag.
trait ParseLocale {
    fn parse_locale(&self) -> app::words::Locale;
}

impl ParseLocale for str {
    fn parse_locale(&self) -> app::words::Locale {
        app::words::Locale::of_code(self).expect("a language")
    }
}

// M3: an edit counts at once on every server that shares the database.
#[tokio::test]
async fn an_edit_counts_on_every_server() {
    let one = Setup::on(server::store::Engine::Sqlite).start().await;
    let other = Setup::on(server::store::Engine::Sqlite).beside(&one).start().await;
    let admin = one.administrator().await;
    one.add_account("ada").await;
    admin.put(EN, &words("Ahoj")).await.expect(200);
    let letter = read(&other).await;
    assert_eq!(letter.subject, "Ahoj from Latchkey");
}
