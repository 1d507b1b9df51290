//! Boot configuration: what must be known before the database can be asked. Order: defaults < file < environment `LATCHKEY_…` < flags.
//! Everything that may change at run time is a setting (see `settings/`); `settings` here pins settings.

use app::phrase;
use app::words::Phrase;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// As read from file, environment and flags.
#[derive(Clone, Deserialize, Serialize)]
pub struct Config {
    /// Address of the web server; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What links in mails start with; never taken from a request (security 9).
    pub public_url: Option<Url>,
    pub database_url: Option<String>,
    pub data_dir: PathBuf,
    pub key_file: Option<PathBuf>,
    /// May hold a password: never printed.
    pub mail_url: Option<String>,
    /// PEM certificates to trust beside the system's, for an SMTP server with its own authority.
    pub mail_ca_file: Option<PathBuf>,
    /// Peers whose `X-Forwarded-For` counts.
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Separate address for `/metrics`; without one there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// Connections at once; one client has half of them at most, unless it is a trusted proxy.
    pub max_connections: usize,
    /// Settings pinned from outside, by group and name.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            database_url: None,
            data_dir: PathBuf::from("./data"),
            key_file: None,
            mail_url: None,
            mail_ca_file: None,
            trusted_proxies: Vec::new(),
            metrics_listen: None,
            // Below the 1024 files that many systems let a process open.
            max_connections: 768,
            settings: serde_json::Map::new(),
        }
    }
}

/// Says which value is wrong, and never repeats a secret.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum ConfigError {
    Read(Box<figment::Error>),
    PublicUrl(Url),
}

impl ConfigError {
    /// In words.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Read(error) => phrase!(trouble.configuration, why = error.to_string()),
            Self::PublicUrl(url) => phrase!(trouble.public_url, url = url.as_str()),
        }
    }
}

impl Config {
    /// Reads file and environment over the defaults. Without `file`, `latchkey.toml` beside the process is read when there is one.
    ///
    /// # Errors
    /// An unreadable file, a value of the wrong kind, or a public URL that would send links astray.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let toml = file.map_or_else(|| Toml::file("latchkey.toml"), Toml::file_exact);
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(toml)
            .merge(
                Env::prefixed("LATCHKEY_")
                    .filter(|name| !name.starts_with("test_"))
                    .split("__"),
            )
            .extract()
            .map_err(|error| ConfigError::Read(Box::new(error)))?;
        match config.public_url {
            Some(url) if !may_be_public(&url) => Err(ConfigError::PublicUrl(url)),
            _ => Ok(config),
        }
    }

    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", self.data_dir.join("latchkey.db").display()))
    }

    /// The file of an SQLite database.
    #[must_use]
    pub fn database_file(&self) -> Option<PathBuf> {
        let url = self.database_url();
        let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
        Some(PathBuf::from(path.split('?').next().unwrap_or_default()))
    }

    /// Whether there may be a database already; on a server, only asking it would tell.
    #[must_use]
    pub fn database_exists(&self) -> bool {
        self.database_file().is_none_or(|file| file.exists())
    }

    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.key_file
            .clone()
            .unwrap_or_else(|| self.data_dir.join("latchkey.key"))
    }
}

/// A link over plain HTTP would hand the token to everyone on the way, so HTTPS it is, except on this machine (security 10).
pub(crate) fn may_be_public(url: &Url) -> bool {
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    plain && url.has_host() && (url.scheme() == "https" || url.scheme() == "http" && loopback)
}

/// A list, or one text with commas as an environment variable has it.
fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Networks {
        List(Vec<IpNet>),
        Text(String),
    }
    match Networks::deserialize(deserializer)? {
        Networks::List(list) => Ok(list),
        Networks::Text(text) => text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(serde::de::Error::custom))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security 10
    #[test]
    fn links_in_mails_are_https_except_on_this_machine() {
        for good in [
            "https://reset.example.org",
            "https://example.org/latchkey",
            "http://127.0.0.1:8080",
            "http://localhost:3000",
        ] {
            assert!(may_be_public(&good.parse().unwrap()), "{good}");
        }
        for bad in [
            "http://example.org",
            "https://user@example.org",
            "https://example.org/?a=b",
            "ftp://example.org",
            "data:text",
        ] {
            assert!(!may_be_public(&bad.parse().unwrap()), "{bad}");
        }
    }
}
