//! A mail server for tests: keeps what it is given, and misbehaves on request.
//!
//! It runs in threads of its own, so it serves blocking and asynchronous tests alike, and stops when it is dropped.

#![allow(
    dead_code,
    reason = "every test binary that includes this file uses its own part of it"
)]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mail_parser::{MessageParser, MimeHeaders};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const NAP: Duration = Duration::from_millis(5);

/// A moment of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Connect,
    Ehlo,
    StartTls,
    SignIn,
    Mail,
    Rcpt,
    Data,
    /// The mail has arrived completely and has not been answered yet.
    FinalDotBeforeReply,
}

/// What the server does. A mail is kept as delivered only if it was answered with `250`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    Accept,
    /// Nobody listens: connections are refused, open ones are cut.
    Refuse,
    /// Reaches the step and never answers it.
    Stall(Step),
    /// Reaches the step and closes the connection instead of answering.
    Cut(Step),
    /// Answers the step with this code.
    Reply(Step, u16),
    /// Somebody in between adds unencrypted replies to the one that announces encryption, enough to feign a delivery.
    InjectAtStartTls,
}

/// How connections are protected.
#[derive(Clone)]
pub enum Security {
    Plain,
    StartTls(Arc<ServerConfig>),
    Implicit(Arc<ServerConfig>),
}

/// One mail as it arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    /// MAIL FROM, without brackets.
    pub from: String,
    /// Every RCPT TO, without brackets.
    pub to: Vec<String>,
    /// The message after undoing dot-stuffing.
    pub data: Vec<u8>,
    /// Whether it came through TLS.
    pub encrypted: bool,
    /// User and password of the connection.
    pub login: Option<(String, String)>,
}

impl Mail {
    fn parsed(&self) -> mail_parser::Message<'_> {
        MessageParser::default().parse(&self.data).expect("a message")
    }

    pub fn subject(&self) -> String {
        self.parsed().subject().expect("a subject").to_owned()
    }

    /// The decoded text part.
    pub fn text(&self) -> String {
        self.parsed().body_text(0).expect("a text part").into_owned()
    }

    /// The decoded HTML part.
    pub fn html(&self) -> String {
        let parsed = self.parsed();
        let part = parsed
            .parts
            .iter()
            .find(|part| part.is_content_type("text", "html"))
            .expect("an HTML part");
        part.text_contents().expect("text").to_owned()
    }

    /// Header lines as they travelled, unfolded, in order.
    pub fn headers(&self) -> Vec<(String, String)> {
        let raw = String::from_utf8(self.data.clone()).expect("headers are ASCII, bodies are encoded");
        let head = raw
            .split("\r\n\r\n")
            .next()
            .expect("a head")
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ");
        let pair = |line: &str| {
            line.split_once(": ")
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        head.split("\r\n")
            .map(|line| pair(line).expect("a header line"))
            .collect()
    }

    pub fn header(&self, name: &str) -> String {
        self.headers()
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .expect("the header")
            .1
    }

    /// The first line of the text that is nothing but a web address.
    pub fn link(&self) -> Option<String> {
        let is_address = |line: &&str| line.starts_with("http") && !line.contains(char::is_whitespace);
        self.text().lines().map(str::trim).find(is_address).map(str::to_owned)
    }

    /// The first line of the text of the form `XXXX-XXXX`.
    pub fn code(&self) -> Option<String> {
        let is_code = |line: &&str| {
            let shape = line.len() == 9 && line.split_once('-').is_some_and(|(left, _)| left.len() == 4);
            shape && line.chars().all(|c| c == '-' || c.is_ascii_alphanumeric())
        };
        self.text().lines().map(str::trim).find(is_code).map(str::to_owned)
    }
}

struct State {
    behaviour: Behaviour,
    listening: bool,
    stopped: bool,
    mails: Vec<Mail>,
    unanswered: Vec<Mail>,
    commands: Vec<String>,
}

type Shared = Arc<Mutex<State>>;

