//! Turns `locales/*.json` into code, so that a misspelt key, a value that a text does not take, or a forgotten one is a compile error.
//! What lies in `locales/phrases` becomes phrases, which only the server knows (see `src/words/phrase.rs`).
//!
//! Every text has a place in one table a language; a key is a function, or a struct with the values that its text wants. Texts of the
//! public pages come first: that part of the table is all a browser ever loads (see `src/words/table.rs`).
//!
//! English decides which keys there are. What another language does not have yet is said in English; a test finds it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

/// The first one is complete at every moment.
const LANGUAGES: [&str; 5] = ["en", "de", "fr", "es", "ar"];

/// How namespaces begin that no browser needs to know, the console's first: their pages come from the server as they are.
const PLAIN: [&str; 6] = ["admin", "captcha", "done", "fact", "own_recovery", "recovery_pages"];

/// Namespaces of phrases.
const PHRASES: [&str; 6] = ["cli", "doctor", "event", "problem", "title", "trouble"];

/// Forms that a number in a sentence may want (CLDR), as `Locale::form` counts them. A text that has several has a place for each.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The value that decides between forms.
const COUNT: &str = "count";

type Texts = BTreeMap<(String, String), Value>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=locales");
    let languages = LANGUAGES.map(texts);
    let [Ok(english), ..] = &languages else {
        return Err("locales/en.json cannot be read".into());
    };
    let mut keys: Vec<_> = english.keys().collect();
    keys.sort_by_key(|(space, _)| is_plain(space));

    let mut code = String::new();
    let mut spaces: BTreeMap<&str, String> = BTreeMap::new();
    let mut tables = LANGUAGES.map(|_| Vec::new());
    let mut public = 0;
    let mut layout = DefaultHasher::new();
    for (space, key) in keys {
        let text = english.get(&(space.clone(), key.clone())).unwrap_or(&Value::Null);
        let (names, place) = (names(text), tables[0].len());
        for (language, table) in languages.iter().zip(&mut tables) {
            let own = language
                .as_ref()
                .ok()
                .and_then(|texts| texts.get(&(space.clone(), key.clone())));
            let own = own.and_then(|own| lines(own, text.is_object(), &names));
            table.extend(
                own.or_else(|| lines(text, text.is_object(), &names))
                    .ok_or(format!("{space}.{key} of English"))?,
            );
        }
        if !is_plain(space) {
            public = tables[0].len();
            (space, key, &names, place).hash(&mut layout);
        }
        spaces.entry(space).or_default().push_str(&if is_phrase(space) {
            phrase(key, &names, text.is_object(), place)
        } else {
            item(key, &names, text.is_object(), place)
        });
    }
    writeln!(code, "pub(crate) const VERSION: &str = \"{:016x}\";", layout.finish())?;
    writeln!(
        code,
        "#[cfg(feature = \"ssr\")] pub(crate) const PUBLIC: usize = {public};"
    )?;
    for (language, table) in LANGUAGES.iter().zip(&tables) {
        let (name, length) = (language.to_uppercase(), table.len());
        writeln!(
            code,
            "#[cfg(feature = \"ssr\")] pub(crate) static {name}: [&str; {length}] = {table:?};"
        )?;
    }
    for (space, items) in spaces {
        let only = if is_plain(space) {
            "#[cfg(feature = \"ssr\")] "
        } else {
            ""
        };
        let visible = if is_phrase(space) { "pub" } else { "pub(crate)" };
        writeln!(
            code,
            "{only}{visible} mod {space} {{ use crate::words::sentence::*;\n{items}}}"
        )?;
    }
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("words.rs"), code)?;
    Ok(())
}

fn is_plain(space: &str) -> bool {
    PLAIN.iter().any(|plain| space.starts_with(plain)) || is_phrase(space)
}

fn is_phrase(space: &str) -> bool {
    PHRASES.contains(&space)
}

