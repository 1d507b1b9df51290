//! Settings of the name people know this installation by.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Branding {
    pub product_name: String,
    pub support_contact: String,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("branding.product_name", Kind::Line { max: 60 }, "\"Latchkey\""),
    Declaration::new("branding.support_contact", Kind::Line { max: 200 }, "\"\""),
];
