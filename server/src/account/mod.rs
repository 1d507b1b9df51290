//! Accounts: who somebody is, and by which names they are found.

pub mod identifier;
