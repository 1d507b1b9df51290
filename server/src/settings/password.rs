//! Settings of the password policy; the typed form is [`app::policy::Policy`].

use super::{Declaration, Kind};

pub const DECLARATIONS: &[Declaration] = &[
    Declaration::new("password.min_length", Kind::Number { min: 8, max: 64 }, "15"),
    Declaration::new("password.min_non_alphanumeric", Kind::Number { min: 0, max: 8 }, "0"),
    Declaration::new("password.min_digits", Kind::Number { min: 0, max: 8 }, "0"),
];
