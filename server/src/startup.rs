//! Puts the application together, in order, and runs it until told to stop. `main` and tests start it the same way.

use crate::audit::chain::Chain;
use crate::clock::{SharedClock, SystemClock};
use crate::config::Config;
use crate::connection::{self, Pace};
use crate::fact::key::Ring;
use crate::guard::captcha::probe::Probe;
use crate::guard::captcha::siteverify::Line;
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::mail::transport::Transport;
use crate::mail::transports::Transports;
use crate::mail::worker;
use crate::metrics::{self, Happened, Metrics};
use crate::password::hash::Hasher;
use crate::recovery::plan::plan;
use crate::refused::Fault;
use crate::reset::availability::missing;
use crate::router::router;
use crate::secret::{Keys, Purpose};
use crate::settings::snapshot::Made;
use crate::settings::{Pinned, SettingError};
use crate::store::Store;
use crate::web::mailbox;
use crate::{fact, housekeeping, key_file};
use app::phrase;
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Monitoring asks from one or two places, and has its answer at once.
const METRICS_PACE: Pace = Pace {
    connections: 16,
    head: Duration::from_secs(90),
    request: Duration::from_secs(20),
    silence: Duration::from_mins(2),
    age: Duration::from_hours(1),
};

/// Password hashes waiting for a core before sign-in answers "busy" (security 65, 166).
const HASH_QUEUE: usize = 256;

/// What a caller may bring along instead of what the configuration says: tests bring a clock and a mailbox in memory.
#[derive(Default)]
pub struct Parts {
    pub clock: Option<SharedClock>,
    pub transport: Option<Transport>,
    pub demo: bool,
    /// What connections may cost.
    pub pace: Option<Pace>,
    /// Only answers requests: whoever brought this takes the outbox's turns and prunes by hand, at moments of its choice.
    pub by_hand: bool,
}

/// A server that is listening but not answering yet.
pub struct Application {
    pub latchkey: SharedLatchkey,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    router: Router,
    pace: Pace,
    by_hand: bool,
}

impl Application {
    /// Opens key, database and port. Everything that can be wrong with the configuration is found here.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub async fn build(config: Config, parts: Parts) -> Result<Self, Fault> {
        let listener = listen(config.listen).await?;
        let metrics = match config.metrics_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let pace = parts.pace.unwrap_or(Pace {
            connections: config.max_connections.max(2),
            ..Pace::default()
        });
        let address = listener.local_addr().map_err(|error| Fault::Other(error.to_string()))?;
        // Pages are rendered on the runtime that runs everything else; done already where a test started another application.
        drop(any_spawner::Executor::init_tokio());
        let by_hand = parts.by_hand;
        let latchkey = Arc::new(prepare(config, parts, Some(address)).await?);
        let router = router(&latchkey, address, pace);
        Ok(Self {
            latchkey,
            listener,
            metrics,
            router,
            pace,
            by_hand,
        })
    }

    /// Everything that answers requests, for callers that have a request and no need of a connection.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The address listened on.
    ///
    /// # Errors
    /// When the listener is gone.
    pub fn address(&self) -> Result<SocketAddr, Fault> {
        self.listener
            .local_addr()
            .map_err(|error| Fault::Other(error.to_string()))
    }

    /// The address that `/metrics` is to be had at.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref()?.local_addr().ok()
    }

    /// Answers requests and brings out mail until `stop`; then finishes what is under way.
    ///
    /// # Errors
    /// Never so far: what goes wrong with one connection is its own.
    pub async fn run_until_stopped(self, stop: CancellationToken) -> Result<(), Fault> {
        let tracker = TaskTracker::new();
        if !self.by_hand {
            worker::start(&self.latchkey, &tracker, &stop);
            tracker.spawn(housekeeping::run(self.latchkey.clone(), stop.clone()));
        }
        let metrics = &self.latchkey.metrics;
        if let Some(listener) = self.metrics {
            let router = metrics::listener::router(self.latchkey.clone());
            // Its connections are few, and not among those that are counted.
            let unseen = Arc::new(Metrics::new(&Happened::default()));
            tracker.spawn(connection::serve(
                listener,
                router,
                METRICS_PACE,
                Vec::new(),
                unseen,
                stop.clone(),
            ));
        }
        let proxies = self.latchkey.config.trusted_proxies.clone();
        connection::serve(
            self.listener,
            self.router,
            self.pace,
            proxies,
            metrics.clone(),
            stop.clone(),
        )
        .await;
        tracker.close();
        tracker.wait().await;
        self.latchkey.store.close().await;
        Ok(())
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(address)
        .await
        .map_err(|error| phrase!(trouble.listen, address = address.to_string(), why = error.to_string()).into())
}

