//! The cookies. `__Host-` binds them to this very host over HTTPS; scripts never see them (security 94).

use crate::clock::{SECOND, UnixMillis};
use app::words::Locale;
use axum::http::{HeaderMap, HeaderValue, header};

/// Opens a session.
pub const SESSION: &str = "__Host-latchkey-session";
/// Holds the token of an opened link: it opens the page for a new password and nothing else (security 31).
pub const RESET: &str = "__Host-latchkey-reset";
/// Holds the handle of a recovery: it opens its next step and nothing else (security 76).
pub const RECOVERY: &str = "__Host-latchkey-recovery";
/// Holds the token of an opened link that stops or undoes a recovery.
pub const UNDO: &str = "__Host-latchkey-undo";
/// Holds recovery codes just made, sealed, until they are shown.
pub const CODES: &str = "__Host-latchkey-codes";

/// Longest sealed value of a cookie: ten codes take less than half of it, and browsers keep 4096 bytes.
pub const LONGEST_SEALED: usize = 1000;

/// Holds a form that waits, sealed: see [`moment`](super::moment).
pub const HELD: &str = "__Host-latchkey-held";

/// Longest sealed form; with its name and attributes a cookie may have 4096 bytes.
pub const LONGEST_HELD: usize = 3800;

/// The language that this browser's visitor chose. Says nothing about who that is.
pub const LANGUAGE: &str = "__Host-latchkey-language";

/// The value of a cookie, where the request carries it once and in the shape of a bearer secret.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    once(headers, name).filter(|value| value.len() == 43).map(str::to_owned)
}

/// The visitor's choice, where there is one.
#[must_use]
pub fn language(headers: &HeaderMap) -> Option<Locale> {
    once(headers, LANGUAGE).and_then(Locale::of_tag)
}

/// The value of a cookie that holds something sealed.
#[must_use]
pub fn read_sealed(headers: &HeaderMap, name: &str, longest: usize) -> Option<String> {
    once(headers, name)
        .filter(|value| value.len() <= longest)
        .map(str::to_owned)
}

/// A value that is there exactly once.
fn once<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(cookie, _)| *cookie == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Sets a cookie until `expires_at`. `Lax`, not `Strict`: a link in a mail is opened from another site, and the page it redirects to
/// must see the cookie.
#[must_use]
pub fn set(name: &str, value: &str, now: UnixMillis, expires_at: UnixMillis) -> HeaderValue {
    let seconds = (expires_at - now).max(0) / SECOND;
    header_value(&format!("{name}={value}; Max-Age={seconds}; {ATTRIBUTES}"))
}

#[must_use]
pub fn clear(name: &str) -> HeaderValue {
    header_value(&format!("{name}=; Max-Age=0; {ATTRIBUTES}"))
}

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// Names and values are ours and plain ASCII, so this never falls back.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_only_in_the_shape_we_set_it() {
        let token = "a".repeat(43);
        let read_from = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, line.parse().unwrap());
            read(&headers, RESET)
        };
        assert_eq!(read_from(&format!("x=1; {RESET}={token}")), Some(token.clone()));
        assert_eq!(read_from(&format!("{RESET}={token}; {RESET}={token}")), None);
        assert_eq!(read_from(&format!("{RESET}=short")), None);
        assert_eq!(read_from("other=1"), None);
        let mut headers = HeaderMap::new();
        for (value, chosen) in [("ar", Some(Locale::Ar)), ("xx", None), ("../ar", None)] {
            headers.insert(header::COOKIE, format!("{LANGUAGE}={value}").parse().unwrap());
            assert_eq!(language(&headers), chosen, "{value}");
        }
    }

    // security 94
    #[test]
    fn cookies_are_host_bound_and_unreadable_for_scripts() {
        let value = set(SESSION, "token", 0, 90_000);
        assert_eq!(
            value,
            "__Host-latchkey-session=token; Max-Age=90; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            clear(RESET),
            "__Host-latchkey-reset=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
    }
}
