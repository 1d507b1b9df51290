//! Who uses an account: what a person is called, and who the second one is where two of them share a login (F16).
//!
//! All of it may be empty, none of it opens anything, and no mail ever goes to the spouse's address: it is there to be said in mails.

use super::Kind;
use super::identifier::EmailAddress;
use crate::mail::clean;
use app::phrase;
use app::words::Phrase;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

/// Longest name of an account, in characters.
pub const LONGEST_NAME: usize = 200;

/// One declaration gives the values, what changes them, and their names in imports, forms and refusals.
macro_rules! profile {
    ($($(#[$meta:meta])* $field:ident = $example:tt, at most $longest:tt;)+) => {
        /// What is known of the persons behind an account. Empty is not known.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(default)]
        pub struct Profile {
            $($(#[$meta])* #[schema(example = $example, max_length = $longest)] pub $field: String,)+
        }

        /// What is to be different; what is left out stays, and an empty text takes away what was there.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
        #[serde(default, deny_unknown_fields)]
        #[schema(as = ProfilePatch)]
        pub struct Patch {
            $($(#[$meta])* #[schema(example = $example, max_length = $longest)] pub $field: Option<String>,)+
        }

        impl Profile {
            /// The names of all fields, in the order in which they are asked for.
            pub const FIELDS: &[&str] = &[$(stringify!($field)),+];

            /// With each field as `value` has it by its name; missing ones are empty.
            #[must_use]
            pub fn of<'a>(value: impl Fn(&str) -> &'a str) -> Self {
                Self { $($field: value(stringify!($field)).to_owned(),)+ }
            }

            /// Every field by its name.
            pub fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
                [$((stringify!($field), self.$field.as_str())),+].into_iter()
            }

            /// This profile, changed.
            #[must_use]
            pub fn with(&self, patch: &Patch) -> Self {
                Self { $($field: patch.$field.clone().unwrap_or_else(|| self.$field.clone()),)+ }
            }
        }

        impl From<Profile> for Patch {
            fn from(profile: Profile) -> Self {
                Self { $($field: Some(profile.$field),)+ }
            }
        }

        /// Without invisible characters, composed, and each within its length; or the field and what is wrong with it.
        ///
        /// # Errors
        /// Name of the field, and the problem.
        pub fn checked(profile: &Profile) -> Result<Profile, (&'static str, Phrase)> {
            Ok(Profile {
                $($field: text(stringify!($field), &profile.$field, $longest).map_err(|problem| (stringify!($field), problem))?,)+
            })
        }
    };
}

profile! {
    /// As letters begin, such as Dr.
    title = "Dr", at most 40;
    given_name = "Augusta Ada", at most 100;
    /// What the person is called, where that is not the given name.
    preferred_name = "Ada", at most 100;
    surname = "Lovelace", at most 100;
    mobile_phone = "+44 20 7946 0018", at most 40;
    /// The spouse's number or id, here or elsewhere.
    spouse_id = "10815", at most 64;
    spouse_title = "Mr", at most 40;
    spouse_given_name = "Charles", at most 100;
    spouse_preferred_name = "", at most 100;
    spouse_surname = "Lovelace", at most 100;
    /// No mail goes there: it is for templates only.
    spouse_email = "charles@example.org", at most 254;
    spouse_mobile_phone = "+44 20 7946 0019", at most 40;
}

/// One text, cleaned. Control characters are refused rather than dropped: whoever sends them does not mean a name (security 134).
fn text(field: &str, raw: &str, longest: usize) -> Result<String, Phrase> {
    if raw.chars().any(char::is_control) {
        return Err(phrase!(problem.control_characters));
    }
    let text = clean::line(&raw.nfc().collect::<String>());
    if text.chars().count() > longest {
        return Err(phrase!(problem.at_most_characters, count = longest));
    }
    if text.is_empty() {
        return Ok(text);
    }
    match field {
        "spouse_email" => match EmailAddress::parse(&text) {
            Ok(address) => Ok(address.deliverable().to_owned()),
            Err(error) => Err(phrase!(problem.not_an_address, why = error.in_words())),
        },
        "mobile_phone" | "spouse_mobile_phone" if !is_phone(&text) => Err(phrase!(problem.phone)),
        _ => Ok(text),
    }
}

fn is_phone(text: &str) -> bool {
    text.chars().any(char::is_numeric) && text.chars().all(|c| c.is_numeric() || " +()-./#*".contains(c))
}

impl Profile {
    /// What the account's own person is called; empty where nobody said.
    #[must_use]
    pub fn own_name(&self) -> String {
        called(&self.given_name, &self.preferred_name, &self.surname)
    }

    /// What the spouse is called; empty where nobody said.
    #[must_use]
    pub fn spouse_name(&self) -> String {
        called(
            &self.spouse_given_name,
            &self.spouse_preferred_name,
            &self.spouse_surname,
        )
    }

    /// Names of the fields that are not the same in another profile.
    pub fn differences(&self, other: &Self) -> impl Iterator<Item = &'static str> {
        let pairs = self.values().zip(other.values());
        pairs.filter(|(old, new)| old != new).map(|((field, _), _)| field)
    }

    /// Everything here that a password must not be built around.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let titles = ["title", "spouse_title"];
        self.values()
            .filter(move |(field, _)| !titles.contains(field))
            .map(|(_, value)| value)
    }
}

fn called(given: &str, preferred: &str, surname: &str) -> String {
    let first = if preferred.is_empty() { given } else { preferred };
    format!("{first} {surname}").trim().to_owned()
}

/// What an account is called: as somebody wrote it, else as its profile says. A joint account bears both names, with an `&` between
/// them; who wrote that sign has named both already. A surname that both have is said once.
#[must_use]
pub fn name(kind: Kind, written: &str, profile: &Profile) -> String {
    let own = match written.trim() {
        "" => profile.own_name(),
        _ => written.to_owned(),
    };
    let spouse = profile.spouse_name();
    if kind != Kind::Joint || spouse.is_empty() || own.contains('&') {
        return own;
    }
    if own.is_empty() || own == spouse {
        return spouse;
    }
    let first = first_name(&own, profile).unwrap_or(&own);
    let both = format!("{first} & {spouse}");
    if both.chars().count() > LONGEST_NAME {
        return own;
    }
    both
}

/// `own` without the surname, where the spouse has the same one and a name before it.
fn first_name<'a>(own: &'a str, profile: &Profile) -> Option<&'a str> {
    let surname = &profile.surname;
    let shared = !surname.is_empty() && *surname == profile.spouse_surname && profile.spouse_name() != *surname;
    let first = own.strip_suffix(surname.as_str()).filter(|_| shared)?;
    let first = first.strip_suffix(' ')?.trim_end();
    (!first.is_empty()).then_some(first)
}

#[cfg(test)]
mod tests;
