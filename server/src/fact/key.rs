//! The keys facts are stored under. The first is made from the master key; `latchkey keys rotate` makes later ones, each a file beside
//! the master key's, never in the database. What is stored names its key, so old keys check what was stored before, until it is shown
//! again and stored anew (security 93).
//!
//! ```text
//! latchkey.key ──▶ key 1        latchkey.key.facts-2 ──▶ key 2        latchkey.key.facts-3 ──▶ key 3: new facts
//! ```

use super::value::Value;
use crate::latchkey::Latchkey;
use crate::password::Password;
use crate::refused::{Fault, Refused};
use crate::secret::{Keys, Purpose};
use crate::store::{FactKeyRow, NewFact};
use crate::{key_file, password::hash::Verified};
use app::phrase;
use data_encoding::HEXLOWER;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Raised when the way of storing changes, so that no old value is ever taken for a new one.
const VERSION: &str = "1";

/// A key and its name in the database.
pub struct FactKey {
    pub id: String,
    number: i64,
    keys: Keys,
}

impl FactKey {
    fn new(number: i64, key: [u8; 32]) -> Self {
        let keys = Keys::new(key);
        let id = keys.mac(Purpose::KeyCheck, &["facts"]);
        Self {
            id: HEXLOWER.encode(id.first_chunk::<8>().unwrap_or(&[0; 8])),
            number,
            keys,
        }
    }

    /// Every field has a key of its own.
    fn of_field(&self, attribute: &str) -> Keys {
        Keys::new(self.keys.mac(Purpose::FactField, &[attribute]))
    }

    /// What is hashed: neither the value nor anything that could be computed without the key. Bound to its account, so that a row
    /// copied to another account proves nobody (security 91).
    fn bound(&self, attribute: &str, account_id: &str, value: &Value) -> Result<Password, Fault> {
        let parts = [VERSION, attribute, account_id, value.as_str()];
        let text = self.of_field(attribute).mac_text(Purpose::FactValue, &parts);
        Password::new(&text).map_err(|_| Fault::Other("a keyed fact is too long to be hashed".into()))
    }

    /// By which an account is found: the same for the same value, and worth nothing without the key.
    #[must_use]
    pub fn blind_index(&self, attribute: &str, value: &Value) -> String {
        let parts = [VERSION, attribute, value.as_str()];
        self.of_field(attribute).mac_text(Purpose::FactIndex, &parts)
    }
}

/// Every key that this server has needed so far, and where there are more.
pub struct Ring {
    master: Arc<Keys>,
    key_file: PathBuf,
    known: Mutex<Vec<Arc<FactKey>>>,
}

/// The keys of the moment, the current one last.
pub type Bunch = Vec<Arc<FactKey>>;

impl Ring {
    #[must_use]
    pub fn new(master: Arc<Keys>, key_file: PathBuf) -> Self {
        Self {
            master,
            key_file,
            known: Mutex::default(),
        }
    }

    /// Where the key of a number is kept.
    #[must_use]
    pub fn file(&self, number: i64) -> PathBuf {
        let mut name = self.key_file.clone().into_os_string();
        name.push(format!(".facts-{number}"));
        name.into()
    }

    fn key(&self, row: &FactKeyRow) -> Result<Arc<FactKey>, Fault> {
        let known = self.known.lock().ok();
        if let Some(key) = known.and_then(|known| known.iter().find(|key| key.id == row.id).cloned()) {
            return Ok(key);
        }
        let key = Arc::new(self.read(row.number)?);
        if key.id != row.id {
            return Err(phrase!(
                trouble.facts_key_wrong,
                file = self.place(row.number),
                id = row.id.as_str()
            )
            .into());
        }
        if let Ok(mut known) = self.known.lock() {
            known.push(key.clone());
        }
        Ok(key)
    }

    fn read(&self, number: i64) -> Result<FactKey, Fault> {
        if number == 1 {
            return Ok(FactKey::new(1, *self.master.derive(Purpose::Facts)));
        }
        let file = self.file(number);
        let key = key_file::read(&file)?
            .ok_or_else(|| phrase!(trouble.facts_key_missing, file = file.display().to_string()))?;
        Ok(FactKey::new(number, key))
    }

    fn place(&self, number: i64) -> String {
        if number == 1 {
            self.key_file.display().to_string()
        } else {
            self.file(number).display().to_string()
        }
    }
}

/// The keys of the moment. With a key missing or another one in its place nothing is compared and nobody's try is counted: a wrong
/// key would make everybody look like a liar (security 91).
///
/// # Errors
/// When a key that facts were stored with is not here.
pub async fn keys(latchkey: &Latchkey) -> Result<Bunch, Fault> {
    let rows = latchkey.store.fact_keys().await?;
    rows.iter().map(|row| latchkey.fact_keys.key(row)).collect()
}

/// Names the first key where there is none yet, and checks that every key is here.
///
/// # Errors
/// As [`keys`].
pub async fn check(latchkey: &Latchkey) -> Result<(), Fault> {
    let first = latchkey.fact_keys.read(1)?;
    let mut write = latchkey.store.write().await?;
    write.first_fact_key(&first.id, latchkey.now()).await?;
    write.commit().await?;
    keys(latchkey).await.map(drop)
}

