//! Turns the mail library's errors into verdicts, and into sentences that tell a self-hoster what to try.

use app::phrase;
use app::words::Phrase;
use std::error::Error as _;
use std::io;

use lettre::transport::smtp;

use super::target::{Security, Server};
use super::{Failure, clean};

/// Where in the conversation something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Connect,
    StartTls,
    SignIn,
    MailFrom,
    RcptTo,
    Data,
    Content,
}

impl Step {
    fn during(self) -> &'static str {
        match self {
            Self::Connect => "while connecting",
            Self::StartTls => "at STARTTLS",
            Self::SignIn => "while signing in",
            Self::MailFrom => "after MAIL FROM",
            Self::RcptTo => "after RCPT TO",
            Self::Data => "after DATA",
            Self::Content => "after the end of the mail",
        }
    }

    /// Before MAIL FROM the server has not seen this mail yet: whatever it says is about the configuration.
    fn concerns_the_mail(self) -> bool {
        matches!(self, Self::MailFrom | Self::RcptTo | Self::Data | Self::Content)
    }
}

/// Replies about credentials and encryption (RFC 4954, section 6), wherever they come: somebody will correct the
/// configuration, and mails waiting until then must not be lost (security 144).
const CONFIGURATION: [u16; 5] = [523, 530, 534, 535, 538];

/// A negative reply, a broken connection or a failed handshake.
pub fn failure(server: &Server, step: Step, error: &smtp::Error) -> Failure {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if let Some(code) = error.status() {
        let code = u16::from(code);
        let about_the_mail = step.concerns_the_mail() && !CONFIGURATION.contains(&code);
        let (during, advice) = (step.during(), behind(advice_for_code(code)));
        // A talkative server must not push the advice off the end.
        let room = clean::LONGEST_REPLY.saturating_sub(during.len() + advice.len() + 10);
        let text = format!(
            "{code} {} ({during}){advice}",
            clean::shorten(&clean::line(&cause), room)
        );
        return Failure {
            permanent: about_the_mail && error.is_permanent(),
            ..Failure::retryable(&text)
        };
    }
    Failure::retryable(&format!(
        "{}{}",
        trouble(server, step, &cause),
        behind(advice_for_port(server, step))
    ))
}

/// No connection at all.
pub fn unreachable(server: &Server, error: &io::Error) -> Failure {
    Failure::retryable(&trouble(server, Step::Connect, &error.to_string()))
}

/// The server took longer than it may.
pub fn too_slow(server: &Server, step: Step) -> Failure {
    let text = format!(
        "{}: no answer in time {}{}",
        place(server),
        step.during(),
        behind(advice_for_port(server, step))
    );
    Failure::retryable(&text)
}

/// STARTTLS is required and not offered. Never falls back to an open conversation (security 139).
pub fn no_starttls(server: &Server) -> Failure {
    Failure::retryable(&format!(
        "{}: the server offers no STARTTLS, so nothing was sent; {}",
        place(server),
        phrase!(doctor.smtp_no_starttls)
    ))
}

/// The name leads to where no mail server is (security 172).
pub fn link_local(server: &Server) -> Failure {
    Failure::retryable(&format!(
        "{}: this name leads to a link-local address; nothing was sent there; {}",
        place(server),
        phrase!(doctor.smtp_link_local)
    ))
}

pub fn place(server: &Server) -> String {
    format!("{}:{}", server.host, server.port)
}

/// How the TLS library says that nobody known vouches for the certificate. A bad signature is what an authority that was
/// made anew under its old name looks like.
const UNTRUSTED: [&str; 4] = ["unknownissuer", "unknown issuer", "causedasendentity", "badsignature"];

fn trouble(server: &Server, step: Step, cause: &str) -> String {
    let place = place(server);
    let lower = cause.to_lowercase();
    let has = |word: &str| lower.contains(word);
    if UNTRUSTED.iter().any(|word| has(word)) {
        format!("{place}: certificate not trusted; {}", phrase!(doctor.smtp_untrusted))
    } else if has("not valid for name") || has("notvalidforname") {
        format!(
            "{place}: the certificate is for another name; {}",
            phrase!(doctor.smtp_other_name)
        )
    } else if has("expired") || has("not valid yet") || has("notvalidyet") {
        format!(
            "{place}: the certificate is not valid at this time; {}",
            phrase!(doctor.smtp_time)
        )
    } else if has("certificate") {
        format!("{place}: certificate not accepted: {cause}")
    } else if has("corrupt message") || has("invalidmessage") {
        format!("{place}: the server does not speak TLS here")
    } else if has("refused") {
        format!("{place}: connection refused; {}", phrase!(doctor.smtp_refused))
    } else if has("lookup") || has("resolve") {
        format!(
            "{place}: the host name cannot be found; {}",
            phrase!(doctor.smtp_unknown_host)
        )
    } else if has("no compatible authentication") {
        format!(
            "{place}: the server offers no way to sign in here; {}",
            phrase!(doctor.smtp_no_sign_in)
        )
    } else if has("incomplete response") {
        format!("{place}: the server closed the connection {}", step.during())
    } else {
        format!("{place}: {cause} ({})", step.during())
    }
}

/// Advice behind what happened.
fn behind(advice: Option<Phrase>) -> String {
    advice.map(|advice| format!("; {advice}")).unwrap_or_default()
}

/// What happened is kept, logged and shown as it was said, in English; what to try comes from this list, so that it can be told from
/// what happened, and said in the language of whoever reads it.
#[must_use]
pub fn apart(reply: &str) -> (&str, Option<Phrase>) {
    let all = [
        phrase!(doctor.smtp_untrusted),
        phrase!(doctor.smtp_other_name),
        phrase!(doctor.smtp_time),
        phrase!(doctor.smtp_refused),
        phrase!(doctor.smtp_unknown_host),
        phrase!(doctor.smtp_no_sign_in),
        phrase!(doctor.smtp_credentials),
        phrase!(doctor.smtp_wants_credentials),
        phrase!(doctor.smtp_port_465),
        phrase!(doctor.smtp_port_587),
        phrase!(doctor.smtp_no_starttls),
        phrase!(doctor.smtp_link_local),
    ];
    for advice in all {
        if let Some(what) = reply.strip_suffix(&format!("; {advice}")) {
            return (what, Some(advice));
        }
    }
    (reply, None)
}

fn advice_for_code(code: u16) -> Option<Phrase> {
    match code {
        535 => Some(phrase!(doctor.smtp_credentials)),
        530 => Some(phrase!(doctor.smtp_wants_credentials)),
        _ => None,
    }
}

/// The most frequent mistake of all: the two ports mixed up.
fn advice_for_port(server: &Server, step: Step) -> Option<Phrase> {
    match (step, server.security, server.port) {
        (Step::Connect, Security::StartTls | Security::StartTlsIfOffered, 465) => Some(phrase!(doctor.smtp_port_465)),
        (Step::Connect, Security::Implicit, 25 | 587) => Some(phrase!(doctor.smtp_port_587)),
        _ => None,
    }
}
