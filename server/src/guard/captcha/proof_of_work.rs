//! The server's own check: a number between 0 and `most` is to be found whose hash is known. Half of them are tried on average, all of
//! them at the worst, so nobody is unlucky for long. Checking costs one hash and no look-up.
//!
//! A challenge is signed and says everything about itself; only the answers that were used are stored. The busier a client or the
//! whole place is, the larger `most`.

use super::{Failure, Once, Place, ticket};
use crate::clock::{MINUTE, UnixMillis};
use crate::guard::limits::{
    Budget, RECOVERY_BY_ALL, RECOVERY_BY_CLIENT, RESET_BY_ALL, RESET_BY_CLIENT, SIGN_IN_BY_CLIENT,
};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::secret::random;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// What the text of a challenge begins with.
const KIND: &str = "pow";

/// How long an answer counts: as long as somebody may take to fill in a form.
const LIFETIME: i64 = 10 * MINUTE;

/// The largest number of a quiet hour: a tenth of a second on a phone.
const QUIET: u32 = 100_000;

/// How much of a budget is used, in percent, and how many times as much work that makes. The most is a second on a phone.
const PRESSURE: [(i64, u32); 3] = [(50, 8), (25, 4), (10, 2)];

/// Find the number: SHA-256 over the salt and the number in decimal digits, both as text, is the digest. The answer is the token, a
/// dot, and the number.
#[derive(Clone, Debug)]
pub struct Challenge {
    pub token: String,
    pub salt: String,
    /// In hexadecimal digits.
    pub digest: String,
    /// The number is at most this.
    pub most: u32,
    pub expires_at: UnixMillis,
}

/// Makes a challenge; nothing of it is stored.
///
/// # Errors
/// When the database does not answer.
pub async fn challenge(latchkey: &Latchkey, visitor: &Visitor, place: Place) -> Result<Challenge, Fault> {
    let limits = latchkey.settings().await?.limits.clone();
    let now = latchkey.now();
    let mut used = 0;
    for (budget, of) in counted(place, &visitor.network()) {
        used = used.max(budget.used(&latchkey.store, &of, now).await? * 100 / limits.of(budget).allowed.max(1));
    }
    let times = PRESSURE
        .iter()
        .find(|(from, _)| used >= *from)
        .map_or(1, |(_, times)| *times);
    Ok(make(latchkey, place, QUIET * times, now))
}

fn make(latchkey: &Latchkey, place: Place, most: u32, now: UnixMillis) -> Challenge {
    let number = u32::from_be_bytes(random()) % (most + 1);
    let salt = HEXLOWER.encode(&random::<16>());
    let digest = HEXLOWER.encode(&hash(&salt, number));
    let expires_at = now + LIFETIME;
    let (most_text, expiry) = (most.to_string(), expires_at.to_string());
    let token = ticket::sign(
        &latchkey.keys,
        &[KIND, place.as_str(), &most_text, &expiry, &salt, &digest],
    );
    Challenge {
        token,
        salt,
        digest,
        most,
        expires_at,
    }
}

/// What is counted anyway at a place, by client and by everybody.
fn counted(place: Place, network: &str) -> Vec<(Budget, String)> {
    let (by_client, by_all) = match place {
        Place::Forgot => (RESET_BY_CLIENT, Some(RESET_BY_ALL)),
        Place::Recovery => (RECOVERY_BY_CLIENT, Some(RECOVERY_BY_ALL)),
        Place::SignIn => (SIGN_IN_BY_CLIENT, None),
    };
    let by_client = (by_client, network.to_owned());
    [Some(by_client), by_all.map(|budget| (budget, String::new()))]
        .into_iter()
        .flatten()
        .collect()
}

fn hash(salt: &str, number: u32) -> [u8; 32] {
    Sha256::digest(format!("{salt}{number}")).into()
}

/// Whether an answer is right. Does not know whether it was used.
///
/// # Errors
/// Why not.
pub fn check(latchkey: &Latchkey, place: Place, answer: &str) -> Result<Once, Failure> {
    let (token, number) = answer.rsplit_once('.').ok_or(Failure::Forged)?;
    let [kind, at, _, expires_at, salt, digest] = ticket::open::<6>(&latchkey.keys, token).ok_or(Failure::Forged)?;
    if kind != KIND || at != place.as_str() {
        return Err(Failure::Forged);
    }
    let until: UnixMillis = expires_at.parse().map_err(|_| Failure::Forged)?;
    if until <= latchkey.now() {
        return Err(Failure::Expired);
    }
    let number: u32 = number.parse().map_err(|_| Failure::Wrong)?;
    if HEXLOWER.encode(&hash(salt, number)) != digest {
        return Err(Failure::Wrong);
    }
    Ok(Once {
        id: format!("{KIND}:{salt}"),
        until,
    })
}

/// Finds the number, as a browser does. For the probe of our own health, and for tests.
#[must_use]
pub fn solve(challenge: &Challenge) -> Option<String> {
    let digest = HEXLOWER.decode(challenge.digest.as_bytes()).ok()?;
    let found = (0..=challenge.most).find(|number| hash(&challenge.salt, *number) == *digest)?;
    Some(format!("{}.{found}", challenge.token))
}

/// Makes, solves and checks a small challenge, as the way from a page to its form does.
#[must_use]
pub fn works(latchkey: &Latchkey) -> bool {
    let challenge = make(latchkey, Place::Forgot, 20, latchkey.now());
    solve(&challenge).is_some_and(|answer| check(latchkey, Place::Forgot, &answer).is_ok())
}
