//! Signing mails (DKIM, RFC 6376 and RFC 8463): the key, what is published of it, and the signature. Receivers who find the record
//! know that a mail is of the sender's domain and came as it left (security 140).

use crate::secret;
use crate::settings::Settings;
use app::phrase;
use app::words::Phrase;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// RFC 8301 asks for 2048 at least; more than 4096 fits no record and is verified by nobody.
const LEAST_BITS: usize = 2048;
const MOST_BITS: usize = 4096;

/// What a changed mail must not get past: everything a reader sees above the text, and what tells one mail from another.
const SIGNED: [&str; 7] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Auto-Submitted",
];

/// Why a key cannot be used. Says nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum KeyError {
    Unreadable,
    Size(usize),
    NotMade,
}

impl KeyError {
    /// In words, to follow the name of the setting.
    #[must_use]
    pub fn in_words(self) -> Phrase {
        match self {
            Self::Unreadable => phrase!(problem.dkim_unreadable),
            Self::Size(bits) => phrase!(problem.dkim_size, least = LEAST_BITS, most = MOST_BITS, bits = bits),
            Self::NotMade => phrase!(problem.dkim_failed),
        }
    }
}

/// How a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Understood by every receiver.
    Rsa,
    /// Short, and not yet understood by every receiver.
    Ed25519,
}

/// A private key.
#[derive(Clone)]
pub enum Key {
    Rsa(Box<RsaPrivateKey>),
    Ed25519(Box<SigningKey>),
}

/// Secrets are not printed.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads PKCS#8 or PKCS#1. Line breaks do not matter: fields of forms and variables of the environment lose them.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let (label, der) = open(text).ok_or(KeyError::Unreadable)?;
        let rsa = match label {
            "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_der(&der).ok(),
            "PRIVATE KEY" => RsaPrivateKey::from_pkcs8_der(&der).ok(),
            _ => return Err(KeyError::Unreadable),
        };
        if let Some(key) = rsa {
            let bits = key.size() * 8;
            key.validate().map_err(|_| KeyError::Unreadable)?;
            return if (LEAST_BITS..=MOST_BITS).contains(&bits) {
                Ok(Self::Rsa(Box::new(key)))
            } else {
                Err(KeyError::Size(bits))
            };
        }
        let key = SigningKey::from_pkcs8_der(&der).map_err(|_| KeyError::Unreadable)?;
        Ok(Self::Ed25519(Box::new(key)))
    }

    /// A fresh one.
    ///
    /// # Errors
    /// [`KeyError::NotMade`], which has not been seen yet.
    pub fn make(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Rsa => {
                let key = RsaPrivateKey::new(&mut secret::System, LEAST_BITS).map_err(|_| KeyError::NotMade)?;
                Ok(Self::Rsa(Box::new(key)))
            }
            Algorithm::Ed25519 => Ok(Self::Ed25519(Box::new(SigningKey::from_bytes(&secret::random())))),
        }
    }

    /// As PKCS#8 in PEM format, the form in which it is stored.
    ///
    /// # Errors
    /// [`KeyError::NotMade`], which has not been seen yet.
    pub fn pem(&self) -> Result<Zeroizing<String>, KeyError> {
        match self {
            Self::Rsa(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::Ed25519(key) => key.to_pkcs8_pem(LineEnding::LF),
        }
        .map_err(|_| KeyError::NotMade)
    }

    /// The public half as a record has it.
    #[must_use]
    pub fn public_base64(&self) -> String {
        match self {
            Self::Rsa(key) => {
                let der = RsaPublicKey::from(key.as_ref()).to_public_key_der();
                der.map(|der| BASE64.encode(der.as_bytes())).unwrap_or_default()
            }
            Self::Ed25519(key) => BASE64.encode(key.verifying_key().as_bytes()),
        }
    }

    /// What is published.
    #[must_use]
    pub fn record(&self) -> String {
        let kind = match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        };
        format!("v=DKIM1; k={kind}; p={}", self.public_base64())
    }

    fn for_signing(&self) -> Result<DkimSigningKey, KeyError> {
        let (text, algorithm) = match self {
            Self::Rsa(key) => {
                let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|_| KeyError::NotMade)?;
                (pem, DkimSigningAlgorithm::Rsa)
            }
            Self::Ed25519(key) => {
                let seed = Zeroizing::new(BASE64.encode(key.as_bytes()));
                (seed, DkimSigningAlgorithm::Ed25519)
            }
        };
        DkimSigningKey::new(&text, algorithm).map_err(|_| KeyError::Unreadable)
    }
}

