//! What facts are called, and what is wrong with one: for forms in every language, and in English for REST and import reports.

use crate::phrase;
use crate::view::{FactKind, FactProblem};
use crate::words::{Locale, Phrase, say};

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
pub fn problem(problem: FactProblem, format: &str) -> Phrase {
    match problem {
        FactProblem::Missing => phrase!(problem.fact_missing),
        FactProblem::TooLong => phrase!(problem.fact_too_long),
        FactProblem::Format if format.is_empty() => phrase!(problem.fact_format),
        FactProblem::Format => phrase!(problem.fact_format_as, format = format),
        FactProblem::Date => phrase!(problem.fact_date),
        FactProblem::Option => phrase!(problem.fact_option),
    }
}
