//! Questions to the DNS: text records, through the resolver that a setting names. Without one nothing is ever asked.

use crate::mail::transport::is_link_local;
use app::phrase;
use app::words::Phrase;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use std::net::SocketAddr;
use std::time::Duration;

/// Somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Of one record: longer ones are none of those that are looked for.
const LONGEST: usize = 2_000;
/// Of one name.
const MOST: usize = 50;

/// What the setting takes beside an address.
const SYSTEM: &str = "system";

/// Where questions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Where this machine's go.
    System,
    At(SocketAddr),
}

impl Server {
    /// Reads the setting: `system`, or an address with its port. Link-local ones are refused, as for mail (security 172).
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text == SYSTEM {
            return Some(Self::System);
        }
        let address: SocketAddr = text.parse().ok()?;
        (!is_link_local(address.ip()) && address.port() != 0).then_some(Self::At(address))
    }
}

/// Nobody knows: not that there is nothing, but that there was no answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.in_words())]
pub struct Unanswered(Phrase);

impl Unanswered {
    /// In words.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        phrase!(doctor.dns_silent, why = self.0.clone())
    }
}

pub struct Dns(TokioResolver);

impl Dns {
    /// # Errors
    /// When the system's own configuration cannot be read.
    pub fn new(server: Server) -> Result<Self, Unanswered> {
        let failed = |error: hickory_resolver::net::NetError| Unanswered(Phrase::verbatim(error.to_string()));
        let mut builder = match server {
            Server::System => TokioResolver::builder_tokio().map_err(failed)?,
            Server::At(address) => TokioResolver::builder_with_config(at(address), TokioRuntimeProvider::default()),
        };
        let options = builder.options_mut();
        options.timeout = PATIENCE;
        options.attempts = 1;
        options.edns0 = true;
        // Whoever has just published a record wants to see it.
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self(builder.build().map_err(failed)?))
    }

    /// The text records of a name, each in one piece and free of control characters: they are shown. None where the name is not there.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        // The dot says that nothing is to be tried behind it.
        let looked_up = tokio::time::timeout(PATIENCE * 2, self.0.txt_lookup(format!("{name}."))).await;
        let lookup = match looked_up {
            Ok(Ok(lookup)) => lookup,
            Ok(Err(error)) if error.is_no_records_found() || error.is_nx_domain() => return Ok(Vec::new()),
            Ok(Err(error)) => return Err(Unanswered(Phrase::verbatim(error.to_string()))),
            Err(_) => return Err(Unanswered(phrase!(doctor.no_answer))),
        };
        let texts = lookup.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(text) => Some(whole(&text.txt_data)),
            _ => None,
        });
        Ok(texts.take(MOST).collect())
    }
}

fn whole(parts: &[Box<[u8]>]) -> String {
    let bytes: Vec<u8> = parts
        .iter()
        .flat_map(|part| part.iter().copied())
        .take(LONGEST)
        .collect();
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|c| !c.is_control()).collect()
}

fn at(address: SocketAddr) -> ResolverConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    let connections = connections.map(|mut connection| {
        connection.port = address.port();
        connection
    });
    let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
    ResolverConfig::from_name_servers(vec![server])
}

#[cfg(test)]
mod tests {
    use super::*;

    // security 172
    #[test]
    fn a_resolver_is_the_systems_or_an_address_that_may_be_asked() {
        assert_eq!(Server::read("system"), Some(Server::System));
        for good in ["127.0.0.1:53", "[2001:db8::53]:5353"] {
            assert_eq!(Server::read(good), Some(Server::At(good.parse().unwrap())), "{good}");
        }
        for bad in [
            "",
            "127.0.0.1",
            "127.0.0.1:0",
            "dns.example.org:53",
            "169.254.169.254:53",
            "[fe80::1]:53",
            "System",
        ] {
            assert_eq!(Server::read(bad), None, "{bad}");
        }
    }
}
