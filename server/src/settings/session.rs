//! Settings of sessions.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        name: "session.idle_minutes",
        kind: Kind::Number { min: 2, max: 480 },
        default: "30",
        help: "How long a session lives without being used, in minutes.",
    },
    Declaration {
        name: "session.absolute_hours",
        kind: Kind::Number { min: 1, max: 24 },
        default: "8",
        help: "How long a session lives at most, in hours.",
    },
];
