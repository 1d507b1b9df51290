//! One file is one screen: its form, its server function, its component.

pub mod account;
pub mod choose;
#[cfg(feature = "ssr")]
pub mod done;
pub mod forgot;
pub mod home;
#[cfg(feature = "ssr")]
pub mod moment;
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod own_recovery;
pub mod plain;
#[cfg(feature = "ssr")]
pub mod recovery;
#[cfg(feature = "ssr")]
pub mod recovery_codes;
pub mod refused;
pub mod sent;
pub mod sign_in;
pub mod unavailable;
