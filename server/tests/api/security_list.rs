//! The list of what is required and what proves it (docs/security.md): every item has a row, and every test that a row names is there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The checklist's items.
const ITEMS: std::ops::RangeInclusive<u32> = 1..=214;

/// How a proof begins that is no test of one name.
const OTHERWISE: [&str; 10] = [
    "–",
    "by construction",
    "does not apply",
    "every browser test fails on ",
    "no client value is read as a verdict",
    "see ",
    "the browser project ",
    "the workflow's ",
    "versions in ",
    "`clippy.toml` forbids ",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Everything below a folder, or the file itself, with the name that a row would call it by.
fn files(below: &Path, name: &str, found: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_name().unwrap().to_str().unwrap();
        let stem = stem.trim_end_matches(".rs").trim_end_matches(".spec.ts");
        let own = if stem == "mod" {
            name.to_owned()
        } else {
            format!("{name}/{stem}")
        };
        if path.is_dir() {
            files(&path, &own, found);
        } else {
            found.push((own.trim_start_matches('/').to_owned(), path));
        }
    }
}

struct Sources(Vec<(String, PathBuf)>);

impl Sources {
    fn read() -> Self {
        let mut found = Vec::new();
        for (folder, name) in [
            ("server/src", ""),
            ("server/tests", ""),
            ("app/src", "app"),
            ("end2end/tests", "end2end"),
        ] {
            files(&root().join(folder), name, &mut found);
        }
        Self(found)
    }

    /// What is in the file, or the files of the module, that a row calls so; `None` where there is no such thing.
    fn text(&self, name: &str) -> Option<String> {
        let name = name.replace("end2end ", "end2end/");
        let name = name.trim_end_matches("/mod");
        let below = format!("{name}/");
        let files = self.0.iter().filter(|(own, _)| own == name || own.starts_with(&below));
        let texts: Vec<_> = files
            .map(|(_, path)| fs::read_to_string(path).unwrap_or_default())
            .collect();
        (!texts.is_empty()).then(|| texts.concat())
    }
}

/// A test in Rust is called as the row says, with underscores; one for each engine has its name behind.
fn is_in_rust(text: &str, said: &str) -> bool {
    let words = said.to_lowercase();
    let words: Vec<&str> = words
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join("_");
    text.contains(&format!("fn {name}(")) || text.contains(&format!("fn {name}_on_"))
}

/// A browser test has the row's words as its title, which may go on where the row has dots.
fn is_in_browser(text: &str, said: &str) -> bool {
    let (title, open) = said
        .strip_suffix('…')
        .map_or((said, false), |title| (title.trim_end(), true));
    ["'", "\"", "`"].iter().any(|quote| {
        let ends = if open {
            vec![String::new()]
        } else {
            vec![(*quote).to_owned(), " @".to_owned()]
        };
        ends.iter()
            .any(|end| text.contains(&format!("test({quote}{title}{end}")))
    })
}

/// What is wrong with one proof of a row.
fn flaw(sources: &Sources, proof: &str) -> Option<&'static str> {
    if OTHERWISE.iter().any(|begin| proof.starts_with(begin)) {
        return None;
    }
    let Some((name, rest)) = proof.strip_prefix('`').and_then(|rest| rest.split_once('`')) else {
        return Some("names no file");
    };
    // What is no test at all: a document, a script, or a measurement.
    if name == "make bench" || (rest.is_empty() && name.contains('/') && root().join(name).is_file()) {
        return None;
    }
    let Some(said) = rest.strip_prefix(": ") else {
        return Some("names no test");
    };
    let Some(text) = sources.text(name) else {
        return Some("there is no such file");
    };
    let there = if name.starts_with("end2end ") {
        is_in_browser(&text, said)
    } else {
        is_in_rust(&text, said)
    };
    (!there).then_some("there is no such test")
}

/// Number and proofs of each row.
fn rows(list: &str) -> impl Iterator<Item = (u32, &str)> {
    list.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        Some((cells.first()?.parse().ok()?, *cells.last()?))
    })
}

#[test]
fn every_item_has_a_row_and_every_named_test_exists() {
    let list = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let sources = Sources::read();
    let mut flaws = String::new();
    for (number, proofs) in rows(&list) {
        for proof in proofs.split(" · ") {
            if let Some(flaw) = flaw(&sources, proof) {
                writeln!(flaws, "{number}: {flaw}: {proof}").unwrap();
            }
        }
    }
    let known: BTreeSet<u32> = rows(&list).map(|(number, _)| number).collect();
    for missing in ITEMS.filter(|number| !known.contains(number)) {
        writeln!(flaws, "{missing} has no row").unwrap();
    }
    assert!(flaws.is_empty(), "docs/security.md:\n{flaws}");
}

#[test]
fn a_row_with_a_test_that_is_not_there_is_found() {
    let sources = Sources::read();
    for (proof, expected) in [
        (
            "`api/security_list`: a row with a test that is not there is found",
            None,
        ),
        (
            "`api/security_list`: a row with a test that is",
            Some("there is no such test"),
        ),
        ("`api/nowhere`: everything is fine", Some("there is no such file")),
        ("`api/security_list`", Some("names no test")),
        ("`docs/recovery.md`", None),
        ("everything is fine", Some("names no file")),
        (
            "`end2end captcha`: asking for a mail takes no more than it ever did",
            None,
        ),
        (
            "`end2end captcha`: asking for a mail takes no more",
            Some("there is no such test"),
        ),
        ("`end2end captcha`: asking for a mail …", None),
        ("by construction: `store/`", None),
    ] {
        assert_eq!(flaw(&sources, proof), expected, "{proof}");
    }
}
