//! Settings of account recovery without the mailbox.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Recovery {
    /// Whether facts can take the place of a mailbox. Recovery codes do not depend on it (R1).
    pub enabled: bool,
    /// Names of the facts; all of them must fit.
    pub facts: Vec<String>,
    /// Failures until an account has no recovery by facts any more.
    pub max_attempts: i64,
    /// Least difficulty at which recovery can be switched on.
    pub min_difficulty_bits: u32,
    pub approval: Approval,
    /// Whether recoveries of staff wait for two administrators, whatever `approval` says.
    pub four_eyes: bool,
    pub undo_hours: i64,
    pub sign_in: bool,
}

/// Who decides on a recovery whose facts and new mailbox are proven (R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    None,
    Staff,
}

/// All of it is guarded: a few changed words here decide who gets into any account (security 171).
pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("recovery.enabled", Kind::Switch, "false").guarded(),
    Declaration::new("recovery.facts", Kind::Facts, "[]").guarded(),
    Declaration::new("recovery.max_attempts", Kind::Number { min: 1, max: 10 }, "3").guarded(),
    Declaration::new("recovery.min_difficulty_bits", Kind::Number { min: 10, max: 60 }, "16").guarded(),
    Declaration::new("recovery.approval", Kind::Choice(&["none", "staff"]), "\"none\"").guarded(),
    Declaration::new("recovery.four_eyes", Kind::Switch, "false").guarded(),
    Declaration::new("recovery.undo_hours", Kind::Number { min: 1, max: 720 }, "72").guarded(),
    Declaration::new("recovery.sign_in", Kind::Switch, "true").guarded(),
];
