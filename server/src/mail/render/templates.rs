//! The templates inside the binary: a directory a language, three files a kind of mail.

use std::fmt::Write as _;
use std::sync::LazyLock;

use app::words::Locale;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};
use rust_embed::RustEmbed;

use super::RenderError;

/// The language that every mail is written in.
const COMPLETE: Locale = Locale::En;

/// A directory a language; what all of them share, the frame and its parts without a word in them, lies beside.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/src/mail/templates"]
struct Templates;

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
    for name in Templates::iter() {
        let source = Templates::get(&name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
        environment.add_template_owned(name, source.unwrap_or_default())?;
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

/// The language that a kind of mail is written in: the wished one, or English while a translation is missing.
pub fn language_for(wished: Locale, kind: &str) -> Locale {
    let whole = ["subject", "txt", "html"].map(|ending| Templates::get(&format!("{wished}/{kind}.{ending}")));
    if whole.iter().all(Option::is_some) {
        wished
    } else {
        COMPLETE
    }
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
    use std::collections::BTreeSet;

    // M6, security 213
    #[test]
    fn every_language_has_every_template() {
        let of = |language: Locale| {
            let directory = format!("{language}/");
            let names = Templates::iter().filter_map(|name| name.strip_prefix(&directory).map(str::to_owned));
            names.collect::<BTreeSet<_>>()
        };
        for language in Locale::ALL {
            assert_eq!(of(language), of(COMPLETE), "{language}");
            for name in of(language) {
                let source = |language| Templates::get(&format!("{language}/{name}")).unwrap().data;
                assert!(
                    language == COMPLETE || source(language) != source(COMPLETE),
                    "{language}/{name} is English"
                );
            }
        }
    }

    #[test]
    fn what_is_not_translated_is_written_in_english() {
        assert_eq!(language_for(Locale::De, "reset_link"), Locale::De);
        assert_eq!(language_for(Locale::De, "no_such_mail"), Locale::En);
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
