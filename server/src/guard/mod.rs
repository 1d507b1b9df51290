//! What stands before every use-case: who asks, how often, how much, and from where a browser's request may come.

pub mod body;
pub mod captcha;
pub mod headers;
pub mod limits;
pub mod origin;
pub mod request_id;
pub mod violation;
pub mod visitor;