/// What stands between the lines that begin and end a key, and what it is said to be.
fn open(text: &str) -> Option<(&str, Zeroizing<Vec<u8>>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    // An environment file has `\n` in two characters.
    let body: Zeroizing<String> = Zeroizing::new(body.replace("\\n", "").split_whitespace().collect());
    Some((label, Zeroizing::new(BASE64.decode(body.as_bytes()).ok()?)))
}

/// Who signs with what, by the settings of the moment.
#[derive(Clone, Debug)]
pub struct Signing {
    pub selector: String,
    pub domain: String,
    pub key: Key,
}

impl Signing {
    /// Nothing where there is no key.
    ///
    /// # Errors
    /// [`KeyError`] for a key that was stored by another version or pinned.
    pub fn of(settings: &Settings) -> Result<Option<Self>, KeyError> {
        let mail = &settings.mail;
        if mail.dkim_private_key.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self::with(settings, Key::read(mail.dkim_private_key.reveal())?)))
    }

    /// The same with a key that is not among the settings yet.
    #[must_use]
    pub fn with(settings: &Settings, key: Key) -> Self {
        let mail = &settings.mail;
        let senders = mail.sender_address.rsplit('@').next().unwrap_or_default();
        let domain = if mail.dkim_domain.is_empty() {
            senders
        } else {
            &mail.dkim_domain
        };
        Self {
            selector: mail.dkim_selector.clone(),
            domain: idna::domain_to_ascii(domain).unwrap_or_default(),
            key,
        }
    }

    /// Where receivers look for the public half.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// # Errors
    /// [`KeyError`].
    pub fn signer(&self) -> Result<Signer, KeyError> {
        // "Relaxed" survives what servers on the way do to spaces and line breaks.
        let canonicalization = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let signed = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        let (selector, domain) = (self.selector.clone(), self.domain.clone());
        let config = DkimConfig::new(selector, domain, self.key.for_signing()?, signed, canonicalization);
        Ok(Signer(Arc::new(config)))
    }
}

/// Signs. Cheap to clone.
#[derive(Clone)]
pub struct Signer(Arc<DkimConfig>);

impl Signer {
    pub(super) fn sign(&self, message: &mut lettre::Message) {
        message.sign(&self.0);
    }
}

/// It holds the private key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_is_read_however_it_was_pasted() {
        let made = Key::make(Algorithm::Ed25519).unwrap();
        let pem = made.pem().unwrap();
        let pasted = [
            pem.to_string(),
            pem.replace('\n', ""),
            pem.replace('\n', "\\n"),
            format!("  {}\r\n", pem.replace('\n', "\r\n")),
        ];
        for text in pasted {
            assert_eq!(Key::read(&text).unwrap().record(), made.record());
        }
        assert!(made.record().starts_with("v=DKIM1; k=ed25519; p="));
        assert_eq!(made.public_base64().len(), 44, "32 bytes");
    }

    #[test]
    fn an_rsa_key_is_read_in_both_forms_and_has_its_least_length() {
        let made = Key::make(Algorithm::Rsa).unwrap();
        let Key::Rsa(key) = &made else { panic!("an RSA key") };
        let old = key.to_pkcs1_pem(LineEnding::LF).unwrap();
        assert!(old.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
        assert_eq!(Key::read(&old).unwrap().record(), made.record());
        assert_eq!(Key::read(&made.pem().unwrap()).unwrap().record(), made.record());
        let short = RsaPrivateKey::new(&mut secret::System, 1024).unwrap();
        let short = short.to_pkcs8_pem(LineEnding::LF).unwrap();
        assert_eq!(Key::read(&short).err(), Some(KeyError::Size(1024)));
    }

    #[test]
    fn what_is_no_key_is_refused_without_repeating_it() {
        for text in [
            "",
            "canary",
            "-----BEGIN PRIVATE KEY-----canary-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----Y2FuYXJ5-----END PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----Y2FuYXJ5-----END PUBLIC KEY-----",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            let error = Key::read(text).unwrap_err();
            assert_eq!(error, KeyError::Unreadable);
            assert!(!error.to_string().contains("canary"));
        }
    }
}
