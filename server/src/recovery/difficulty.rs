//! How hard the facts are to guess. An estimate to the side of caution: what an attacker may look up counts nothing, what is drawn from
//! a few values counts those, and whoever is content with any account has as many chances as there are accounts.

use super::plan;
use crate::fact::Attribute;
use crate::fact::attribute::all;
use crate::fact::value::places;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::settings::Settings;
use crate::staff::{Permission, Staff};
use app::phrase;
use app::view::FactKind;

/// Nine digits, of which nothing is known. Whoever knows the last four has 17 bits left: that is what the lock after three is for.
const SOCIAL_SECURITY_BITS: f64 = 29.9;
/// A letter and seven digits; most countries have more.
const LICENCE_BITS: f64 = 28.0;
/// Days of a century.
const DATE_BITS: f64 = 15.2;
/// A word or name that somebody was asked for: the common ones are few.
const TEXT_BITS: f64 = 10.0;
/// A number of unknown length: as a three-digit one.
const NUMBER_BITS: f64 = 10.0;

const LETTER: f64 = 4.7;
const DIGIT: f64 = 3.3;
const EITHER: f64 = 5.1;

/// An estimate, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Bits of each fact, in order.
    pub facts: Vec<(String, u32)>,
    pub accounts: i64,
    /// Of all together, for anybody among the accounts: about 2 to this power guesses lead into one of them.
    pub bits: u32,
    /// The least that is enough.
    pub minimum: u32,
}

impl Estimate {
    #[must_use]
    pub fn enough(&self) -> bool {
        self.bits >= self.minimum
    }
}

/// What the facts of these names would be worth.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden); [`Refused::Field`] where they cannot be asked for together.
pub async fn estimate(latchkey: &Latchkey, staff: &Staff, names: &[String]) -> Result<Estimate, Refused> {
    staff.require(Permission::ReadSettings)?;
    let settings = latchkey.settings().await?;
    of(latchkey, names, settings.recovery.min_difficulty_bits).await
}

/// Refuses to have recovery on with facts that are too few or too easy (security 68).
///
/// # Errors
/// [`Refused::Field`], a conflict that says why.
pub async fn require(latchkey: &Latchkey, settings: &Settings) -> Result<(), Refused> {
    let recovery = &settings.recovery;
    if !recovery.enabled && recovery.facts.is_empty() {
        return Ok(());
    }
    let estimate = of(latchkey, &recovery.facts, recovery.min_difficulty_bits).await?;
    if !recovery.enabled || estimate.enough() {
        return Ok(());
    }
    let problem = phrase!(
        problem.facts_too_easy,
        bits = estimate.bits,
        accounts = estimate.accounts,
        minimum = estimate.minimum,
    );
    Err(Refused::conflict("recovery.facts", problem))
}

async fn of(latchkey: &Latchkey, names: &[String], minimum: u32) -> Result<Estimate, Refused> {
    let attributes = all(&latchkey.store).await?;
    let plan = plan::of(&attributes, names).map_err(|problem| Refused::conflict("recovery.facts", problem))?;
    let accounts = latchkey.store.count_accounts().await?;
    let all_bits: f64 = plan.asked.iter().map(bits).sum();
    Ok(Estimate {
        facts: plan
            .asked
            .iter()
            .map(|attribute| (attribute.name.clone(), whole(bits(attribute))))
            .collect(),
        accounts,
        bits: whole(all_bits - chances(accounts)),
        minimum,
    })
}

/// Bits that the number of accounts takes away.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn chances(accounts: i64) -> f64 {
    (accounts.max(1) as f64).log2()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate between 0 and a few hundred"
)]
fn whole(bits: f64) -> u32 {
    bits.max(0.0).floor() as u32
}

#[expect(clippy::cast_precision_loss, reason = "at most two hundred options")]
fn bits(attribute: &Attribute) -> f64 {
    match attribute.kind {
        // On business cards and in every leak: who it is, not whether it is them.
        FactKind::Email => 0.0,
        FactKind::SocialSecurityNumber => SOCIAL_SECURITY_BITS,
        FactKind::DriversLicence => LICENCE_BITS,
        FactKind::Date => DATE_BITS,
        FactKind::PickList => (attribute.options.len().max(1) as f64).log2(),
        FactKind::ShortText if attribute.format.is_empty() => TEXT_BITS,
        FactKind::Number if attribute.format.is_empty() => NUMBER_BITS,
        FactKind::ShortText | FactKind::Number => places(&attribute.format)
            .map(|place| match place {
                'A' => LETTER,
                '9' => DIGIT,
                _ => EITHER,
            })
            .sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::built_in;
    use std::collections::BTreeMap;

    fn of_kind(kind: FactKind, format: &str, options: usize) -> Attribute {
        Attribute {
            name: "x".to_owned(),
            kind,
            labels: BTreeMap::new(),
            options: (0..options).map(|n| n.to_string()).collect(),
            format: format.to_owned(),
            proves: true,
            locates: false,
        }
    }

    #[test]
    fn what_anybody_knows_counts_nothing_and_what_is_drawn_from_few_counts_little() {
        let [email, social, licence] = built_in();
        assert_eq!(whole(bits(&email)), 0);
        assert_eq!(whole(bits(&social)), 29);
        assert_eq!(whole(bits(&licence)), 28);
        assert_eq!(whole(bits(&of_kind(FactKind::PickList, "", 8))), 3);
        assert_eq!(whole(bits(&of_kind(FactKind::Date, "", 0))), 15);
        assert_eq!(whole(bits(&of_kind(FactKind::Number, "99999999", 0))), 26);
        assert_eq!(whole(bits(&of_kind(FactKind::ShortText, "AA-9999", 0))), 22);
    }

    #[test]
    fn more_accounts_are_more_chances() {
        assert_eq!(whole(29.9 - chances(1)), 29);
        assert_eq!(whole(29.9 - chances(1024)), 19);
        assert_eq!(whole(3.0 - chances(1024)), 0);
    }
}
