//! Latchkey's server: the domain (what reset and recovery mean) and its adapters (database, mail, HTTP).

pub mod account;
pub mod password;
pub mod secret;
