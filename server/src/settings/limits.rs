//! Settings of the limits.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Limits {
    pub enabled: bool,
}

pub const DECLARATIONS: &[Declaration] = &[Declaration {
    name: "limits.enabled",
    kind: Kind::Switch,
    default: "true",
    help: "Whether requests, mails and tries are limited. Switch off for load tests only.",
}];
