//! Password hashes on paper: PHC strings of argon2, and bcrypt as other systems wrote it. Everything read is bounded before any
//! work is done, because whoever can write a hash could otherwise choose the work (security 65).

use super::KEY_ID_BYTES;
use app::phrase;
use app::words::Phrase;
use argon2::password_hash::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::fmt;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// 19 MiB, two passes, one lane: the OWASP minimum for argon2id, about 20 ms on one core. More memory would let fewer people sign
/// in at once; the pepper guards the hashes of whoever copies only the database (security 62, 63).
pub const MEMORY_KIB: u32 = 19_456;
pub const PASSES: u32 = 2;
pub const LANES: u32 = 1;

/// 128 bits: no two accounts ever share a salt by chance (security 62).
pub const SALT_BYTES: usize = 16;

/// 256 bits, argon2's own recommendation.
const OUTPUT_BYTES: usize = 32;

/// Bounds of what may be imported. The upper ones cost a few seconds at worst; less output than 128 bits could be guessed.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 10;
const MAX_LANES: u32 = 8;
const OUTPUT: RangeInclusive<usize> = 16..=64;
const BCRYPT_COST: RangeInclusive<u32> = 10..=14;

/// bcrypt reads no further, so what follows in a longer password would not be checked (security 55, 67).
const BCRYPT_READS: usize = 72;

/// Why a hash cannot be taken over from another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum ImportHashError {
    Unsupported,
    Malformed,
    OutOfBounds,
    Keyed,
}

impl ImportHashError {
    /// In words.
    #[must_use]
    pub fn in_words(self) -> Phrase {
        match self {
            Self::Unsupported => phrase!(problem.hash_unknown),
            Self::Malformed => phrase!(problem.hash_malformed),
            Self::OutOfBounds => phrase!(problem.hash_out_of_bounds),
            Self::Keyed => phrase!(problem.hash_secret),
        }
    }
}

/// Whether a hash from another system can be verified here.
///
/// # Errors
/// Says what is wrong with it, never what it contains.
pub fn importable(hash: &str) -> Result<(), ImportHashError> {
    match Stored::parse(hash)? {
        Stored::Argon2(hash) if !hash.key_id.is_empty() => Err(ImportHashError::Keyed),
        Stored::Argon2(_) | Stored::Bcrypt(_) => Ok(()),
    }
}

pub enum Stored {
    Argon2(Argon2Hash),
    Bcrypt(BcryptHash),
}

impl Stored {
    pub fn parse(text: &str) -> Result<Self, ImportHashError> {
        if ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix)) {
            BcryptHash::parse(text).map(Self::Bcrypt)
        } else {
            Argon2Hash::parse(text).map(Self::Argon2)
        }
    }
}

/// An argon2 hash in its parts. An empty `key_id` means: made without a secret key.
pub struct Argon2Hash {
    pub algorithm: Algorithm,
    pub version: Version,
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    pub key_id: Vec<u8>,
    pub salt: Vec<u8>,
    pub output: Vec<u8>,
}

impl Argon2Hash {
    /// Today's parameters; the output is still to be computed.
    pub fn current(key_id: [u8; KEY_ID_BYTES], salt: [u8; SALT_BYTES]) -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            key_id: key_id.to_vec(),
            salt: salt.to_vec(),
            output: vec![0; OUTPUT_BYTES],
        }
    }

    fn parse(text: &str) -> Result<Self, ImportHashError> {
        use ImportHashError::{Malformed, OutOfBounds, Unsupported};
        let phc = PasswordHash::new(text).map_err(|_| Malformed)?;
        let algorithm = Algorithm::try_from(phc.algorithm).map_err(|_| Unsupported)?;
        let version = phc.version.ok_or(Malformed)?;
        let mut salt = [0; 64];
        let salt = phc
            .salt
            .ok_or(Malformed)?
            .decode_b64(&mut salt)
            .map_err(|_| Malformed)?;
        let mut hash = Self {
            algorithm,
            version: Version::try_from(version).map_err(|_| Unsupported)?,
            memory_kib: phc.params.get_decimal("m").ok_or(Malformed)?,
            passes: phc.params.get_decimal("t").ok_or(Malformed)?,
            lanes: phc.params.get_decimal("p").ok_or(Malformed)?,
            key_id: Vec::new(),
            salt: salt.to_vec(),
            output: phc.hash.ok_or(Malformed)?.as_bytes().to_vec(),
        };
        for (name, value) in phc.params.iter() {
            match name.as_str() {
                "m" | "t" | "p" => {}
                "keyid" => hash.key_id = STANDARD_NO_PAD.decode(value.as_str()).map_err(|_| Malformed)?,
                _ => return Err(Unsupported),
            }
        }
        if algorithm == Algorithm::Argon2d {
            return Err(Unsupported);
        }
        let bounded = hash.memory_kib <= MAX_MEMORY_KIB
            && (1..=MAX_PASSES).contains(&hash.passes)
            && (1..=MAX_LANES).contains(&hash.lanes)
            && hash.memory_kib >= 8 * hash.lanes
            && hash.salt.len() >= argon2::MIN_SALT_LEN
            && OUTPUT.contains(&hash.output.len());
        if bounded { Ok(hash) } else { Err(OutOfBounds) }
    }

    /// Made without our key, or with less work than today's.
    pub fn is_outdated(&self) -> bool {
        self.key_id.is_empty()
            || self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.memory_kib < MEMORY_KIB
            || self.passes < PASSES
            || self.salt.len() < SALT_BYTES
            || self.output.len() < OUTPUT_BYTES
    }

    /// The output for this text under these parameters, worked out in `memory`, which grows to what they need; `None` only for
    /// parameters that [`Self::parse`] does not let through.
    pub fn compute(&self, text: &[u8], key: Option<&[u8]>, memory: &mut Vec<Block>) -> Option<Zeroizing<Vec<u8>>> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(self.output.len())).ok()?;
        let argon2 = match key {
            Some(key) => Argon2::new_with_secret(key, self.algorithm, self.version, params).ok()?,
            None => Argon2::new(self.algorithm, self.version, params),
        };
        let blocks = argon2.params().block_count();
        if memory.len() < blocks {
            memory.resize(blocks, Block::default());
        }
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        argon2
            .hash_password_into_with_memory(text, &self.salt, &mut output, memory.get_mut(..blocks)?)
            .ok()?;
        Some(output)
    }
}

impl fmt::Display for Argon2Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory_kib,
            passes,
            lanes,
            ..
        } = self;
        write!(
            f,
            "${}$v={}$m={memory_kib},t={passes},p={lanes}",
            self.algorithm,
            u32::from(self.version)
        )?;
        if !self.key_id.is_empty() {
            write!(f, ",keyid={}", STANDARD_NO_PAD.encode(&self.key_id))?;
        }
        write!(
            f,
            "${}${}",
            STANDARD_NO_PAD.encode(&self.salt),
            STANDARD_NO_PAD.encode(&self.output)
        )
    }
}

/// A bcrypt hash of bounded cost.
pub struct BcryptHash(String);

impl BcryptHash {
    fn parse(text: &str) -> Result<Self, ImportHashError> {
        let parts: bcrypt::HashParts = text.parse().map_err(|_| ImportHashError::Malformed)?;
        if BCRYPT_COST.contains(&parts.get_cost()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ImportHashError::OutOfBounds)
        }
    }

    /// Never true for a password that bcrypt would have read only in part: its owner chooses a new one by mail instead.
    pub fn matches(&self, text: &[u8]) -> bool {
        bcrypt::verify(text, &self.0).unwrap_or(false) && text.len() <= BCRYPT_READS
    }
}
