//! Captchas of others: asked at their address, believed only about our page, this place, and once (security 163).

use crate::on_both_engines;
use crate::support::captcha::{Double, SECRET, SITE_KEY};
use crate::support::{Client, Engine, Setup, TestApp};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

async fn with(engine: Engine, provider: &str, but: &Value) -> (TestApp, Double) {
    let double = Double::start().await;
    let app = Setup::on(engine).with_provider(provider, &double, but).start().await;
    app.add_account("ada").await;
    (app, double)
}

async fn status(app: &TestApp, token: &str) -> u16 {
    app.ask_with(&app.program(), "ada", token).await.status
}

async fn last_reason(app: &TestApp) -> String {
    let sql = "select reason from audit where event = 'captcha_failed' order by seq desc limit 1";
    app.rows(sql).await.pop().unwrap_or_default()
}

async fn state(admin: &Client) -> String {
    let overview = admin.get("/api/v1/overview").await.expect(200).json();
    overview["captcha"].as_str().unwrap().to_owned()
}

on_both_engines! {
    // security 163
    async fn a_token_that_the_provider_confirms_counts_once(engine: Engine) {
        for provider in ["recaptcha_v2", "recaptcha_v2_invisible", "hcaptcha"] {
            let (app, double) = with(engine, provider, &json!({})).await;
            let shown = app.program().get("/api/v1/captcha?place=forgot").await.expect(200).json();
            assert_eq!(shown, json!({ "provider": provider, "needed": true, "site_key": SITE_KEY, "challenge": null }));
            double.give("right", &json!({}));
            assert_eq!(status(&app, "").await, 422);
            assert_eq!(status(&app, "made-up").await, 422);
            assert_eq!(last_reason(&app).await, "wrong");
            assert_eq!(status(&app, "right").await, 202, "{provider}");
            assert_eq!(status(&app, "right").await, 422);
            assert_eq!(last_reason(&app).await, "used", "also where the provider would say yes again");
        }
    }

    // security 163
    async fn a_token_of_another_site_or_for_another_place_does_not_count(engine: Engine) {
        let (app, double) = with(engine, "turnstile", &json!({})).await;
        for (token, said, reason) in [
            ("elsewhere", json!({ "hostname": "evil.example", "action": "forgot" }), "other_host"),
            ("nowhere", json!({ "hostname": null, "action": "forgot" }), "other_host"),
            ("hostless", json!({ "hostname": "", "action": "forgot" }), "other_host"),
            ("other-place", json!({ "action": "sign_in" }), "other_action"),
            ("no-place", json!({}), "other_action"),
        ] {
            double.give(token, &said);
            assert_eq!(status(&app, token).await, 422, "{token}");
            assert_eq!(last_reason(&app).await, reason, "{token}");
        }
        double.give("right", &json!({ "action": "forgot" }));
        assert_eq!(status(&app, "right").await, 202);
    }

    // security 163
    async fn a_low_score_does_not_count(engine: Engine) {
        let (app, double) = with(engine, "recaptcha_v3", &json!({ "score_threshold": 70 })).await;
        for (token, score, expected) in [("low", json!(0.69), 422), ("none", Value::Null, 422), ("enough", json!(0.7), 202)] {
            double.give(token, &json!({ "action": "forgot", "score": score }));
            assert_eq!(status(&app, token).await, expected, "{token}");
        }
        assert_eq!(last_reason(&app).await, "low_score");
    }

    // security 163: open or closed as the settings say
    async fn while_the_provider_is_down_the_settings_decide(engine: Engine) {
        for (when, expected) in [("refuse", 422), ("let_in", 202)] {
            let (app, double) = with(engine, "hcaptcha", &json!({ "when_provider_is_down": when })).await;
            assert_eq!(status(&app, "made-up").await, 422, "it works");
            double.hang_up();
            assert_eq!(status(&app, "anything").await, expected, "{when}");
            assert_eq!(status(&app, "").await, 422, "a form without any token is another matter");
        }
    }

    // security 163
    async fn without_its_keys_a_provider_counts_as_down(engine: Engine) {
        for (when, expected) in [("refuse", 422), ("let_in", 202)] {
            for lacking in ["site_key", "secret_key"] {
                let (app, _double) = with(engine, "turnstile", &json!({ "when_provider_is_down": when, lacking: "" })).await;
                assert_eq!(status(&app, "anything").await, expected, "{when} without {lacking}");
                assert_eq!(status(&app, "").await, expected, "nobody can bring a token");
                assert_eq!(state(&app.administrator().await).await, "key_missing");
            }
        }
    }

    async fn staff_see_how_it_is_doing(engine: Engine) {
        let (app, double) = with(engine, "turnstile", &json!({})).await;
        let admin = app.administrator().await;
        assert_eq!(state(&admin).await, "working");
        let browser = app.browser_of("root").await;
        let page = browser.get("/admin").await.expect(200);
        assert!(page.body.contains("Captcha") && page.body.contains("working"), "{}", page.body);
        double.hang_up();
        assert_eq!(state(&admin).await, "working", "asked once a minute at the most");
        app.advance(MINUTE);
        assert_eq!(state(&admin).await, "unreachable");
        let (app, _double) = with(engine, "turnstile", &json!({ "secret_key": "another" })).await;
        assert_eq!(state(&app.administrator().await).await, "key_refused");
        let page = app.browser_of("root").await.get("/admin/settings/captcha").await.expect(200);
        assert!(page.body.contains("the provider refuses the key"), "{}", page.body);
        let own = Setup::on(engine).with_proof_of_work().start().await;
        assert_eq!(state(&own.administrator().await).await, "working");
        let none = Setup::on(engine).start().await;
        assert_eq!(state(&none.administrator().await).await, "off");
    }

    // security 171, 173
    async fn the_secret_key_is_sealed_and_never_shown(engine: Engine) {
        let app = Setup::on(engine).pinned(json!({ "captcha": {} })).start().await;
        let admin = app.administrator().await;
        let patch = json!({ "captcha": { "secret_key": SECRET } });
        assert_eq!(admin.patch("/api/v1/settings", &patch).await.expect(403).problem(), "confirmation_needed");
        let patch = json!({ "captcha": { "secret_key": SECRET, "site_key": SITE_KEY }, "current_password": crate::support::PASSWORD });
        let shown = admin.patch("/api/v1/settings", &patch).await.expect(200);
        assert_eq!(shown.json()["captcha"]["secret_key"], json!({ "set": true }));
        let browser = app.browser_of("root").await;
        let page = browser.get("/admin/settings/captcha").await.expect(200);
        assert!(page.body.contains(SITE_KEY) && !page.body.contains(SECRET), "{}", page.body);
        let fields = [("captcha.provider", "proof_of_work"), ("captcha.secret_key", ""), ("captcha.site_key", "another")];
        assert_eq!(browser.submit("/admin/settings/captcha", &fields).await.status, 303);
        assert_eq!(app.latchkey.settings().await.unwrap().captcha.secret_key.reveal(), SECRET, "left empty it stays");
        assert!(!String::from_utf8_lossy(&app.dump().await).contains(SECRET));
        let bad = json!({ "captcha": { "verify_url": "http://evil.example/" }, "current_password": crate::support::PASSWORD });
        assert_eq!(admin.patch("/api/v1/settings", &bad).await.expect(422).problem(), "invalid");
    }

    // security 163: nobody is locked out by what a provider thinks of their browser, or because it cannot be asked
    async fn where_another_try_would_end_alike_a_form_waits(engine: Engine) {
        let (app, double) = with(engine, "recaptcha_v3", &json!({})).await;
        let token = "t".repeat(2_000);
        double.give(&token, &json!({ "action": "forgot", "score": 0.1 }));
        let fields = [("identifier", "ada"), ("captcha", &token), ("g-recaptcha-response", &token)];
        for reason in ["low_score", "provider_down"] {
            let browser = app.browser();
            assert_eq!(browser.form("request_reset", &fields).await.expect(303).location(), "/moment", "{reason}");
            assert_eq!(last_reason(&app).await, reason);
            let wrong = [("identifier", "ada"), ("captcha", "made-up")];
            app.advance(MINUTE);
            assert!(browser.submit("/moment", &[]).await.expect(303).location().starts_with("/forgot/sent?"), "{reason}");
            assert_eq!(status(&app, &token).await, 422, "programs are told nothing else");
            let refused = browser.form("request_reset", &wrong).await.expect(303);
            assert_eq!(refused.location() == "/moment", reason == "provider_down", "who made one up may try again");
            double.hang_up();
        }
    }

    // security 112: only the pages that need it, only the provider that is chosen, and of it what its documentation asks for
    async fn the_policy_of_a_page_is_wider_only_where_the_widget_is(engine: Engine) {
        let google = [
            "frame-src https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/;",
            "connect-src 'self' https://www.google.com/recaptcha/;",
            "img-src 'self' https://www.gstatic.com/recaptcha/;",
            "style-src 'self';",
        ];
        let hcaptcha = [
            "frame-src https://hcaptcha.com https://*.hcaptcha.com;",
            "connect-src 'self' https://hcaptcha.com https://*.hcaptcha.com;",
            "img-src 'self';",
            "style-src 'self' https://hcaptcha.com https://*.hcaptcha.com;",
        ];
        let turnstile = ["frame-src https://challenges.cloudflare.com;", "connect-src 'self';", "img-src 'self';", "style-src 'self';"];
        let narrow = ["frame-src 'none';", "connect-src 'self';", "img-src 'self';", "style-src 'self';"];
        for (provider, wide) in [
            ("recaptcha_v2", google),
            ("recaptcha_v2_invisible", google),
            ("recaptcha_v3", google),
            ("hcaptcha", hcaptcha),
            ("turnstile", turnstile),
            ("proof_of_work", narrow),
        ] {
            let (app, _double) = with(engine, provider, &json!({ "on_recovery": false })).await;
            for (path, is_wide) in [("/forgot", true), ("/sign-in", true), ("/recovery", false), ("/reset/done", false)] {
                let page = app.browser().get(path).await.expect(200);
                let policy = page.header("content-security-policy");
                for directive in if is_wide { wide } else { narrow } {
                    assert!(policy.contains(directive), "{provider} {path}: {directive} is not in {policy}");
                }
                let scripts = policy.split("script-src ").nth(1).unwrap().split(';').next().unwrap();
                assert!(!scripts.contains("https:") && scripts.contains("'strict-dynamic'"), "{provider} {path}: {scripts}");
                assert_eq!(page.body.contains("data-equipped"), is_wide, "{provider} {path}");
            }
        }
    }
}
