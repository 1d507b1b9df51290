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
    Declaration::new("retention.interval_minutes", Kind::Number { min: 1, max: 1440 }, "15"),
    Declaration::new("retention.request_days", Kind::Number { min: 1, max: 30 }, "3"),
    Declaration::new("retention.outbox_days", Kind::Number { min: 1, max: 90 }, "30"),
    Declaration::new("retention.audit_days", Kind::Number { min: 30, max: 1095 }, "365"),
];