fn open(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The running server.
pub struct Sink {
    address: SocketAddr,
    scheme: &'static str,
    shared: Shared,
    acceptor: Option<JoinHandle<()>>,
}

impl Sink {
    /// Without encryption, on a free port of 127.0.0.1.
    pub fn start(behaviour: Behaviour) -> Self {
        Self::start_with(behaviour, Security::Plain)
    }

    pub fn start_with(behaviour: Behaviour, security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Mutex::new(State {
            behaviour: Behaviour::Accept,
            listening: true,
            stopped: false,
            mails: vec![],
            unanswered: vec![],
            commands: vec![],
        }));
        let scheme = if matches!(security, Security::Implicit(_)) {
            "smtps"
        } else {
            "smtp"
        };
        let acceptor = thread::spawn({
            let shared = shared.clone();
            move || accept(listener, address, &security, &shared)
        });
        let sink = Self {
            address,
            scheme,
            shared,
            acceptor: Some(acceptor),
        };
        sink.set(behaviour);
        sink
    }

    /// Changes the behaviour from the next command on, and returns when it is in force.
    pub fn set(&self, behaviour: Behaviour) {
        open(&self.shared).behaviour = behaviour;
        while open(&self.shared).listening == (behaviour == Behaviour::Refuse) {
            thread::sleep(NAP);
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `smtp://127.0.0.1:port`, or `smtps://` for implicit TLS.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Mails that were answered with `250`.
    pub fn mails(&self) -> Vec<Mail> {
        open(&self.shared).mails.clone()
    }

    /// Mails that arrived completely and were not answered with `250`.
    pub fn unanswered(&self) -> Vec<Mail> {
        open(&self.shared).unanswered.clone()
    }

    /// Every command line of every connection.
    pub fn commands(&self) -> Vec<String> {
        open(&self.shared).commands.clone()
    }

    /// Waits until that many mails were delivered. Panics after ten seconds.
    pub fn wait_for(&self, count: usize) -> Vec<Mail> {
        let begun = Instant::now();
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{} of {count} mails came",
                mails.len()
            );
            thread::sleep(NAP);
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        open(&self.shared).stopped = true;
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().ok();
        }
    }
}

fn accept(listener: TcpListener, address: SocketAddr, security: &Security, shared: &Shared) {
    let mut listener = Some(listener);
    loop {
        let (stopped, refusing) = {
            let state = open(shared);
            (state.stopped, state.behaviour == Behaviour::Refuse)
        };
        if stopped {
            return;
        }
        if refusing {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).ok();
        }
        open(shared).listening = listener.is_some();
        if let Some(listener) = &listener {
            listener.set_nonblocking(true).expect("a socket that does not block");
            if let Ok((stream, _)) = listener.accept() {
                let (security, shared) = (security.clone(), shared.clone());
                thread::spawn(move || Conversation::hold(stream, &security, shared).ok());
                continue;
            }
        }
        thread::sleep(NAP);
    }
}

/// Plain or encrypted, and able to hand the plain stream over to TLS.
enum Line {
    Plain(TcpStream),
    Encrypted(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Encrypted(stream) => stream.read(buffer),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}

fn encrypt(stream: TcpStream, config: &Arc<ServerConfig>) -> io::Result<BufReader<Line>> {
    let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
    Ok(BufReader::new(Line::Encrypted(Box::new(StreamOwned::new(
        connection, stream,
    )))))
}

struct Conversation {
    line: BufReader<Line>,
    shared: Shared,
    upgrade: Option<Arc<ServerConfig>>,
    encrypted: bool,
    login: Option<(String, String)>,
    from: String,
    to: Vec<String>,
}

impl Conversation {
    fn hold(stream: TcpStream, security: &Security, shared: Shared) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        let keeper = stream.try_clone()?;
        let (line, upgrade, encrypted) = match security {
            Security::Plain => (BufReader::new(Line::Plain(stream)), None, false),
            Security::StartTls(config) => (BufReader::new(Line::Plain(stream)), Some(config.clone()), false),
            Security::Implicit(config) => (encrypt(stream, config)?, None, true),
        };
        let (login, from, to) = (None, String::new(), vec![]);
        let mut conversation = Self {
            line,
            shared,
            upgrade,
            encrypted,
            login,
            from,
            to,
        };
        let end = conversation.run();
        keeper.shutdown(Shutdown::Both).ok();
        end
    }

    fn run(&mut self) -> io::Result<()> {
        self.answer(Step::Connect, "220 sink ready")?;
        loop {
            let command = self.read_line()?;
            open(&self.shared).commands.push(command.clone());
            let (verb, rest) = command.split_once([' ', ':']).unwrap_or((&command, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let starttls = if self.upgrade.is_some() { "250-STARTTLS\r\n" } else { "" };
                    self.answer(
                        Step::Ehlo,
                        &format!("250-sink\r\n{starttls}250-AUTH PLAIN LOGIN\r\n250 8BITMIME"),
                    )?;
                }
                "STARTTLS" => self.start_tls()?,
                "AUTH" => {
                    self.login = plain_login(rest);
                    self.answer(Step::SignIn, "235 welcome")?;
                }
                "MAIL" => {
                    (self.from, self.to) = (bracketed(rest), vec![]);
                    self.answer(Step::Mail, "250 sender fine")?;
                }
                "RCPT" => {
                    self.to.push(bracketed(rest));
                    self.answer(Step::Rcpt, "250 recipient fine")?;
                }
                "DATA" => {
                    if self.answer(Step::Data, "354 go ahead")? {
                        self.take_mail()?;
                    }
                }
                "QUIT" => return self.say("221 bye"),
                _ => self.say("250 fine")?,
            }
        }
    }

