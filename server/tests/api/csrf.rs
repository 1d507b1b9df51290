//! What another site, or a browser led astray, can make a person do here: nothing.

use crate::on_both_engines;
use crate::support::{PASSWORD, TestApp};
use reqwest::Method;
use serde_json::json;

/// Every form there is, by its own path.
fn forms() -> impl Iterator<Item = &'static str> {
    let functions = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path);
    functions.chain(["/form/language"])
}

const SESSION: &str = "__Host-latchkey-session";

on_both_engines! {
    // security 104, 177
    async fn a_request_of_another_site_has_no_effect(app: TestApp) {
        app.add_account("ada").await;
        let session = app.session("ada", PASSWORD).await;
        let program = app.program();
        for (name, value) in [
            ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"),
            ("origin", "null"), ("origin", "https://reset.example.org.evil.example"), ("x-nothing", "at all"),
        ] {
            for form in forms() {
                let request = program.request(Method::POST, form).header(name, value);
                let request = request.header("cookie", format!("{SESSION}={session}")).header("accept", "text/html");
                let answer = program.send(request.header("content-type", "application/x-www-form-urlencoded").body("identifier=ada")).await;
                assert_eq!(answer.status, 403, "{form}, {name}: {value}");
                assert!(answer.set_cookies().is_empty());
            }
            if name != "x-nothing" {
                let request = program.request(Method::POST, "/api/v1/password-reset").header(name, value);
                let answer = program.send(request.json(&json!({ "identifier": "ada" }))).await;
                assert_eq!(answer.expect(403).problem(), "cross_site");
            }
        }
        let request = program.request(Method::DELETE, "/api/v1/sessions/current").header("cookie", format!("{SESSION}={session}"));
        assert_eq!(program.send(request).await.expect(403).problem(), "cross_site", "a cookie without an origin");
        assert!(app.is_alive(&session).await);
        assert_eq!(app.count("reset_requests").await, 0);
    }

    // security 104, 177: no form is reachable by following a link
    async fn a_link_triggers_no_form(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        for form in forms() {
            for method in [Method::GET, Method::HEAD] {
                let answer = browser.send(browser.request(method, &format!("{form}?identifier=ada&password=x"))).await;
                assert_eq!(answer.status, 405, "{form}");
            }
        }
        assert_eq!(app.count("reset_requests").await + app.count("audit where event <> 'account_added'").await, 0);
    }

    // security 107
    async fn methods_mean_what_they_say(app: TestApp) {
        app.add_account("ada").await;
        let program = app.program();
        for (path, allowed) in [
            ("/api/v1/password-reset", "POST"), ("/api/v1/password-reset/verify", "POST"), ("/api/v1/password-reset/complete", "POST"),
            ("/api/v1/password-policy/check", "POST"), ("/api/v1/sessions", "GET,HEAD,POST"), ("/api/v1/sessions/current", "DELETE"),
            ("/api/v1/me", "GET,HEAD,PUT"), ("/api/v1/openapi.json", "GET,HEAD"),
        ] {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "post", "FOO"] {
                if allowed.split(',').any(|one| one == method) {
                    continue;
                }
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                for header in ["x-http-method-override", "x-method-override"] {
                    let request = program.request(method.clone(), path).header(header, "POST");
                    let answer = program.send(request.json(&json!({ "identifier": "ada", "_method": "POST" }))).await.expect(405);
                    if method != Method::HEAD {
                        assert_eq!(answer.problem(), "method_not_allowed");
                    }
                    let mut offered: Vec<&str> = answer.header("allow").split(',').collect();
                    offered.sort_unstable();
                    assert_eq!(offered.join(","), allowed, "{path}");
                }
            }
        }
        for path in ["/forgot", "/reset", "/account", "/"] {
            let browser = app.browser();
            let answer = browser.send(browser.request(Method::POST, path)).await.expect(405);
            assert_eq!(answer.header("allow"), "GET, HEAD");
        }
        assert_eq!(app.count("reset_requests").await, 0);
    }

    // security 108
    async fn other_origins_are_told_nothing_by_preflight(app: TestApp) {
        let program = app.program();
        for path in ["/api/v1/password-reset", "/api/v1/me", "/form/sign_in", "/forgot"] {
            for origin in ["https://evil.example", "null"] {
                let request = program.request(Method::OPTIONS, path).header("origin", origin);
                let request = request.header("access-control-request-method", "POST").header("access-control-request-headers", "content-type");
                let answer = program.send(request).await;
                assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{path}: {answer:?}");
            }
        }
    }

    // security 176: the framework would send a browser wherever the Referer points
    async fn no_form_follows_the_referer(app: TestApp) {
        app.add_account("ada").await;
        let browser = app.browser();
        for form in forms() {
            for body in ["", "identifier=ada", "x=%FF", "password=a&password=b", "%", "identifier=%00"] {
                for kind in ["application/x-www-form-urlencoded", "text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
                    let mut request = browser.request(Method::POST, form).header("referer", "https://evil.example/x?y");
                    if !kind.is_empty() {
                        request = request.header("content-type", kind);
                    }
                    let answer = browser.send(request.body(body)).await;
                    assert!(!answer.whole().contains("evil"), "{form}, {kind}, {body}: {answer:?}");
                    assert!(!answer.whole().contains("__err") && !answer.whole().contains("error deserializing"), "{form}, {body}: {answer:?}");
                    assert_ne!(answer.status, 500, "{form}, {kind}, {body}: {answer:?}");
                    let location = answer.location();
                    assert!(location.is_empty() || location.starts_with('/') && !location.starts_with("//"), "{location}");
                }
            }
        }
    }

    // security 109
    async fn signing_in_leads_to_paths_of_this_site_only(app: TestApp) {
        app.add_account("ada").await;
        for (next, expected) in [
            ("/account?changed=1", "/account?changed=1"), ("//evil.example", "/account"), ("/\\evil.example", "/account"),
            ("https://evil.example", "/account"), ("https:evil.example", "/account"), ("javascript:alert(1)", "/account"),
            ("/a\r\nSet-Cookie: x=y", "/account"), ("@evil.example", "/account"), ("", "/account"),
        ] {
            let fields = [("identifier", "ada"), ("password", PASSWORD), ("next", next)];
            let answer = app.browser().form("sign_in", &fields).await.expect(303);
            assert_eq!(answer.location(), expected, "{next:?}");
        }
    }
}
