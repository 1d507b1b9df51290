//! What recovery asks for at the moment, if there is any: the settings, checked once more when they are used, because pins and the
//! command line know nothing of attributes.

use crate::fact::Attribute;
use crate::fact::attribute::all;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::reset::availability::missing;
use crate::settings::Settings;
use app::outcome::Refusal;
use app::phrase;
use app::words::Phrase;

/// The facts asked for, in order; at least two, of which at least one locates an account.
pub struct Plan {
    pub asked: Vec<Attribute>,
}

/// What is asked for; nothing while recovery by facts is off. Recovery mails codes, so without mail there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn plan(latchkey: &Latchkey, settings: &Settings) -> Result<Option<Plan>, Fault> {
    if !settings.recovery.enabled || !mailable(latchkey, settings) {
        return Ok(None);
    }
    let attributes = all(&latchkey.store).await?;
    Ok(of(&attributes, &settings.recovery.facts).ok())
}

/// The same where there has to be one.
///
/// # Errors
/// [`Refusal::RecoveryOff`].
pub async fn required(latchkey: &Latchkey, settings: &Settings) -> Result<Plan, Refused> {
    Ok(plan(latchkey, settings).await?.ok_or(Refusal::RecoveryOff)?)
}

/// Whether mails can leave, and a reset by mail is there for whoever is locked out: without it nothing would ever unlock (R9).
#[must_use]
pub fn mailable(latchkey: &Latchkey, settings: &Settings) -> bool {
    missing(latchkey, settings).is_empty()
}

/// The attributes of these names, where they are enough to prove and find somebody.
///
/// # Errors
/// In words, why not (R2, security 68).
pub fn of(attributes: &[Attribute], names: &[String]) -> Result<Plan, Phrase> {
    let mut asked = Vec::new();
    for name in names {
        let attribute = attributes.iter().find(|attribute| attribute.name == *name);
        let attribute = attribute.ok_or_else(|| phrase!(problem.no_fact, name = name.as_str()))?;
        if !attribute.proves {
            return Err(phrase!(problem.fact_proves_nothing, name = name.as_str()));
        }
        if asked.contains(attribute) {
            return Err(phrase!(problem.fact_twice, name = name.as_str()));
        }
        asked.push(attribute.clone());
    }
    if asked.len() < 2 {
        return Err(phrase!(problem.facts_too_few));
    }
    if !asked.iter().any(|attribute| attribute.locates) {
        return Err(phrase!(problem.facts_locate_nobody));
    }
    Ok(Plan { asked })
}
