//! The real binary, killed with `kill -9` in the middle of things, round after round, on both engines. Afterwards nothing may be half
//! done: no spent link with the old password, no new password without notice and audit row, no mail lost (security 20, 45, 142, 144).
//!
//! `LATCHKEY_SOAK_ROUNDS` says how many rounds (default 20).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::Engine;
use support::database::{self, Database};
use support::letter::Letter;
use support::smtp::{Behaviour, Sink};
use tokio_util::sync::CancellationToken;

/// People who reset again and again, all at the same time.
const PEOPLE: usize = 4;

/// A lease of a killed server ends after this; whatever it held is due again.
const LEASE: Duration = Duration::from_millis(server::mail::outbox::LEASE.unsigned_abs());

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &std::path::Path, database: &Database, sink: &Sink) -> Self {
        let mut child = command(folder, database)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("LATCHKEY_PUBLIC_URL", "https://reset.example.org")
            .env("LATCHKEY_MAIL_URL", sink.url())
            .env("LATCHKEY_SETTINGS__CAPTCHA__PROVIDER", "none")
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        lines.read_line(&mut line).expect("a line");
        let address = line.trim().rsplit(' ').next().expect("an address").to_owned();
        assert!(address.starts_with("http://"), "{line}");
        Self { child, address }
    }

    /// `kill -9`: nothing is finished, nothing is flushed.
    fn kill(self) {
        drop(self);
    }
}

/// Also when a round fails: no server outlives the test.
impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("dead");
    }
}

fn command(folder: &std::path::Path, database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.env_clear().current_dir(folder);
    command.args(["--data-dir", folder.to_str().unwrap(), "--database-url", &database.url]);
    command
}

fn latchkey(folder: &std::path::Path, database: &Database, arguments: &[&str]) {
    let status = command(folder, database).args(arguments).stdout(Stdio::null()).status();
    assert!(status.expect("the binary").success(), "{arguments:?}");
}

/// What one person tried, and what is known of it.
struct Person {
    login: String,
    /// The one that counts; empty before the first.
    password: String,
    /// How often it was changed.
    changes: i64,
    /// One that was sent and not confirmed: the server died before it answered.
    in_doubt: Option<String>,
}

