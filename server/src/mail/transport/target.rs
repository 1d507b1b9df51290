//! Reads where mails go from the configured URL, and says what is wrong with it in words that help.

use app::phrase;
use app::words::Phrase;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// What is wrong with the configured transport. Never quotes the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum TransportError {
    Unreadable,
    UnknownScheme(String),
    NoHost,
    LinkLocal,
    HalfCredentials,
    UnexpectedPart,
    UnknownOption,
    PlainToElsewhere,
    Contradiction,
    Directory { path: String, reason: String },
    CaFile { path: String, reason: String },
    Tls { host: String, reason: String },
}

impl TransportError {
    /// In words, with what to write instead.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Unreadable => phrase!(problem.mail_url_unreadable),
            Self::UnknownScheme(scheme) => phrase!(problem.mail_url_scheme, scheme = scheme.as_str()),
            Self::NoHost => phrase!(problem.mail_url_host),
            Self::LinkLocal => phrase!(problem.mail_url_link_local),
            Self::HalfCredentials => phrase!(problem.mail_url_half_credentials),
            Self::UnexpectedPart => phrase!(problem.mail_url_part),
            Self::UnknownOption => phrase!(problem.mail_url_option),
            Self::PlainToElsewhere => phrase!(problem.mail_url_plain),
            Self::Contradiction => phrase!(problem.mail_url_contradiction),
            Self::Directory { path, reason } => {
                phrase!(problem.mail_directory, path = path.as_str(), reason = reason.as_str())
            }
            Self::CaFile { path, reason } => {
                phrase!(problem.mail_ca_file, path = path.as_str(), reason = reason.as_str())
            }
            Self::Tls { host, reason } => phrase!(problem.mail_tls, host = host.as_str(), reason = reason.as_str()),
        }
    }
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Implicit,
    /// STARTTLS or nothing: a server (or somebody in between) that does not offer it gets no mail (security 139).
    StartTls,
    /// STARTTLS if offered. For loopback only, where there is nobody in between.
    StartTlsIfOffered,
    /// For loopback only.
    Plain,
}

/// User and password.
pub type Login = (String, String);

/// Where a mail server is, and how it is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// `Server` has no `Debug` because of it.
    pub login: Option<Login>,
}

/// What a URL names.
pub enum Target {
    Server(Server),
    Directory(PathBuf),
}

impl Target {
    /// # Errors
    /// What is wrong with the URL, without quoting it.
    pub fn parse(url: &str) -> Result<Self, TransportError> {
        let url = Url::parse(url.trim()).map_err(|_| TransportError::Unreadable)?;
        match url.scheme() {
            "file" => url
                .to_file_path()
                .map(Self::Directory)
                .map_err(|()| TransportError::Unreadable),
            "smtp" | "smtps" => server(&url).map(Self::Server),
            other => Err(TransportError::UnknownScheme(other.to_owned())),
        }
    }
}

fn server(url: &Url) -> Result<Server, TransportError> {
    let host = match url.host().ok_or(TransportError::NoHost)? {
        Host::Domain(name) => percent_decode_str(name)
            .decode_utf8()
            .map_err(|_| TransportError::Unreadable)?
            .into_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    if host.is_empty() {
        return Err(TransportError::NoHost);
    }
    if host.parse().is_ok_and(is_link_local) {
        return Err(TransportError::LinkLocal);
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(TransportError::UnexpectedPart);
    }
    let implicit = url.scheme() == "smtps";
    let security = security(url, implicit, is_loopback(&host))?;
    Ok(Server {
        port: url.port().unwrap_or(if implicit { 465 } else { 587 }),
        security,
        login: login(url)?,
        host,
    })
}

fn security(url: &Url, implicit: bool, loopback: bool) -> Result<Security, TransportError> {
    let mut wish = None;
    for (key, value) in url.query_pairs() {
        wish = Some(match (key.as_ref(), value.as_ref()) {
            ("tls", "required") => true,
            ("tls", "none") => false,
            _ => return Err(TransportError::UnknownOption),
        });
    }
    match (implicit, wish, loopback) {
        (true, Some(false), _) => Err(TransportError::Contradiction),
        (true, _, _) => Ok(Security::Implicit),
        (false, Some(true), _) | (false, None, false) => Ok(Security::StartTls),
        (false, None, true) => Ok(Security::StartTlsIfOffered),
        (false, Some(false), true) => Ok(Security::Plain),
        (false, Some(false), false) => Err(TransportError::PlainToElsewhere),
    }
}

/// Only what cannot lead elsewhere: the literal addresses and the one reserved name.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Addresses that reach no further than the next cable. In a data centre the machine's own credentials are handed out there
/// (169.254.169.254 and its like), so nobody who may change a setting is to make this server speak to them (security 172).
#[must_use]
pub fn is_link_local(address: IpAddr) -> bool {
    /// Where one provider hands them out over IPv6.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address == METADATA,
    }
}

