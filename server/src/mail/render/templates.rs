//! The templates inside the binary. Another language is another directory and one more line in [`LANGUAGES`].

use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};

use super::RenderError;

/// The language that is complete and answers for every other one.
const FALLBACK: &str = "en";

macro_rules! language {
    ($tag:literal) => {
        Language {
            tag: $tag,
            files: &[
                language!(@file $tag, "words.txt"),
                language!(@file $tag, "layout.html"),
                language!(@file $tag, "footer.txt"),
                language!(@file $tag, "reset_link.subject"),
                language!(@file $tag, "reset_link.txt"),
                language!(@file $tag, "reset_link.html"),
                language!(@file $tag, "password_changed.subject"),
                language!(@file $tag, "password_changed.txt"),
                language!(@file $tag, "password_changed.html"),
                language!(@file $tag, "email_changed.subject"),
                language!(@file $tag, "email_changed.txt"),
                language!(@file $tag, "email_changed.html"),
                language!(@file $tag, "staff_acted.subject"),
                language!(@file $tag, "staff_acted.txt"),
                language!(@file $tag, "staff_acted.html"),
            ],
        }
    };
    (@file $tag:literal, $name:literal) => {
        (concat!($tag, "/", $name), include_str!(concat!("../templates/", $tag, "/", $name)))
    };
}

struct Language {
    tag: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const LANGUAGES: &[Language] = &[language!("en")];

/// What all languages share: the frame and its parts, without a word in them.
const SHARED: &[(&str, &str)] = &[
    ("base.html", include_str!("../templates/base.html")),
    ("parts.html", include_str!("../templates/parts.html")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, RenderError>> =
    LazyLock::new(|| environment().map_err(|error| broken("set", &error)));

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    // A misspelt placeholder must fail in a test, not mail a gap.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // With debugging on, an error would quote the values around it, secrets included.
    environment.set_debug(false);
    environment.set_formatter(escape);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    let translated = LANGUAGES.iter().flat_map(|language| language.files);
    for (name, source) in SHARED.iter().chain(translated) {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// Escapes every value in HTML that is not markup of our own macros. Unlike the engine's default it leaves `/` alone, so
/// an address reads the same in the source of both parts.
fn escape(output: &mut Output, state: &State, value: &Value) -> Result<(), Error> {
    let is_markup = value.is_safe() || value.kind() == ValueKind::Number;
    if is_markup || !matches!(state.auto_escape(), AutoEscape::Html) {
        return minijinja::escape_formatter(output, state, value);
    }
    if value.is_undefined() {
        return Err(Error::from(minijinja::ErrorKind::UndefinedError));
    }
    for character in value.to_string().chars() {
        match character {
            '&' => output.write_str("&amp;")?,
            '<' => output.write_str("&lt;")?,
            '>' => output.write_str("&gt;")?,
            '"' => output.write_str("&quot;")?,
            '\'' => output.write_str("&#39;")?,
            c => output.write_char(c)?,
        }
    }
    Ok(())
}

/// `de-CH` is answered by `de-CH`, else `de`, else English. Only listed tags are ever used as a directory name.
pub fn language_for(locale: &str) -> &'static str {
    let tag = locale.trim().replace('_', "-");
    let primary = tag.split('-').next().unwrap_or_default();
    let listed = |wanted: &str| {
        LANGUAGES
            .iter()
            .map(|l| l.tag)
            .find(|tag| tag.eq_ignore_ascii_case(wanted))
    };
    listed(&tag).or_else(|| listed(primary)).unwrap_or(FALLBACK)
}

/// Fills one template.
pub fn fill(name: &str, values: &Value) -> Result<String, RenderError> {
    let environment = ENVIRONMENT.as_ref().map_err(Clone::clone)?;
    let template = environment.get_template(name).map_err(|error| broken(name, &error))?;
    template.render(values).map_err(|error| broken(name, &error))
}

/// Kind and place of the error only: its text might quote a value.
fn broken(name: &str, error: &Error) -> RenderError {
    let file = error.name().unwrap_or(name);
    RenderError::Template(format!(
        "{file}, line {}: {:?}",
        error.line().unwrap_or_default(),
        error.kind()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_language_is_answered_in_english_and_never_leaves_the_directory() {
        for locale in ["en", "en-GB", "EN_us", "tlh", "", "../../etc", "zh-Hant-TW"] {
            assert_eq!(language_for(locale), "en");
        }
    }

    #[test]
    fn a_missing_value_is_an_error_that_quotes_nothing() {
        let error = fill(
            "en/reset_link.txt",
            &minijinja::context! { link => "https://secret.example" },
        )
        .unwrap_err();
        assert!(matches!(&error, RenderError::Template(place) if place.starts_with("en/reset_link.txt")));
        assert!(!error.to_string().contains("secret"));
    }
}