/// The texts of a language, by namespace and key.
fn texts(language: &str) -> Result<Texts, Box<dyn Error>> {
    let mut all = Texts::new();
    for path in [
        format!("locales/{language}.json"),
        format!("locales/phrases/{language}.json"),
    ] {
        let file = std::fs::read_to_string(&path)?;
        let spaces: BTreeMap<String, BTreeMap<String, Value>> =
            serde_json::from_str(&file).map_err(|error| format!("{path}: {error}"))?;
        let texts = spaces
            .into_iter()
            .flat_map(|(space, texts)| texts.into_iter().map(move |(key, text)| ((space.clone(), key), text)));
        all.extend(texts);
    }
    Ok(all)
}

/// What a text wants to be told, in alphabetical order.
fn names(text: &Value) -> Vec<String> {
    let forms: Vec<&str> = match text {
        Value::Object(forms) => forms.values().filter_map(Value::as_str).collect(),
        text => text.as_str().into_iter().collect(),
    };
    let mut names: Vec<String> = forms
        .iter()
        .flat_map(|form| form.split("{{").skip(1))
        .filter_map(|rest| rest.split_once("}}").map(|(name, _)| name.trim().to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The lines of a text in the table, with its values as `{0}`, `{1}` …; nothing if it does not fit the English one.
fn lines(text: &Value, counted: bool, names: &[String]) -> Option<Vec<String>> {
    if !counted {
        return Some(vec![line(text.as_str()?, names)?]);
    }
    FORMS
        .iter()
        .map(|form| line(text.get(form).or_else(|| text.get("other"))?.as_str()?, names))
        .collect()
}

fn line(text: &str, names: &[String]) -> Option<String> {
    let mut line = text.to_owned();
    for (index, name) in names.iter().enumerate() {
        line = line.replace(&format!("{{{{ {name} }}}}"), &format!("{{{index}}}"));
    }
    (!line.contains("{{") && !line.contains('\n')).then_some(line)
}

/// The code of one key.
fn item(key: &str, names: &[String], counted: bool, place: usize) -> String {
    if names.is_empty() {
        return format!("pub(crate) fn {key}(lang: Locale) -> &'static str {{ text(lang, {place}) }}\n");
    }
    let mut fields = String::new();
    let mut values = String::new();
    for name in names {
        if counted && name == COUNT {
            let _ = write!(fields, "pub(crate) {name}: &'a dyn Count, ");
            let _ = write!(values, "&number(lang, self.{name}.count()), ");
        } else {
            let _ = write!(fields, "pub(crate) {name}: &'a dyn Display, ");
            let _ = write!(values, "self.{name}, ");
        }
    }
    let text = if counted {
        format!("form(lang, {place}, self.{COUNT}.count())")
    } else {
        format!("text(lang, {place})")
    };
    format!(
        "pub(crate) struct {key}<'a> {{ {fields}}}\n\
         impl {key}<'_> {{ pub(crate) fn say(&self, lang: Locale) -> String {{ fill(lang, {text}, &[{values}]) }} }}\n"
    )
}

/// The code of one key that is a phrase.
fn phrase(key: &str, names: &[String], counted: bool, place: usize) -> String {
    if names.is_empty() {
        return format!("pub fn {key}() -> Phrase {{ Phrase::new({place}, None, Vec::new()) }}\n");
    }
    let mut fields = String::new();
    let mut values = String::new();
    for name in names {
        let _ = write!(fields, "pub {name}: Worth, ");
        let counts = if counted && name == COUNT { ".counted()" } else { "" };
        let _ = write!(values, "self.{name}{counts}, ");
    }
    let count = if counted {
        format!("Some(self.{COUNT}.number())")
    } else {
        "None".to_owned()
    };
    format!(
        "pub struct {key} {{ {fields}}}\n\
         impl {key} {{ pub fn phrase(self) -> Phrase {{ Phrase::new({place}, {count}, vec![{values}]) }} }}\n"
    )
}
