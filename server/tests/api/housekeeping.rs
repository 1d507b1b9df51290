//! What is forgotten, and when.

use crate::on_both_engines;
use crate::support::{Engine, PASSWORD, Setup, TestApp};
use serde_json::json;
use server::housekeeping::prune;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

async fn counts(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "sessions",
        "reset_tokens",
        "reset_requests where identifier_sealed <> ''",
        "reset_requests",
        "outbox",
        "limits",
        "audit",
    ] {
        counts.push(app.count(table).await);
    }
    counts
}

on_both_engines! {
    // F18; security 199
    async fn everything_is_forgotten_in_its_time_and_not_before(app: TestApp) {
        app.add_account("ada").await;
        app.session("ada", PASSWORD).await;
        app.ask_and_read("ada").await;
        app.ask("nobody").await;
        app.drain().await;
        assert_eq!(prune(&app.latchkey).await.unwrap(), 0);
        let all = counts(&app).await;
        assert_eq!(&all[..5], [1, 1, 2, 2, 2]);
        for (wait, what, expected) in [
            (30 * MINUTE, "the idle session", [0, 1, 2, 2, 2]),
            (31 * MINUTE, "what was typed, after an hour", [0, 1, 0, 2, 2]),
            (24 * HOUR, "the dead token, a day after its end", [0, 0, 0, 2, 2]),
            (2 * DAY, "the requests, after three days", [0, 0, 0, 0, 0]),
        ] {
            app.advance(wait);
            prune(&app.latchkey).await.unwrap();
            assert_eq!(&counts(&app).await[..5], expected, "{what}");
        }
        assert_eq!(app.count("limits").await, 0);
        let audit = app.count("audit").await;
        app.advance(360 * DAY);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("audit").await, audit, "almost a year");
        app.advance(10 * DAY);
        assert!(prune(&app.latchkey).await.unwrap() > 0);
        assert_eq!((app.count("audit").await, app.count("accounts").await), (0, 1), "events go, accounts stay");
        assert_eq!(prune(&app.latchkey).await.unwrap(), 0, "and nothing is left to do");
    }

    // notices have no request to go with: their own retention counts
    async fn records_of_mails_go_after_thirty_days_and_waiting_mails_never(app: TestApp) {
        app.add_account("ada").await;
        app.add_account("grace").await;
        let body = json!({ "current_password": PASSWORD, "password": "quiet lamps under snow" });
        app.signed_in("ada", PASSWORD).await.put("/api/v1/me", &body).await.expect(200);
        app.drain().await;
        app.signed_in("grace", PASSWORD).await.put("/api/v1/me", &body).await.expect(200);
        app.advance(30 * DAY);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.rows("select state from outbox order by state").await, ["queued", "sent"]);
        app.advance(1);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.rows("select state from outbox").await, ["queued"]);
    }

    async fn retention_is_a_setting(app: TestApp) {
        app.set("retention.request_days", json!(1)).await;
        app.ask("nobody").await;
        app.drain().await;
        app.advance(DAY);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("reset_requests").await, 1);
        app.advance(1);
        prune(&app.latchkey).await.unwrap();
        assert_eq!(app.count("reset_requests").await, 0);
    }

    // F18: several servers do not trip over each other, and a server prunes by itself
    async fn servers_prune_side_by_side(engine: Engine) {
        let app = Setup::on(engine).start().await;
        for _ in 0..20 {
            app.ask("nobody").await;
        }
        app.drain().await;
        app.advance(4 * DAY);
        let pruned = tokio::join!(prune(&app.latchkey), prune(&app.latchkey), prune(&app.latchkey));
        let total = pruned.0.unwrap() + pruned.1.unwrap() + pruned.2.unwrap();
        assert!(total >= 20, "{total}");
        assert_eq!((app.count("reset_requests").await, app.count("outbox").await), (0, 0));
        app.execute("insert into limits values ('old', 0, 1, 1)").await;
        let other = Setup::on(engine).beside(&app).in_background().start().await;
        let begun = std::time::Instant::now();
        while other.count("limits where name = 'old'").await > 0 {
            assert!(begun.elapsed().as_secs() < 10, "not pruned at start");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    // security 199, 203: a living link is never pruned away from its owner
    async fn pruning_takes_nothing_that_still_counts(app: TestApp) {
        app.set("reset.link_expiry_minutes", json!(1440)).await;
        app.set("retention.request_days", json!(1)).await;
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        app.advance(DAY);
        prune(&app.latchkey).await.unwrap();
        app.complete(&letter.token(), "quiet lamps under snow").await.expect(204);
        app.sign_in("ada", "quiet lamps under snow").await.expect(200);
    }
}
