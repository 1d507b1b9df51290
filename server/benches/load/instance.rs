//! The server under measurement: the release binary as a process of its own, with its own database.

use sqlx::Connection as _;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many have a password and nothing else.
pub const ACCOUNTS: usize = 12_500;

/// Prime to [`ACCOUNTS`] and to [`STRANGERS`].
const STRIDE: usize = 7_919;

/// How many names of nobody there are between those of accounts.
const STRANGERS: usize = 8 * ACCOUNTS;

/// How many more have a social security number and a driver's licence on file; a fact costs a slow hash.
const WITH_FACTS: usize = 3_000;

/// What recovery asks for. Without an address, one set of facts may fit several accounts.
pub const ADDRESS_AND_NUMBER: &str = "email,social_security_number";
pub const TWO_NUMBERS: &str = "social_security_number,drivers_licence";

/// Why recovery is refused to somebody with facts on file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Wrong,
    Organisation,
    Elsewhere,
    Disabled,
    Locked,
    /// Somebody else has the same numbers.
    Ambiguous,
}

const REASONS: [Reason; 6] = [
    Reason::Wrong,
    Reason::Organisation,
    Reason::Elsewhere,
    Reason::Disabled,
    Reason::Locked,
    Reason::Ambiguous,
];

/// Each reason in turn.
fn reason(index: usize) -> Reason {
    REASONS[index % REASONS.len()]
}

pub struct Instance {
    folder: TempDir,
    /// Where mails go. In memory where there is such a folder: a mail server would take them over the network, and what its disk
    /// costs is not ours to measure.
    mails: TempDir,
}

pub struct Running {
    child: Child,
    pub address: String,
    mails: PathBuf,
}

/// The login name of the account that was imported as the `place`th. Eight names of nobody fit before the next one.
fn login_name(place: usize) -> String {
    format!("name{:06}", 64 * place)
}

/// The address of somebody. One after the other they are strewn over all accounts, so no answer is quicker because the one before had
/// read the neighbour.
pub fn known(index: usize) -> String {
    format!("{}@example.org", login_name(index * STRIDE % ACCOUNTS))
}

/// The address of somebody with facts on file whom recovery refuses.
pub fn refused(index: usize) -> String {
    format!("facts{index:05}@example.org")
}

/// The two numbers of the same person, one of them wrong where nothing else is in the way.
pub fn refused_numbers(index: usize) -> String {
    let licence = if reason(index) == Reason::Wrong {
        "WRONG"
    } else {
        "GIVEN"
    };
    format!("{}/{licence}{index:05}", 100_000_000 + index)
}

/// Two numbers of nobody.
pub fn unknown_numbers(index: usize) -> String {
    format!("{}/NEVER{index:05}", 500_000_000 + index)
}

/// An address of nobody, as long as one of somebody and strewn between them: behind the last one, each would meet the same neighbour.
pub fn unknown(index: usize) -> String {
    format!("name{:06}@example.org", 8 * (index * STRIDE % STRANGERS) + 4)
}

