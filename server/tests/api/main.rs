//! The whole server over HTTP, on SQLite and PostgreSQL: what people, programs and attackers can do to it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::type_complexity,
    clippy::format_collect,
    clippy::unnecessary_wraps,
    clippy::duration_suboptimal_units,
    clippy::single_char_pattern,
    reason = "tables of cases read better whole"
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
