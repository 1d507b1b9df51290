//! How a mail leaves the house: over SMTP, into files for development, or into memory for tests.
//!
//! One mail in, one verdict out. Retrying, leases and the question whether a mail is still wanted belong to the outbox.

mod address;
pub(super) mod advice;
pub(super) mod compose;
mod files;
mod memory;
mod smtp;
mod target;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::clean;
use super::dkim::Signer;
use super::message::Recipient;
use super::render::Rendered;

pub use files::Files;
pub use memory::{Mailbox, Memory};
pub use smtp::Smtp;
pub use target::{Login, Security, Server, Target, TransportError, is_link_local};

/// No attempt takes longer than this, whatever the server does; an outbox lease must be longer (security 148).
pub const LONGEST_ATTEMPT: Duration = Duration::from_mins(1);

/// How long a mail server may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For name lookup, connection and TLS together, and for each command after that.
    pub step: Duration,
    /// For the whole attempt.
    pub attempt: Duration,
}

impl Default for Patience {
    /// 15 seconds are ample for a healthy server: while one tar pit is waited for, other mails wait too.
    fn default() -> Self {
        Self {
            step: Duration::from_secs(15),
            attempt: LONGEST_ATTEMPT,
        }
    }
}

/// Who writes. From settings only, never from a request (security 136).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub name: String,
    pub address: String,
}

/// The one mailbox a mail goes to.
#[derive(Clone, PartialEq, Eq)]
pub struct Addressee {
    pub address: String,
    pub name: String,
}

/// Addresses do not belong in logs.
impl fmt::Debug for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Addressee(…)")
    }
}

impl From<&Recipient> for Addressee {
    fn from(recipient: &Recipient) -> Self {
        Self {
            address: recipient.address.clone(),
            name: recipient.name.clone(),
        }
    }
}

/// A mail ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// `local@domain`, the same at every attempt, so that a mail delivered twice is recognised as one (security 145).
    pub message_id: String,
    /// Unix time in milliseconds, the same at every attempt.
    pub date: i64,
    pub from: Sender,
    pub reply_to: Option<String>,
    pub to: Addressee,
    pub rendered: Rendered,
}

/// What the mail server said when it took the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// One line of at most 200 characters.
    pub text: String,
}

impl Reply {
    fn new(text: &str) -> Self {
        Self {
            text: clean::shorten(&clean::line(text), clean::LONGEST_REPLY),
        }
    }
}

/// Why the mail did not leave. For the console and the log, never for a visitor (security 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Trying again cannot help: the server refused this very mail for good, or the mail is malformed.
    pub permanent: bool,
    /// One line of at most 200 characters, without secrets, with advice where there is some.
    pub reply: String,
}

impl Failure {
    fn permanent(reply: &str) -> Self {
        Self {
            permanent: true,
            reply: Reply::new(reply).text,
        }
    }

    fn retryable(reply: &str) -> Self {
        Self {
            permanent: false,
            reply: Reply::new(reply).text,
        }
    }
}

/// The configured way out. Cloning shares connections.
#[derive(Clone, Debug)]
pub enum Transport {
    Smtp(Smtp),
    Files(Files),
    Memory(Memory),
}

impl Transport {
    /// Reads a transport from its URL.
    ///
    /// * `smtp://[user:password@]host[:587]`: STARTTLS, required. For loopback hosts it is used if offered.
    ///   `?tls=required` insists on it there, too; `?tls=none` forgoes it and is possible for loopback hosts only.
    /// * `smtps://[user:password@]host[:465]`: TLS from the first byte.
    /// * `file:///directory`: one `.eml` file per mail.
    ///
    /// User and password are percent-decoded. `ca_file` (PEM) is trusted beside the system's certificates.
    ///
    /// # Errors
    /// When the URL is none of these or the certificates cannot be read. The texts name no credentials.
    pub fn from_url(url: &str, ca_file: Option<&Path>) -> Result<Self, TransportError> {
        Self::with_patience(url, ca_file, Patience::default())
    }

    /// As [`Transport::from_url`], with other time limits.
    ///
    /// # Errors
    /// As [`Transport::from_url`].
    pub fn with_patience(url: &str, ca_file: Option<&Path>, patience: Patience) -> Result<Self, TransportError> {
        Ok(match target::Target::parse(url)? {
            target::Target::Directory(directory) => Self::Files(Files::new(directory)?),
            target::Target::Server(server) => Self::Smtp(Smtp::new(server, ca_file, patience)?),
        })
    }

    /// Whether a URL could be a transport's, without opening anything.
    ///
    /// # Errors
    /// As [`Transport::from_url`], except for what only the attempt shows.
    pub fn check_url(url: &str) -> Result<(), TransportError> {
        target::Target::parse(url).map(drop)
    }

    /// Keeps mails in memory and hands the test the key to the box.
    #[must_use]
    pub fn memory() -> (Self, Mailbox) {
        let mailbox = Mailbox::default();
        (Self::Memory(Memory::new(mailbox.clone())), mailbox)
    }

    /// Hands the mail over, once.
    ///
    /// # Errors
    /// When it was not accepted; see [`Failure::permanent`] for whether another attempt makes sense.
    pub async fn send(&self, mail: &Outgoing) -> Result<Reply, Failure> {
        self.send_signed(mail, None).await
    }

    /// The same, signed.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn send_signed(&self, mail: &Outgoing, signer: Option<&Signer>) -> Result<Reply, Failure> {
        let letter = compose::compose(mail, signer)?;
        match self {
            Self::Smtp(smtp) => smtp.send(&letter).await,
            Self::Files(files) => files.keep(mail, letter).await,
            Self::Memory(memory) => memory.keep(mail),
        }
    }

    /// Goes as far as a mail would before there is one: connection, encryption, signing in. Nothing is sent.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn greet(&self) -> Result<Reply, Failure> {
        match self {
            Self::Smtp(smtp) => smtp.greet().await,
            Self::Files(files) => files.greet(),
            Self::Memory(_) => Ok(Reply::new("mails are kept in memory")),
        }
    }
}
