//! What facts are called, and what is wrong with one: for forms in every language, and in English for REST and import reports.

use crate::view::{FactKind, FactProblem};
use crate::words::{Locale, say};

/// The name of a built-in fact; empty for kinds whose attributes are named by whoever defines them.
#[must_use]
pub fn label(lang: Locale, kind: FactKind) -> &'static str {
    match kind {
        FactKind::Email => say!(lang, fact.email),
        FactKind::SocialSecurityNumber => say!(lang, fact.social_security_number),
        FactKind::DriversLicence => say!(lang, fact.drivers_licence),
        FactKind::ShortText | FactKind::Number | FactKind::Date | FactKind::PickList => "",
    }
}

/// What is wrong with a fact, to follow its name.
#[must_use]
pub fn problem(lang: Locale, problem: FactProblem, format: &str) -> String {
    match problem {
        FactProblem::Missing => say!(lang, fact.missing).to_owned(),
        FactProblem::TooLong => say!(lang, fact.too_long).to_owned(),
        FactProblem::Format if format.is_empty() => say!(lang, fact.format).to_owned(),
        FactProblem::Format => say!(lang, fact.format_as, format = format),
        FactProblem::Date => say!(lang, fact.date).to_owned(),
        FactProblem::Option => say!(lang, fact.option).to_owned(),
    }
}
