//! The console's pages. They are rendered on the server and stay as they are: the console runs no script at all and its policy
//! allows none, so nothing that a stranger typed anywhere can act as an administrator (security 117), everything works without
//! JavaScript, and the public download does not carry a byte of it.
//!
//! One file is one page: a plain struct with everything it shows, and a function that makes a view of it. What a page may not show,
//! its struct does not hold.

#![allow(
    clippy::must_use_candidate,
    reason = "a view that is not shown is seen to be missing, without an attribute on each of them"
)]

pub mod account;
pub mod accounts;
pub mod audit;
pub mod branding;
pub mod facts;
pub mod frame;
pub mod import;
pub mod keys;
pub mod limits;
pub mod outbox;
pub mod overview;
pub mod part;
pub mod profile;
pub mod recoveries;
pub mod recovery;
pub mod requests;
mod setting_words;
pub mod settings;
pub mod template_import;
pub mod template_words;
pub mod templates;

pub use setting_words::{Words, group_words, setting_words};
