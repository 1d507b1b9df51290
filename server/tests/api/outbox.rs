//! The outbox against a mail server that misbehaves: nothing is lost, nothing dead is sent, nothing stays readable.

use crate::on_both_engines;
use crate::support::letter::Letter;
use crate::support::log;
use crate::support::smtp::{Authority, Behaviour, Security, Sink, Step};
use crate::support::{Engine, PASSWORD, Setup, TestApp};
use serde_json::json;
use server::mail::outbox::{self, Brought, Turn};
use server::mail::transport::{Patience, Transport};
use std::time::Duration;

const FRESH: &str = "quiet lamps under snow";
const MINUTE: i64 = 60_000;

/// Short, so that a stalled server costs a test a moment and not a minute.
const PATIENCE: Patience = Patience {
    step: Duration::from_millis(250),
    attempt: Duration::from_secs(2),
};

fn to(sink: &Sink) -> Transport {
    Transport::with_patience(&sink.url(), None, PATIENCE).unwrap()
}

/// Every way to fail for a while.
fn passing_troubles() -> Vec<Behaviour> {
    let steps = [
        Step::Connect,
        Step::Ehlo,
        Step::Mail,
        Step::Rcpt,
        Step::Data,
        Step::FinalDotBeforeReply,
    ];
    let mut troubles = vec![Behaviour::Refuse];
    for step in steps {
        troubles.extend([
            Behaviour::Stall(step),
            Behaviour::Cut(step),
            Behaviour::Reply(step, 421),
            Behaviour::Reply(step, 451),
        ]);
    }
    troubles.push(Behaviour::Reply(Step::Rcpt, 450));
    troubles
}

async fn outbox(app: &TestApp) -> Vec<String> {
    app.rows("select state, kind, reason from outbox order by created_at, id")
        .await
}

