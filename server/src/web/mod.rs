//! The browser's door: pages, server functions, the mailed link, static files, health.

pub mod branding;
mod captcha;
pub mod console;
pub mod cookies;
pub mod health;
pub mod landing;
pub mod locale;
pub mod mailbox;
pub mod moment;
pub mod pages;
pub mod port;
pub mod site;
pub mod violations;
pub mod visit;
pub mod well_known;
