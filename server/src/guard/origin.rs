//! Where a browser's request may come from. Server functions have no such check of their own (security 104, 177), so every unsafe
//! method passes here, before anything reads it.
//!
//! | what the request says | verdict |
//! |---|---|
//! | `Sec-Fetch-Site: same-origin` or `none` | passes, unless a foreign `Origin` contradicts it |
//! | `Sec-Fetch-Site: same-origin` and `Origin: null` | passes: forms of pages that send no referrer, as ours do, say so |
//! | any other `Sec-Fetch-Site` | refused |
//! | only `Origin` | must be the public URL's origin, or that of the address listened on |
//! | neither (a program) | passes to REST without cookies; refused for forms and for anything that carries a cookie |

use axum::http::{HeaderMap, Method, header};

/// What this server answers to.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    #[must_use]
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    fn include(&self, origin: &str) -> bool {
        self.0.iter().any(|own| own == origin)
    }

    /// Whether the request may go on. `form` is true for paths that browsers post forms to.
    #[must_use]
    pub fn admit(&self, method: &Method, headers: &HeaderMap, form: bool) -> bool {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return true;
        }
        let text = |name| {
            headers
                .get(name)
                .map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"))
        };
        match (
            text(header::HeaderName::from_static("sec-fetch-site")),
            text(header::ORIGIN),
        ) {
            (Some("same-origin" | "none"), None) | (Some("same-origin"), Some("null")) => true,
            (Some("same-origin"), Some(origin)) => self.include(origin) || origin_is_host(origin, headers),
            (None, Some(origin)) => self.include(origin),
            (None, None) => !form && !headers.contains_key(header::COOKIE),
            (Some(_), _) => false,
        }
    }
}

/// The browser vouches for "same origin": then the origin must be the very host it spoke to, by whatever name it knows us.
fn origin_is_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    !host.is_empty() && origin.split_once("://").is_some_and(|(_, authority)| authority == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(pairs: &[(&str, &str)], form: bool) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
        }
        Origins::new(["https://reset.example.org".to_owned()]).admit(&Method::POST, &headers, form)
    }

    // security 104
    #[test]
    fn only_our_own_pages_post_forms() {
        let own = ("origin", "https://reset.example.org");
        assert!(admitted(&[("sec-fetch-site", "same-origin"), own], true));
        assert!(admitted(&[("sec-fetch-site", "same-origin")], true));
        assert!(admitted(&[("sec-fetch-site", "same-origin"), ("origin", "null")], true));
        assert!(admitted(&[own], true));
        assert!(admitted(
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://localhost:8080"),
                ("host", "localhost:8080")
            ],
            true
        ));
        for foreign in [
            &[("sec-fetch-site", "cross-site"), own][..],
            &[("sec-fetch-site", "same-site"), own],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "null")],
            &[("sec-fetch-site", "none"), ("origin", "null")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://evil.example"),
                ("host", "reset.example.org"),
            ],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://reset.example.org.evil.example")],
            &[],
        ] {
            assert!(!admitted(foreign, true), "{foreign:?}");
        }
    }

    #[test]
    fn programs_need_no_origin_but_cookies_do() {
        assert!(admitted(&[], false));
        assert!(!admitted(&[("cookie", "__Host-latchkey-session=x")], false));
        assert!(!admitted(&[("origin", "https://evil.example")], false));
    }
}
