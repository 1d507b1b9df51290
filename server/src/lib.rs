//! Latchkey's server: the domain (what reset and recovery mean) and its adapters (database, mail, HTTP).

pub mod account;
pub mod api;
pub mod audit;
pub mod branding;
pub mod cli;
pub mod clock;
pub mod closed;
pub mod config;
pub mod connection;
pub mod directory;
pub mod doctor;
pub mod fact;
pub mod guard;
pub mod housekeeping;
pub mod key_file;
pub mod latchkey;
pub mod mail;
pub mod metrics;
pub mod overview;
pub mod password;
#[cfg(test)]
mod phrases;
pub mod recovery;
pub mod refused;
pub mod reset;
pub mod router;
pub mod secret;
pub mod session;
pub mod settings;
pub mod staff;
pub mod startup;
pub mod store;
pub mod web;
