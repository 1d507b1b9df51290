//! Small pieces that screens are made of. Each knows how it looks and behaves, none knows which screen it is on.

pub mod captcha;
pub mod checklist;
pub mod contact;
pub mod countdown;
#[cfg(feature = "ssr")]
pub mod fact;
pub mod field;
pub mod form;
pub mod frame;
pub mod judge;
pub mod languages;
pub mod leave;
pub mod meter;
pub mod mine;
pub mod moment;
pub mod new_password;
pub mod no_mailbox;
pub mod notice;
pub mod page;
pub mod password;
pub mod remaining;
pub mod sessions;
pub mod submit;
pub mod told;
pub mod username;
