//! What monitoring is told, where, and what it is never told.

use crate::on_both_engines;
use crate::support::client::Client;
use crate::support::{Engine, PASSWORD, Setup, TestApp};
use serde_json::json;
use std::net::SocketAddr;

async fn started(engine: Engine) -> (TestApp, Client) {
    let app = Setup::on(engine)
        .config(|config| config.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0))))
        .start()
        .await;
    let monitoring = Client::program(app.metrics.expect("an address"), "127.0.0.1");
    (app, monitoring)
}

/// The number behind a name with its labels.
fn number(text: &str, name: &str) -> i64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in {text}"))
        .parse()
        .unwrap()
}

on_both_engines! {
    // security 152
    async fn monitoring_sees_what_happens(engine: Engine) {
        let (app, monitoring) = started(engine).await;
        app.add_account("ada").await;
        let first = monitoring.get("/metrics").await.expect(200);
        assert_eq!(first.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
        assert_eq!(number(&first.body, "latchkey_resets_total{step=\"asked\"}"), 0);
        let (_, letter) = app.ask_and_read("ada").await;
        app.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
        app.advance(30_000);
        let held = app.program();
        held.get("/healthz").await.expect(200);
        let text = monitoring.get("/metrics").await.body;
        for (name, expected) in [
            ("latchkey_resets_total{step=\"asked\"}", 1), ("latchkey_resets_total{step=\"completed\"}", 1),
            ("latchkey_mails_total{result=\"sent\"}", 1), ("latchkey_mails_total{result=\"failed\"}", 0),
            ("latchkey_events_total{event=\"reset_completed\",result=\"success\"}", 1),
            ("latchkey_requests_total{route=\"/api/v1/password-reset\",status=\"2xx\"}", 1),
            ("latchkey_request_duration_seconds_count{door=\"rest\"}", 2),
            ("latchkey_mails_waiting", 1), ("latchkey_mails_oldest_age_seconds", 30), ("latchkey_database_up", 1),
            ("latchkey_hashes_running", 0), ("latchkey_hashes_waiting", 0), ("latchkey_rate_limited_total", 0),
        ] {
            assert_eq!(number(&text, name), expected, "{name}\n{text}");
        }
        assert!(number(&text, "latchkey_connections") >= 1, "{text}");
        drop(held);
        assert!(text.contains("latchkey_build_info{version=\"") && text.ends_with("# EOF\n"));
        app.drain().await;
        assert_eq!(number(&monitoring.get("/metrics").await.body, "latchkey_mails_waiting"), 0);
        app.latchkey.store.close().await;
        assert_eq!(number(&monitoring.get("/metrics").await.body, "latchkey_database_up"), 0);
    }

    // security 160: both doors say it in their own way
    async fn too_many_is_counted_at_both_doors(engine: Engine) {
        let (app, monitoring) = started(engine).await;
        for _ in 0..11 {
            app.sign_in("ada", PASSWORD).await;
        }
        app.browser().form("sign_in", &[("identifier", "ada"), ("password", PASSWORD)]).await.expect(303);
        assert_eq!(number(&monitoring.get("/metrics").await.body, "latchkey_rate_limited_total"), 2);
    }

    // security 165: nobody outside makes a label, so nobody makes them many
    async fn no_label_comes_from_a_request(engine: Engine) {
        let (app, monitoring) = started(engine).await;
        let program = app.program();
        program.get("/healthz").await;
        program.get("/page-of-nobody").await;
        program.get("/picture-of-nobody.png").await;
        let before = monitoring.get("/metrics").await.body.lines().count();
        for canary in ["canary-one", "canary\"}two", "canary\nthree"] {
            let escaped: String = url::form_urlencoded::byte_serialize(canary.as_bytes()).collect();
            program.get(&format!("/{escaped}")).await;
            program.get(&format!("/{escaped}.png")).await;
            program.get(&format!("/{escaped}?{escaped}={escaped}")).await;
        }
        let after = monitoring.get("/metrics").await.body;
        assert_eq!(after.lines().count(), before, "{after}");
        let signed_in = app.program().post("/api/v1/sessions", &json!({ "identifier": "canary-four", "password": "canary-five" })).await;
        signed_in.expect(401);
        assert!(!monitoring.get("/metrics").await.body.contains("canary"));
    }

    // security 175
    async fn metrics_are_on_their_own_listener_and_nothing_else_is(engine: Engine) {
        let (app, monitoring) = started(engine).await;
        app.program().get("/metrics").await.expect(404);
        for path in ["/", "/healthz", "/api/v1/openapi.json", "/sign-in"] {
            monitoring.get(path).await.expect(404);
        }
        assert!(Setup::on(engine).start().await.metrics.is_none(), "and off by default");
    }
}