/// One question to a server that may die in the middle of it.
async fn ask(http: &reqwest::Client, address: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    let request = http.post(format!("{address}/api/v1{path}")).json(body);
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let text = response.text().await.ok()?;
    Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// Asks, waits for the mail, completes — over and over until the server is gone.
async fn live(
    http: &reqwest::Client,
    address: &str,
    sink: &Sink,
    dead: &CancellationToken,
    person: &mut Person,
    round: usize,
) {
    for turn in 0.. {
        let before = newest(sink, &person.login).map(|letter| letter.message_id);
        if ask(http, address, "/password-reset", &json!({ "identifier": person.login }))
            .await
            .is_none()
        {
            return;
        }
        let letter = loop {
            match newest(sink, &person.login) {
                Some(letter) if Some(&letter.message_id) != before.as_ref() => break letter,
                _ if dead.is_cancelled() => return,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        let fresh = format!("quiet lamps under snow {round} {turn}");
        let body = json!({ "token": letter.token(), "password": fresh });
        match ask(http, address, "/password-reset/complete", &body).await {
            Some((204, _)) => {
                person.password = fresh;
                person.changes += 1;
            }
            // A mail from before the last kill, whose link was used or replaced since: nothing was changed.
            Some((410, _)) => {}
            Some((status, problem)) => panic!("{status}: {problem}"),
            None => {
                person.in_doubt = Some(fresh);
                return;
            }
        }
    }
}

fn newest(sink: &Sink, login: &str) -> Option<Letter> {
    let mails = sink.mails();
    let own = mails
        .iter()
        .rev()
        .filter(|mail| mail.to[0].starts_with(&format!("{login}@")));
    own.map(Letter::from).find(|letter| letter.link().is_some())
}

/// What must hold at any moment, however the server died.
async fn assert_whole(rows: &sqlx::AnyPool) {
    // Each change of password raised the version by one, spent a link, was noticed and recorded: all four numbers agree.
    let changes = "select a.login_name, a.credential_version - 1, \
        (select count(*) from audit u where u.account_id = a.id and u.event = 'reset_completed'), \
        (select count(*) from outbox o where o.account_id = a.id and o.kind = 'password_changed'), \
        (select count(*) from reset_requests r where r.account_id = a.id and r.outcome = 'completed') \
        from accounts a order by a.login_name";
    for row in database::rows(rows, changes).await {
        let numbers: Vec<&str> = row.split('|').skip(1).collect();
        assert!(
            numbers.iter().all(|number| *number == numbers[0]),
            "changes, audit rows, notices, spent links: {row}"
        );
    }
    // A token that is spent belongs to an account that moved on; one that is not, to the password it was issued for.
    let halves = "select count(*) from reset_tokens t join accounts a on a.id = t.account_id \
        where (t.used_at > 0 and t.credential_version >= a.credential_version) \
        or (t.used_at = 0 and t.credential_version <> a.credential_version)";
    assert_eq!(
        database::rows(rows, halves).await,
        ["0"],
        "a link spent for nothing, or a change without one"
    );
}

/// Settles the password in doubt of each person: it counts if and only if the change was stored, and then the one before does not.
async fn settle(http: &reqwest::Client, address: &str, rows: &sqlx::AnyPool, people: &mut [Person]) {
    for person in people {
        let sql = format!(
            "select credential_version - 1 from accounts where login_name = '{}'",
            person.login
        );
        let changes: i64 = database::rows(rows, &sql).await[0].parse().expect("a number");
        let login = person.login.clone();
        let opens = async |password: &str| {
            let body = json!({ "identifier": login, "password": password });
            ask(http, address, "/sessions", &body).await.expect("an answer").0 == 200
        };
        if let Some(in_doubt) = person.in_doubt.take() {
            let stored = changes == person.changes + 1;
            assert_eq!(
                opens(&in_doubt).await,
                stored,
                "{login}: a new password without its change, or the other way round"
            );
            assert_eq!(
                opens(&person.password).await,
                !stored && !person.password.is_empty(),
                "{login}: the one before"
            );
            if stored {
                person.password = in_doubt;
                person.changes += 1;
            }
        }
        assert_eq!(changes, person.changes, "{login}: every change was asked for");
    }
}

async fn soak(engine: Engine) {
    let rounds: usize = std::env::var("LATCHKEY_SOAK_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number"));
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create(engine, folder.path()).await;
    let sink = Sink::start(Behaviour::Accept);
    latchkey(
        folder.path(),
        &database,
        &["settings", "set", "mail.sender_address", "no-reply@example.org"],
    );
    latchkey(
        folder.path(),
        &database,
        &["settings", "set", "limits.enabled", "false"],
    );
    let mut people: Vec<Person> = Vec::new();
    for number in 0..PEOPLE {
        let login = format!("person{number}");
        latchkey(
            folder.path(),
            &database,
            &[
                "account",
                "add",
                "--login",
                &login,
                "--email",
                &format!("{login}@example.org"),
            ],
        );
        people.push(Person {
            login,
            password: String::new(),
            changes: 0,
            in_doubt: None,
        });
    }
    let rows = database.connect().await;
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let mut in_doubt = 0;
    for round in 0..rounds {
        let server = Server::start(folder.path(), &database, &sink);
        let (address, dead) = (server.address.clone(), CancellationToken::new());
        settle(&http, &address, &rows, &mut people).await;
        let lives = people
            .iter_mut()
            .map(|person| live(&http, &address, &sink, &dead, person, round));
        let death = async {
            // Anything from "hardly begun" to "in full swing"; now and then long enough for a slow machine to come to an end.
            let longest = if round % 4 == 3 { 4_000 } else { 900 };
            let moment = u16::from_be_bytes(server::secret::random::<2>()) % longest;
            tokio::time::sleep(Duration::from_millis(moment.into())).await;
            server.kill();
            dead.cancel();
        };
        tokio::join!(futures_util::future::join_all(lives), death);
        assert_whole(&rows).await;
        in_doubt += people.iter().filter(|person| person.in_doubt.is_some()).count();
    }
    let waiting = database::rows(&rows, "select id from outbox where state = 'queued'")
        .await
        .len();
    let server = Server::start(folder.path(), &database, &sink);
    settle(&http, &server.address, &rows, &mut people).await;
    let begun = Instant::now();
    while database::rows(&rows, "select count(*) from outbox where state = 'queued'").await != ["0"] {
        assert!(
            begun.elapsed() < LEASE + Duration::from_secs(30),
            "mails are still waiting"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_whole(&rows).await;
    assert_everything_arrived(&rows, &sink).await;
    let changes: i64 = people.iter().map(|person| person.changes).sum();
    assert!(changes > 0, "no round came as far as a reset");
    println!(
        "{engine:?}: {rounds} kills, {changes} resets, {in_doubt} of them in doubt, {waiting} mails waiting at the end"
    );
    server.kill();
}

/// Every mail that was recorded as sent is in the mailbox, and every notice among them.
async fn assert_everything_arrived(rows: &sqlx::AnyPool, sink: &Sink) {
    let arrived: Vec<String> = sink.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    for row in database::rows(rows, "select id, kind, state from outbox").await {
        let (id, rest) = row.split_once('|').unwrap();
        let there = arrived.iter().any(|message_id| message_id.contains(id));
        match rest {
            "reset_link|sent" | "password_changed|sent" => assert!(there, "{row} was recorded as sent and never came"),
            "reset_link|dropped" | "reset_request|dropped" => {}
            other => panic!("{other}: {row}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_half_done_after_kill_9_on_sqlite() {
    soak(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_half_done_after_kill_9_on_postgres() {
    soak(Engine::Postgres).await;
}
