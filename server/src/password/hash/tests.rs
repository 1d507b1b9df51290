use super::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const KEY_ID: [u8; KEY_ID_BYTES] = *b"pepper-1";

fn hasher() -> Hasher {
    Hasher::new([7; 32], KEY_ID, 2, 64)
}

fn password(text: &str) -> Password {
    Password::new(text).expect("short enough")
}

/// Starts a future without waiting for it.
fn start<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn a_hash_is_argon2id_with_todays_parameters_key_and_a_salt_of_its_own() {
    let hasher = hasher();
    let one = hasher.hash(&password("correct horse battery staple")).await.unwrap();
    let two = hasher.hash(&password("correct horse battery staple")).await.unwrap();
    assert!(
        one.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=cGVwcGVyLTE$"),
        "{one}"
    );
    assert_ne!(one, two);
    assert_eq!(one.split('$').nth(4).map(str::len), Some(22), "16 bytes of salt");
    argon2::password_hash::PasswordHash::new(&one).expect("a well-formed PHC string");
}

#[tokio::test]
async fn what_is_judged_wrong_is_not_hashed_and_waits_for_its_turn_like_all() {
    let hasher = hasher();
    let secret = password("correct horse battery staple");
    let refused = hasher.hash_judged(&secret, |_| Err("too plain")).await;
    assert_eq!((refused, hasher.work()), (Ok(Err("too plain")), 0));
    let hash = hasher
        .hash_judged(&secret, |_| Ok::<(), &str>(()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hasher.verify(&secret, Some(&hash)).await, Ok(Verified::Yes));
    // security 65
    let hasher = Hasher::new([7; 32], KEY_ID, 1, 0);
    let mut first = pin!(hasher.hash(&secret));
    assert!(start(first.as_mut()).is_pending());
    assert_eq!(
        hasher.hash_judged(&secret, |_| Err("never asked")).await,
        Err(HashError::Busy)
    );
    assert!(first.await.is_ok());
}

#[tokio::test]
async fn only_the_whole_exact_password_is_right() {
    let hasher = hasher();
    let long = "x".repeat(128);
    for (text, other) in [
        ("correct horse battery staple", "correct horse battery stapl"),
        ("abc\0def ghi jkl", "abc\0xyz ghi jkl"),
        (" spaces matter ", "spaces matter"),
        ("Case matters too", "case matters too"),
        (long.as_str(), &format!("{}y", "x".repeat(127))),
        (&format!("{}a", "z".repeat(72)), &format!("{}b", "z".repeat(72))),
    ] {
        let stored = hasher.hash(&password(text)).await.unwrap();
        assert_eq!(
            hasher.verify(&password(text), Some(&stored)).await,
            Ok(Verified::Yes),
            "{text:?}"
        );
        assert_eq!(
            hasher.verify(&password(other), Some(&stored)).await,
            Ok(Verified::No),
            "{other:?}"
        );
    }
}

#[tokio::test]
async fn composed_and_decomposed_letters_both_sign_in() {
    let hasher = hasher();
    let stored = hasher.hash(&password("un caf\u{e9} noir, vite")).await.unwrap();
    assert_eq!(
        hasher
            .verify(&password("un cafe\u{301} noir, vite"), Some(&stored))
            .await,
        Ok(Verified::Yes)
    );
}

#[tokio::test]
async fn known_unknown_and_unusable_all_cost_one_hash() {
    let hasher = hasher();
    let secret = password("correct horse battery staple");
    let stored = hasher.hash(&secret).await.unwrap();
    let elsewhere = Hasher::new([7; 32], *b"pepper-2", 1, 1).hash(&secret).await.unwrap();
    let legacy = legacy_argon2id("correct horse battery staple");
    let bcrypt = bcrypt::hash("correct horse battery staple", 10).unwrap();
    for case in [
        None,
        Some(stored.as_str()),
        Some(&elsewhere),
        Some(&legacy),
        Some(&bcrypt),
        Some("nonsense"),
        Some(""),
    ] {
        let before = hasher.work();
        let _ = hasher.verify(&secret, case).await.unwrap();
        assert_eq!(hasher.work() - before, 1, "{case:?}");
    }
}

#[tokio::test]
async fn nothing_stored_is_never_right() {
    assert_eq!(hasher().verify(&password(""), None).await, Ok(Verified::No));
}

#[tokio::test]
async fn another_pepper_or_an_unknown_key_fails_closed() {
    let secret = password("correct horse battery staple");
    let stored = hasher().hash(&secret).await.unwrap();
    let wrong_pepper = Hasher::new([8; 32], KEY_ID, 1, 1);
    let unknown_key = Hasher::new([7; 32], *b"pepper-2", 1, 1);
    assert_eq!(wrong_pepper.verify(&secret, Some(&stored)).await, Ok(Verified::No));
    assert_eq!(unknown_key.verify(&secret, Some(&stored)).await, Ok(Verified::No));
    let without_key = stored.replace(",keyid=cGVwcGVyLTE", "");
    assert_eq!(hasher().verify(&secret, Some(&without_key)).await, Ok(Verified::No));
}

#[tokio::test]
async fn hashes_of_other_systems_are_verified_and_upgraded() {
    let hasher = hasher();
    let secret = password("Grüße² from 1999");
    let argon2i = legacy_argon2i("Grüße² from 1999");
    for stored in [
        bcrypt::hash("Grüße² from 1999", 10).unwrap(),
        legacy_argon2id("Grüße² from 1999"),
        argon2i,
    ] {
        assert_eq!(importable(&stored), Ok(()), "{stored}");
        assert_eq!(
            hasher.verify(&secret, Some(&stored)).await,
            Ok(Verified::YesNeedsUpgrade),
            "{stored}"
        );
        assert_eq!(
            hasher.verify(&password("Grüße² from 1998"), Some(&stored)).await,
            Ok(Verified::No),
            "{stored}"
        );
    }
    let upgraded = hasher.hash(&secret).await.unwrap();
    assert_eq!(hasher.verify(&secret, Some(&upgraded)).await, Ok(Verified::Yes));
    assert_eq!(importable(&upgraded), Err(ImportHashError::Keyed));
}

#[tokio::test]
async fn own_hashes_with_weaker_parameters_are_upgraded() {
    let weak = Argon2Hash {
        memory_kib: 8_192,
        ..Argon2Hash::current(KEY_ID, [1; 16])
    };
    let output = weak
        .compute(b"correct horse battery staple", Some(&[7; 32]), &mut Vec::new())
        .unwrap()
        .to_vec();
    let stored = Argon2Hash { output, ..weak }.to_string();
    let verified = hasher()
        .verify(&password("correct horse battery staple"), Some(&stored))
        .await;
    assert_eq!(verified, Ok(Verified::YesNeedsUpgrade));
}

#[tokio::test]
async fn what_bcrypt_would_cut_off_is_never_right() {
    let stored = bcrypt::hash("z".repeat(80), 10).unwrap();
    assert_eq!(
        hasher().verify(&password(&"z".repeat(80)), Some(&stored)).await,
        Ok(Verified::No)
    );
    let stored = bcrypt::hash("z".repeat(72), 10).unwrap();
    assert_eq!(
        hasher().verify(&password(&"z".repeat(72)), Some(&stored)).await,
        Ok(Verified::YesNeedsUpgrade)
    );
}

#[test]
fn only_bounded_well_formed_hashes_can_be_imported() {
    use ImportHashError::{Malformed, OutOfBounds, Unsupported};
    let salt_and_output = "$c29tZXNhbHRzb21lc2FsdA$fwq9l8N4Wl5gV4eV8Z5nYw6E2m0aV1m0o5l6r7s8t9U";
    let argon2 = |head: &str| importable(&format!("{head}{salt_and_output}"));
    assert_eq!(argon2("$argon2id$v=19$m=262144,t=10,p=8"), Ok(()));
    assert_eq!(argon2("$argon2i$v=16$m=4096,t=3,p=1"), Ok(()));
    for (head, error) in [
        ("$argon2id$v=19$m=262145,t=2,p=1", OutOfBounds),
        ("$argon2id$v=19$m=19456,t=11,p=1", OutOfBounds),
        ("$argon2id$v=19$m=19456,t=0,p=1", OutOfBounds),
        ("$argon2id$v=19$m=19456,t=2,p=9", OutOfBounds),
        ("$argon2id$v=19$m=19456,t=2,p=4294967295", OutOfBounds),
        ("$argon2id$v=19$m=7,t=2,p=1", OutOfBounds),
        ("$argon2d$v=19$m=19456,t=2,p=1", Unsupported),
        ("$argon2id$v=18$m=19456,t=2,p=1", Unsupported),
        ("$argon2id$v=19$m=19456,t=2,p=1,data=AAAA", Unsupported),
        ("$argon2id$m=19456,t=2,p=1", Malformed),
        ("$argon2id$v=19$m=19456,t=2", Malformed),
        ("$scrypt$v=19$m=19456,t=2,p=1", Unsupported),
    ] {
        assert_eq!(argon2(head), Err(error), "{head}");
    }
    let bcrypt = "L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u";
    for prefix in ["$2a$10$", "$2b$12$", "$2y$14$"] {
        assert_eq!(importable(&format!("{prefix}{bcrypt}")), Ok(()), "{prefix}");
    }
    for prefix in ["$2b$09$", "$2b$15$", "$2b$31$"] {
        assert_eq!(importable(&format!("{prefix}{bcrypt}")), Err(OutOfBounds), "{prefix}");
    }
    for text in [
        "",
        "$",
        "plain",
        "$2b$12$short",
        "$2x$12$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u",
        "$2b$12$é",
    ] {
        assert_eq!(importable(text), Err(Malformed), "{text}");
    }
}

#[tokio::test]
async fn a_full_queue_answers_busy_whoever_asks_and_recovers() {
    let hasher = Hasher::new([7; 32], KEY_ID, 1, 1);
    let secret = password("correct horse battery staple");
    let mut first = pin!(hasher.verify(&secret, None));
    let mut second = pin!(hasher.hash(&secret));
    assert!(start(first.as_mut()).is_pending() && start(second.as_mut()).is_pending());
    assert_eq!(hasher.verify(&secret, None).await, Err(HashError::Busy));
    assert_eq!(hasher.hash(&secret).await, Err(HashError::Busy));
    assert_eq!(first.await, Ok(Verified::No));
    let stored = second.await.unwrap();
    assert_eq!(hasher.verify(&secret, Some(&stored)).await, Ok(Verified::Yes));
}

#[tokio::test]
async fn hanging_up_makes_no_room_before_the_work_is_done() {
    let hasher = Hasher::new([7; 32], KEY_ID, 1, 0);
    let secret = password("correct horse battery staple");
    {
        let mut abandoned = pin!(hasher.verify(&secret, None));
        assert!(start(abandoned.as_mut()).is_pending());
    }
    assert_eq!(
        hasher.verify(&secret, None).await,
        Err(HashError::Busy),
        "the abandoned work still runs"
    );
    while hasher.load() != (0, 0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(hasher.work(), 1);
}

#[tokio::test]
async fn whoever_hangs_up_while_waiting_leaves_the_queue() {
    let hasher = Hasher::new([7; 32], KEY_ID, 1, 1);
    let secret = password("correct horse battery staple");
    let mut first = pin!(hasher.verify(&secret, None));
    assert!(start(first.as_mut()).is_pending());
    {
        let mut waiting = pin!(hasher.verify(&secret, None));
        assert!(start(waiting.as_mut()).is_pending());
        assert_eq!(hasher.require_place(), Err(HashError::Busy));
    }
    assert_eq!(hasher.require_place(), Ok(()));
    let mut second = pin!(hasher.verify(&secret, None));
    assert!(start(second.as_mut()).is_pending());
    assert_eq!((first.await, second.await), (Ok(Verified::No), Ok(Verified::No)));
    while hasher.load() != (0, 0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(hasher.work(), 2, "nothing is hashed for nobody");
}

#[tokio::test]
async fn work_that_panics_is_told_and_holds_up_nobody() {
    let queue = Queue::new(1, 2);
    let broken = queue.join(|_| panic!("broken")).unwrap();
    let (second, third) = (queue.join(|_| 2).unwrap(), queue.join(|_| 3).unwrap());
    let broken: Result<(), _> = broken.await;
    assert!(broken.is_err());
    // Without a bound, a thread that is lost would hold up the tests, too.
    let others = tokio::time::timeout(Duration::from_secs(10), async { (second.await, third.await) });
    assert_eq!(others.await, Ok((Ok(2), Ok(3))));
}

fn legacy_argon2id(text: &str) -> String {
    legacy(argon2::Algorithm::Argon2id, argon2::Version::V0x13, text)
}

fn legacy_argon2i(text: &str) -> String {
    legacy(argon2::Algorithm::Argon2i, argon2::Version::V0x10, text)
}

fn legacy(algorithm: argon2::Algorithm, version: argon2::Version, text: &str) -> String {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let params = argon2::Params::new(4_096, 3, 2, None).unwrap();
    let salt = SaltString::encode_b64(b"of another system").unwrap();
    argon2::Argon2::new(algorithm, version, params)
        .hash_password(text.as_bytes(), &salt)
        .unwrap()
        .to_string()
}
