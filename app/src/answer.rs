//! How every form is answered: with a redirect, on success and on refusal, so that it works without JavaScript and a reload
//! never posts twice. Always explicit: without one, the framework would send the visitor wherever the `Referer` header points
//! (security 176).

use crate::outcome::Refusal;
use crate::policy::Violation;
use crate::view::{FactRefusal, PasswordRefusal};
use leptos::prelude::*;
use std::fmt::Write as _;

/// A page of ours to go to, with the parameters it reads.
pub struct To {
    url: String,
    separator: char,
}

/// Starts at a path of ours. `path` is a constant or came through [`own_path`].
pub fn to(path: &str) -> To {
    To {
        url: path.to_owned(),
        separator: if path.contains('?') { '&' } else { '?' },
    }
}

impl To {
    /// Adds a parameter; an empty one is left out. Escaping keeps line breaks out of the header (security 176).
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.url.push(self.separator);
            self.url.push_str(name);
            self.url.push('=');
            self.url.push_str(&escaped(value));
            self.separator = '&';
        }
        self
    }

    /// Adds the reason for a refusal.
    pub fn refused(self, refusal: Refusal) -> Self {
        self.with("refused", refusal.code())
    }

    /// Adds the reason for refusing a password, and which rules it broke.
    pub fn password_refused(self, refused: &PasswordRefusal) -> Self {
        let violations: Vec<&str> = refused.violations.iter().copied().map(Violation::code).collect();
        self.refused(refused.refusal).with("violations", &violations.join(","))
    }

    /// Adds the reason for refusing facts, and which of them cannot be: their names, never what was typed (security 87).
    pub fn fact_refused(self, refused: &FactRefusal) -> Self {
        self.refused(refused.refusal)
            .with("malformed", &refused.malformed.join(","))
    }

    /// Sends whoever posted a form there: a browser by status, our script by a header that it follows without a page load.
    pub fn go(self) {
        if wants_html() {
            self.see_other();
        } else {
            leptos_axum::redirect(&self.url);
        }
    }

    /// Sends the visitor there. 303, so that the next request is a GET whatever this one was.
    pub fn see_other(self) {
        leptos_axum::redirect(&self.url);
        status(http::StatusCode::SEE_OTHER);
    }
}

/// Percent-encoded, except for what a query may hold as it is and people may have to read there.
fn escaped(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~,".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// Whether a browser itself asked, not our script, which wants to read the answer and follow it without loading the page.
fn wants_html() -> bool {
    use_context::<http::request::Parts>()
        .and_then(|parts| {
            parts
                .headers
                .get(http::header::ACCEPT)?
                .to_str()
                .ok()
                .map(|accept| accept.contains("text/html"))
        })
        .unwrap_or_default()
}

/// Sets the status of the page at hand.
pub fn status(code: http::StatusCode) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(code);
    }
}

/// The path if it stays on this site, else nothing. Two slashes or a backslash at the start would leave it, and anything but
/// visible ASCII has no place in a header (open redirect, security 176).
pub fn own_path(path: Option<String>) -> Option<String> {
    path.filter(|path| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for path in ["/account", "/account?changed=1", "/a//b"] {
            assert_eq!(own_path(Some(path.to_owned())).as_deref(), Some(path));
        }
        for path in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/ä",
            "/a b",
        ] {
            assert_eq!(own_path(Some(path.to_owned())), None, "{path:?}");
        }
    }

    #[test]
    fn values_cannot_leave_their_parameter() {
        let page = to("/forgot/sent")
            .with("receipt", "A-1&refused=x\r\n")
            .with("next", "")
            .refused(Refusal::Busy);
        assert_eq!(page.url, "/forgot/sent?receipt=A-1%26refused%3Dx%0D%0A&refused=busy");
    }
}
