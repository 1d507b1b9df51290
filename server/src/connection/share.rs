//! How many connections each client holds, so that one alone never takes all places.

use ipnet::IpNet;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone)]
pub struct Shares {
    most: usize,
    /// Speak for many clients, so they are not counted.
    proxies: Arc<Vec<IpNet>>,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection's part; given back when dropped.
pub struct Share {
    client: Option<IpAddr>,
    shares: Shares,
}

impl Shares {
    pub fn new(most: usize, proxies: Vec<IpNet>) -> Self {
        Self {
            most,
            proxies: Arc::new(proxies),
            held: Arc::default(),
        }
    }

    /// A part for one more connection; nothing when this client has all it may.
    pub fn take(&self, peer: IpAddr) -> Option<Share> {
        let peer = peer.to_canonical();
        if self.proxies.iter().any(|network| network.contains(&peer)) {
            return Some(self.share(None));
        }
        let client = client(peer);
        let mut held = self.open();
        let count = held.entry(client).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(self.share(Some(client)))
    }

    fn share(&self, client: Option<IpAddr>) -> Share {
        Share {
            client,
            shares: self.clone(),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(client) = self.client else { return };
        let mut held = self.shares.open();
        if let Some(count) = held.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                held.remove(&client);
            }
        }
    }
}

/// One IPv4 address, or the /64 that one IPv6 customer gets.
fn client(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    // security 164
    #[test]
    fn nobody_holds_more_than_their_part_and_what_is_given_back_counts_again() {
        let shares = Shares::new(2, vec!["10.0.0.0/8".parse().unwrap()]);
        let first = shares.take(ip("2001:db8:1:2::1")).unwrap();
        let _second = shares.take(ip("2001:db8:1:2::2")).unwrap();
        assert!(shares.take(ip("2001:db8:1:2::3")).is_none(), "one customer");
        let _other = shares.take(ip("2001:db8:1:3::1")).unwrap();
        drop(first);
        let _again = shares.take(ip("2001:db8:1:2::3")).unwrap();
        let many: Vec<_> = (0..10).map(|_| shares.take(ip("::ffff:10.1.2.3")).unwrap()).collect();
        drop(many);
        assert_eq!(shares.open().len(), 2, "nothing is kept of who has gone");
    }
}
