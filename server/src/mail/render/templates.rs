//! The templates inside the binary: a directory a language, three files a kind of mail; and what edited ones are rendered in.

use std::fmt::Write as _;
use std::io;
use std::sync::LazyLock;

use app::words::Locale;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};
use rust_embed::RustEmbed;

use super::{RenderError, Source};

/// The language that every mail is written in.
const COMPLETE: Locale = Locale::En;

/// Steps a template may take.
const FUEL: u64 = 400_000;

/// Largest part of a mail, in bytes.
const LARGEST_PART: usize = 256 * 1024;

/// Pieces of HTML that edited templates may call as ours do, and how many values each takes.
pub const COMPONENTS: [(&str, usize); 8] = [
    ("paragraph", 0),
    ("fact_list", 0),
    ("care", 1),
    ("button", 2),
    ("plain_link", 2),
    ("code_box", 2),
    ("fact", 2),
    ("contact", 2),
];

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
    // Ours need a few hundred steps. An edited one has no loops, so this is never reached; it stands behind the checks.
    environment.set_fuel(Some(FUEL));
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

/// Fills a template that is none of ours. Its name says how values are escaped.
pub fn fill_edited(ending: &str, source: &str, values: &Value) -> Result<String, RenderError> {
    let environment = ENVIRONMENT.as_ref().map_err(Clone::clone)?;
    let name = format!("edited.{ending}");
    let template = environment.template_from_named_str(&name, source);
    let template = template.map_err(|error| broken(&name, &error))?;
    let mut filled = Bounded::default();
    template
        .render_captured_to(values, &mut filled)
        .map_err(|error| broken(&name, &error))?;
    String::from_utf8(filled.0).map_err(|_| RenderError::Template(name))
}

/// Takes no more than a mail may hold.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST_PART {
            return Err(io::Error::other("the mail would be too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Edited HTML as it is rendered: within our frame, whose title becomes the subject, unless it is a whole document.
pub fn framed(language: Locale, kind: &str, html: &str) -> String {
    let names: Vec<&str> = COMPONENTS.iter().map(|(name, _)| *name).collect();
    let import = format!("{{% from \"parts.html\" import {} %}}", names.join(", "));
    if is_document(html) {
        return format!("{import}{html}");
    }
    format!(
        "{{% extends \"{language}/{kind}.html\" %}}{{% block title %}}{{{{ subject }}}}{{% endblock %}}\
         {{% block content %}}{import}{html}{{% endblock %}}"
    )
}

fn is_document(html: &str) -> bool {
    let start: String = html.trim_start().chars().take(9).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype") || start.starts_with("<html")
}

/// A template of ours as people edit it: without what the frame says, and with the words of the footer.
#[must_use]
pub fn default_source(language: Locale, kind: &str) -> Source {
    let file = |name: String| {
        let file = Templates::get(&name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
        file.unwrap_or_default()
    };
    let part = |ending| file(format!("{language}/{kind}.{ending}"));
    let footer = file(format!("{language}/footer.txt"));
    let include = format!("{{% include \"{language}/footer.txt\" %}}");
    let whole = part("html");
    let content = whole.split_once("{% block content %}\n").map_or("", |(_, rest)| rest);
    let content = content.split_once("{% endblock %}").map_or("", |(content, _)| content);
    let mut html = String::new();
    for line in content.lines().filter(|line| !line.starts_with("{% from ")) {
        html.push_str(line);
        html.push('\n');
    }
    Source {
        subject: part("subject").trim_end().to_owned(),
        text: part("txt").replace(&include, footer.trim_end()),
        html,
    }
}

/// Words that a value needs around it, in one language: moments, lengths of time, what happened.
#[derive(Clone, Copy)]
pub struct Say(pub Locale);

impl Say {
    /// What a macro says of some values.
    pub fn words(self, name: &str, values: &[Value]) -> Result<String, RenderError> {
        let environment = ENVIRONMENT.as_ref().map_err(Clone::clone)?;
        let said = environment
            .get_template(&format!("{}/words.txt", self.0))
            .and_then(|words| words.render_captured(())?.state().call_macro(name, values));
        Ok(said.map_err(|error| broken(name, &error))?.trim().to_owned())
    }
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
                // One that is a placeholder and nothing else has no language.
                let wordless = source(language).starts_with(b"{{ headline }}");
                assert!(
                    language == COMPLETE || wordless || source(language) != source(COMPLETE),
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
