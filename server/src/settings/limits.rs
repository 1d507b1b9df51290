//! Settings of the limits.

use super::{Declaration, Kind};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Deserialize)]
pub struct Limits {
    pub enabled: bool,
    /// How many budgets allow, by their names, where that is not as delivered.
    pub budgets: BTreeMap<String, i64>,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("limits.enabled", Kind::Switch, "true"),
    Declaration::new("limits.budgets", Kind::Budgets, "{}"),
];
