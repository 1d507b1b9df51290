//! Mail: what is said (`message`), how it reads (`render`) and how it leaves the house (`transport`).
//!
//! Nothing here looks an account up, and nothing here is called while a visitor waits for an answer: whether, when and how
//! a mail is delivered must never be visible in a response (security 3).

pub(crate) mod clean;
pub mod dkim;
pub mod message;
pub mod notice;
pub mod outbox;
pub mod person;
pub mod placeholder;
pub mod queue;
pub mod render;
pub mod template;
pub mod test;
pub mod transport;
pub mod transports;
pub mod worker;

#[cfg(test)]
mod tests;
