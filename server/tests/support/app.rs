//! The application under test.

use super::client::{Answer, Client};
use super::database::{self, Database};
use super::letter::Letter;
use super::log;
use serde_json::{Value, json};
use server::account::add::{Draft, DraftPassword, add};
use server::account::profile::Profile;
use server::account::{Kind, Role, SignIn};
use server::clock::{DAY, ManualClock};
use server::config::Config;
use server::connection::Pace;
use server::latchkey::SharedLatchkey;
use server::mail::outbox::{Turn, try_next};
use server::mail::transport::{Mailbox, Transport};
use server::startup::{Application, Parts};
use server::store::Engine;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Midnight, so that every window of every limit begins when a test does.
pub const START: i64 = 20_834 * DAY;

/// What accounts sign in with unless a test says otherwise.
pub const PASSWORD: &str = "seven otters juggle plums";

/// What links start with; nothing in a test listens there.
pub const PUBLIC_URL: &str = "https://reset.example.org";

/// How an application is to be set up.
pub struct Setup {
    engine: Engine,
    config: Config,
    transport: Option<Transport>,
    mailbox: Mailbox,
    sender: bool,
    by_hand: bool,
    pace: Option<Pace>,
    folder: Arc<TempDir>,
    database: Option<Arc<Database>>,
}

impl Setup {
    /// Everything a reset needs, mails in memory, nothing in the background.
    pub fn on(engine: Engine) -> Self {
        let (transport, mailbox) = Transport::memory();
        Self {
            engine,
            config: Config {
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                public_url: Some(PUBLIC_URL.parse().expect("a URL")),
                ..Config::default()
            },
            transport: Some(transport),
            mailbox,
            sender: true,
            by_hand: true,
            pace: None,
            folder: Arc::new(tempfile::tempdir().expect("a folder")),
            database: None,
        }
    }

    pub fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Pins settings, by group and name.
    pub fn pinned(mut self, groups: Value) -> Self {
        let Value::Object(groups) = groups else {
            panic!("groups")
        };
        self.config.settings = groups;
        self
    }

    pub fn transport(mut self, transport: Option<Transport>) -> Self {
        self.transport = transport;
        self
    }

    pub fn without_sender(mut self) -> Self {
        self.sender = false;
        self
    }

    /// What connections may cost.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = Some(pace);
        self
    }

    /// With worker and housekeeping.
    pub fn in_background(mut self) -> Self {
        self.by_hand = false;
        self
    }

    /// Shares database, key and clock-independent state with an application that runs already.
    pub fn beside(mut self, other: &TestApp) -> Self {
        self.folder = other.folder.clone();
        self.database = Some(other.database.clone());
        self
    }

    pub async fn start(self) -> TestApp {
        log::keep();
        let database = match self.database {
            Some(database) => database,
            None => Arc::new(Database::create(self.engine, self.folder.path()).await),
        };
        let clock = ManualClock::at(START);
        let captcha = self.config.settings.contains_key("captcha");
        let config = Config {
            data_dir: self.folder.path().to_owned(),
            database_url: Some(database.url.clone()),
            ..self.config
        };
        let parts = Parts {
            clock: Some(clock.clone()),
            transport: self.transport,
            by_hand: self.by_hand,
            pace: self.pace,
            ..Parts::default()
        };
        let application = Application::build(config, parts).await.expect("an application");
        let address = application.address().expect("an address");
        let metrics = application.metrics_address();
        let stop = CancellationToken::new();
        let app = TestApp {
            latchkey: application.latchkey.clone(),
            router: application.router(),
            clock,
            mailbox: self.mailbox,
            address,
            metrics,
            engine: self.engine,
            rows: database.connect().await,
            stop: stop.clone(),
            running: Some(tokio::spawn(async move {
                application.run_until_stopped(stop).await.expect("a clean end");
            })),
            database,
            folder: self.folder,
        };
        // A test that is about the captcha says so.
        if !captcha {
            app.set("captcha.provider", json!("none")).await;
        }
        if self.sender {
            app.set("mail.sender_address", json!("no-reply@example.org")).await;
        }
        app
    }
}

/// A running application, and everything a test wants to do to it.
pub struct TestApp {
    pub latchkey: SharedLatchkey,
    pub router: axum::Router,
    pub clock: Arc<ManualClock>,
    pub mailbox: Mailbox,
    pub address: SocketAddr,
    /// Where `/metrics` is.
    pub metrics: Option<SocketAddr>,
    pub engine: Engine,
    rows: sqlx::AnyPool,
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
    database: Arc<Database>,
    folder: Arc<TempDir>,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A person with a password and an address named like the login.
pub fn draft(login_name: &str) -> Draft {
    Draft {
        login_name: login_name.to_owned(),
        email: Some(format!("{login_name}@example.org")),
        name: String::new(),
        profile: Profile::default(),
        kind: Kind::Person,
        sign_in: SignIn::Password,
        role: Role::User,
        locale: "en".to_owned(),
        password: DraftPassword::Plain(PASSWORD.to_owned()),
    }
}

impl TestApp {
    pub async fn add(&self, draft: Draft) -> String {
        add(&self.latchkey, draft).await.expect("an account")
    }

    /// Adds [`draft`] and answers its id.
    pub async fn add_account(&self, login_name: &str) -> String {
        self.add(draft(login_name)).await
    }