fn login(url: &Url) -> Result<Option<Login>, TransportError> {
    let decoded = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(TransportError::Unreadable),
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(TransportError::HalfCredentials),
        (user, Some(password)) => Ok(Some((decoded(user)?, decoded(password)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Server, TransportError> {
        match Target::parse(url)? {
            Target::Server(server) => Ok(server),
            Target::Directory(_) => panic!("a directory"),
        }
    }

    fn security_of(url: &str) -> Security {
        read(url).map(|server| server.security).unwrap()
    }

    #[test]
    fn encryption_is_required_unless_the_server_is_this_machine() {
        assert_eq!(security_of("smtp://mail.example.org"), Security::StartTls);
        assert_eq!(security_of("smtp://mail.example.org?tls=required"), Security::StartTls);
        assert_eq!(security_of("smtps://mail.example.org"), Security::Implicit);
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST"] {
            assert_eq!(
                security_of(&format!("smtp://{host}:25")),
                Security::StartTlsIfOffered,
                "{host}"
            );
            assert_eq!(
                security_of(&format!("smtp://{host}?tls=none")),
                Security::Plain,
                "{host}"
            );
            assert_eq!(
                security_of(&format!("smtp://{host}?tls=required")),
                Security::StartTls,
                "{host}"
            );
        }
    }

    #[test]
    fn unencrypted_mail_to_elsewhere_is_refused_however_the_host_is_written() {
        for host in [
            "mail.example.org",
            "10.0.0.1",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "[2001:db8::1]",
            "0.0.0.0",
        ] {
            assert_eq!(
                read(&format!("smtp://{host}?tls=none")).err(),
                Some(TransportError::PlainToElsewhere),
                "{host}"
            );
        }
        assert_eq!(
            read("smtps://localhost?tls=none").err(),
            Some(TransportError::Contradiction)
        );
    }

    #[test]
    fn ports_follow_the_scheme_and_credentials_are_decoded() {
        let server = read("smtp://ada%40example.org:p%40ss%2Bw%3Ard%20@mail.example.org")
            .ok()
            .unwrap();
        assert_eq!((server.port, server.host.as_str()), (587, "mail.example.org"));
        assert_eq!(server.login, Some(("ada@example.org".into(), "p@ss+w:rd ".into())));
        assert_eq!(read("smtps://mail.example.org").ok().unwrap().port, 465);
        let local = read("smtp://[::1]:2525").ok().unwrap();
        assert_eq!((local.port, local.host.as_str()), (2525, "::1"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_quoting_it() {
        for (url, expected) in [
            ("", TransportError::Unreadable),
            ("mail.example.org", TransportError::Unreadable),
            (
                "https://mail.example.org",
                TransportError::UnknownScheme("https".into()),
            ),
            ("smtp://", TransportError::NoHost),
            ("smtp://user@mail.example.org", TransportError::HalfCredentials),
            (
                "smtp://user:secret@mail.example.org/inbox",
                TransportError::UnexpectedPart,
            ),
            (
                "smtp://user:secret@mail.example.org?tls=maybe",
                TransportError::UnknownOption,
            ),
            (
                "smtp://user:secret@mail.example.org?ssl=1",
                TransportError::UnknownOption,
            ),
        ] {
            let error = read(url).err().unwrap();
            assert_eq!(error, expected, "{url}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
