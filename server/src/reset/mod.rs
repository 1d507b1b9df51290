//! Reset by mail: a person who forgot the password proves to own the account's mailbox and chooses a new one.
//!
//! ```text
//!            request (anyone)                    worker                         owner of the mailbox
//!  ┌──────┐  limits, no look-up  ┌─────────┐  account found, token issued  ┌────────┐  password accepted,   ┌───────────┐
//!  │ page │ ───────────────────▶ │ waiting │ ────────────────────────────▶ │ mailed │ ─ token spent once ─▶ │ completed │
//!  └──────┘   one transaction    └─────────┘                               └────────┘   one transaction     └───────────┘
//!                                     │ unknown · disabled · sso · no address    │ expired · replaced by a newer one ·
//!                                     │ over limit · superseded                  │ password, e-mail, status or sign-in changed
//!                                     ▼                                          ▼
//!                               ends silently: recorded for staff,         link_not_valid: one answer for all reasons
//!                               same answer for the visitor
//! ```
//!
//! The visitor's answer is given before anybody looks for an account, so it cannot depend on one (security 1–5). Opening a link
//! reads; only storing the password spends (security 30). What a token is worth is decided again in the statement that spends it.

pub mod availability;
pub mod complete;
pub mod proof;
pub mod receipt;
pub mod request;
pub mod resolve;
pub mod search;
pub mod sign_in;
pub mod start;
pub mod target;
pub mod token;

use crate::closed;

closed!(
    /// How far a request came.
    Outcome {
        Waiting = "waiting",
        Mailed = "mailed",
        Completed = "completed",
        Unknown = "unknown",
        Disabled = "disabled",
        Sso = "sso",
        NoAddress = "no_address",
        OverLimit = "over_limit",
        Superseded = "superseded",
        Unavailable = "unavailable",
        Cancelled = "cancelled",
    }
);
