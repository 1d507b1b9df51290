//! Every word a person reads comes from `locales/`, in the language the server chose for the page. The language stays the same
//! as long as the page does: a change of language is a new page, so nothing here is reactive and nothing is stored.

#[cfg(test)]
mod complete;
mod locale;
#[cfg(feature = "ssr")]
mod phrase;
pub(crate) mod sentence;
mod table;

#[cfg(feature = "ssr")]
pub use crate::part::told::text as refusal_text;
pub use locale::Locale;
#[cfg(feature = "ssr")]
pub use phrase::{Phrase, Worth};
#[cfg(feature = "hydrate")]
pub(crate) use table::load;
#[cfg(feature = "ssr")]
pub use table::{for_browsers, path};

use leptos::prelude::*;

#[allow(
    clippy::all,
    clippy::pedantic,
    non_camel_case_types,
    unused_imports,
    reason = "written by the build script; a key that no page uses is still told"
)]
#[cfg_attr(
    not(feature = "ssr"),
    allow(
        dead_code,
        reason = "plain pages are the server's alone; its build tells what no page uses"
    )
)]
pub(crate) mod texts {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// The keys of phrases, for the macro [`phrase!`](crate::phrase).
#[cfg(feature = "ssr")]
#[doc(hidden)]
pub mod phrases {
    pub use super::texts::{cli, doctor, event, problem, title, trouble};
}

/// The text behind a key in the given language: `say!(lang, sign_in.title)`, with values `say!(lang, common.home, product = name)`.
/// Where the text depends on a number, that is the value `count`.
macro_rules! say {
    ($lang:expr, $space:ident . $key:ident) => {
        $crate::words::texts::$space::$key($lang)
    };
    ($lang:expr, $space:ident . $key:ident, $($value:ident = $what:expr),+ $(,)?) => {
        $crate::words::texts::$space::$key { $($value: &$what),+ }.say($lang)
    };
}
pub(crate) use say;

/// What everybody is told who asks for a reset, whoever they ask for.
#[cfg(feature = "ssr")]
#[must_use]
pub fn generic_answer(lang: Locale) -> &'static str {
    say!(lang, sent.answer)
}

/// The language of the page at hand.
pub(crate) fn lang() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}

/// What the server chose for this request.
#[cfg(feature = "ssr")]
pub(crate) fn choose() -> Locale {
    lang()
}

/// What the server chose, read from the page itself, so that both agree whatever the browser's own settings say.
#[cfg(not(feature = "ssr"))]
pub(crate) fn choose() -> Locale {
    document()
        .document_element()
        .and_then(|html| Locale::of_code(&html.get_attribute("lang")?))
        .unwrap_or_default()
}
