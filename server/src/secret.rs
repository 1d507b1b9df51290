//! Randomness, and what is derived from the server's master key. The key lives in a file outside the database, so a reader of the
//! database, its journal or a backup can neither use, guess nor read anything of value (security 17, 18, 143).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes from the operating system.
///
/// # Panics
/// When there is no randomness to be had: then nothing this server could do would be safe.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "the one source of randomness"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// The same source, as libraries ask for it that make keys.
pub struct System;

impl rsa::rand_core::RngCore for System {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(random())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(random())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(32) {
            let fresh = random::<32>();
            for (byte, fresh) in part.iter_mut().zip(fresh) {
                *byte = fresh;
            }
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for System {}

/// 128 random bits for a primary key: an id is not a secret, but nobody should find the next one by counting (security 170).
#[must_use]
pub fn new_id() -> String {
    data_encoding::HEXLOWER.encode(&random::<16>())
}

/// Whether a text can be an id at all. What comes from outside may hold anything, a NUL included, which PostgreSQL does not take
/// (security 127).
#[must_use]
pub fn has_id_shape(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A bearer secret of 256 bits: guessing is hopeless (ASVS 11.5.1 asks for 128), so its plain digest may be stored (ASVS 6.5.2).
#[must_use]
pub fn new_bearer() -> String {
    BASE64.encode(random::<32>())
}

/// SHA-256 of a bearer secret, as stored and looked up. Looking up by digest leaves nothing to compare byte by byte (security 29).
#[must_use]
pub fn digest(bearer: &str) -> String {
    BASE64.encode(Sha256::digest(bearer.as_bytes()))
}

/// A secret that has to be used as it is: never printed by accident (security 173).
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What a derived key is for. One purpose never works for another (security 26).
#[derive(Clone, Copy)]
pub enum Purpose {
    ResetToken,
    ResetCode,
    ResetCodeDigest,
    Identifier,
    Limit,
    Outbox,
    Pepper,
    KeyCheck,
    Setting,
    Idempotency,
    Audit,
    Job,
    Facts,
    FactField,
    FactValue,
    FactIndex,
    StandIn,
    Recovery,
    RecoveryMailCode,
    RecoveryMailCodeDigest,
    RecoveryUndo,
    RecoveryCode,
    RecoveryCodesShown,
    Captcha,
    Held,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::ResetToken => b"latchkey/1/reset-token",
            Self::ResetCode => b"latchkey/1/reset-code",
            Self::ResetCodeDigest => b"latchkey/1/reset-code-digest",
            Self::Identifier => b"latchkey/1/identifier",
            Self::Limit => b"latchkey/1/limit",
            Self::Outbox => b"latchkey/1/outbox",
            Self::Pepper => b"latchkey/1/pepper",
            Self::KeyCheck => b"latchkey/1/key-check",
            Self::Setting => b"latchkey/1/setting",
            Self::Idempotency => b"latchkey/1/idempotency",
            Self::Audit => b"latchkey/1/audit",
            Self::Job => b"latchkey/1/job",
            Self::Facts => b"latchkey/1/facts",
            Self::FactField => b"latchkey/1/fact-field",
            Self::FactValue => b"latchkey/1/fact-value",
            Self::FactIndex => b"latchkey/1/fact-index",
            Self::StandIn => b"latchkey/1/stand-in",
            Self::Recovery => b"latchkey/1/recovery",
            Self::RecoveryMailCode => b"latchkey/1/recovery-mail-code",
            Self::RecoveryMailCodeDigest => b"latchkey/1/recovery-mail-code-digest",
            Self::RecoveryUndo => b"latchkey/1/recovery-undo",
            Self::RecoveryCode => b"latchkey/1/recovery-code",
            Self::RecoveryCodesShown => b"latchkey/1/recovery-codes-shown",
            Self::Captcha => b"latchkey/1/captcha",
            Self::Held => b"latchkey/1/held",
        }
    }
}

/// The master key could not open something: another key, or the bytes were changed.
#[derive(Debug, thiserror::Error)]
#[error("sealed data could not be opened: wrong key, or it was changed")]
pub struct SealBroken;

/// Keys derived from the 256-bit master key with HKDF-SHA-256.
pub struct Keys(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        Self(Zeroizing::new(master))
    }

    /// The key for one purpose.
    #[must_use]
    pub fn derive(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are far below HKDF's limit of 8160, the only way this can fail.
        let _ = Hkdf::<Sha256>::new(None, self.0.as_slice()).expand(purpose.label(), key.as_mut_slice());
        key
    }

    /// HMAC-SHA-256 over length-prefixed parts, so that moving a byte from one part to the next gives another value.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length, so this cannot fail")]
    pub fn mac(&self, purpose: Purpose, parts: &[&str]) -> [u8; 32] {
        let key = self.derive(purpose);
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key.as_slice()).expect("any key length is fine");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    #[must_use]
    pub fn mac_text(&self, purpose: Purpose, parts: &[&str]) -> String {
        BASE64.encode(self.mac(purpose, parts))
    }

    /// Seals text with XChaCha20-Poly1305. `place` names where it is stored, so a value moved to another row does not open.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, place: &str, text: &str) -> String {
        let nonce = random::<24>();
        let cipher = XChaCha20Poly1305::new(self.derive(purpose).as_slice().into());
        let payload = Payload {
            msg: text.as_bytes(),
            aad: place.as_bytes(),
        };
        let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap_or_default();
        BASE64.encode([nonce.as_slice(), &sealed].concat())
    }

    /// # Errors
    /// [`SealBroken`] for another key, another place, or changed bytes.
    pub fn open(&self, purpose: Purpose, place: &str, sealed: &str) -> Result<Zeroizing<String>, SealBroken> {
        let bytes = BASE64.decode(sealed).map_err(|_| SealBroken)?;
        let (nonce, sealed) = bytes.split_at_checked(24).ok_or(SealBroken)?;
        let cipher = XChaCha20Poly1305::new(self.derive(purpose).as_slice().into());
        let text = cipher
            .decrypt(
                XNonce::from_slice(nonce),
                Payload {
                    msg: sealed,
                    aad: place.as_bytes(),
                },
            )
            .map_err(|_| SealBroken)?;
        String::from_utf8(text).map(Zeroizing::new).map_err(|_| SealBroken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new([7; 32])
    }

    #[test]
    fn sealed_text_opens_only_with_its_key_purpose_and_place() {
        let sealed = keys().seal(Purpose::Outbox, "row 1", "ada@example.org");
        assert_eq!(
            keys().open(Purpose::Outbox, "row 1", &sealed).unwrap().as_str(),
            "ada@example.org"
        );
        assert!(keys().open(Purpose::Outbox, "row 2", &sealed).is_err());
        assert!(keys().open(Purpose::Identifier, "row 1", &sealed).is_err());
        assert!(Keys::new([8; 32]).open(Purpose::Outbox, "row 1", &sealed).is_err());
        assert!(keys().open(Purpose::Outbox, "row 1", "short").is_err());
    }

    #[test]
    fn a_mac_depends_on_where_its_parts_end() {
        assert_ne!(
            keys().mac(Purpose::Limit, &["ab", "c"]),
            keys().mac(Purpose::Limit, &["a", "bc"])
        );
    }

    // security 16
    #[test]
    fn bearer_secrets_are_long_url_safe_and_never_repeat() {
        let many: std::collections::HashSet<String> = (0..10_000).map(|_| new_bearer()).collect();
        assert_eq!(many.len(), 10_000);
        assert!(many.iter().all(|token| token.len() == 43));
        assert!(
            many.iter()
                .flat_map(|token| token.bytes())
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
    }
}
