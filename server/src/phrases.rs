//! Whether every phrase is said somewhere. A misspelt one the compiler finds; one that nobody says any more it does not, because they
//! are made in another crate.

use std::collections::BTreeMap;
use std::path::Path;

/// Every source file below a folder, without its white space.
fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            all.extend(text.split_whitespace());
            all.push('\n');
        }
    }
}

// M6
#[test]
fn every_phrase_is_said_somewhere() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for folder in ["src", "../app/src"] {
        sources(&here.join(folder), &mut code);
    }
    let file = std::fs::read_to_string(here.join("../app/locales/phrases/en.json")).unwrap();
    let spaces: BTreeMap<String, BTreeMap<String, serde_json::Value>> = serde_json::from_str(&file).unwrap();
    let said = |key: &str| {
        [",", ")"]
            .iter()
            .any(|end| code.contains(&format!("phrase!({key}{end}")))
    };
    let keys = spaces
        .iter()
        .flat_map(|(space, texts)| texts.keys().map(move |key| format!("{space}.{key}")));
    let unused: Vec<_> = keys.filter(|key| !said(key)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}
