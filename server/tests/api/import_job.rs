//! Importing over REST and in the console: a job that can be watched, killed and corrected.

use crate::on_both_engines;
use crate::support::client::raw;
use crate::support::{Answer, Client, PASSWORD, TestApp, draft};
use serde_json::Value;
use server::account::Role;
use server::account::add::Draft;
use server::clock::MINUTE;
use std::time::Duration;

const PATH: &str = "/api/v1/accounts/import";

async fn upload(client: &Client, query: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = client.request(reqwest::Method::POST, &format!("{PATH}{query}"));
    client.send(request.header("content-type", kind).body(body)).await
}

/// Waits for the end of a job, which is done in the background.
async fn ended(client: &Client, started: &Answer) -> Value {
    let id = started.json()["job"].as_str().unwrap().to_owned();
    for _ in 0..2_400 {
        let job = client.get(&format!("/api/v1/jobs/{id}")).await.expect(200).json();
        if job["state"] != "running" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the import did not end");
}

fn part(browser: &Client, name: &str, text: &str, keep_good: bool) -> reqwest::RequestBuilder {
    let keep = if keep_good {
        "--X\r\ncontent-disposition: form-data; name=\"keep_good\"\r\n\r\ntrue\r\n"
    } else {
        ""
    };
    let body = format!(
        "--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n{text}\r\n{keep}--X--\r\n"
    );
    let request = browser.request(reqwest::Method::POST, "/admin/accounts/import");
    request
        .header("content-type", "multipart/form-data; boundary=X")
        .body(body)
}

on_both_engines! {
    async fn ten_thousand_accounts_are_imported_while_others_work(app: TestApp) {
        let admin = app.administrator().await;
        let rows = (0..10_000).map(|number| format!("person{number},person{number}@example.org\n"));
        let text = format!("login_name,email\n{}", rows.collect::<String>());
        assert!(text.len() > 300_000, "far over what other calls take");
        let started = upload(&admin, "", "text/csv", text).await.expect(202);
        let job = ended(&admin, &started).await;
        assert_eq!(
            (job["state"].as_str(), job["total"].as_i64(), job["done"].as_i64(), job["stored"].as_i64()),
            (Some("succeeded"), Some(10_000), Some(10_000), Some(10_000)), "{job}"
        );
        assert_eq!(app.count("accounts").await, 10_001);
        assert_eq!(app.rows("select detail from audit where event = 'accounts_imported'").await, ["10000 stored"]);
        app.ask_and_read("person9999@example.org").await;
        let found = server::audit::verify::verify(&app.latchkey, &server::staff::Staff::operator(), None).await.unwrap();
        assert_eq!(found.broken, None);
    }

    async fn bad_rows_are_named_and_nothing_or_the_rest_is_stored(app: TestApp) {
        let admin = app.administrator().await;
        let text = "login_name,password\nada,\nb b,\n\"=cmd()\",short\ngrace,seven otters juggle plums\n";
        let job = ended(&admin, &upload(&admin, "", "text/csv; charset=utf-8", text).await.expect(202)).await;
        assert_eq!((job["state"].as_str(), job["stored"].as_i64(), job["refused"].as_i64()), (Some("failed"), Some(0), Some(2)));
        assert_eq!((job["errors"][0]["line"].as_i64(), job["errors"][1]["line"].as_i64()), (Some(3), Some(4)));
        assert_eq!(app.count("accounts").await, 1);
        let job = ended(&admin, &upload(&admin, "?keep_good=true", "text/csv", text).await.expect(202)).await;
        assert_eq!((job["state"].as_str(), job["stored"].as_i64()), (Some("succeeded"), Some(2)));
        app.sign_in("grace", "seven otters juggle plums").await.expect(200);
        // security 61, 143
        let everything = app.rows("select report from jobs").await.join("") + &job.to_string();
        assert!(!everything.contains("otters") && !app.rows("select report from jobs").await[0].contains("b b"));
    }

    async fn json_lines_say_the_same(app: TestApp) {
        let admin = app.administrator().await;
        let text = "{\"login_name\":\"ada\",\"email\":\"ada@example.org\",\"name\":null}\n\n{\"login_name\":\"bob\",\"role\":\"admin\"}\n[1]\n{\"login_name\":5}\n";
        let job = ended(&admin, &upload(&admin, "?keep_good=true", "application/jsonl", text).await.expect(202)).await;
        assert_eq!((job["stored"].as_i64(), job["refused"].as_i64()), (Some(1), Some(3)), "{job}");
        let lines: Vec<_> = job["errors"].as_array().unwrap().iter().map(|error| error["line"].as_i64().unwrap()).collect();
        assert_eq!(lines, [3, 4, 5]);
        assert!(job["errors"][0]["problem"].as_str().unwrap().contains("no column \"role\""));
        assert_eq!(app.count("accounts where role = 'admin'").await, 1);
    }

    // security 128, 168
    async fn what_is_no_such_file_is_refused_at_once(app: TestApp) {
        let admin = app.administrator().await;
        let header = upload(&admin, "", "text/csv", "email\na@example.org\n").await.expect(422);
        assert!(header.json()["detail"].as_str().unwrap().contains("login_name is missing"));
        for (query, kind, body, status) in [
            ("", "application/json", "{}", 415), ("", "text/plain", "login_name\n", 415), ("?keep=1", "text/csv", "login_name\n", 422),
            ("?keep_good=maybe", "text/csv", "login_name\n", 422), ("", "text/csv", "", 422), ("", "application/jsonl", "\n\n", 422),
            ("", "application/jsonl", "\u{0}", 202),
        ] {
            upload(&admin, query, kind, body).await.expect(status);
        }
        let said = "POST /api/v1/accounts/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 34603008\r\n\r\n";
        assert!(raw(app.address, said.as_bytes()).await.starts_with("HTTP/1.1 413 "));
        app.add(Draft { role: Role::Helpdesk, ..draft("hanna") }).await;
        upload(&app.signed_in("hanna", PASSWORD).await, "", "text/csv", "login_name\nx\n").await.expect(403);
        upload(&app.program(), "", "text/csv", "login_name\nx\n").await.expect(401);
        let big = "x".repeat(20 * 1024);
        admin.post("/api/v1/accounts", &serde_json::json!({ "login_name": big })).await.expect(413);
    }

    async fn a_job_whose_server_died_is_called_interrupted(app: TestApp) {
        let admin = app.administrator().await;
        let job = ended(&admin, &upload(&admin, "", "text/csv", "login_name\nada\n").await.expect(202)).await;
        app.execute("update jobs set state = 'running', report = '', finished_at = 0").await;
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
        assert_eq!(admin.get(&path).await.expect(200).json()["state"], "running");
        app.advance(MINUTE);
        assert_eq!(admin.get(&path).await.expect(200).json()["state"], "interrupted");
        admin.get("/api/v1/jobs/00000000000000000000000000000000").await.expect(404);
    }

    // security 104
    async fn the_console_imports_and_shows_how_far_it_is(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        assert!(browser.get("/admin/accounts/import").await.expect(200).body.contains("type=\"file\""));
        let started = browser.send(part(&browser, "people.csv", "login_name\nada\nb b\n", true)).await.expect(303);
        let mut page = browser.get(&started.location()).await.expect(200);
        for _ in 0..100 {
            if !page.body.contains("http-equiv=\"refresh\"") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            page = browser.get(&started.location()).await.expect(200);
        }
        assert!(page.body.contains("1 stored, 1 refused.") && page.body.contains("<progress"), "{}", page.body);
        let file = browser.get(&format!("{}/errors.csv", started.location())).await.expect(200);
        assert!(file.body.starts_with("line,problem\r\n3,") && file.header("content-disposition").starts_with("attachment"));
        let empty = browser.send(part(&browser, "people.csv", "", false)).await.expect(422);
        assert!(empty.body.contains("choose a file"));
        let request = reqwest::Client::new().post(format!("http://{}/admin/accounts/import", app.address));
        let session = app.session("root", PASSWORD).await;
        let foreign = request
            .header("cookie", format!("__Host-latchkey-session={session}"))
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.example")
            .header("content-type", "multipart/form-data; boundary=X")
            .body("--X--\r\n");
        assert_eq!(foreign.send().await.unwrap().status(), 403);
    }
}
