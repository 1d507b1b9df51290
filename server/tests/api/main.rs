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
mod audit;
mod code;
mod complete;
mod csrf;
mod forgot;
mod headers;
mod housekeeping;
mod import;
mod limits;
mod malformed;
mod openapi;
mod outbox;
mod pages_no_js;
mod policy;
mod races;
mod secrets;
mod sessions;
mod settings;
mod startup;
mod timing_work;