    /// Adds a person without a password, which costs no hash.
    pub async fn add_invited(&self, login_name: &str) -> String {
        let password = DraftPassword::None;
        self.add(Draft {
            password,
            ..draft(login_name)
        })
        .await
    }

    pub fn advance(&self, milliseconds: i64) {
        self.clock.advance(milliseconds);
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Changes a setting at run time.
    pub async fn set(&self, name: &str, value: Value) {
        let mut write = self.latchkey.store.write().await.expect("a transaction");
        let now = self.latchkey.now();
        write
            .set_setting(name, &value.to_string(), now)
            .await
            .expect("a setting");
        write.commit().await.expect("a commit");
    }

    /// Adds an administrator and answers a program with a session of theirs.
    pub async fn administrator(&self) -> Client {
        self.add(Draft {
            role: Role::Admin,
            ..draft("root")
        })
        .await;
        self.signed_in("root", PASSWORD).await
    }

    /// A browser in which somebody signed in.
    pub async fn browser_of(&self, login_name: &str) -> Client {
        let browser = self.browser();
        let fields = [("identifier", login_name), ("password", PASSWORD)];
        browser.form("sign_in", &fields).await.expect(303);
        browser
    }

    /// Takes turns until nothing is due.
    pub async fn drain(&self) -> Vec<Turn> {
        let mut turns = Vec::new();
        loop {
            match try_next(&self.latchkey).await.expect("a turn") {
                Turn::Idle => return turns,
                turn => turns.push(turn),
            }
        }
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.mailbox.mails().into_iter().map(Letter::from).collect()
    }

    /// Every letter so far to an address, oldest first.
    pub fn mail_to(&self, address: &str) -> Vec<Letter> {
        self.letters()
            .into_iter()
            .filter(|letter| letter.to == address)
            .collect()
    }

    pub fn program(&self) -> Client {
        Client::program(self.address, "127.0.0.1")
    }

    pub fn program_from(&self, from: &str) -> Client {
        Client::program(self.address, from)
    }

    pub fn browser(&self) -> Client {
        Client::browser(self.address, "127.0.0.1")
    }

    /// Asks for a reset and answers the receipt.
    pub async fn ask(&self, identifier: &str) -> String {
        let body = json!({ "identifier": identifier });
        let answer = self.program().post("/api/v1/password-reset", &body).await.expect(202);
        answer.json()["receipt"].as_str().expect("a receipt").to_owned()
    }

    /// Asks, brings the mail out, and answers the receipt and the letter that came of it; notices may come with it.
    pub async fn ask_and_read(&self, identifier: &str) -> (String, Letter) {
        let before = self.letters().len();
        let receipt = self.ask(identifier).await;
        self.drain().await;
        let mut letters = self.letters().into_iter().skip(before);
        let letter = letters.find(|letter| letter.subject.starts_with("Choose a new password"));
        (receipt, letter.expect("a mail came"))
    }

    pub async fn complete(&self, token: &str, password: &str) -> Answer {
        let body = json!({ "token": token, "password": password });
        self.program().post("/api/v1/password-reset/complete", &body).await
    }

    pub async fn verify(&self, token: &str) -> Answer {
        let body = json!({ "token": token });
        self.program().post("/api/v1/password-reset/verify", &body).await
    }

    pub async fn verify_code(&self, receipt: &str, code: &str) -> Answer {
        let body = json!({ "receipt": receipt, "code": code });
        self.program().post("/api/v1/password-reset/verify", &body).await
    }

    pub async fn sign_in(&self, identifier: &str, password: &str) -> Answer {
        let body = json!({ "identifier": identifier, "password": password });
        self.program().post("/api/v1/sessions", &body).await
    }

    /// Signs in and answers the token.
    pub async fn session(&self, identifier: &str, password: &str) -> String {
        let answer = self.sign_in(identifier, password).await.expect(200);
        answer.json()["token"].as_str().expect("a token").to_owned()
    }

    /// A program with a session.
    pub async fn signed_in(&self, identifier: &str, password: &str) -> Client {
        let token = self.session(identifier, password).await;
        self.program().with_session(&token)
    }

    /// Whether a session token still opens anything.
    pub async fn is_alive(&self, token: &str) -> bool {
        self.program().with_session(token).get("/api/v1/me").await.status == 200
    }

    /// Rows as text, columns joined by `|`.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        database::rows(&self.rows, sql).await
    }

    pub async fn count(&self, table_and_condition: &str) -> i64 {
        let rows = self.rows(&format!("select count(*) from {table_and_condition}")).await;
        rows[0].parse().expect("a number")
    }

    pub async fn execute(&self, sql: &str) {
        database::execute(&self.rows, sql).await;
    }

    /// Everything stored, as bytes: on SQLite the files themselves, free pages and journal included.
    pub async fn dump(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.engine {
            Engine::Sqlite => {
                for ending in ["", "-wal", "-shm"] {
                    let file = self.folder().join(format!("latchkey.db{ending}"));
                    bytes.extend(std::fs::read(file).unwrap_or_default());
                }
            }
            Engine::Postgres => {
                for table in database::TABLES {
                    let rows = self.rows(&format!("select t::text from {table} t")).await;
                    bytes.extend(rows.join("\n").into_bytes());
                }
            }
        }
        bytes
    }

    /// Stops it as a signal would, and waits for its end.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.expect("a clean end");
        }
    }
}
