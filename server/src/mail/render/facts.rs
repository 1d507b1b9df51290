//! When and from where, told so that the owner can judge it and nobody else learns much (security 138).

use std::net::IpAddr;

use serde::Serialize;
use time::OffsetDateTime;

use crate::mail::clean;
use crate::mail::message::Occasion;

/// An occasion as templates see it. Numbers instead of words, because the words differ per language.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    year: i32,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    #[serde(skip)]
    pub origin: Option<String>,
    #[serde(skip)]
    pub device: Option<String>,
}

impl Facts {
    pub fn of(occasion: &Occasion) -> Self {
        let at =
            OffsetDateTime::from_unix_timestamp(occasion.at.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let device = clean::device(&occasion.device);
        Self {
            year: at.year(),
            month: at.month().into(),
            day: at.day(),
            hour: at.hour(),
            minute: at.minute(),
            origin: coarse(&occasion.client_address),
            device: (!device.is_empty()).then_some(device),
        }
    }
}

/// Enough to tell "my provider" from "another country", too little to point at a household: the last byte of an IPv4
/// address and all but the first 48 bits of an IPv6 address are left out.
fn coarse(address: &str) -> Option<String> {
    let address: IpAddr = address.trim().parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:…")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_coarse_and_nothing_but_an_address_counts_as_one() {
        assert_eq!(coarse("203.0.113.77").as_deref(), Some("203.0.113.x"));
        assert_eq!(coarse("::ffff:203.0.113.77").as_deref(), Some("203.0.113.x"));
        assert_eq!(coarse("2001:db8:12:34::1").as_deref(), Some("2001:db8:12:…"));
        assert_eq!(coarse("http://evil.example"), None);
        assert_eq!(coarse(""), None);
    }

    #[test]
    fn impossible_times_do_not_break_a_mail() {
        let occasion = Occasion {
            at: i64::MAX,
            client_address: String::new(),
            device: "  ".into(),
        };
        let facts = Facts::of(&occasion);
        assert_eq!((facts.year, facts.device), (1970, None));
    }
}
