//! The mail server's address in parts that people know: host, port, encryption, user, password.

use super::form::Typed;
use crate::mail::transport::{Login, Security, Server as Target, Target as Address};
use crate::refused::Refused;
use crate::settings::Settings;
use app::admin::settings::Server;
use app::phrase;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

fn stored(settings: &Settings) -> Option<Address> {
    Address::parse(settings.mail.url.reveal()).ok()
}

/// Host and port, or the folder; nothing where nothing is set.
pub fn host(settings: &Settings) -> Option<String> {
    match stored(settings)? {
        Address::Server(server) => Some(format!("{}:{}", server.host, server.port)),
        Address::Directory(folder) => Some(folder.display().to_string()),
    }
}

/// The parts as the form shows them: what was typed, a provider's, or what is stored — never the password.
pub fn parts(settings: &Settings, typed: &Typed) -> Server {
    let stored = stored(settings);
    let login = |stored: &Option<Address>| match stored {
        Some(Address::Server(server)) => server.login.clone(),
        _ => None,
    };
    if typed.field("mail_host").is_some() {
        let field = |name| typed.field(name).unwrap_or_default().to_owned();
        return Server {
            host: field("mail_host"),
            port: field("mail_port"),
            security: field("mail_security"),
            user: field("mail_user"),
            has_password: login(&stored).is_some(),
            ..Server::default()
        };
    }
    if let Some(preset) = typed.preset {
        return preset.server();
    }
    match stored {
        Some(Address::Server(server)) => Server {
            host: server.host.clone(),
            port: server.port.to_string(),
            security: word(server.security).to_owned(),
            user: shown_user(server.login.as_ref()),
            has_password: server.login.is_some(),
            ..Server::default()
        },
        Some(Address::Directory(folder)) => Server {
            other: Some(folder.display().to_string()),
            security: word(Security::StartTls).to_owned(),
            ..Server::default()
        },
        None => Server {
            security: word(Security::StartTls).to_owned(),
            ..Server::default()
        },
    }
}

/// Some providers take one secret as both user and password: then the user is not shown either (security 173).
fn shown_user(login: Option<&Login>) -> String {
    match login {
        Some((user, password)) if user != password => user.clone(),
        _ => String::new(),
    }
}

const fn word(security: Security) -> &'static str {
    match security {
        Security::StartTls | Security::StartTlsIfOffered => "starttls",
        Security::Implicit => "tls",
        Security::Plain => "none",
    }
}

/// The address that the parts make; nothing where the form leaves it as it is.
///
/// # Errors
/// [`Refused::Field`] where the password has to be typed again: a stored one is kept for the same host and user only, otherwise
/// whoever may change the host could send it to a server of their own (security 173).
pub fn url(settings: &Settings, typed: &Typed) -> Result<Option<Value>, Refused> {
    let Some(host) = typed.field("mail_host").map(str::trim) else {
        return Ok(None);
    };
    let stored = stored(settings);
    if host.is_empty() {
        // The empty form of a folder is not a wish to remove it.
        let keeps = matches!(stored, None | Some(Address::Directory(_)));
        return Ok((!keeps).then(|| Value::from("")));
    }
    let server = match stored {
        Some(Address::Server(server)) => Some(server),
        _ => None,
    };
    let field = |name| typed.field(name).unwrap_or_default().trim();
    let login = login(server.as_ref(), host, field("mail_user"), typed.field("mail_password"))?;
    let (scheme, options) = match field("mail_security") {
        "tls" => ("smtps", ""),
        "none" => ("smtp", "?tls=none"),
        _ => ("smtp", ""),
    };
    let login = login.map_or_else(String::new, |(user, password)| {
        format!("{}:{}@", encoded(&user), encoded(&password))
    });
    // An address of version 6 stands in brackets before a port.
    let host = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    if host.contains(['/', '@', '?', '#']) {
        return Err(Refused::invalid("mail.url", phrase!(problem.mail_host)));
    }
    let port = match field("mail_port") {
        "" => String::new(),
        port if port.parse::<u16>().is_ok_and(|port| port > 0) => format!(":{port}"),
        _ => return Err(Refused::invalid("mail.url", phrase!(problem.mail_port))),
    };
    let url = format!("{scheme}://{login}{host}{port}{options}");
    // The same server in other words is no change, and nothing to confirm.
    let same = match (Address::parse(&url), &server) {
        (Ok(Address::Server(new)), Some(old)) => {
            (&new.host, new.port, &new.login, word(new.security))
                == (&old.host, old.port, &old.login, word(old.security))
        }
        _ => false,
    };
    Ok((!same).then(|| url.into()))
}

fn login(stored: Option<&Target>, host: &str, user: &str, password: Option<&str>) -> Result<Option<Login>, Refused> {
    let stored_login = stored.and_then(|server| server.login.as_ref());
    let same_host = stored.is_some_and(|server| server.host.eq_ignore_ascii_case(host.trim_matches(['[', ']'])));
    let same_user = user == shown_user(stored_login);
    match (password.unwrap_or_default(), stored_login) {
        ("", Some(login)) if same_host && same_user => Ok(Some(login.clone())),
        ("", _) if user.is_empty() => Ok(None),
        ("", _) => Err(Refused::invalid("mail_password", phrase!(problem.password_again))),
        (password, Some((stored_user, _))) if user.is_empty() && same_host && same_user => {
            Ok(Some((stored_user.clone(), password.to_owned())))
        }
        (password, _) => Ok(Some((user.to_owned(), password.to_owned()))),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