/// Makes a new key and uses it from now on. Answers its number and its file.
///
/// # Errors
/// When the file cannot be made, or somebody else rotated meanwhile.
pub async fn rotate(latchkey: &Latchkey) -> Result<(i64, PathBuf), Fault> {
    let number = keys(latchkey).await?.last().map_or(1, |key| key.number) + 1;
    let file = latchkey.fact_keys.file(number);
    let key = FactKey::new(number, key_file::load(&file)?);
    let mut write = latchkey.store.write().await?;
    write.add_fact_key(&key.id, number, latchkey.now()).await?;
    write.commit().await?;
    Ok((number, file))
}

/// Forgets an old key that nothing is stored under any more; its file may be removed then. False while something is, or for the
/// current one.
///
/// # Errors
/// When the database does not answer.
pub async fn retire(latchkey: &Latchkey, number: i64) -> Result<bool, Fault> {
    let mut write = latchkey.store.write().await?;
    let retired = write.retire_fact_key(number).await?;
    write.commit().await?;
    Ok(retired)
}

/// A fact as it is stored: hashed slowly under the current key. `locates` adds what an account is found by.
///
/// # Errors
/// [`Refusal::Busy`](app::outcome::Refusal::Busy) at the limit of hashing.
pub async fn seal(
    latchkey: &Latchkey,
    keys: &Bunch,
    account_id: &str,
    attribute: &super::Attribute,
    value: &Value,
) -> Result<NewFact, Refused> {
    let key = keys
        .last()
        .ok_or_else(|| Fault::Other("there is no key for facts".into()))?;
    let bound = key.bound(&attribute.name, account_id, value)?;
    Ok(NewFact {
        account_id: account_id.to_owned(),
        attribute: attribute.name.clone(),
        key_id: key.id.clone(),
        verifier: latchkey.hasher.hash(&bound).await?,
        blind_index: if attribute.locates {
            key.blind_index(&attribute.name, value)
        } else {
            String::new()
        },
        set_at: latchkey.now(),
    })
}

/// A stored verifier and the key it was made with.
pub struct Stored<'a> {
    pub account_id: &'a str,
    pub key_id: &'a str,
    pub verifier: &'a str,
}

/// Whether a value is what is stored. Nothing stored costs the same and is never it.
///
/// # Errors
/// [`Refusal::Busy`](app::outcome::Refusal::Busy) at the limit of hashing.
pub async fn fits(
    latchkey: &Latchkey,
    keys: &Bunch,
    attribute: &str,
    value: &Value,
    stored: Option<Stored<'_>>,
) -> Result<bool, Refused> {
    let current = keys
        .last()
        .ok_or_else(|| Fault::Other("there is no key for facts".into()))?;
    let key = stored
        .as_ref()
        .and_then(|stored| keys.iter().find(|key| key.id == stored.key_id));
    let account_id = stored.as_ref().map_or("", |stored| stored.account_id);
    let bound = key.unwrap_or(current).bound(attribute, account_id, value)?;
    let verifier = stored.as_ref().filter(|_| key.is_some()).map(|stored| stored.verifier);
    Ok(latchkey.hasher.verify(&bound, verifier).await? != Verified::No)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{built_in, value::read};

    fn ring(folder: &std::path::Path, master: u8) -> Ring {
        Ring::new(Arc::new(Keys::new([master; 32])), folder.join("latchkey.key"))
    }

    fn row(key: &FactKey) -> FactKeyRow {
        FactKeyRow {
            id: key.id.clone(),
            number: key.number,
        }
    }

    // security 91
    #[test]
    fn a_fact_is_bound_to_key_field_and_account() {
        let [_, social, licence] = built_in();
        let value = read(&social, "123-45-6789").unwrap();
        let (key, other) = (FactKey::new(1, [1; 32]), FactKey::new(1, [2; 32]));
        let bound = |key: &FactKey, attribute: &str, account: &str| {
            key.bound(attribute, account, &value).unwrap().as_str().to_owned()
        };
        let here = bound(&key, &social.name, "a");
        assert_eq!(here, bound(&key, &social.name, "a"));
        assert_ne!(here, bound(&key, &social.name, "b"));
        assert_ne!(here, bound(&key, &licence.name, "a"));
        assert_ne!(here, bound(&other, &social.name, "a"));
        assert_ne!(
            key.blind_index(&social.name, &value),
            key.blind_index(&licence.name, &value)
        );
        assert_ne!(
            key.blind_index(&social.name, &value),
            other.blind_index(&social.name, &value)
        );
        assert_ne!(key.blind_index(&social.name, &value), here);
    }

    // security 91, 93
    #[test]
    fn a_missing_or_another_key_is_an_error_that_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let here = ring(folder.path(), 1);
        let second = FactKey::new(2, key_file::load(&here.file(2)).unwrap());
        assert_eq!(here.key(&row(&second)).unwrap().id, second.id);
        let first = here.read(1).unwrap();
        assert_eq!(here.key(&row(&first)).unwrap().id, first.id);
        let elsewhere = tempfile::tempdir().unwrap();
        let missing = ring(elsewhere.path(), 1).key(&row(&second)).err().unwrap().to_string();
        assert!(missing.contains("latchkey.key.facts-2 is missing"), "{missing}");
        let wrong = ring(folder.path(), 9).key(&row(&first)).err().unwrap().to_string();
        assert!(wrong.contains("is not the key"), "{wrong}");
    }
}
