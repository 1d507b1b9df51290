//! Getting back in when the mailbox is gone: a person proves who they are by facts about themselves, or by a recovery code made
//! earlier, proves a new mailbox, and chooses a password. Address and password change together or not at all.
//!
//! ```text
//!  facts, all of one account ─┐                    ┌──────────┐ code typed, password chosen                      ┌───────────┐
//!                             ├─ handle, 15 min ─▶ │   open   │ ─────────────── one transaction ───────────────▶ │ completed │
//!  recovery code ─────────────┘                    └──────────┘                                                  └───────────┘
//!      │ anything else: one answer                   │   │   │ approval = staff  ┌──────────┐ approved  ▲              │
//!      ▼                                             │   │   └─────────────────▶ │ awaiting │ ──────────┘              │ the mail to
//!  not_recognised, counted first                     │   │ the mail to the       └──────────┘                          │ the old address,
//!  against every account pointed at;                 │   │ old address             │  │  │ refused                     │ within undo_hours
//!  three: locked until a reset                       │   ▼                         │  │  ▼                             ▼
//!  succeeds or staff unlock                          │ stopped ◀───────────────────┘  │ refused                      undone
//!                                                    ▼ time, or the account changed   ▼
//!                                                   over                            over
//! ```
//!
//! A recovery is alive while it is open, in time, and its `credential_version` is the account's. Every step asks that again in the
//! statement that changes something. What a person has proved is bound to the handle in their browser's cookie, and to nothing else.

pub mod case;
pub mod code;
pub mod complete;
pub mod difficulty;
pub mod facts;
pub mod lock;
pub mod mailbox;
pub mod plan;
pub mod pointed;
pub mod token;
pub mod undo;

use crate::clock::{DAY, MINUTE};
use crate::closed;
use crate::guard::limits::{RECOVERY_STEP_BY_CLIENT, spend};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::secret::digest;
use crate::store::RecoveryRow;
use app::outcome::Refusal;

closed!(
    /// How far a recovery came.
    State {
        Open = "open",
        Awaiting = "awaiting",
        Completed = "completed",
        Refused = "refused",
        Stopped = "stopped",
        Undone = "undone",
        Over = "over",
    }
);

/// What the facts open closes soon: whoever walks away leaves nothing for the next at the same screen (security 76).
pub const LIFETIME: i64 = 15 * MINUTE;

/// A proven recovery waits this long for staff.
pub const AWAITS: i64 = 7 * DAY;

/// The living recovery behind a handle, within the client's budget of steps.
///
/// # Errors
/// [`Refusal::RecoveryNotValid`] for every reason there is none; [`Refused::TooMany`].
pub async fn step(latchkey: &Latchkey, visitor: &Visitor, handle: &str) -> Result<RecoveryRow, Refused> {
    let limits = latchkey.settings().await?.limits.clone();
    spend(
        &latchkey.store,
        &limits,
        RECOVERY_STEP_BY_CLIENT,
        visitor,
        latchkey.now(),
    )
    .await?;
    opened(latchkey, handle).await
}

/// The same without using any of the budget: for showing a page.
///
/// # Errors
/// [`Refusal::RecoveryNotValid`].
pub async fn opened(latchkey: &Latchkey, handle: &str) -> Result<RecoveryRow, Refused> {
    if !token::has_shape(handle) {
        return Err(Refusal::RecoveryNotValid.into());
    }
    let row = latchkey.store.living_recovery(&digest(handle), latchkey.now()).await?;
    Ok(row.ok_or(Refusal::RecoveryNotValid)?)
}
