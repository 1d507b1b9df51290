//! How passwords are stored and compared: argon2id with a pepper, off the async threads, never more at once than the memory
//! allows. What a hash looks like on paper is the business of [`stored`].

mod queue;
mod stored;

pub use stored::{ImportHashError, importable};

use super::Password;
use crate::secret;
use queue::{Full, Memory, Queue};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use stored::{Argon2Hash, Stored};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of the name of a pepper, as long as a PHC string allows.
pub const KEY_ID_BYTES: usize = 8;

/// The answer for one password and one stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    No,
    Yes,
    /// Right, and stored in a way that today's parameters have overtaken: hash it again while it is at hand (security 64).
    YesNeedsUpgrade,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// As many passwords are being hashed as the server can bear, and as many wait as may; has nothing to do with the account.
    /// Doors answer 503 with `Retry-After`.
    #[error("too many passwords are being hashed")]
    Busy,
    #[error("hashing a password failed")]
    Failed,
}

/// Hashes and verifies. Clones share one limit and one pepper.
#[derive(Clone)]
pub struct Hasher(Arc<Inner>);

struct Inner {
    pepper: Zeroizing<[u8; 32]>,
    key_id: [u8; KEY_ID_BYTES],
    queue: Arc<Queue>,
    work: AtomicU64,
}

impl From<Full> for HashError {
    fn from(_: Full) -> Self {
        Self::Busy
    }
}

impl Hasher {
    /// `pepper` is a key kept outside the database, so that its reader cannot guess passwords (security 63); `key_id` names it
    /// in every hash made with it. `threads` hashes are computed at once, each taking [`stored::MEMORY_KIB`]; up to `places`
    /// more wait.
    #[must_use]
    pub fn new(pepper: [u8; 32], key_id: [u8; KEY_ID_BYTES], threads: usize, places: usize) -> Self {
        Self(Arc::new(Inner {
            pepper: Zeroizing::new(pepper),
            key_id,
            queue: Queue::new(threads, places),
            work: AtomicU64::new(0),
        }))
    }

    /// A PHC string with a fresh salt.
    ///
    /// # Errors
    /// [`HashError::Busy`] at the limit.
    pub async fn hash(&self, password: &Password) -> Result<String, HashError> {
        self.queued(password, Inner::hash).await?
    }

    /// The same, once `judge` has nothing against it. Both in one turn, so no more estimates are made at once than hashes
    /// (security 65).
    ///
    /// # Errors
    /// [`HashError::Busy`] at the limit. Inside: what `judge` says.
    pub async fn hash_judged<R: Send + 'static>(
        &self,
        password: &Password,
        judge: impl FnOnce(&Password) -> Result<(), R> + Send + 'static,
    ) -> Result<Result<String, R>, HashError> {
        let work = |inner: &Inner, password: &Password, memory: &mut Memory| match judge(password) {
            Ok(()) => inner.hash(password, memory).map(Ok),
            Err(refused) => Ok(Err(refused)),
        };
        self.queued(password, work).await?
    }

    /// Compares with what is stored. `None` stands for every account that has nothing to compare with (unknown, disabled,
    /// signed in elsewhere, no password): the answer is no, after the same work (security 157).
    ///
    /// A hash that cannot be used, or that was made with another pepper, is treated alike, and the log says so (security 63).
    /// Only imported hashes cost what their own parameters say, so an account that has never signed in here since its import
    /// can be told from others by the time a wrong password takes; the first sign-in, or a reset, ends that.
    ///
    /// # Errors
    /// [`HashError::Busy`] at the limit.
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<Verified, HashError> {
        let stored = stored.map(str::to_owned);
        self.queued(password, move |inner, password, memory| {
            inner.verify(password, stored.as_deref(), memory)
        })
        .await
    }

    /// Whether one more could wait for its turn now. Takes no place: somebody else may be quicker.
    ///
    /// # Errors
    /// [`HashError::Busy`] at the limit.
    pub fn require_place(&self) -> Result<(), HashError> {
        Ok(self.0.queue.require_place()?)
    }

    /// How many password hashes were computed. Tests compare it for known and unknown accounts.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.0.work.load(Ordering::Relaxed)
    }

    /// Passwords being hashed, and passwords waiting for their turn.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        self.0.queue.load()
    }

    async fn queued<T: Send + 'static>(
        &self,
        password: &Password,
        work: impl FnOnce(&Inner, &Password, &mut Memory) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let (inner, password) = (Arc::clone(&self.0), password.clone());
        let answered = self.0.queue.join(move |memory| work(&inner, &password, memory))?;
        answered.await.map_err(|_| HashError::Failed)
    }
}

impl Inner {
    fn hash(&self, password: &Password, memory: &mut Memory) -> Result<String, HashError> {
        let fresh = Argon2Hash::current(self.key_id, secret::random());
        let output = self.compute(&fresh, password, memory).ok_or(HashError::Failed)?;
        Ok(Argon2Hash {
            output: output.to_vec(),
            ..fresh
        }
        .to_string())
    }

    fn verify(&self, password: &Password, stored: Option<&str>, memory: &mut Memory) -> Verified {
        match stored.map(Stored::parse) {
            Some(Ok(Stored::Argon2(hash))) if hash.key_id.is_empty() || hash.key_id == self.key_id => {
                let outdated = hash.is_outdated();
                answer(self.matches(&hash, password, memory), outdated)
            }
            Some(Ok(Stored::Bcrypt(hash))) => {
                self.work.fetch_add(1, Ordering::Relaxed);
                answer(hash.matches(password.typed()), true)
            }
            unusable => {
                log_unusable(unusable.as_ref());
                // With another salt each time, as among people: how long a hash takes hangs a little on where its salt leads.
                let nobodys = Argon2Hash::current(self.key_id, secret::random());
                let _never = std::hint::black_box(self.matches(&nobodys, password, memory));
                Verified::No
            }
        }
    }

    fn matches(&self, hash: &Argon2Hash, password: &Password, memory: &mut Memory) -> bool {
        self.compute(hash, password, memory)
            .is_some_and(|output| output.ct_eq(&hash.output).into())
    }

    /// Hashes with the parameters and salt of `hash`. One without a key was made elsewhere: no pepper, and of the text as typed.
    fn compute(&self, hash: &Argon2Hash, password: &Password, memory: &mut Memory) -> Option<Zeroizing<Vec<u8>>> {
        self.work.fetch_add(1, Ordering::Relaxed);
        let own = !hash.key_id.is_empty();
        let text = if own {
            password.as_str().as_bytes()
        } else {
            password.typed()
        };
        let output = hash.compute(text, own.then_some(self.pepper.as_slice()), memory);
        // What an import asked for beyond our own parameters is given back at once.
        memory.truncate(stored::MEMORY_KIB as usize);
        memory.shrink_to_fit();
        output
    }
}

/// Names neither account nor hash: whoever runs the server sees that something is wrong, and readers of the log nothing else.
fn log_unusable(stored: Option<&Result<Stored, ImportHashError>>) {
    match stored {
        None => {}
        Some(Ok(_)) => tracing::error!("a stored password hash was made with a key that this server does not have"),
        Some(Err(error)) => tracing::error!(%error, "a stored password hash cannot be used"),
    }
}

fn answer(matches: bool, outdated: bool) -> Verified {
    match (matches, outdated) {
        (false, _) => Verified::No,
        (true, false) => Verified::Yes,
        (true, true) => Verified::YesNeedsUpgrade,
    }
}

#[cfg(test)]
mod tests;