    /// Answers a step as the current behaviour wants; whether the answer was the good one.
    fn answer(&mut self, step: Step, good: &str) -> io::Result<bool> {
        let behaviour = open(&self.shared).behaviour;
        match behaviour {
            Behaviour::Refuse => Err(io::ErrorKind::ConnectionAborted.into()),
            Behaviour::Cut(at) if at == step => Err(io::ErrorKind::ConnectionAborted.into()),
            Behaviour::Stall(at) if at == step => {
                while open(&self.shared).behaviour == behaviour && !open(&self.shared).stopped {
                    thread::sleep(NAP);
                }
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Behaviour::Reply(at, code) if at == step => {
                self.say(&format!("{code} 4.2.0 told to answer\u{7} so at {step:?}"))?;
                Ok(false)
            }
            _ => self.say(good).map(|()| true),
        }
    }

    fn start_tls(&mut self) -> io::Result<()> {
        let feigned = "220 go ahead\r\n250-sink\r\n250 8BITMIME\r\n250 ok\r\n250 ok\r\n354 go ahead\r\n250 kept";
        let injecting = open(&self.shared).behaviour == Behaviour::InjectAtStartTls;
        if !self.answer(Step::StartTls, if injecting { feigned } else { "220 go ahead" })? {
            return Ok(());
        }
        let config = self.upgrade.take().ok_or(io::ErrorKind::Unsupported)?;
        let Line::Plain(stream) = self.line.get_ref() else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.line = encrypt(stream.try_clone()?, &config)?;
        self.encrypted = true;
        Ok(())
    }

    /// Reads up to the lone dot; a line is whatever ends in CR LF, nothing less.
    fn take_mail(&mut self) -> io::Result<()> {
        let mut data = vec![];
        loop {
            let line = self.read_bytes()?;
            if line == b".\r\n" {
                break;
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let (from, to) = (std::mem::take(&mut self.from), std::mem::take(&mut self.to));
        let mail = Mail {
            from,
            to,
            data,
            encrypted: self.encrypted,
            login: self.login.clone(),
        };
        // Before the answer: whoever sees it may look for the mail at once.
        if self.accepts_mail() {
            open(&self.shared).mails.push(mail);
        } else {
            open(&self.shared).unanswered.push(mail);
        }
        self.answer(Step::FinalDotBeforeReply, "250 2.0.0 kept").map(|_| ())
    }

    fn accepts_mail(&self) -> bool {
        const END: Step = Step::FinalDotBeforeReply;
        match open(&self.shared).behaviour {
            Behaviour::Stall(at) | Behaviour::Cut(at) => at != END,
            Behaviour::Reply(at, code) => at != END || code == 250,
            Behaviour::Accept | Behaviour::InjectAtStartTls => true,
            Behaviour::Refuse => false,
        }
    }

    fn say(&mut self, words: &str) -> io::Result<()> {
        let line = self.line.get_mut();
        line.write_all(format!("{words}\r\n").as_bytes())?;
        line.flush()
    }

    fn read_line(&mut self) -> io::Result<String> {
        let bytes = self.read_bytes()?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    fn read_bytes(&mut self) -> io::Result<Vec<u8>> {
        let mut line = vec![];
        while !line.ends_with(b"\r\n") {
            if self.line.read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(line)
    }
}

/// `FROM:<ada@example.org> SIZE=1` → `ada@example.org`.
fn bracketed(rest: &str) -> String {
    let inside = rest
        .split_once('<')
        .and_then(|(_, tail)| tail.split_once('>'))
        .map(|(inside, _)| inside);
    inside.unwrap_or_default().to_owned()
}

/// `PLAIN base64(\0user\0password)`.
fn plain_login(rest: &str) -> Option<(String, String)> {
    let encoded = rest.strip_prefix("PLAIN ")?;
    let decoded = data_encoding::BASE64.decode(encoded.as_bytes()).ok()?;
    let mut words = decoded
        .split(|byte| *byte == 0)
        .skip(1)
        .map(|word| String::from_utf8_lossy(word).into_owned());
    Some((words.next()?, words.next()?))
}

/// A certificate authority of the test's own.
pub struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    certificate: rcgen::Certificate,
}

impl Authority {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut parameters = rcgen::CertificateParams::new(vec![]).expect("parameters");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).expect("a certificate");
        Self {
            issuer: rcgen::Issuer::new(parameters, key),
            certificate,
        }
    }

    /// What `LATCHKEY_MAIL_CA_FILE` would hold.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A server's side for these host names or addresses.
    pub fn server(&self, hosts: &[&str]) -> Arc<ServerConfig> {
        let key = rcgen::KeyPair::generate().expect("a key");
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let parameters = rcgen::CertificateParams::new(hosts).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = builder
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key);
        Arc::new(config.expect("a certificate for the key"))
    }
}
