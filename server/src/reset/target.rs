//! Where a person may be sent afterwards: a page of this site, or of a site that an administrator listed. Anything else would make
//! this server vouch for a stranger's page (open redirect, security 109, 176).

use crate::settings::Settings;
use crate::settings::reset::Reset;
use url::{Host, Url};

/// Longest target that is kept.
pub const LONGEST: usize = 500;

/// The target as it may be used, or nothing.
#[must_use]
pub fn allowed(settings: &Reset, typed: &str) -> Option<String> {
    if typed.len() > LONGEST {
        return None;
    }
    let listed = || origin_of(typed).is_some_and(|origin| settings.allowed_targets.contains(&origin));
    (is_own_path(typed) || listed()).then(|| typed.to_owned())
}

/// Where to go when nothing else was asked for.
#[must_use]
pub fn default_page(settings: &Reset) -> String {
    allowed(settings, &settings.target_page).unwrap_or_else(|| "/".to_owned())
}

/// Where the person behind a request goes on who wished to go there, by the settings of the moment; nothing for the start page.
#[must_use]
pub fn after(settings: &Settings, wished: &str) -> Option<String> {
    let target = allowed(&settings.reset, wished).unwrap_or_else(|| default_page(&settings.reset));
    (target != "/").then_some(target)
}

/// A path of this site however a browser reads it: two slashes, a backslash or a line break at its start would leave the site.
#[must_use]
pub fn is_own_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//") && is_plain(text)
}

/// The origin of a whole address. HTTPS except on this machine; never with a user in front of the host, which is how a foreign host
/// is made to look like a known one.
#[must_use]
pub fn origin_of(text: &str) -> Option<String> {
    if !is_plain(text) {
        return None;
    }
    let (scheme, _) = text.split_once("://")?;
    let url = Url::parse(text).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let encrypted = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") && loopback;
    let plain = url.username().is_empty() && url.password().is_none();
    (encrypted && plain).then(|| url.origin().ascii_serialization())
}

/// Visible ASCII without a backslash, which browsers read as a slash.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(listed: &[&str]) -> Reset {
        Reset {
            allowed_targets: listed.iter().map(ToString::to_string).collect(),
            ..crate::settings::defaults().unwrap().reset
        }
    }

    // security 109, 176
    #[test]
    fn only_own_paths_and_listed_origins_are_targets() {
        let settings = settings(&["https://app.example.org", "https://app.example.org:8443"]);
        for good in [
            "/",
            "/app?tab=1#top",
            "/a//b",
            "https://app.example.org",
            "https://app.example.org/start?x=https://evil.example/",
            "HTTPS://APP.EXAMPLE.ORG/start",
            "https://app.example.org:443/",
            "https://app.example.org:8443/start",
        ] {
            assert_eq!(allowed(&settings, good).as_deref(), Some(good), "{good}");
        }
        for bad in [
            "",
            "app",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\r\nLocation: https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https:\\\\evil.example",
            "https:///evil.example",
            "http://app.example.org/",
            "https://evil.example/",
            "https://app.example.org.evil.example/",
            "https://app.example.org@evil.example/",
            "https://user:pass@app.example.org/",
            "https://app.example.org:8444/",
            "https://app.example.org\\@evil.example/",
            "https://app\u{3002}example.org/",
            "javascript:alert(1)",
            "data:text/html,x",
            " /app",
            "/ä",
            &format!("/{}", "a".repeat(LONGEST)),
        ] {
            assert_eq!(allowed(&settings, bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_page_that_is_not_listed_any_more_is_the_start_page() {
        let mut settings = settings(&["https://app.example.org"]);
        settings.target_page = "https://app.example.org/start".to_owned();
        assert_eq!(default_page(&settings), "https://app.example.org/start");
        settings.allowed_targets.clear();
        assert_eq!(default_page(&settings), "/");
    }
}
