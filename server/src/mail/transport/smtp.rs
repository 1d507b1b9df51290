//! The conversation with a mail server, step by step, each with its own time limit.
//!
//! The library's own connection pool is not used: it has no time limits after connecting, takes a connection back whose
//! conversation was cut off in the middle (the next mail would read the replies to the last one), and needs a running
//! runtime just to be created and dropped.

mod parked;
mod unhurried;

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::advice::{self, Step};
use super::compose::Letter;
use super::target::{Security, Server, is_link_local};
use super::{Failure, Patience, Reply, TransportError};
use parked::Parked;
use unhurried::Unhurried;

/// Neither sends a password that a server in between could use elsewhere: both need TLS, or loopback.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// One mail server. Cloning shares its connections.
#[derive(Clone)]
pub struct Smtp {
    shared: Arc<Shared>,
}

struct Shared {
    server: Server,
    tls: TlsParameters,
    patience: Patience,
    parked: Parked,
}

/// Where and how, never who: credentials stay out of logs.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {:?}",
            advice::place(&self.shared.server),
            self.shared.server.security
        )
    }
}

impl Smtp {
    pub(super) fn new(server: Server, ca_file: Option<&Path>, patience: Patience) -> Result<Self, TransportError> {
        let tls = tls(&server.host, ca_file)?;
        Ok(Self {
            shared: Arc::new(Shared {
                server,
                tls,
                patience,
                parked: Parked::default(),
            }),
        })
    }

    /// Connects as for a mail, and leaves again.
    pub(super) async fn greet(&self) -> Result<Reply, Failure> {
        let Server { security, login, .. } = &self.shared.server;
        let connecting = timeout(self.shared.patience.attempt, self.shared.connect()).await;
        let place = advice::place(&self.shared.server);
        let mut connection =
            connecting.map_err(|_| Failure::retryable(&format!("{place}: the whole attempt took too long")))??;
        let encrypted = match security {
            Security::StartTls | Security::Implicit => "encrypted",
            Security::StartTlsIfOffered => "on this machine",
            Security::Plain => "not encrypted, on this machine",
        };
        let signed_in = if login.is_some() {
            "signed in"
        } else {
            "without signing in"
        };
        // It may not answer any more; what was to be found out is found out.
        let _ = timeout(self.shared.patience.step, connection.quit()).await;
        Ok(Reply::new(&format!("{place} answers, {encrypted}, {signed_in}")))
    }

    pub(super) async fn send(&self, letter: &Letter) -> Result<Reply, Failure> {
        let server = &self.shared.server;
        match timeout(self.shared.patience.attempt, self.shared.deliver(letter)).await {
            Ok(verdict) => verdict,
            Err(_) => Err(Failure::retryable(&format!(
                "{}: the whole attempt took too long",
                advice::place(server)
            ))),
        }
    }
}

impl Shared {
    /// A connection is parked again only after a mail was accepted on it; after anything else it is closed.
    async fn deliver(&self, letter: &Letter) -> Result<Reply, Failure> {
        let mut connection = match self.parked.take(self.patience.step).await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let reply = self.hand_over(&mut connection, letter).await?;
        self.parked.put(connection);
        Ok(reply)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Server {
            host,
            port,
            security,
            login,
        } = &self.server;
        let hello = ClientId::default();
        let places = self.look_up(host, *port).await?;
        let mut connection = if *security == Security::Implicit {
            let (places, tls) = (places.as_slice(), Some(self.tls.clone()));
            let connecting = AsyncSmtpConnection::connect_tokio1(places, Some(self.patience.step), &hello, tls, None);
            self.within(Step::Connect, connecting).await?
        } else {
            let stream = Box::new(Unhurried::new(self.dial(&places).await?));
            self.within(
                Step::Connect,
                AsyncSmtpConnection::connect_with_transport(stream, &hello),
            )
            .await?
        };
        match security {
            Security::StartTls if !connection.can_starttls() => return Err(advice::no_starttls(&self.server)),
            Security::StartTlsIfOffered if !connection.can_starttls() => {}
            Security::StartTls | Security::StartTlsIfOffered => {
                self.within(Step::StartTls, connection.starttls(self.tls.clone(), &hello))
                    .await?;
            }
            Security::Implicit | Security::Plain => {}
        }
        if let Some((user, password)) = login {
            let credentials = Credentials::new(user.clone(), password.clone());
            self.within(Step::SignIn, connection.auth(&MECHANISMS, &credentials))
                .await?;
        }
        Ok(connection)
    }

    /// Where the host is at the moment. What is connected to is what was looked at, so a name cannot lead elsewhere in between.
    async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
        let places: Vec<SocketAddr> = match timeout(self.patience.step, lookup_host((host, port))).await {
            Ok(Ok(places)) => places.collect(),
            Ok(Err(error)) => return Err(advice::unreachable(&self.server, &error)),
            Err(_) => return Err(advice::too_slow(&self.server, Step::Connect)),
        };
        if places.iter().any(|place| is_link_local(place.ip())) {
            return Err(advice::link_local(&self.server));
        }
        Ok(places)
    }

    async fn dial(&self, places: &[SocketAddr]) -> Result<TcpStream, Failure> {
        match timeout(self.patience.step, TcpStream::connect(places)).await {
            Ok(result) => result.map_err(|error| advice::unreachable(&self.server, &error)),
            Err(_) => Err(advice::too_slow(&self.server, Step::Connect)),
        }
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<Reply, Failure> {
        let mut options = vec![];
        if !letter.is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Failure::permanent(
                    "the mail server cannot deliver to addresses with non-ASCII letters",
                ));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(letter.from.clone()), options);
        self.within(Step::MailFrom, connection.command(mail)).await?;
        self.within(Step::RcptTo, connection.command(Rcpt::new(letter.to.clone(), vec![])))
            .await?;
        self.within(Step::Data, connection.command(Data)).await?;
        let response = self.within(Step::Content, connection.message(&letter.bytes)).await?;
        self.accepted(&response)
    }

    /// Only a "2xx" is a promise to deliver. A "3xx" here means that replies and commands are out of step.
    fn accepted(&self, response: &Response) -> Result<Reply, Failure> {
        let text = format!(
            "{} {}",
            response.code(),
            response.message().collect::<Vec<_>>().join(" ")
        );
        if response.code().severity == Severity::PositiveCompletion {
            return Ok(Reply::new(&text));
        }
        Err(Failure::retryable(&format!(
            "{}: unexpected reply: {text}",
            advice::place(&self.server)
        )))
    }

    async fn within<T>(&self, step: Step, work: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
        match timeout(self.patience.step, work).await {
            Ok(result) => result.map_err(|error| advice::failure(&self.server, step, &error)),
            Err(_) => Err(advice::too_slow(&self.server, step)),
        }
    }
}

/// The system's certificates and the given ones. Host names are always checked.
fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, TransportError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        builder = builder.add_root_certificate(authority(path)?);
    }
    builder.build().map_err(|error| TransportError::Tls {
        host: host.to_owned(),
        reason: error.to_string(),
    })
}

fn authority(path: &Path) -> Result<Certificate, TransportError> {
    let unusable = |reason: String| TransportError::CaFile {
        path: path.display().to_string(),
        reason,
    };
    let pem = fs::read(path).map_err(|error| unusable(error.to_string()))?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(unusable("it holds no certificate in PEM format".to_owned()));
    }
    Certificate::from_pem(&pem).map_err(|error| unusable(error.to_string()))
}
