//! Settings of sessions.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("session.idle_minutes", Kind::Number { min: 2, max: 480 }, "30").guarded(),
    Declaration::new("session.absolute_hours", Kind::Number { min: 1, max: 24 }, "8").guarded(),
];
