//! Getting back in when the mailbox is gone (R3 to R10): be recognised, give a new address, prove it, choose a password.
//!
//! What a visitor has reached is bound to a cookie, so each screen asks how far that is and shows nothing of a later step. Nothing
//! that a person typed is ever in an address; a browser without JavaScript therefore shows empty fields again after a refusal.

pub mod choose;
pub mod code;
pub mod done;
pub mod facts;
pub mod mailbox;
mod opened;
pub mod undo;
