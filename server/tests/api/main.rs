//! The whole server over HTTP, on SQLite and PostgreSQL: what people, programs and attackers can do to it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod code;
mod complete;
mod csrf;
mod forgot;
mod headers;
mod limits;
mod malformed;
mod policy;
mod races;
mod sessions;
