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
mod accounts_staff;
mod api_keys;
mod audit;
mod audit_chain;
mod branding;
mod captcha;
mod captcha_pages;
mod captcha_providers;
mod code;
mod complete;
mod connections;
mod csrf;
mod dkim;
mod doctor;
mod forgot;
mod headers;
mod housekeeping;
mod idempotency;
mod import;
mod import_job;
mod languages;
mod limits;
mod limits_growth;
mod limits_staff;
mod mail_template_import;
mod mail_templates;
mod malformed;
mod matrix;
mod metrics;
mod openapi;
mod outbox;
mod outbox_staff;
mod pages_no_js;
mod persons;
mod policy;
mod probe;
mod races;
mod recovery;
mod recovery_alike;
mod recovery_facts;
mod recovery_staff;
mod recovery_storage;
mod requests_staff;
mod secrets;
mod security_list;
mod sessions;
mod settings;
mod settings_console;
mod settings_mail;
mod settings_reset;
mod settings_rest;
mod startup;
mod timing_work;
mod violations;
