//! Where texts are. The server has all of them in all languages. A browser loads one language's public part, before the page comes
//! alive, from an address that names language and layout: a download of another version finds nothing there, and its page stays as
//! the server sent it, working as without JavaScript.

#[cfg(feature = "hydrate")]
pub(crate) use browser::load;
#[cfg(not(feature = "ssr"))]
pub(crate) use browser::text;
#[cfg(feature = "ssr")]
pub use server::for_browsers;
#[cfg(feature = "ssr")]
pub(crate) use server::text;

use super::Locale;
use super::texts::VERSION;

/// Where a browser finds the words of a language.
#[must_use]
pub fn path(lang: Locale) -> String {
    format!("/words/{lang}-{VERSION}.txt")
}

#[cfg(feature = "ssr")]
mod server {
    use super::Locale;
    use crate::words::texts;

    fn table(lang: Locale) -> &'static [&'static str] {
        match lang {
            Locale::En => &texts::EN,
            Locale::De => &texts::DE,
            Locale::Fr => &texts::FR,
            Locale::Es => &texts::ES,
            Locale::Ar => &texts::AR,
        }
    }

    pub(crate) fn text(lang: Locale, place: usize) -> &'static str {
        table(lang).get(place).copied().unwrap_or_default()
    }

    /// The file behind a path that [`path`](super::path) makes: one text a line, none of the console's.
    #[must_use]
    pub fn for_browsers(path: &str) -> Option<String> {
        let lang = Locale::ALL.into_iter().find(|lang| super::path(*lang) == path)?;
        Some(table(lang).get(..texts::PUBLIC)?.join("\n"))
    }
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use super::Locale;
    use std::sync::OnceLock;

    /// Of the page's language.
    static TABLE: OnceLock<Vec<&'static str>> = OnceLock::new();

    /// Called from everywhere: once in the download is enough.
    #[inline(never)]
    pub(crate) fn text(_: Locale, place: usize) -> &'static str {
        TABLE
            .get()
            .and_then(|table| table.get(place))
            .copied()
            .unwrap_or_default()
    }

    /// Loads the words of a language; they stay as long as the page does. Whether they could be had.
    #[cfg(feature = "hydrate")]
    pub(crate) async fn load(lang: Locale) -> bool {
        let Ok(response) = gloo_net::http::Request::get(&super::path(lang)).send().await else {
            return false;
        };
        match response.text().await {
            Ok(texts) if response.ok() => TABLE.set(String::leak(texts).split('\n').collect()).is_ok(),
            _ => false,
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    // security 180
    #[test]
    fn a_browser_gets_one_language_and_nothing_of_the_console() {
        let german = for_browsers(&path(Locale::De)).unwrap();
        assert!(german.contains(crate::words::say!(Locale::De, forgot.title)));
        for foreign in [
            crate::words::say!(Locale::En, forgot.title),
            crate::words::say!(Locale::De, admin_keys.make),
        ] {
            assert!(!german.contains(foreign), "{foreign}");
        }
        for odd in ["/words/de.txt", "/words/tlh-0.txt", "/words/../de", ""] {
            assert_eq!(for_browsers(odd), None, "{odd}");
        }
    }
}
