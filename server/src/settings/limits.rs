//! Settings of the limits.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Limits {
    pub enabled: bool,
}

pub const DECLARATIONS: &[Declaration] = &[Declaration::new("limits.enabled", Kind::Switch, "true")];
