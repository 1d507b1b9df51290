//! Five languages on every page and in every mail, chosen by whom it concerns and never by whether an account exists.

use crate::on_both_engines;
use crate::support::{Answer, Client, PASSWORD, TestApp, draft};
use app::words::Locale;
use reqwest::Method;
use reqwest::header::{ACCEPT_LANGUAGE, IF_NONE_MATCH};
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;

/// The text behind a key, as it stands in its file.
fn text(language: Locale, key: &str) -> String {
    let (space, key) = key.split_once('.').unwrap();
    let text = &texts(language)[space][key];
    text.as_str()
        .unwrap_or_else(|| panic!("{language} {space}.{key}"))
        .to_owned()
}

fn texts(language: Locale) -> Value {
    let file = match language {
        Locale::En => include_str!("../../../app/locales/en.json"),
        Locale::De => include_str!("../../../app/locales/de.json"),
        Locale::Fr => include_str!("../../../app/locales/fr.json"),
        Locale::Es => include_str!("../../../app/locales/es.json"),
        Locale::Ar => include_str!("../../../app/locales/ar.json"),
    };
    serde_json::from_str(file).unwrap()
}

/// Whole English sentences of these namespaces that another language does not share.
fn english_sentences(language: Locale, console: bool) -> Vec<String> {
    let (english, own) = (texts(Locale::En), texts(language));
    let mut sentences = Vec::new();
    for (space, texts) in english.as_object().unwrap() {
        if space.starts_with("admin") && !console {
            continue;
        }
        for (key, text) in texts.as_object().unwrap() {
            let Some(text) = text.as_str() else { continue };
            if text.len() > 14 && !text.contains("{{") && own[space][key].as_str() != Some(text) {
                sentences.push(escaped(text));
            }
        }
    }
    sentences
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

async fn get(client: &Client, path: &str, accept: &str) -> Answer {
    let request = client.request(Method::GET, path).header(ACCEPT_LANGUAGE, accept);
    client.send(request).await
}

/// The page is in this language and says so; nothing on it is English.
#[track_caller]
fn assert_language(page: &Answer, language: Locale, heading: &str, english: &[String]) {
    let head = format!("<html lang=\"{language}\" dir=\"{}\">", language.direction());
    assert!(page.body.contains(&head), "{head}: {}", page.body);
    let h1 = page.body.split("<h1").nth(1).unwrap().split_once('>').unwrap().1;
    assert_eq!(h1.split('<').next().unwrap(), escaped(&text(language, heading)));
    for sentence in english {
        assert!(!page.body.contains(sentence.as_str()), "{language}: {sentence}");
    }
}

const PAGES: [(&str, &str); 6] = [
    ("/sign-in", "sign_in.title"),
    ("/forgot", "forgot.title"),
    ("/forgot/sent?receipt=ABCD-EFGH-JKLM-NPQR", "sent.title"),
    ("/reset", "gone.title"),
    ("/reset/done", "done.title"),
    ("/nowhere", "not_found.title"),
];

const SECTIONS: [(&str, &str); 8] = [
    ("/admin", "admin.overview"),
    ("/admin/accounts", "admin.accounts"),
    ("/admin/requests", "admin.requests"),
    ("/admin/outbox", "admin.outbox"),
    ("/admin/settings", "admin.settings"),
    ("/admin/settings/branding", "admin_settings.group_branding"),
    ("/admin/keys", "admin.keys"),
    ("/admin/audit", "admin.audit"),
];

on_both_engines! {
    // M6: a program that says what its reader understands gets words of it; the codes are the same everywhere
    async fn problems_are_told_in_a_language_that_the_client_accepts(app: TestApp) {
        let program = app.program();
        let ask = async |path: &str, accept: &str| get(&program, path, accept).await.expect(404);
        for (accept, language, title) in [
            ("de-AT,de;q=0.9", "de", "Das gibt es nicht"), ("fr", "fr", "Cela n’existe pas"), ("es", "es", "Eso no existe"),
            ("ar", "ar", "لا يوجد شيء كهذا"), ("tlh, *;q=0.1", "en", "There is no such thing"), ("en", "en", "There is no such thing"),
        ] {
            let answer = ask("/api/v1/nothing", accept).await;
            assert_eq!((answer.problem().as_str(), &answer.json()["title"]), ("not_found", &json!(title)), "{accept}");
            assert_eq!(answer.header("content-language"), language);
            assert!(answer.header("vary").to_ascii_lowercase().contains("accept-language"), "{accept}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        app.latchkey.settings().await.unwrap();
        let plain = program.get("/api/v1/nothing").await.expect(404);
        assert_eq!(plain.json()["title"], "There is no such thing", "whatever the installation speaks");

        let admin = app.administrator().await;
        let body = json!({ "session": { "idle_minutes": 1 } });
        let request = admin.request(Method::PATCH, "/api/v1/settings").header(ACCEPT_LANGUAGE, "de").json(&body);
        let refused = admin.send(request).await.expect(422);
        assert_eq!(refused.json()["detail"], "muss eine ganze Zahl von 2 bis 480 sein", "{}", refused.body);
        assert_eq!((refused.problem().as_str(), &refused.json()["field"]), ("invalid", &json!("session.idle_minutes")));
        let body = json!({ "text": "no link", "subject": "x", "html": "<p>x</p>" });
        let request = admin.request(Method::PUT, "/api/v1/mail-templates/reset_link/en").header(ACCEPT_LANGUAGE, "fr").json(&body);
        let refused = admin.send(request).await.expect(422);
        assert!(refused.body.contains("Le modèle ne peut pas être utilisé ainsi"), "{}", refused.body);
        let english = admin.put("/api/v1/mail-templates/reset_link/en", &body).await.expect(422);
        assert_eq!(refused.json()["problems"][0]["code"], english.json()["problems"][0]["code"]);
        assert_ne!(refused.json()["problems"][0]["detail"], english.json()["problems"][0]["detail"]);
    }

    async fn the_console_calls_events_and_mistakes_by_words(app: TestApp) {
        app.add(Draft { role: Role::Admin, locale: "de".into(), ..draft("chef") }).await;
        let browser = app.browser_of("chef").await;
        let page = browser.get("/admin/audit").await.expect(200);
        assert!(page.body.contains("Angemeldet") && page.body.contains(">signed_in<"), "{}", page.body);
        assert!(page.body.contains(">Wiederherstellung begonnen<"), "{}", page.body);
        let refused = browser.submit("/admin/settings/session", &[("session.idle_minutes", "1")]).await.expect(422);
        assert!(refused.body.contains("muss eine ganze Zahl von 2 bis 480 sein"), "{}", refused.body);
        assert!(!refused.body.contains("must be"), "{}", refused.body);
    }

    // M6; security 213
    async fn every_page_speaks_every_language(app: TestApp) {
        for language in Locale::ALL {
            let english = if language == Locale::En { Vec::new() } else { english_sentences(language, false) };
            for (path, heading) in PAGES {
                let page = get(&app.browser(), path, language.code()).await;
                assert_language(&page, language, heading, &english);
                for own in Locale::ALL {
                    assert!(page.body.contains(own.name()), "{path}: every language is offered");
                }
            }
            app.add(Draft { locale: language.to_string(), ..draft(&format!("ada-{language}")) }).await;
            let browser = app.browser_of(&format!("ada-{language}")).await;
            assert_language(&browser.get("/account").await, language, "account.title", &english);
        }
    }

    // M6; security 213
    async fn every_section_of_the_console_speaks_every_language(app: TestApp) {
        for language in Locale::ALL {
            let english = if language == Locale::En { Vec::new() } else { english_sentences(language, true) };
            let login = format!("root-{language}");
            app.add(Draft { role: Role::Admin, locale: language.to_string(), ..draft(&login) }).await;
            let browser = app.browser_of(&login).await;
            for (path, heading) in SECTIONS {
                assert_language(&browser.get(path).await.expect(200), language, heading, &english);
            }
        }
    }

    // security 213: account, choice, browser, installation, English
    async fn the_language_is_decided_in_this_order(app: TestApp) {
        let lang = |page: &Answer| page.body.split("<html lang=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let browser = app.browser();
        assert_eq!(lang(&browser.get("/sign-in").await), "en");
        app.set("branding.default_locale", json!("fr")).await;
        assert_eq!(lang(&browser.get("/sign-in").await), "fr");
        assert_eq!(lang(&get(&browser, "/sign-in", "tlh").await), "fr");
        assert_eq!(lang(&get(&browser, "/sign-in", "tlh, es-MX;q=0.5").await), "es");
        browser.set_cookie("__Host-latchkey-language", "de");
        assert_eq!(lang(&get(&browser, "/sign-in", "es").await), "de");
        for odd in ["xx", "", "../../etc/passwd", "de; Path=/"] {
            browser.set_cookie("__Host-latchkey-language", odd);
            let wanted = if odd.starts_with("de") { "de" } else { "es" };
            assert_eq!(lang(&get(&browser, "/sign-in", "es").await), wanted, "{odd:?}");
        }
        app.add(Draft { locale: "ar-EG".into(), ..draft("ada") }).await;
        browser.set_cookie("__Host-latchkey-language", "de");
        browser.form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        assert_eq!(lang(&get(&browser, "/account", "es").await), "ar");
        browser.form("sign_out", &[]).await.expect(303);
        assert_eq!(lang(&get(&browser, "/sign-in", "es").await), "de", "after signing out, the choice counts again");
        // An account whose language is none of ours does not decide.
        app.add(Draft { locale: "pt-BR".into(), ..draft("bob") }).await;
        browser.form("sign_in", &[("identifier", "bob"), ("password", PASSWORD)]).await.expect(303);
        assert_eq!(lang(&get(&browser, "/account", "es").await), "de");
    }

    // security 109, 176, 213
    async fn a_choice_is_remembered_and_leads_back_to_the_page(app: TestApp) {
        let browser = app.browser();
        let page = get(&browser, "/forgot?target=%2Fapp", "en").await;
        assert!(page.body.contains("name=\"next\" value=\"/forgot?target=%2Fapp\""), "{}", page.body);
        let next = "/forgot?target=%2Fapp";
        let answer = browser.form("language", &[("language", "ar"), ("next", next)]).await.expect(303);
        assert_eq!(answer.header("location"), next);
        assert_eq!(answer.set_cookies(), ["__Host-latchkey-language=ar; Max-Age=31536000; Path=/; Secure; HttpOnly; SameSite=Lax"]);
        assert!(get(&browser, next, "en").await.body.contains("<html lang=\"ar\" dir=\"rtl\">"));
        for foreign in ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "", "evil"] {
            let answer = browser.form("language", &[("language", "de"), ("next", foreign)]).await.expect(303);
            assert_eq!(answer.header("location"), "/", "{foreign:?}");
        }
        let answer = browser.form("language", &[("language", "tlh"), ("next", next)]).await.expect(303);
        assert!(answer.set_cookies().is_empty() && answer.header("location") == next);
        assert_eq!(browser.cookie("__Host-latchkey-language").as_deref(), Some("de"));
        assert_eq!(browser.form("language", &[]).await.status, 422);
        let stranger = app.program();
        let crossing = stranger.request(Method::POST, "/form/language").header("sec-fetch-site", "cross-site").body("language=de");
        assert_eq!(stranger.send(crossing).await.status, 403);
        assert_eq!(app.browser().get("/form/language").await.status, 405);
    }

    // M6: who is signed in chooses for the account, so mails follow
    async fn a_choice_of_somebody_signed_in_is_the_accounts(app: TestApp) {
        let id = app.add_account("ada").await;
        let browser = app.browser_of("ada").await;
        browser.form("language", &[("language", "de"), ("next", "/account")]).await.expect(303);
        assert_eq!(app.rows("select locale from accounts").await, ["de"]);
        assert!(browser.get("/account").await.body.contains("<html lang=\"de\""));
        let events = app.rows("select account_id, detail from audit where event = 'account_changed'").await;
        assert_eq!(events, [format!("{id}|locale: de")]);
        browser.form("language", &[("language", "de"), ("next", "/account")]).await.expect(303);
        assert_eq!(app.rows("select count(*) from audit where event = 'account_changed'").await, ["1"], "nothing changed");
        let fields = [("current", PASSWORD), ("password", "quiet lamps under snow"), ("confirmation", "quiet lamps under snow")];
        browser.form("change_password", &fields).await.expect(303);
        app.drain().await;
        let letter = app.mail_to("ada@example.org").pop().unwrap();
        assert!(letter.subject.starts_with("Ihr Passwort"), "{}", letter.subject);
    }

    // security 1, 213: a page's language says nothing about the account that was asked for
    async fn the_page_is_in_the_askers_language_and_the_mail_in_the_owners(app: TestApp) {
        app.add(Draft { locale: "ar".into(), ..draft("ada") }).await;
        app.add(Draft { locale: "pt-BR".into(), ..draft("bob") }).await;
        for name in ["ada", "bob", "nobody"] {
            let browser = app.browser();
            browser.set_cookie("__Host-latchkey-language", "de");
            let asked = browser.form("request_reset", &[("identifier", name)]).await.expect(303);
            let page = browser.get(asked.header("location")).await;
            assert!(page.body.contains("<html lang=\"de\"") && page.body.contains(&text(Locale::De, "sent.answer")));
            app.advance(61_000);
        }
        app.drain().await;
        let letter = |address: &str| app.mail_to(address).pop().unwrap();
        assert!(letter("ada@example.org").html.contains("<html lang=\"ar\" dir=\"rtl\">"));
        assert!(letter("bob@example.org").html.contains("<html lang=\"de\""), "where ours has no such language, the page's");
        assert_eq!(app.letters().len(), 2);
    }

    // M6, F4
    async fn a_program_says_which_language_it_wants(app: TestApp) {
        app.set("reset.generic_response", json!({ "fr": "Regardez dans votre boîte." })).await;
        for (locale, message) in [
            ("de", text(Locale::De, "sent.answer")),
            ("fr-CA", "Regardez dans votre boîte.".to_owned()),
            ("ar", text(Locale::Ar, "sent.answer")),
            ("tlh", text(Locale::En, "sent.answer")),
        ] {
            let body = json!({ "identifier": "nobody", "locale": locale });
            let answer = app.program().post("/api/v1/password-reset", &body).await.expect(202);
            assert_eq!(answer.json()["message"], message, "{locale}");
        }
        let program = app.program();
        let request = program.request(Method::POST, "/api/v1/password-reset").header(ACCEPT_LANGUAGE, "es");
        let answer = program.send(request.json(&json!({ "identifier": "nobody" }))).await.expect(202);
        assert_eq!(answer.json()["message"], text(Locale::Es, "sent.answer"));
        let stored = app.rows("select locale from reset_requests order by locale").await;
        assert_eq!(stored, ["ar", "de", "en", "es", "fr"]);
    }

    // M6: whoever is added without a language gets the installation's
    async fn a_new_account_speaks_the_installations_language(app: TestApp) {
        let admin = app.administrator().await;
        app.set("branding.default_locale", json!("es")).await;
        admin.post("/api/v1/accounts", &json!({ "login_name": "ada" })).await.expect(201);
        admin.post("/api/v1/accounts", &json!({ "login_name": "bob", "locale": "de-AT" })).await.expect(201);
        admin.post("/api/v1/accounts", &json!({ "login_name": "eve", "locale": "" })).await.expect(422);
        assert_eq!(app.rows("select locale from accounts where login_name <> 'root' order by login_name").await, ["es", "de-AT"]);
    }

    // security 180: what the browser loads is one language's public part, by an address of its version
    async fn the_words_of_a_page_are_one_small_file(app: TestApp) {
        for language in Locale::ALL {
            let page = get(&app.browser(), "/forgot", language.code()).await;
            let path = page.body.split("href=\"/words/").nth(1).unwrap().split('"').next().unwrap();
            let path = format!("/words/{path}");
            let words = app.program().get(&path).await.expect(200);
            assert_eq!(words.header("content-type"), "text/plain; charset=utf-8");
            assert!(words.body.lines().any(|line| line == text(language, "forgot.lead")), "{}", words.body);
            assert!(!words.body.contains(&text(language, "admin_keys.lead")));
            let program = app.program();
            let again = program.request(Method::GET, &path).header(IF_NONE_MATCH, words.header("etag"));
            assert_eq!(program.send(again).await.status, 304);
            let other_version = path.replace('-', "-0");
            assert_eq!(app.program().get(&other_version).await.status, 404);
        }
    }
}
