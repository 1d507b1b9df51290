//! Whom a mail is for, as templates see it.

use crate::mail::clean;
use crate::mail::message::Recipient;
use crate::mail::placeholder::Placeholder;
use std::collections::HashMap;

/// The value of every placeholder about a person; what is missing is empty.
pub type Person = HashMap<Placeholder, String>;

/// What is known about the recipient of a mail.
#[must_use]
pub fn of(recipient: &Recipient) -> Person {
    use Placeholder as Is;
    let known = (*recipient.person).clone();
    let or = |value: String, otherwise: &str| if value.is_empty() { otherwise.to_owned() } else { value };
    Person::from([
        (Is::NameWithId, or(known.name_with_id, &recipient.name)),
        (Is::Name, or(known.name, &recipient.name)),
        (Is::LoginName, recipient.login_name.clone()),
        (Is::Email, recipient.address.clone()),
        (Is::Id, known.id),
        (Is::Title, known.title),
        (Is::GivenName, known.given_name),
        (Is::PreferredName, known.preferred_name),
        (Is::Surname, known.surname),
        (Is::MobilePhone, known.mobile_phone),
        (Is::SpouseId, known.spouse_id),
        (Is::SpouseTitle, known.spouse_title),
        (Is::SpouseGivenName, known.spouse_given_name),
        (Is::SpousePreferredName, known.spouse_preferred_name),
        (Is::SpouseSurname, known.spouse_surname),
        (Is::SpouseEmail, known.spouse_email),
        (Is::SpouseMobilePhone, known.spouse_mobile_phone),
    ])
}

/// A value that no mail program turns into a link (security 132, 134).
#[must_use]
pub fn harmless(name: Placeholder, raw: &str) -> String {
    match name {
        // Their owner must recognise them, dots and all.
        Placeholder::LoginName
        | Placeholder::Email
        | Placeholder::Id
        | Placeholder::SpouseEmail
        | Placeholder::SpouseId => clean::login_name(raw),
        _ => clean::name(raw),
    }
}