impl Instance {
    /// A database with [`ACCOUNTS`], and those with facts on file.
    pub async fn prepare() -> Self {
        let instance = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            mails: tempfile::tempdir_in("/dev/shm")
                .or_else(|_| tempfile::tempdir())
                .expect("a temporary folder"),
        };
        let mut csv = String::from(
            "login_name,email,name,kind,sign_in,password_hash,fact.social_security_number,fact.drivers_licence\n",
        );
        for place in 0..ACCOUNTS {
            let (name, hash) = (login_name(place), hash());
            writeln!(csv, "{name},{name}@example.org,Known Person,,,\"{hash}\",,").expect("text");
        }
        for index in 0..WITH_FACTS {
            let hash = hash();
            let (kind, sign_in, hash) = match reason(index) {
                Reason::Organisation => ("organisation", "", hash.as_str()),
                Reason::Elsewhere => ("", "sso", ""),
                _ => ("", "", hash.as_str()),
            };
            let numbers = format!("{},GIVEN{index:05}", 100_000_000 + index);
            let email = refused(index);
            writeln!(
                csv,
                "facts{index:05},{email},Known Person,{kind},{sign_in},\"{hash}\",{numbers}"
            )
            .expect("text");
            if reason(index) == Reason::Ambiguous {
                writeln!(csv, "twins{index:05},,Known Person,,,\"{hash}\",{numbers}").expect("text");
            }
        }
        let file = instance.folder.path().join("accounts.csv");
        std::fs::write(&file, csv).expect("accounts.csv");
        let imported = instance
            .command()
            .args(["account", "import"])
            .arg(&file)
            .stdout(Stdio::null())
            .status();
        assert!(
            imported.expect("latchkey runs").success(),
            "the accounts could not be imported"
        );
        instance.refuse_some().await;
        instance
    }

    /// What an import cannot say: who is disabled, and whose recovery is locked.
    async fn refuse_some(&self) {
        let database = self.folder.path().join("data").join("latchkey.db");
        let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", database.display()))
            .await
            .expect("the database");
        for (why, change) in [
            (Reason::Disabled, "status = 'disabled'"),
            (
                Reason::Locked,
                "recovery_tries = 10, recovery_failures = 10, recovery_locked_at = 1",
            ),
        ] {
            let place = REASONS.iter().position(|reason| *reason == why).expect("a reason");
            let whom = format!(
                "login_name like 'facts%' and substr(login_name, 6) % {} = {place}",
                REASONS.len()
            );
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "update accounts set {change} where {whom}"
            )))
            .execute(&mut connection)
            .await
            .expect("an update");
        }
        connection.close().await.expect("the database");
    }

    fn command(&self) -> Command {
        let data = self.folder.path().join("data");
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command
            .env("RUST_LOG", "error")
            .env("LATCHKEY_LISTEN", "127.0.0.1:0")
            .env("LATCHKEY_PUBLIC_URL", "https://reset.example.org")
            .env("LATCHKEY_DATA_DIR", &data)
            .env("LATCHKEY_MAIL_URL", format!("file://{}", self.mails.path().display()))
            .env("LATCHKEY_SETTINGS__MAIL__SENDER_ADDRESS", "no-reply@example.org")
            .env("LATCHKEY_SETTINGS__RECOVERY__ENABLED", "true")
            .env("LATCHKEY_SETTINGS__RECOVERY__MAX_ATTEMPTS", "10")
            .env("LATCHKEY_SETTINGS__LIMITS__ENABLED", "false")
            .env("LATCHKEY_SETTINGS__CAPTCHA__PROVIDER", "none");
        command
    }

    pub async fn start(&self) -> Running {
        self.start_asking(ADDRESS_AND_NUMBER).await
    }

    /// With those facts to recover by.
    pub async fn start_asking(&self, facts: &str) -> Running {
        let mut child = self
            .command()
            .env("LATCHKEY_SETTINGS__RECOVERY__FACTS", facts)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .expect("latchkey starts");
        let stdout = child.stdout.take().expect("standard output");
        let line = BufReader::new(stdout).lines().next().expect("a line").expect("text");
        let address = line.rsplit_once("http://").expect("an address").1.to_owned();
        let running = Running {
            child,
            address,
            mails: self.mails.path().to_owned(),
        };
        while reqwest::get(running.url("/healthz")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        running
    }

    /// Milliseconds from the start of the process to the first answer: the median of several.
    pub async fn cold_start(&self, times: usize) -> f64 {
        let mut taken = Vec::new();
        for _ in 0..times {
            let started = Instant::now();
            let running = self.start().await;
            taken.push(started.elapsed().as_secs_f64() * 1000.0);
            running.stop();
        }
        crate::statistics::median(&mut taken)
    }
}

/// Of the parameters that this server uses itself, with a salt of its own as each real one has. Nobody knows a password for it.
fn hash() -> String {
    use argon2::Params;
    use argon2::password_hash::{SaltString, rand_core::OsRng};
    let (memory, passes, lanes) = (Params::DEFAULT_M_COST, Params::DEFAULT_T_COST, Params::DEFAULT_P_COST);
    let (salt, output) = (SaltString::generate(&mut OsRng), "A".repeat(43));
    format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${output}")
}

impl Running {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn status(&self, field: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
        let kilobytes: f64 = line
            .split_whitespace()
            .nth(1)
            .and_then(|text| text.parse().ok())
            .unwrap_or(f64::NAN);
        kilobytes / 1024.0
    }

    pub fn resident_megabytes(&self) -> f64 {
        self.status("VmRSS:")
    }

    pub fn peak_megabytes(&self) -> f64 {
        self.status("VmHWM:")
    }

    /// Time on processors so far, in milliseconds. The kernel counts in hundredths of a second.
    pub fn processor_milliseconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // Behind the program's name: user and system time are the twelfth and the thirteenth field.
        let fields = stat
            .rsplit_once(") ")
            .map_or("", |(_, fields)| fields)
            .split_whitespace();
        let ticks = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
        ticks.sum::<f64>() * 10.0
    }

    /// Waits until the outbox is empty, at most two minutes.
    pub async fn drained(&self) {
        let mut before = usize::MAX;
        for _ in 0..60 {
            let now = self.mails().len();
            if now == before {
                return;
            }
            before = now;
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    /// The tokens in all mails, with whom each went to.
    pub fn tokens(&self) -> Vec<(String, String)> {
        self.mails().iter().filter_map(token_in).collect()
    }

    /// How many mails there are.
    pub fn mail_count(&self) -> usize {
        let entries = std::fs::read_dir(&self.mails).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "eml"))
            .count()
    }

    fn mails(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.mails).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
            .collect();
        files.sort();
        files
    }

    pub fn stop(mut self) {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.expect("the server stops");
    }
}

fn token_in(path: impl AsRef<std::path::Path>) -> Option<(String, String)> {
    let raw = std::fs::read(path).ok()?;
    let mail = mail_parser::MessageParser::default().parse(&raw)?;
    let to = mail.to()?.first()?.address()?.to_owned();
    let text = mail.body_text(0)?;
    let token = text.split_once("/reset?key=")?.1.split_whitespace().next()?.to_owned();
    Some((to, token))
}