/// Opens key and database and brings the schema up to date: everything but the web server, as the command line needs it.
///
/// # Errors
/// When key or database cannot be opened, or a setting is pinned to a refused value.
pub async fn prepare(config: Config, parts: Parts, listening: Option<SocketAddr>) -> Result<Latchkey, Fault> {
    std::fs::create_dir_all(&config.data_dir).map_err(|error| {
        Fault::from(phrase!(
            trouble.file,
            file = config.data_dir.display().to_string(),
            why = error.to_string()
        ))
    })?;
    let keys = Arc::new(Keys::new(key_file::load(&config.key_file())?));
    let opened = Store::open(&config.database_url(), Chain::new(keys.clone())).await;
    let store = opened.map_err(unreachable)?;
    store.migrate().await?;
    let mut pinned = Pinned::from_groups(&config.settings)?;
    pin_addresses(&mut pinned, &config)?;
    if parts.demo {
        pinned.set_default("mail.sender_address", "no-reply@latchkey.example".into());
        if let Some(address) = listening {
            pinned.set_default("reset.public_url", format!("http://{address}/").into());
        }
        if let Some(url) = file_url(&config) {
            pinned.set_default("mail.url", url.into());
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let latchkey = Latchkey {
        metrics: Arc::new(Metrics::new(store.happened())),
        hasher: Hasher::new(*keys.derive(Purpose::Pepper), key_id(&keys), cores, HASH_QUEUE),
        store,
        fact_keys: Ring::new(keys.clone(), config.key_file()),
        keys,
        clock: parts.clock.unwrap_or_else(|| Arc::new(SystemClock)),
        pinned,
        made: Made::default(),
        transports: Transports::new(parts.transport, config.mail_ca_file.clone()),
        captcha_line: Line::default(),
        captcha_probe: Probe::default(),
        mail_queued: Notify::new(),
        demo: parts.demo,
        config,
    };
    latchkey.check_key().await?;
    fact::key::check(&latchkey).await?;
    let settings = latchkey.settings().await?;
    if latchkey.pinned.get("mail.url").is_some() {
        let transport = latchkey.transports.current(&settings);
        transport.map_err(|error| {
            Fault::from(phrase!(
                trouble.in_field,
                field = "LATCHKEY_MAIL_URL",
                problem = error.in_words()
            ))
        })?;
    }
    for what in missing(&latchkey, &settings) {
        tracing::warn!(reason = %what.in_words(), mend = what.command(), "password reset is not available");
    }
    if settings.recovery.enabled && plan(&latchkey, &settings).await?.is_none() {
        tracing::warn!("recovery is switched on, but its facts are not enough, or reset by mail is not available");
    }
    Ok(latchkey)
}

/// A database that cannot be opened is something to look into, whatever the driver calls it.
fn unreachable(fault: Fault) -> Fault {
    match fault {
        Fault::Database(error) => phrase!(trouble.database_unreachable, why = error.to_string()).into(),
        other => other,
    }
}

/// The two addresses that have a variable of their own, because containers are started with them.
fn pin_addresses(pinned: &mut Pinned, config: &Config) -> Result<(), Fault> {
    let public_url = config.public_url.as_ref().map(url::Url::as_str);
    for (variable, name, value) in [
        ("LATCHKEY_PUBLIC_URL", "reset.public_url", public_url),
        ("LATCHKEY_MAIL_URL", "mail.url", config.mail_url.as_deref()),
    ] {
        if let Some(value) = value {
            pinned.pin(name, &value.into()).map_err(|error| match error {
                SettingError::Refused { problem, .. } => {
                    Fault::Trouble(phrase!(trouble.in_field, field = variable, problem = problem))
                }
                unknown @ SettingError::Unknown(_) => unknown.into(),
            })?;
        }
    }
    Ok(())
}

/// Where the demo writes its mails.
fn file_url(config: &Config) -> Option<String> {
    let folder = std::path::absolute(mailbox::folder(config)).ok()?;
    url::Url::from_directory_path(folder).ok().map(|url| url.to_string())
}

/// Names the pepper in a stored hash, so that a hash of another key is recognised instead of never matching (security 63).
fn key_id(keys: &Keys) -> [u8; 8] {
    keys.mac(Purpose::KeyCheck, &["pepper"])
        .first_chunk()
        .copied()
        .unwrap_or_default()
}
