//! Whom facts point at. Where they point at fewer accounts than facts can, others stand in: what is stored of those is read like that
//! of the meant ones, their rows are written too, and then they are left out. Without them the pages that are read and written would
//! tell how many accounts the facts point at (security 70, 157).
//!
//! ```text
//!  locating facts ──▶ meant ─────────────▶ counted, compared, failed
//!        │              │
//!        └─▶ stand-ins ─┴──▶ touched ────▶ read and written, nothing else
//! ```

use super::facts::Given;
use crate::fact::EMAIL;
use crate::fact::key::Bunch;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::secret::Purpose;
use data_encoding::HEXLOWER;

/// Accounts that one fact may point at. A value that more people share finds nobody: it is no proof of who somebody is.
const SHARED: usize = 3;

/// Accounts that all facts together can point at: five facts of three accounts each.
const SLOTS: usize = 15;

/// Stand-ins at hand: one for each fact that may point at nobody.
const STAND_INS: i64 = 5;

/// Ids of accounts; `""` is nobody. Always the same number, so that statements are the same whoever is meant.
pub type Slots = [String; SLOTS];

/// Puts ids into slots.
pub fn slots<'a>(ids: impl IntoIterator<Item = &'a String>) -> Slots {
    let mut ids = ids.into_iter().cloned();
    std::array::from_fn(|_| ids.next().unwrap_or_default())
}

/// What the locating facts of one try lead to.
pub struct Pointed {
    /// For each locating fact the accounts it points at.
    by_fact: Vec<Vec<String>>,
    meant: Vec<String>,
    stand_ins: Vec<String>,
}

impl Pointed {
    /// Looks up every locating fact.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn at(latchkey: &Latchkey, keys: &Bunch, given: &[Given]) -> Result<Self, Fault> {
        let store = &latchkey.store;
        let mut by_fact = Vec::new();
        for (attribute, value) in given.iter().filter(|(attribute, _)| attribute.locates) {
            let mut ids = Vec::new();
            if attribute.name == EMAIL {
                ids.extend(store.account_id_by_key(value.as_str()).await?);
            } else {
                for key in keys {
                    let blind_index = key.blind_index(&attribute.name, value);
                    ids.extend(store.located(&attribute.name, &blind_index, SHARED + 1).await?);
                }
            }
            if ids.len() > SHARED {
                ids.clear();
            }
            by_fact.push(ids);
        }
        let mut meant: Vec<String> = by_fact.iter().flatten().cloned().collect();
        meant.sort();
        meant.dedup();
        let mut stand_ins = store.with_facts(&somewhere(latchkey, given), STAND_INS).await?;
        stand_ins.retain(|id| !meant.contains(id));
        Ok(Self {
            by_fact,
            meant,
            stand_ins,
        })
    }

    /// The accounts that any of the facts points at.
    #[must_use]
    pub fn meant(&self) -> Slots {
        slots(&self.meant)
    }

    /// Those and, where they are fewer than the locating facts, others in place of the missing ones.
    #[must_use]
    pub fn touched(&self) -> Slots {
        let missing = self.by_fact.len().saturating_sub(self.meant.len());
        slots(self.meant.iter().chain(self.stand_ins.iter().take(missing)))
    }

    /// Whether any of the facts points at this account.
    #[must_use]
    pub fn means(&self, id: &str) -> bool {
        self.meant.iter().any(|meant| meant == id)
    }

    /// Whether every locating fact points at this account.
    #[must_use]
    pub fn agree_on(&self, id: &str) -> bool {
        self.by_fact.iter().all(|ids| ids.iter().any(|own| own == id))
    }

    /// Somebody with facts in place of the one that is missing at this index.
    #[must_use]
    pub fn stand_in(&self, index: usize) -> &str {
        self.stand_ins.get(index).map_or("", String::as_str)
    }
}

/// Where to look for stand-ins: the same for the same facts, as it is for who is really meant, and keyed, so that nobody chooses whom.
fn somewhere(latchkey: &Latchkey, given: &[Given]) -> String {
    let typed: Vec<&str> = given.iter().map(|(_, value)| value.as_str()).collect();
    HEXLOWER.encode(&latchkey.keys.mac(Purpose::StandIn, &typed))
}
