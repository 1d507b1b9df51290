//! What reads the words of strangers, and what must hold whatever they are.

use app::policy::Policy;
use app::view::FactKind;
use server::account::identifier::{EmailAddress, Identifier, LoginName};
use server::account::import::{Format, read as read_import};
use server::clock;
use server::fact::{Attribute, value};
use server::guard::violation;
use server::guard::visitor::{Visitor, client_address, device};
use server::mail::dkim::Key;
use server::password::Password;
use server::password::check::{OwnerContext, check};
use server::reset::{receipt, target, token};
use server::secret::{Keys, Purpose, has_id_shape};
use std::collections::BTreeMap;
use url::Url;

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
                Err(error) => assert!(!error.problem.to_string().is_empty()),
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
    assert!(
        keys.open(Purpose::Held, "", &text).is_err(),
        "only we seal what a cookie holds"
    );
}

/// New passwords, with a name before the first line break: judged, whatever they are (security 56, 188).
pub fn password(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (name, typed) = text.split_once('\n').unwrap_or(("", &text));
    if let Ok(password) = Password::new(typed) {
        let policy = Policy {
            min_length: 15,
            min_non_alphanumeric: 1,
            min_digits: 1,
        };
        let verdict = check(
            &policy,
            &password,
            &OwnerContext::of(name, Some(name), name, "Latchkey"),
        );
        assert!(verdict.strength <= 4);
        assert!(!verdict.accepted() || password.as_str().chars().count() >= 15);
    }
}

/// What stands around a body: pages to go on to, forwarded addresses, browsers' names, moments. Nothing of it leaves the
/// site, breaks a line or passes for the proxy's word (security 109, 125, 161).
pub fn request(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if target::is_own_path(&text) {
        let site = Url::parse("https://reset.example.org/done").expect("a URL");
        let there = site.join(&text).expect("a path");
        assert_eq!(there.origin(), site.origin(), "{there}");
    }
    if let Some(origin) = target::origin_of(&text) {
        let there = Url::parse(&text).expect("a URL");
        assert_eq!(there.origin().ascii_serialization(), origin);
        assert!(there.username().is_empty() && there.password().is_none());
    }
    let (peer, proxy) = ("198.51.100.7", "10.0.0.1");
    let of = |peer: &str| {
        client_address(
            peer.parse().expect("an address"),
            &[&text],
            &["10.0.0.0/8".parse().expect("a network")],
        )
    };
    assert_eq!(of(peer).to_string(), peer, "a stranger's word counts for nothing");
    let visitor = Visitor::new(of(proxy), &text, "en");
    assert!(!visitor.user_agent.chars().any(char::is_control));
    assert!(!visitor.network().is_empty() && device(&text).len() <= 20);
    // Nobody writes a year before 0 or after 9999.
    if let Some(at) = clock::moment(&text).filter(|at| !clock::rfc3339(*at).is_empty()) {
        let second = at.div_euclid(clock::SECOND) * clock::SECOND;
        assert_eq!(clock::moment(&clock::rfc3339(at)), Some(second), "{text}");
    }
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
