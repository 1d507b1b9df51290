//! Settings of what is forgotten, and when (security 199).

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Retention {
    pub interval_minutes: i64,
    pub request_days: i64,
    pub outbox_days: i64,
    pub audit_days: i64,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        name: "retention.interval_minutes",
        kind: Kind::Number { min: 1, max: 1440 },
        default: "15",
        help: "How often expired sessions, tokens, requests and counters are removed, in minutes.",
    },
    Declaration {
        name: "retention.request_days",
        kind: Kind::Number { min: 1, max: 30 },
        default: "3",
        help: "How long a request for a reset stays visible to staff, in days.",
    },
    Declaration {
        name: "retention.outbox_days",
        kind: Kind::Number { min: 1, max: 90 },
        default: "30",
        help: "How long the record of a mail (never its content) stays, in days.",
    },
    Declaration {
        name: "retention.audit_days",
        kind: Kind::Number { min: 30, max: 1095 },
        default: "365",
        help: "How long the audit trail stays, in days.",
    },
];
