//! What reads the words of strangers, and what must hold whatever they are.

use app::view::FactKind;
use server::account::identifier::{EmailAddress, Identifier, LoginName};
use server::account::import::{Format, read as read_import};
use server::fact::{Attribute, value};
use server::guard::violation;
use server::mail::dkim::Key;
use server::reset::{receipt, token};
use server::secret::{Keys, has_id_shape};
use std::collections::BTreeMap;

/// Names and addresses: what is accepted is found again under its own key, and can break no line (security 122, 125).
pub fn identifier(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(name) = LoginName::parse(&text) {
        assert!(!name.key().chars().any(char::is_control), "{:?}", name.key());
        assert!(name.key().len() <= 1_024);
    }
    if let Ok(address) = EmailAddress::parse(&text) {
        let again = EmailAddress::parse(address.key()).expect("a key is an address");
        assert_eq!(again.key(), address.key(), "a key is its own key");
        assert_eq!(address.key().matches('@').count(), 1);
    }
    if let Ok(identifier) = Identifier::parse(&text) {
        assert!(!identifier.canonical().contains(['\r', '\n', '\0']));
    }
}

/// Facts: reading what was read changes nothing (security 85).
pub fn fact(bytes: &[u8]) {
    let (&kind, typed) = bytes.split_first().unwrap_or((&0, &[]));
    let typed = String::from_utf8_lossy(typed);
    let attribute = Attribute {
        name: "fact".to_owned(),
        kind: FactKind::ALL[usize::from(kind) % FactKind::ALL.len()],
        labels: BTreeMap::new(),
        options: vec!["red".to_owned(), "green".to_owned()],
        format: if kind & 0x80 == 0 {
            String::new()
        } else {
            "A9*-9".to_owned()
        },
        proves: true,
        locates: true,
    };
    if let Ok(read) = value::read(&attribute, &typed)
        && read.as_str().len() <= value::LONGEST_TYPED
    {
        assert_eq!(value::read(&attribute, read.as_str()), Ok(read));
    }
}

/// Files of accounts: bad rows are rows with a line number, never the end (security 125, 127).
pub fn import(bytes: &[u8]) {
    for format in [Format::Csv, Format::JsonLines] {
        for row in read_import(format, bytes).into_iter().flatten() {
            match row {
                Ok(entry) => assert!(entry.line >= 1),
                Err(error) => assert!(!error.problem.is_empty()),
            }
        }
    }
}

/// Tokens, codes, receipts, ids: odd ones have no shape, and nothing typed is right by itself (security 28).
pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if token::has_token_shape(&text) {
        assert!(text.len() == 43 && text.is_ascii());
    }
    if has_id_shape(&text) {
        assert!(text.len() == 32 && text.is_ascii());
    }
    if let Some(typed) = receipt::typed_receipt(&text) {
        assert_eq!(
            receipt::typed_receipt(&typed).as_ref(),
            Some(&typed),
            "a receipt is its own"
        );
    }
    let keys = Keys::new([7; 32]);
    assert!(
        !token::code_matches(&keys, "request", &text, ""),
        "nothing matches nothing"
    );
    assert!(!token::code_matches(&keys, "request", &text, &text));
}

/// Reports of browsers (security 116).
pub fn report(bytes: &[u8]) {
    assert!(violation::read(bytes).is_none_or(|list| list.len() <= 20));
}

/// Keys that somebody pastes: what is taken comes back as it is.
pub fn signing_key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(key) = Key::read(&text) {
        let again = Key::read(&key.pem().expect("text")).expect("a key");
        assert_eq!(again.record(), key.record());
    }
}
