//! Who asks: network address, browser and language. Facts about a connection, never about an account.

use ipnet::IpNet;
use std::net::IpAddr;

/// Kept of a User-Agent; longer ones say nothing more, and logs are not for strangers to fill.
const USER_AGENT_LENGTH: usize = 200;

#[derive(Clone, Debug)]
pub struct Visitor {
    pub client: IpAddr,
    pub user_agent: String,
    pub locale: String,
    /// Of the request; empty outside of one.
    pub request_id: String,
}

impl Visitor {
    /// Text from outside loses control characters, so that it can go into logs, mails and pages (security 125, 194).
    #[must_use]
    pub fn new(client: IpAddr, user_agent: &str, locale: &str) -> Self {
        let user_agent = user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(USER_AGENT_LENGTH)
            .collect();
        Self {
            client,
            user_agent,
            locale: locale.to_owned(),
            request_id: String::new(),
        }
    }

    /// Somebody at the command line of the server.
    #[must_use]
    pub fn operator() -> Self {
        Self::new(IpAddr::from([127, 0, 0, 1]), "latchkey", "en")
    }

    /// The name limits count this client under: one IPv4 address, or the /64 that one IPv6 customer gets (security 160).
    #[must_use]
    pub fn network(&self) -> String {
        match self.client.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// The client's address: the peer, unless the peer is a trusted proxy; then the right-most hop that is not one. What a client writes
/// into the header itself stands further left and never counts (security 161).
#[must_use]
pub fn client_address(peer: IpAddr, forwarded_for: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    if !is_trusted(peer) {
        return peer.to_canonical();
    }
    let hops = forwarded_for
        .iter()
        .flat_map(|header| header.split(','))
        .map(str::trim)
        .collect::<Vec<_>>();
    for hop in hops.into_iter().rev() {
        match hop.parse::<IpAddr>() {
            Ok(address) if is_trusted(address) => {}
            Ok(address) => return address.to_canonical(),
            // A proxy that writes something else is not understood: count it under the proxy rather than believe it.
            Err(_) => break,
        }
    }
    peer.to_canonical()
}

/// Browser and system in a few words, for a person who looks at a list of sessions. Unknown ones are called so.
#[must_use]
pub fn device(user_agent: &str) -> String {
    // Order matters: every browser claims to be the ones below it.
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    // security 161
    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(
            client_address(ip("198.51.100.7"), &["203.0.113.9"], &trusted),
            ip("198.51.100.7")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &["203.0.113.9"], &trusted),
            ip("203.0.113.9")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &["1.1.1.1, 203.0.113.9, 10.2.3.4"], &trusted),
            ip("203.0.113.9")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &["1.1.1.1", "203.0.113.9"], &trusted),
            ip("203.0.113.9")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &["203.0.113.9, nonsense"], &trusted),
            ip("10.0.0.1")
        );
        assert_eq!(client_address(ip("10.0.0.1"), &[], &trusted), ip("10.0.0.1"));
        assert_eq!(
            client_address(ip("::ffff:10.0.0.1"), &["203.0.113.9"], &trusted),
            ip("203.0.113.9")
        );
    }

    #[test]
    fn limits_count_an_ipv6_customer_once() {
        let network = |text| Visitor::new(ip(text), "", "en").network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.9"), network("203.0.113.9"));
    }

    // security 125
    #[test]
    fn a_user_agent_cannot_break_a_line() {
        let visitor = Visitor::new(ip("::1"), &format!("Evil\r\nBcc: x\u{1b}[31m{}", "a".repeat(500)), "en");
        assert!(!visitor.user_agent.chars().any(char::is_control));
        assert_eq!(visitor.user_agent.chars().count(), USER_AGENT_LENGTH);
    }

    #[test]
    fn devices_are_named_as_people_know_them() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome, Linux");
        assert_eq!(device("curl/8.5"), "curl");
        assert_eq!(device(""), "?");
    }
}
