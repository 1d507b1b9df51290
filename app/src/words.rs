//! Every word a person reads comes from `locales/`, in the language the server chose for the page. The language stays the same
//! as long as the page does: a change of language is a new page, so nothing here is reactive and nothing is stored.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_i18n::Locale as _;

#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    dead_code,
    unused,
    reason = "written by the build script"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}
pub(crate) use generated::i18n;
pub use generated::i18n::Locale;

/// The text behind a key in the given language: `say!(lang, sign_in.title)`, with values `say!(lang, common.home, product = name)`.
macro_rules! say {
    ($lang:expr, $($key:tt)*) => {{
        #[allow(unused_imports, reason = "needed by texts with values only")]
        use $crate::words::i18n;
        leptos_i18n::td_string!($lang, $($key)*)
    }};
}
pub(crate) use say;

/// The language of the page at hand.
pub(crate) fn lang() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}

/// The best of our languages for what the visitor's browser accepts (the `Accept-Language` header).
#[cfg(feature = "ssr")]
pub(crate) fn choose() -> Locale {
    let accepted = use_context::<http::request::Parts>().and_then(|parts| {
        let header = parts.headers.get(http::header::ACCEPT_LANGUAGE)?;
        header.to_str().ok().map(language)
    });
    accepted.unwrap_or_default()
}

/// The best of our languages for an `Accept-Language` header.
#[cfg(feature = "ssr")]
#[must_use]
pub fn language(header: &str) -> Locale {
    Locale::find_locale(&preferred(header))
}

#[cfg(feature = "ssr")]
pub use crate::part::told::text as refusal_text;

/// The languages of an `Accept-Language` header, most wanted first.
#[cfg(feature = "ssr")]
fn preferred(header: &str) -> Vec<String> {
    let mut ranked: Vec<(f32, String)> = header
        .split(',')
        .filter_map(|entry| {
            let mut parts = entry.split(';');
            let tag = parts.next()?.trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q=")?.parse().ok())
                .unwrap_or(1.0);
            (!tag.is_empty() && tag != "*" && weight > 0.0).then(|| (weight, tag.to_owned()))
        })
        .collect();
    ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    ranked.into_iter().map(|(_, tag)| tag).collect()
}

/// What the server chose, read from the page itself, so that both agree whatever the browser's own settings say.
#[cfg(not(feature = "ssr"))]
pub(crate) fn choose() -> Locale {
    document()
        .document_element()
        .and_then(|html| html.get_attribute("lang")?.parse().ok())
        .unwrap_or_default()
}

/// `ltr` or `rtl`, for the document.
#[cfg(feature = "ssr")]
pub(crate) fn direction(lang: Locale) -> &'static str {
    lang.direction().as_str()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_language_comes_first() {
        assert_eq!(preferred("en;q=0.5, de-AT, *;q=0.1, fr;q=0.9"), ["de-AT", "fr", "en"]);
    }

    #[test]
    fn languages_somebody_refuses_are_left_out() {
        assert_eq!(preferred("de;q=0, en"), ["en"]);
    }

    #[test]
    fn whatever_is_asked_for_there_is_a_language() {
        for header in ["", "tlh", "en-GB,en;q=0.9", ";;;q=,,", "*"] {
            assert_eq!(Locale::find_locale(&preferred(header)), Locale::en);
        }
    }
}
