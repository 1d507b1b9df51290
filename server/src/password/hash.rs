//! How passwords are stored and compared: argon2id with a pepper, off the async threads, never more at once than the memory
//! allows. What a hash looks like on paper is the business of [`stored`].

mod stored;

pub use stored::{ImportHashError, importable};

use super::Password;
use crate::secret;
use argon2::Block;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use stored::{Argon2Hash, Stored};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
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
    /// What a password is compared with when there is nothing to compare it with. Nobody knows a password for it.
    dummy: Argon2Hash,
    permits: Arc<Semaphore>,
    places: Arc<Semaphore>,
    limits: Limits,
    /// Memory of hashes computed before, one at most for each permit. Taking 19 MiB afresh every time would cost a tenth of the
    /// hash in page faults, and let the allocator keep many times as much.
    memories: Mutex<Vec<Vec<Block>>>,
    work: AtomicU64,
}

/// What there is of each, free or taken.
#[derive(Clone, Copy)]
struct Limits {
    permits: usize,
    places: usize,
}

impl Hasher {
    /// `pepper` is a key kept outside the database, so that its reader cannot guess passwords (security 63); `key_id` names it
    /// in every hash made with it. `permits` hashes are computed at once, each taking [`stored::MEMORY_KIB`]; up to `queue`
    /// more wait.
    #[must_use]
    pub fn new(pepper: [u8; 32], key_id: [u8; KEY_ID_BYTES], permits: usize, queue: usize) -> Self {
        Self(Arc::new(Inner {
            pepper: Zeroizing::new(pepper),
            key_id,
            dummy: Argon2Hash {
                output: secret::random::<32>().to_vec(),
                ..Argon2Hash::current(key_id, secret::random())
            },
            limits: Limits {
                permits,
                places: permits + queue,
            },
            permits: Arc::new(Semaphore::new(permits)),
            places: Arc::new(Semaphore::new(permits + queue)),
            memories: Mutex::default(),
            work: AtomicU64::new(0),
        }))
    }

    /// A PHC string with a fresh salt.
    ///
    /// # Errors
    /// [`HashError::Busy`] at the limit.
    pub async fn hash(&self, password: &Password) -> Result<String, HashError> {
        self.blocking(password, Inner::hash).await?
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
        self.blocking(password, move |inner, password| {
            inner.verify(password, stored.as_deref())
        })
        .await
    }

    /// Whether one more could wait for its turn now. Takes no place: somebody else may be quicker.
    ///
    /// # Errors
    /// [`HashError::Busy`] at the limit.
    pub fn require_place(&self) -> Result<(), HashError> {
        match self.0.places.available_permits() {
            0 => Err(HashError::Busy),
            _ => Ok(()),
        }
    }

    /// How many password hashes were computed. Tests compare it for known and unknown accounts.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.0.work.load(Ordering::Relaxed)
    }

    /// Passwords being hashed, and passwords waiting for their turn.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        let Limits { permits, places } = self.0.limits;
        let running = permits.saturating_sub(self.0.permits.available_permits());
        let taken = places.saturating_sub(self.0.places.available_permits());
        (running, taken.saturating_sub(running))
    }

    /// Runs the work on a blocking thread. Place and permit move into it: a client that hangs up ends the future, but not the
    /// hashing, and must not make room for the next one before it is over (security 65).
    async fn blocking<T: Send + 'static>(
        &self,
        password: &Password,
        work: impl FnOnce(&Inner, &Password) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Arc::clone(&self.0.places)
            .try_acquire_owned()
            .map_err(|_| HashError::Busy)?;
        let permit = Arc::clone(&self.0.permits)
            .acquire_owned()
            .await
            .map_err(|_| HashError::Failed)?;
        let (inner, password) = (Arc::clone(&self.0), password.clone());
        let task = tokio::task::spawn_blocking(move || {
            let _held = (place, permit);
            work(&inner, &password)
        });
        task.await.map_err(|_| HashError::Failed)
    }
}

impl Inner {
    fn hash(&self, password: &Password) -> Result<String, HashError> {
        let fresh = Argon2Hash::current(self.key_id, secret::random());
        let output = self.compute(&fresh, password).ok_or(HashError::Failed)?;
        Ok(Argon2Hash {
            output: output.to_vec(),
            ..fresh
        }
        .to_string())
    }

    fn verify(&self, password: &Password, stored: Option<&str>) -> Verified {
        match stored.map(Stored::parse) {
            Some(Ok(Stored::Argon2(hash))) if hash.key_id.is_empty() || hash.key_id == self.key_id => {
                let outdated = hash.is_outdated();
                answer(self.matches(&hash, password), outdated)
            }
            Some(Ok(Stored::Bcrypt(hash))) => {
                self.work.fetch_add(1, Ordering::Relaxed);
                answer(hash.matches(password.typed()), true)
            }
            unusable => {
                log_unusable(unusable.as_ref());
                let _never = std::hint::black_box(self.matches(&self.dummy, password));
                Verified::No
            }
        }
    }

    fn matches(&self, hash: &Argon2Hash, password: &Password) -> bool {
        self.compute(hash, password)
            .is_some_and(|output| output.ct_eq(&hash.output).into())
    }

    /// Hashes with the parameters and salt of `hash`. One without a key was made elsewhere: no pepper, and of the text as typed.
    fn compute(&self, hash: &Argon2Hash, password: &Password) -> Option<Zeroizing<Vec<u8>>> {
        self.work.fetch_add(1, Ordering::Relaxed);
        let own = !hash.key_id.is_empty();
        let text = if own {
            password.as_str().as_bytes()
        } else {
            password.typed()
        };
        let mut memory = self
            .memories
            .lock()
            .ok()
            .and_then(|mut kept| kept.pop())
            .unwrap_or_default();
        let output = hash.compute(text, own.then_some(self.pepper.as_slice()), &mut memory);
        // What an import asked for beyond our own parameters is given back at once.
        memory.truncate(stored::MEMORY_KIB as usize);
        memory.shrink_to_fit();
        if let Ok(mut kept) = self.memories.lock() {
            kept.push(memory);
        }
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