on_both_engines! {
    // security 3, 144, 147, 148
    async fn whatever_goes_wrong_for_a_while_the_mail_arrives_with_the_same_link(engine: Engine) {
        let sink = Sink::start(Behaviour::Accept);
        let first = Setup::on(engine).transport(Some(to(&sink))).start().await;
        for (number, trouble) in passing_troubles().into_iter().enumerate() {
            // A fresh server each time, because a connection that is kept would not greet again.
            let app = Setup::on(engine).beside(&first).transport(Some(to(&sink))).start().await;
            let (login, delivered) = (format!("person-{number}"), sink.mails().len());
            app.add_invited(&login).await;
            sink.set(trouble);
            app.ask(&login).await;
            assert_eq!(app.drain().await, [Turn::Postponed], "{trouble:?}");
            assert_eq!(app.drain().await, [], "not again at once");
            sink.set(Behaviour::Accept);
            app.advance(7_000);
            assert_eq!(app.drain().await, [Turn::Sent], "{trouble:?}");
            let mails = sink.mails();
            assert_eq!(mails.len(), delivered + 1, "{trouble:?}");
            let letter = Letter::from(mails.last().unwrap());
            assert_eq!(letter.to, format!("{login}@example.org"));
            app.verify(&letter.token()).await.expect(200);
            for earlier in sink.unanswered().iter().map(Letter::from).filter(|earlier| earlier.to == letter.to) {
                assert_eq!((earlier.link(), earlier.code(), &earlier.message_id), (letter.link(), letter.code(), &letter.message_id));
            }
        }
        assert_eq!(sink.unanswered().len(), 4, "stalled, cut, 421 and 451 after the final dot");
    }

    // security 147: what cannot succeed is not tried for ever, and the reply is kept for staff
    async fn a_refusal_for_good_is_final_and_keeps_its_words(engine: Engine) {
        let sink = Sink::start(Behaviour::Accept);
        let app = Setup::on(engine).transport(Some(to(&sink))).start().await;
        for (number, step) in [Step::Mail, Step::Rcpt, Step::Data, Step::FinalDotBeforeReply].into_iter().enumerate() {
            let login = format!("person-{number}");
            app.add_invited(&login).await;
            sink.set(Behaviour::Reply(step, 550));
            app.ask(&login).await;
            assert_eq!(app.drain().await, [Turn::Failed], "{step:?}");
        }
        sink.set(Behaviour::Accept);
        app.advance(20 * MINUTE);
        assert_eq!(app.drain().await, []);
        assert!(sink.mails().is_empty());
        // Staff may try again: what it says is kept, sealed (security 143).
        for row in app.rows("select state, payload, reply from outbox").await {
            let parts: Vec<&str> = row.splitn(3, '|').collect();
            assert!(parts[0] == "failed" && parts[2].starts_with("550 "), "{row}");
            assert!(parts[1].len() > 100 && !parts[1].contains("person"), "{row}");
        }
        assert_eq!(app.count("audit where event = 'mail_failed'").await, 4);
    }

    // security 146
    async fn no_mail_brings_a_dead_link(engine: Engine) {
        let sink = Sink::start(Behaviour::Refuse);
        let app = Setup::on(engine).transport(Some(to(&sink))).start().await;
        for login in ["expired", "replaced", "used", "disabled"] {
            app.add_invited(login).await;
        }
        app.ask("expired").await;
        app.drain().await;
        app.advance(31 * MINUTE);
        sink.set(Behaviour::Accept);
        assert_eq!(app.drain().await, [Turn::Dropped]);
        sink.set(Behaviour::Refuse);
        app.ask("replaced").await;
        app.drain().await;
        app.advance(MINUTE);
        app.ask("replaced").await;
        app.ask("disabled").await;
        app.drain().await;
        app.execute("update accounts set status = 'disabled' where login_name = 'disabled'").await;
        sink.set(Behaviour::Accept);
        app.advance(10 * MINUTE);
        app.drain().await;
        let [letter] = <[_; 1]>::try_from(sink.mails()).unwrap();
        app.verify(&Letter::from(&letter).token()).await.expect(200);
        let mut reasons = app.rows("select reason from outbox where state = 'dropped'").await;
        reasons.sort();
        assert_eq!(reasons, ["expired", "link no longer valid", "link no longer valid"]);
        assert_eq!(app.count("audit where event = 'mail_dropped'").await, 3);
    }

    // security 144: a restart finds what was queued, and the link is the one that was promised
    async fn a_restart_loses_nothing(engine: Engine) {
        let sink = Sink::start(Behaviour::Cut(Step::FinalDotBeforeReply));
        let mut app = Setup::on(engine).transport(Some(to(&sink))).start().await;
        app.add_account("ada").await;
        app.ask("ada").await;
        app.drain().await;
        let promised = Letter::from(&sink.unanswered()[0]);
        app.complete(&promised.token(), FRESH).await.expect(204);
        app.add_invited("grace").await;
        app.ask("grace").await;
        app.stop().await;
        sink.set(Behaviour::Accept);
        let again = Setup::on(engine).beside(&app).transport(Some(to(&sink))).start().await;
        again.advance(7_000);
        again.drain().await;
        let mut mails: Vec<_> = sink.mails().iter().map(|mail| format!("{}: {}", mail.to[0], mail.subject())).collect();
        mails.sort();
        assert_eq!(mails, [
            "ada@example.org: Your password for Latchkey was changed",
            "grace@example.org: Choose a new password for Latchkey",
        ]);
        assert_eq!(again.count("outbox where state = 'queued'").await, 0);
    }

    // security 147
    async fn a_row_that_cannot_be_handled_stops_nobody(app: TestApp) {
        for login in ["poison", "fine", "also-fine"] {
            app.add_invited(login).await;
        }
        app.mailbox.refuse(Some(server::mail::transport::Failure { permanent: false, reply: "451 later".into() }));
        app.ask("poison").await;
        app.drain().await;
        app.execute("update outbox set payload = 'garbage', next_attempt_at = 0").await;
        app.mailbox.refuse(None);
        app.ask("fine").await;
        app.ask("also-fine").await;
        let turns = app.drain().await;
        assert_eq!(turns.iter().filter(|turn| **turn == Turn::Sent).count(), 2, "{turns:?}");
        for _ in 0..10 {
            app.advance(2 * MINUTE);
            app.drain().await;
        }
        let row = app.rows("select state, reason, attempts from outbox where state <> 'sent'").await;
        assert_eq!(row, ["failed|could not be handled, see the server's log|5"]);
        assert_eq!(app.letters().len(), 2);
    }

    // security 143
    async fn a_finished_row_keeps_neither_recipient_nor_words(app: TestApp) {
        app.add_account("ada").await;
        app.mailbox.refuse(Some(server::mail::transport::Failure { permanent: false, reply: "451 later".into() }));
        app.ask("ada").await;
        app.drain().await;
        let waiting = app.rows("select payload from outbox").await.remove(0);
        assert!(waiting.len() > 100 && !waiting.contains("ada"), "{waiting}");
        app.mailbox.refuse(None);
        app.advance(7_000);
        app.drain().await;
        assert_eq!(app.rows("select state, payload, reply, lease_until from outbox").await, ["sent||250 kept in memory|0"]);
    }

    // security 145
    async fn rows_are_settled_together_and_as_many_taken_as_there_is_room_for(app: TestApp) {
        for login in ["ada", "grace", "lin", "mary"] {
            app.add_account(login).await;
            app.ask(login).await;
        }
        let latchkey = &app.latchkey;
        let mut ended = Vec::new();
        for row in outbox::take(latchkey, 2).await.unwrap() {
            match outbox::bring(latchkey, row).await.unwrap() {
                Brought::Ended(one) => ended.push(one),
                Brought::Settled(turn) => panic!("a mail that is sent is settled with others, not by itself: {turn:?}"),
            }
        }
        let held = "outbox where state = 'queued' and lease_until > 0";
        assert_eq!((ended.len(), app.letters().len(), app.count(held).await), (2, 2, 2), "sent, and not settled yet");
        let (next, rounds) = log::rounds(outbox::settle_and_take(latchkey, &ended, 1)).await;
        let next = next.unwrap();
        if app.engine == Engine::Sqlite {
            // The two of them, the next one, and what the audit trail says with the commit.
            assert_eq!(rounds.len(), 3, "{rounds:#?}");
        }
        assert_eq!(app.count("outbox where state = 'sent' and attempts = 1").await, 2);
        assert_eq!(app.count("audit where event = 'mail_sent'").await, 2);
        assert_eq!((next.len(), next[0].attempts, app.count(held).await), (1, 1, 1), "room for one");
        let none = outbox::settle_and_take(latchkey, &[], 0).await.unwrap();
        assert_eq!((none.len(), app.count(held).await), (0, 1), "no room, so nobody holds the last");
        assert_eq!(app.drain().await, [Turn::Sent]);
        assert!(outbox::take(latchkey, 4).await.unwrap().is_empty(), "nothing is due");
    }

    // security 145: its lease ended before it was done
    async fn whoever_was_too_slow_settles_nothing(app: TestApp) {
        app.add_account("ada").await;
        app.ask("ada").await;
        let latchkey = &app.latchkey;
        let mut ended = Vec::new();
        for _ in 0..2 {
            let row = outbox::take(latchkey, 1).await.unwrap().pop().unwrap();
            match outbox::bring(latchkey, row).await.unwrap() {
                Brought::Ended(one) => ended.push(one),
                Brought::Settled(turn) => panic!("settled by itself: {turn:?}"),
            }
            app.advance(outbox::LEASE);
        }
        let sent = async || (app.count("outbox where state = 'sent'").await, app.count("audit where event = 'mail_sent'").await);
        outbox::settle_and_take(latchkey, &ended[..1], 0).await.unwrap();
        assert_eq!(sent().await, (0, 0));
        outbox::settle_and_take(latchkey, &ended, 0).await.unwrap();
        assert_eq!(sent().await, (1, 1));
        let mails = app.letters();
        assert_eq!((mails.len(), mails[0].token()), (2, mails[1].token()), "the same mail twice, with the same link");
    }

    // security 145
    async fn two_servers_send_each_of_two_hundred_mails_once(engine: Engine) {
        let sink = Sink::start(Behaviour::Accept);
        let app = Setup::on(engine).pinned(json!({ "limits": { "enabled": false } })).start().await;
        for number in 0..200 {
            app.add_invited(&format!("person-{number}")).await;
            app.ask(&format!("person-{number}")).await;
        }
        let generous = || Some(Transport::from_url(&sink.url(), None).unwrap());
        let mut first = Setup::on(engine).beside(&app).transport(generous()).in_background().start().await;
        let mut second = Setup::on(engine).beside(&app).transport(generous()).in_background().start().await;
        let begun = std::time::Instant::now();
        while app.count("outbox where state = 'queued'").await > 0 {
            assert!(begun.elapsed() < Duration::from_mins(1), "{} are left", app.count("outbox where state = 'queued'").await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        first.stop().await;
        second.stop().await;
        let mails = sink.mails();
        let ids: std::collections::HashSet<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
        let people: std::collections::HashSet<_> = mails.iter().map(|mail| mail.to.clone()).collect();
        assert_eq!((mails.len(), ids.len(), people.len()), (200, 200, 200));
        assert_eq!(app.count("outbox where state = 'sent' and attempts = 1").await, 200);
    }

    // M7: the worker by itself, from asking to arriving, and an end that loses nothing
    async fn the_worker_brings_mail_out_at_once_and_stops_cleanly(engine: Engine) {
        let sink = Sink::start(Behaviour::Accept);
        let mut app = Setup::on(engine).transport(Some(to(&sink))).in_background().start().await;
        app.add_account("ada").await;
        app.add_account("grace").await;
        app.ask("ada").await;
        let letter = tokio::task::block_in_place(|| Letter::from(&sink.wait_for(1)[0]));
        app.complete(&letter.token(), FRESH).await.expect(204);
        tokio::task::block_in_place(|| sink.wait_for(2));
        sink.set(Behaviour::Stall(Step::Data));
        app.ask("grace").await;
        while !sink.commands().iter().any(|line| line.contains("grace@example.org")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        app.stop().await;
        assert_eq!(app.rows("select state, lease_until from outbox where state <> 'sent'").await, ["queued|0"], "put back, not left held");
    }

    // security 148
    async fn a_mail_that_is_stuck_holds_up_no_other(engine: Engine) {
        const PEOPLE: [&str; 8] = ["ada", "grace", "linus", "barbara", "alan", "edsger", "frances", "niklaus"];
        let sink = Sink::start(Behaviour::Stall(Step::Data));
        let patient = Transport::from_url(&sink.url(), None).unwrap();
        let mut app = Setup::on(engine).transport(Some(patient)).in_background().start().await;
        for name in PEOPLE {
            app.add_invited(name).await;
            app.ask(name).await;
        }
        let begun = std::time::Instant::now();
        let reached = |name: &str| sink.commands().iter().any(|line| line.starts_with("RCPT") && line.contains(name));
        while !PEOPLE.into_iter().all(reached) {
            assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", sink.commands());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(sink);
        app.stop().await;
    }

    // a server that was killed holds its rows until the lease ends, not longer
    async fn a_row_held_by_a_dead_server_is_taken_over_when_the_lease_ends(app: TestApp) {
        app.add_invited("ada").await;
        app.ask("ada").await;
        let now = app.latchkey.now();
        let mut write = app.latchkey.store.write().await.unwrap();
        assert!(!write.claim_mails(now, now + server::mail::outbox::LEASE, 1).await.unwrap().is_empty());
        write.commit().await.unwrap();
        assert_eq!(app.drain().await, []);
        app.advance(server::mail::outbox::LEASE - 1);
        assert_eq!(app.drain().await, []);
        app.advance(1);
        assert_eq!(app.drain().await, [Turn::Sent]);
    }

    // security 149
    async fn a_notice_goes_to_the_address_there_was_when_it_happened(app: TestApp) {
        app.add_account("ada").await;
        let body = json!({ "current_password": PASSWORD, "password": FRESH });
        app.signed_in("ada", PASSWORD).await.put("/api/v1/me", &body).await.expect(200);
        app.execute("update accounts set email = 'new@example.org', credential_version = credential_version + 1").await;
        app.drain().await;
        let [notice] = app.letters().try_into().unwrap();
        assert_eq!(notice.to, "ada@example.org");
    }

    // security 139
    async fn mail_travels_encrypted_to_a_server_one_trusts(engine: Engine) {
        let authority = Authority::new();
        let sink = Sink::start_with(Behaviour::Accept, Security::StartTls(authority.server(&["127.0.0.1"])));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, authority.pem()).unwrap();
        let url = format!("{}?tls=required", sink.url());
        let setup = Setup::on(engine).transport(None);
        let setup = setup.config(|config| (config.mail_url, config.mail_ca_file) = (Some(url), Some(file)));
        let app = setup.start().await;
        app.add_invited("ada").await;
        app.ask("ada").await;
        assert_eq!(app.drain().await, [Turn::Sent]);
        assert!(sink.mails()[0].encrypted);
    }

    // security 139
    async fn a_wrong_certificate_gets_no_mail_and_the_mail_waits(engine: Engine) {
        let authority = Authority::new();
        for (hosts, trusted) in [(["mail.example.org"], authority.pem()), (["127.0.0.1"], Authority::new().pem())] {
            let sink = Sink::start_with(Behaviour::Accept, Security::StartTls(authority.server(&hosts)));
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("ca.pem");
            std::fs::write(&file, trusted).unwrap();
            let transport = Transport::with_patience(&sink.url(), Some(&file), PATIENCE).unwrap();
            let app = Setup::on(engine).transport(Some(transport)).start().await;
            app.add_invited("ada").await;
            app.ask("ada").await;
            for _ in 0..3 {
                assert_eq!(app.drain().await, [Turn::Postponed], "{hosts:?}");
                app.advance(MINUTE);
            }
            assert!(sink.mails().is_empty() && sink.commands().iter().all(|line| !line.starts_with("MAIL")));
            assert_eq!(outbox(&app).await, ["queued|reset_link|"]);
            assert!(app.rows("select reply from outbox").await[0].contains("ertificate"), "and staff can read why");
        }
    }
}
