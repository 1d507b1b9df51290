//! Settings of the password policy; the typed form is [`app::policy::Policy`].

use super::{Declaration, Kind};

pub const DECLARATIONS: &[Declaration] = &[
    Declaration {
        name: "password.min_length",
        kind: Kind::Number { min: 8, max: 64 },
        default: "15",
        help: "Shortest password, in characters. 15 where the password is the only factor; below that only with a second one.",
    },
    Declaration {
        name: "password.min_non_alphanumeric",
        kind: Kind::Number { min: 0, max: 8 },
        default: "0",
        help: "How many characters must be neither letter nor digit. Standards advise against such rules: 0.",
    },
    Declaration {
        name: "password.min_digits",
        kind: Kind::Number { min: 0, max: 8 },
        default: "0",
        help: "How many characters must be digits. Standards advise against such rules: 0.",
    },
];
