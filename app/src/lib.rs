//! Latchkey's pages: what the browser sees, and the contract with the server. Knows nothing of SQL, mail or hashing.

pub mod outcome;
pub mod policy;
#[cfg(feature = "ssr")]
pub mod port;
pub mod view;
