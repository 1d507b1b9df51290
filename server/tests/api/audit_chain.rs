//! Tampering with the audit trail is seen, wherever it happens; and the trail can be searched and taken along.

use crate::on_both_engines;
use crate::support::{PASSWORD, Setup, TestApp, draft};
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;
use server::audit::verify::{Flaw, Verification, verify};
use server::clock::DAY;
use server::staff::Staff;

const PATH: &str = "/api/v1/audit";

async fn check(app: &TestApp) -> Verification {
    verify(&app.latchkey, &Staff::operator(), None).await.unwrap()
}

async fn flaw(app: &TestApp) -> Option<(Flaw, i64)> {
    check(app).await.broken.map(|broken| (broken.flaw, broken.seq))
}

/// Something of everything that leaves an event.
async fn live(app: &TestApp) {
    app.add_account("ada").await;
    app.sign_in("ada", "wrong").await;
    let (_, letter) = app.ask_and_read("ada").await;
    app.complete(&letter.token(), "a whole new passphrase")
        .await
        .expect(204);
    app.ask("nobody").await;
    app.drain().await;
}

on_both_engines! {
    // security 195
    async fn one_byte_changed_in_any_column_is_found_at_its_row(app: TestApp) {
        live(&app).await;
        let whole = check(&app).await;
        assert_eq!((whole.broken, whole.rows), (None, app.count("audit").await));
        assert!(whole.rows > 8);
        let columns = [
            "id", "event", "outcome", "reason", "actor", "account_id", "subject", "detail", "client_address", "user_agent", "request_id",
            "version", "origin_mac", "chain",
        ];
        for column in columns {
            // The third row, in which every column is touched in turn.
            let before = app.rows(&format!("select {column} from audit where seq = 3")).await.remove(0);
            app.execute(&format!("update audit set {column} = '{before}x' where seq = 3")).await;
            assert_eq!(flaw(&app).await, Some((Flaw::Changed, 3)), "{column}");
            app.execute(&format!("update audit set {column} = '{before}' where seq = 3")).await;
            assert_eq!(flaw(&app).await, None, "{column}");
        }
        app.execute("update audit set at = at + 1 where seq = 3").await;
        assert_eq!(flaw(&app).await, Some((Flaw::Changed, 3)));
    }

    // security 195
    async fn rows_removed_added_or_swapped_are_found(app: TestApp) {
        live(&app).await;
        let last = app.count("audit").await;
        app.execute("create table kept as select * from audit").await;
        let restore = async || {
            app.execute("delete from audit").await;
            app.execute("insert into audit select * from kept").await;
            assert_eq!(flaw(&app).await, None);
        };
        app.execute("delete from audit where seq = 4").await;
        assert_eq!(flaw(&app).await, Some((Flaw::Missing, 4)));
        restore().await;
        app.execute(&format!("delete from audit where seq = {last}")).await;
        assert_eq!(flaw(&app).await, Some((Flaw::Head, last)));
        restore().await;
        app.execute("delete from audit where seq < 3").await;
        assert_eq!(flaw(&app).await, Some((Flaw::Missing, 1)));
        restore().await;
        app.execute("update audit set seq = 7 - seq where seq in (3, 4)").await;
        assert_eq!(flaw(&app).await, Some((Flaw::Changed, 3)));
        restore().await;
        for seq in ["5", "0", "900"] {
            let copy = format!(
                "insert into audit select 'forged', at + 1, event, outcome, reason, actor, account_id, subject, client_address, user_agent, \
                 {seq}, detail, request_id, version, origin_mac, chain from audit where seq = {last}"
            );
            app.execute(&copy).await;
            assert_eq!(flaw(&app).await.map(|(flaw, _)| flaw), Some(Flaw::Inserted), "{seq}");
            restore().await;
        }
        // A tail cut off together with its head fits in itself; a head that was noted elsewhere shows it.
        let noted = check(&app).await.head;
        app.execute(&format!("delete from audit where seq = {last}")).await;
        let cut = format!("update audit_head set seq = {0}, chain = (select chain from audit where seq = {0})", last - 1);
        app.execute(&cut).await;
        assert_eq!(flaw(&app).await, None);
        let found = verify(&app.latchkey, &Staff::operator(), Some(&noted)).await.unwrap();
        assert_eq!(found.broken.map(|broken| broken.flaw), Some(Flaw::Head));
    }

    // security 195, 196
    async fn fifty_at_once_make_one_chain(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        let tries = (0..50).map(|number| {
            let app = &app;
            async move { app.ask(&format!("person{number}")).await }
        });
        futures_util::future::join_all(tries).await;
        let found = check(&app).await;
        assert_eq!((found.rows, found.broken), (50, None));
        assert_eq!(app.rows("select seq from audit order by seq").await.last().unwrap(), "50");
    }

    // security 195, 196: each server only guesses what the other wrote last.
    async fn two_servers_make_one_chain(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        let other = Setup::on(app.engine).beside(&app).start().await;
        let before = check(&app).await.rows;
        for round in 0..3 {
            app.ask(&format!("one{round}")).await;
            other.ask(&format!("other{round}")).await;
        }
        let tries = (0..20).map(|number| {
            let server = if number % 2 == 0 { &app } else { &other };
            async move { server.ask(&format!("person{number}")).await }
        });
        futures_util::future::join_all(tries).await;
        for server in [&app, &other] {
            let found = check(server).await;
            assert_eq!((found.rows - before, found.broken), (26, None));
        }
    }

    // security 199, 200
    async fn forgetting_leaves_the_chain_whole(app: TestApp) {
        live(&app).await;
        let id = app.rows("select id from accounts").await.remove(0);
        server::account::remove::remove(&app.latchkey, &Staff::operator(), &id).await.unwrap();
        assert_eq!(flaw(&app).await, None, "places are emptied, events stay");
        app.advance(364 * DAY);
        app.ask("nobody").await;
        app.advance(2 * DAY);
        server::housekeeping::prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("audit").await, 1);
        assert_eq!((flaw(&app).await, check(&app).await.rows), (None, 1));
        app.ask("nobody").await;
        assert_eq!((flaw(&app).await, check(&app).await.rows), (None, 2));
        app.advance(400 * DAY);
        server::housekeeping::prune(&app.latchkey).await.unwrap();
        app.ask("nobody").await;
        assert_eq!((flaw(&app).await, check(&app).await.rows), (None, 1));
    }

    // security 192
    async fn an_event_names_the_request_that_caused_it(app: TestApp) {
        let answer = app.sign_in("ada", "wrong").await;
        let id = answer.header("x-request-id");
        assert_eq!(id.len(), 32);
        let row = app.rows("select request_id, version from audit").await.remove(0);
        assert_eq!(row, format!("{id}|{}", env!("CARGO_PKG_VERSION")));
        let forged = app.program();
        let request = forged.request(reqwest::Method::GET, "/healthz").header("x-request-id", "mine");
        assert_ne!(forged.send(request).await.header("x-request-id"), "mine");
    }

    async fn events_are_searched_and_taken_along(app: TestApp) {
        let admin = app.administrator().await;
        live(&app).await;
        app.advance(DAY);
        let admin_id = app.rows("select id from accounts where login_name = 'root'").await.remove(0);
        let admin = { drop(admin); app.signed_in("root", PASSWORD).await };
        let items = async |query: &str| -> Vec<Value> {
            admin.get(&format!("{PATH}?{query}")).await.expect(200).json()["items"].as_array().unwrap().clone()
        };
        assert!(items("").await.len() > 8);
        let refused = items("event=sign_in_refused").await;
        assert_eq!((refused.len(), refused[0]["result"].as_str()), (1, Some("failure")));
        assert!(items("result=failure").await.iter().all(|event| event["result"] == "failure"));
        assert!(items(&format!("account_id={admin_id}")).await.iter().all(|event| event["account_id"] == admin_id.as_str()));
        assert!(items("actor=visitor").await.iter().all(|event| event["actor"] == "visitor"));
        assert_eq!(items("from=2027-01-17").await.len(), 1, "today's sign-in");
        assert_eq!(items("to=2000-01-01T00:00:00Z").await.len(), 0);
        for bad in ["event=nothing", "result=maybe", "account_id=1", "actor=%00", "actor=a%20b", "from=yesterday", "to=2026-02-30", "limit=0", "x=1"] {
            admin.get(&format!("{PATH}?{bad}")).await.expect(422);
        }

        // The file has what the list has, and that it was taken is an event.
        let lines = admin.get(&format!("{PATH}/export?format=jsonl")).await.expect(200);
        let events: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len().to_string(), app.count("audit").await.to_string());
        assert_eq!(events.last().unwrap()["event"], "audit_exported");
        let csv = admin.get(&format!("{PATH}/export?format=csv&event=sign_in_refused")).await.expect(200);
        assert!(csv.body.starts_with("time,event,result,") && csv.body.lines().count() == 2, "{}", csv.body);
        assert!(csv.header("content-disposition").contains("latchkey-audit.csv"));
        for bad in ["format=xml", "format=", "limit=5"] {
            admin.get(&format!("{PATH}/export?{bad}")).await.expect(422);
        }
        let intact = admin.get(&format!("{PATH}/verification")).await.expect(200).json();
        assert_eq!((intact["intact"].clone(), intact["broken"].clone()), (json!(true), Value::Null));
        app.execute("update audit set reason = 'because' where seq = 2").await;
        let broken = admin.get(&format!("{PATH}/verification")).await.expect(200).json();
        assert_eq!((broken["broken"]["flaw"].as_str(), broken["broken"]["seq"].as_i64()), (Some("changed"), Some(2)));

        let browser = app.browser_of("root").await;
        let page = browser.get("/admin/audit?event=sign_in_refused").await.expect(200);
        assert!(page.body.contains("sign in refused"));
        assert!(browser.submit("/admin/audit/verify", &[]).await.expect(200).body.contains("Event 2 was changed"));
        let file = browser.get("/admin/audit/export?format=csv&result=failure").await.expect(200);
        assert!(file.body.lines().skip(1).all(|line| line.contains(",failure,")));
        assert!(browser.get("/admin/audit?from=yesterday").await.expect(422).body.contains("id=\"from-problem\""));
    }

    // security 194
    async fn a_long_file_is_whole_and_its_cells_run_nowhere(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        app.add(Draft { role: Role::Admin, ..draft("root") }).await;
        let client = app.program();
        for agent in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"] {
            let request = client.request(reqwest::Method::POST, "/api/v1/password-reset").header("user-agent", agent);
            client.send(request.json(&json!({ "identifier": "x" }))).await.expect(202);
        }
        let mut write = app.latchkey.store.write().await.unwrap();
        for _ in 0..1200 {
            let entry = server::audit::Entry::success(server::audit::Event::MailSent, "");
            server::audit::record_own(&mut write, app.latchkey.now(), entry);
        }
        write.commit().await.unwrap();
        let admin = app.signed_in("root", PASSWORD).await;
        let csv = admin.get(&format!("{PATH}/export?format=csv")).await.expect(200).body;
        assert_eq!(csv.lines().count().to_string(), (1 + app.count("audit").await).to_string());
        for cell in [",'=cmd|' /C calc'!A0,", ",'+1,", ",'-1,", ",'@SUM(A1),"] {
            assert!(csv.contains(cell), "{cell}");
        }
        assert_eq!(flaw(&app).await, None);
    }
}
