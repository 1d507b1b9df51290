//! Puts the application together, in order, and runs it until told to stop. `main` and tests start it the same way.

use crate::audit::chain::Chain;
use crate::branding::picture::Picture;
use crate::clock::{SharedClock, SystemClock};
use crate::config::Config;
use crate::connection::{self, Pace};
use crate::fact::key::Ring;
use crate::guard::captcha::probe::Probe;
use crate::guard::captcha::siteverify::Line;
use crate::guard::origin::Origins;
use crate::guard::{headers, request_id};
use crate::latchkey::{Latchkey, SharedLatchkey};
use crate::mail::transport::Transport;
use crate::mail::transports::Transports;
use crate::mail::worker;
use crate::metrics::observe::observe;
use crate::metrics::{self, Happened, Metrics};
use crate::password::hash::Hasher;
use crate::recovery::plan::plan;
use crate::refused::Fault;
use crate::reset::availability::missing;
use crate::secret::{Keys, Purpose};
use crate::settings::snapshot::{self, Made};
use crate::settings::{Pinned, SettingError};
use crate::store::Store;
use crate::web::locale::accepted;
use crate::web::{branding, console, health, landing, mailbox, moment, pages, site, violations, well_known};
use crate::{api, fact, housekeeping, key_file};
use app::phrase;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt as _, Limited};
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

/// Largest body of a request. Nothing here takes more than a name and a password (security 128, 178)…
const BODY_LIMIT: usize = 16 * 1024;

/// …but a file of accounts…
pub const IMPORT_LIMIT: usize = 32 * 1024 * 1024;
const IMPORTS: [&str; 2] = ["/api/v1/accounts/import", "/admin/accounts/import"];

/// …and a picture; in a form, with the form around it.
const PICTURES: [&str; 2] = ["/api/v1/branding/", "/admin/branding/"];
const FORM_AROUND: usize = 4 * 1024;

/// …and mail templates: three parts, written as JSON or as a form, where a letter may take up to nine bytes.
const TEMPLATE_LIMIT: usize = 640 * 1024;
const TEMPLATES: [&str; 2] = ["/api/v1/mail-templates/", "/admin/mail-templates/"];

/// Bodies up to this size are heard to their end before they are refused.
const OVERHEARD: usize = 4 * 1024 * 1024;

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

/// What handlers get.
#[derive(Clone, FromRef)]
pub struct Doors {
    pub latchkey: SharedLatchkey,
    pub options: LeptosOptions,
    origins: Arc<Origins>,
}

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

fn router(latchkey: &SharedLatchkey, address: SocketAddr, pace: Pace) -> Router {
    let origins = Origins::new([format!("http://{address}")]);
    let doors = Doors {
        latchkey: latchkey.clone(),
        options: leptos_options(address),
        origins: Arc::new(origins),
    };
    let demo = if latchkey.demo {
        mailbox::router()
    } else {
        Router::new()
    };
    let compressed = SizeAbove::new(512).and(NotForContentType::new("application/wasm"));
    // From the outside in; one layer for the router, which would put each into a box of its own for every request.
    let around = ServiceBuilder::new()
        .layer(middleware::from_fn(request_id::give))
        // The path only: a query may hold a token (security 193).
        .layer(
            TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<Body>| {
                let id = request_id::of(request.extensions());
                tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
            }),
        )
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(middleware::from_fn_with_state(latchkey.clone(), observe))
        .layer(middleware::from_fn(headers::set))
        .layer(middleware::from_fn(|request: Request, next: Next| {
            snapshot::in_request(next.run(request))
        }))
        .layer(middleware::from_fn(problems))
        .layer(CatchPanicLayer::custom(|_| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            pace.request,
        ))
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(limit_body))
        .layer(middleware::from_fn_with_state(doors.clone(), check_origin))
        .layer(middleware::from_fn(site::serve))
        .layer(middleware::from_fn_with_state(doors.clone(), landing::open_link));
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/.well-known/change-password", get(well_known::change_password))
        .route("/reset/continue", get(landing::go_on))
        .route(violations::PATH, post(violations::receive))
        .merge(api::router(latchkey).with_state(latchkey.clone()))
        .merge(pages::forms())
        .merge(moment::router())
        .merge(console::router())
        .merge(branding::router())
        .merge(demo)
        .fallback(pages::page)
        .layer(around)
        .with_state(doors)
}

fn leptos_options(address: SocketAddr) -> LeptosOptions {
    // Only `cargo leptos watch` sets these; a server by itself needs none of them.
    let watched = std::env::var_os("LEPTOS_WATCH").map(|_| leptos::config::get_configuration(None));
    match watched {
        Some(Ok(config)) => config.leptos_options,
        _ => LeptosOptions::builder()
            .output_name("latchkey")
            .site_addr(address)
            .build(),
    }
}

/// Unsafe requests of other sites end here (security 104).
async fn check_origin(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    // Browsers send reports in their own manner, some without a word about where they come from; nothing is done but counting.
    if request.uri().path() == violations::PATH {
        return next.run(request).await;
    }
    let form = !request.uri().path().starts_with(api::BASE);
    let mut admitted = doors.origins.admit(request.method(), request.headers(), form);
    if !admitted {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        admitted = public_origin(&doors)
            .await
            .is_some_and(|public| public.admit(&method, &headers, form));
    }
    if admitted {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "request of another site refused");
    (StatusCode::FORBIDDEN, "This request came from another site.\n").into_response()
}

/// The origin of the public URL, which is a setting: asked for only where the address listened on is not enough.
async fn public_origin(doors: &Doors) -> Option<Origins> {
    let settings = doors.latchkey.settings().await.ok()?;
    let public = settings.reset.public_url.as_ref()?;
    Some(Origins::new([public.origin().ascii_serialization()]))
}

/// Refuses what says that it is too large, and cuts off what does not say so.
async fn limit_body(request: Request, next: Next) -> Response {
    let limit = limit_of(request.method(), request.uri().path());
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if let Some(length) = length.filter(|length| *length > limit) {
        if length <= OVERHEARD && !request.headers().contains_key(header::EXPECT) {
            let _ = tokio::time::timeout(Duration::from_secs(2), overhear(request.into_body())).await;
        }
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, limit)))).await
}

/// Reads what is still on its way and keeps none of it: a connection that closes before breaks for the sender, who never hears why.
async fn overhear(mut body: Body) {
    while let Some(Ok(_)) = body.frame().await {}
}

fn limit_of(method: &Method, path: &str) -> usize {
    if method == Method::POST && IMPORTS.contains(&path) {
        return IMPORT_LIMIT;
    }
    if TEMPLATES.iter().any(|start| path.starts_with(start)) {
        return TEMPLATE_LIMIT;
    }
    let picture = PICTURES
        .iter()
        .find_map(|base| path.strip_prefix(base)?.parse::<Picture>().ok());
    match picture {
        Some(picture) if matches!(*method, Method::PUT | Method::POST) => picture.limit() + FORM_AROUND,
        _ => BODY_LIMIT,
    }
}

/// On REST paths every error is a problem document, whoever made it, in a language that the client reads.
async fn problems(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(api::BASE) {
        return next.run(request).await;
    }
    // Programs that do not say what they read get English, whatever people here speak: their logs stay the same.
    let lang = accepted(request.headers()).unwrap_or_default();
    api::as_problem(next.run(request).await, lang)
}
