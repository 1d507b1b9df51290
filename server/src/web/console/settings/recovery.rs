//! What stands beside the settings of recovery: the facts to choose from, and how hard the chosen ones are to guess.

use super::form::Asked;
use crate::fact::attribute::list;
use crate::recovery::difficulty::estimate;
use crate::refused::Refused;
use crate::settings::Settings;
use crate::web::console::desk::AtDesk;
use app::admin::recovery::{About, Estimate, Part, hint};

/// Every fact that recovery may ask for.
pub async fn facts(desk: &AtDesk) -> Result<Vec<Asked>, Refused> {
    let all = list(&desk.latchkey, &desk.staff).await?.into_iter();
    let may = all.filter(|attribute| attribute.proves);
    Ok(may
        .map(|attribute| Asked {
            label: attribute.label(desk.lang).to_owned(),
            hint: hint(desk.lang, attribute.locates),
            name: attribute.name,
        })
        .collect())
}

/// How hard the facts are to guess that are chosen now; nothing where none is.
pub async fn about(desk: &AtDesk, settings: &Settings) -> Result<About, Refused> {
    let names = &settings.recovery.facts;
    if names.is_empty() {
        return Ok(About { estimate: None });
    }
    let estimate = match estimate(&desk.latchkey, &desk.staff, names).await {
        Ok(estimate) => {
            let facts = facts(desk).await?;
            let label = |name: &String| {
                let fact = facts.iter().find(|fact| fact.name == *name);
                fact.map_or_else(|| name.clone(), |fact| fact.label.clone())
            };
            let parts = estimate.facts.iter().map(|(name, bits)| Part {
                label: label(name),
                bits: *bits,
            });
            Estimate::Of {
                parts: parts.collect(),
                bits: estimate.bits,
                minimum: estimate.minimum,
                accounts: estimate.accounts,
                enough: estimate.enough(),
            }
        }
        Err(Refused::Field { problem, .. }) => Estimate::NotYet(problem.say(desk.lang)),
        Err(refused) => return Err(refused),
    };
    Ok(About {
        estimate: Some(estimate),
    })
}
