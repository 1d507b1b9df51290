//! Settings of the name people know this installation by.

use super::{Declaration, Kind};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Branding {
    pub product_name: String,
    pub support_contact: String,
}

pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        name: "branding.product_name",
        kind: Kind::Line { max: 60 },
        default: "\"Latchkey\"",
        help: "The name in pages and mails.",
    },
    Declaration {
        name: "branding.support_contact",
        kind: Kind::Line { max: 200 },
        default: "\"\"",
        help: "Whom people ask when nothing helps: an address, a number, a room.",
    },
];
