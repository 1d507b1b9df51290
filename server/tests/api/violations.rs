//! Reports of browsers about what their policy kept from happening.

use crate::on_both_engines;
use crate::support::client::{Answer, Client};
use crate::support::{TestApp, log};
use reqwest::Method;
use serde_json::{Value, json};

async fn report(client: &Client, kind: &str, body: &str) -> Answer {
    let request = client.request(Method::POST, "/csp-report");
    client
        .send(request.header("content-type", kind).body(body.to_owned()))
        .await
}

fn old(directive: &str, blocked: &str) -> Value {
    json!({ "csp-report": { "document-uri": "https://reset.example.org/reset", "effective-directive": directive, "blocked-uri": blocked } })
}

on_both_engines! {
    // security 116
    async fn reports_are_counted_and_leave_no_text(app: TestApp) {
        let program = app.program();
        let before = app.latchkey.metrics.text(&app.latchkey).await;
        assert!(!before.contains("latchkey_content_violations_total{"), "{before}");
        report(&program, "application/csp-report", &old("script-src-elem", "https://evil.example/canary-of-a-report").to_string()).await.expect(204);
        let list = json!([{ "type": "csp-violation", "body": { "effectiveDirective": "canary-of-a-report\r\nx", "blockedURL": "inline" } }]);
        report(&program, "application/reports+json; charset=utf-8", &list.to_string()).await.expect(204);
        let text = app.latchkey.metrics.text(&app.latchkey).await;
        assert!(text.contains("latchkey_content_violations_total{directive=\"script-src\"} 1"), "{text}");
        assert!(text.contains("latchkey_content_violations_total{directive=\"other\"} 1"), "{text}");
        assert!(!text.contains("canary-of-a-report") && !log::text().contains("canary-of-a-report"));
        assert!(log::text().contains("script-src"), "and the operator can read of it");
    }

    // security 116, 128
    async fn whatever_else_comes_is_refused(app: TestApp) {
        let program = app.program();
        for (kind, body, expected) in [
            ("application/json", old("script-src", "inline").to_string(), 415),
            ("text/plain", String::new(), 415),
            ("application/csp-report", String::new(), 400),
            ("application/csp-report", "{}".to_owned(), 400),
            ("application/csp-report", format!("{{\"csp-report\":{{\"x\":\"{}\"}}}}", "x".repeat(17 << 10)), 413),
        ] {
            assert_eq!(report(&program, kind, &body).await.status, expected, "{kind} {}", body.len());
        }
        program.get("/csp-report").await.expect(405);
    }

    // security 116, 160
    async fn one_client_reports_so_much_and_no_more(app: TestApp) {
        let (program, other) = (app.program(), app.program_from("127.0.0.7"));
        let body = old("img-src", "data").to_string();
        for _ in 0..60 {
            report(&program, "application/csp-report", &body).await.expect(204);
        }
        report(&program, "application/csp-report", &body).await.expect(429);
        report(&other, "application/csp-report", &body).await.expect(204);
    }

    // security 116: every policy that a browser enforces on a page names the place
    async fn every_page_says_where_to_report(app: TestApp) {
        app.administrator().await;
        let staff = app.browser_of("root").await;
        for path in ["/sign-in", "/forgot", "/no-such-page", "/recovery", "/admin", "/admin/settings", "/api/docs/"] {
            let policy = staff.get(path).await;
            let policy = policy.header("content-security-policy");
            assert!(policy.contains("report-uri /csp-report") && policy.contains("report-to csp"), "{path}: {policy}");
        }
    }
}
