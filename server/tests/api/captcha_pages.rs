//! The captcha for browsers without a script: a form waits a few seconds, sealed, and is then sent with one press (security 163,
//! WCAG 3.3.8).

use crate::on_both_engines;
use crate::support::recovery::SOCIAL;
use crate::support::{Answer, Client, Engine, PASSWORD, Setup, TestApp};

const SECOND: i64 = 1000;
const HELD: &str = "__Host-latchkey-held";

async fn app(engine: Engine) -> TestApp {
    let app = Setup::on(engine).with_proof_of_work().start().await;
    app.add_account("ada").await;
    app
}

async fn press(browser: &Client) -> Answer {
    browser.submit("/moment", &[]).await.expect(303)
}

on_both_engines! {
    // security 163
    async fn a_form_without_an_answer_waits_and_is_sent_once(engine: Engine) {
        let app = app(engine).await;
        let browser = app.browser();
        let sent = browser.form("request_reset", &[("identifier", "ada@example.org"), ("captcha", "")]).await.expect(303);
        assert_eq!(sent.location(), "/moment");
        let page = browser.get("/moment").await.expect(200);
        assert_eq!(page.header("refresh"), "5; url=/moment");
        assert!(page.body.contains("in 5 seconds") && !page.body.contains("captcha.js"), "{}", page.body);
        assert!(!page.body.contains("example.org"), "what was typed is nowhere");
        assert_eq!(press(&browser).await.location(), "/moment", "too early");
        assert_eq!(app.count("reset_requests").await, 0);
        app.advance(5 * SECOND);
        let ready = browser.get("/moment").await.expect(200);
        assert!(ready.body.contains("Continue") && !ready.headers.contains_key("refresh"), "{}", ready.body);
        let kept = browser.cookie(HELD).unwrap();
        assert!(press(&browser).await.location().starts_with("/forgot/sent?receipt="));
        assert_eq!(browser.cookie(HELD), None);
        browser.set_cookie(HELD, &kept);
        assert_eq!(press(&browser).await.location(), "/forgot?refused=captcha_failed", "a pass counts once");
        assert_eq!(app.count("reset_requests").await, 1);
        let nothing = app.browser().get("/moment").await.expect(200);
        assert!(nothing.body.contains("Nothing is waiting here"), "{}", nothing.body);
        assert_eq!(press(&app.browser()).await.location(), "/moment");
    }

    // security 94, 163: a password waits where nobody can read it
    async fn a_sign_in_waits_with_its_password_sealed(engine: Engine) {
        let app = app(engine).await;
        let browser = app.browser();
        let fields = |password| [("identifier", "ada"), ("password", password), ("next", "/account?changed=1")];
        for _ in 0..3 {
            let refused = browser.form("sign_in", &fields("wrong")).await.expect(303);
            assert!(refused.location().contains("refused=sign_in_refused"), "{}", refused.location());
        }
        let held = browser.form("sign_in", &fields(PASSWORD)).await.expect(303);
        assert_eq!(held.location(), "/moment");
        let cookie = held.set_cookies().into_iter().find(|cookie| cookie.starts_with(HELD)).unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Lax") && cookie.contains("Secure"), "{cookie}");
        assert!(!held.whole().contains("otters"), "the password is not readable");
        assert!(!String::from_utf8_lossy(&app.dump().await).contains("otters"), "nor stored");
        app.advance(5 * SECOND);
        assert_eq!(press(&browser).await.location(), "/account?changed=1");
        browser.get("/account").await.expect(200);
    }

    // security 163
    async fn facts_wait_like_everything_else(engine: Engine) {
        let app = Setup::on(engine).with_proof_of_work().start().await;
        app.recoverable_ada().await;
        let browser = app.browser();
        let fields = [("facts[email]", "ada@example.org"), ("facts[social_security_number]", SOCIAL)];
        assert_eq!(browser.form("start_recovery", &fields).await.expect(303).location(), "/moment");
        app.advance(5 * SECOND);
        assert_eq!(press(&browser).await.location(), "/recovery/mailbox");
    }

    // security 163, 165: whoever waits at many doors waits for each
    async fn the_more_of_one_client_wait_the_longer_each_does(engine: Engine) {
        let app = app(engine).await;
        for round in 1..=3 {
            let browser = app.browser();
            browser.form("request_reset", &[("identifier", "ada")]).await.expect(303);
            assert_eq!(browser.get("/moment").await.header("refresh"), format!("{}; url=/moment", 5 * round));
        }
        let other = Client::browser(app.address, "127.0.0.9");
        other.form("request_reset", &[("identifier", "ada")]).await.expect(303);
        assert_eq!(other.get("/moment").await.header("refresh"), "5; url=/moment");
    }

    // security 163: what is wrong is said as ever, and a wrong answer leads nowhere
    async fn only_what_lacks_nothing_else_waits(engine: Engine) {
        let app = app(engine).await;
        let browser = app.browser();
        let missing = browser.form("request_reset", &[("identifier", " ")]).await.expect(303);
        assert_eq!(missing.location(), "/forgot?refused=identifier_missing");
        let wrong = browser.form("request_reset", &[("identifier", "ada"), ("captcha", "x")]).await.expect(303);
        assert_eq!(wrong.location(), "/forgot?refused=captcha_failed");
        assert_eq!(browser.cookie(HELD), None);
    }

    // security 112: the script is ours and has the nonce; pages of nobody else's provider allow nobody else
    async fn pages_carry_the_script_and_a_narrow_policy(engine: Engine) {
        let app = app(engine).await;
        let page = app.browser().get("/forgot").await.expect(200);
        assert!(page.body.contains("src=\"/captcha.js\"") && page.body.contains("data-captcha=\"forgot\""), "{}", page.body);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("worker-src 'self'") && policy.contains("frame-src 'none'"), "{policy}");
        assert!(!policy.contains("https:"), "{policy}");
        let worker = app.browser().get("/captcha-worker.js").await;
        assert_eq!(worker.header("content-security-policy"), "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
        let without = Setup::on(engine).start().await.browser().get("/forgot").await.expect(200);
        assert!(!without.body.contains("captcha.js"));
    }
}
