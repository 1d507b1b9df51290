//! What a mail can say about a person: the value of every placeholder that is about somebody (M4).

use super::clean;
use crate::account::{Account, Kind, profile};
use serde::{Deserialize, Serialize};

/// Every value, cleaned, so that none of them can become a link or a line of its own (security 132, 134). Empty is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Both names of a joint account, with an `&` between them.
    pub name: String,
    /// The same with the id in parentheses; of a joint account, each name with its own where both ids are known.
    pub name_with_id: String,
    pub id: String,
    pub login_name: String,
    pub email: String,
    pub title: String,
    pub given_name: String,
    pub preferred_name: String,
    pub surname: String,
    pub mobile_phone: String,
    pub spouse_title: String,
    pub spouse_given_name: String,
    pub spouse_preferred_name: String,
    pub spouse_surname: String,
    /// To be said, never to be written to.
    pub spouse_email: String,
    pub spouse_mobile_phone: String,
    pub spouse_id: String,
}

impl Person {
    /// The person, or the two, whom an account belongs to.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let profile = &account.profile;
        Self {
            name: clean::name(&called(account)),
            name_with_id: with_id(account),
            id: clean::line(&account.id),
            login_name: clean::login_name(&account.login_name),
            email: clean::login_name(account.email.as_deref().unwrap_or_default()),
            title: clean::name(&profile.title),
            given_name: clean::name(&profile.given_name),
            preferred_name: clean::name(&profile.preferred_name),
            surname: clean::name(&profile.surname),
            mobile_phone: clean::login_name(&profile.mobile_phone),
            spouse_title: clean::name(&profile.spouse_title),
            spouse_given_name: clean::name(&profile.spouse_given_name),
            spouse_preferred_name: clean::name(&profile.spouse_preferred_name),
            spouse_surname: clean::name(&profile.spouse_surname),
            spouse_email: clean::login_name(&profile.spouse_email),
            spouse_mobile_phone: clean::login_name(&profile.spouse_mobile_phone),
            spouse_id: clean::login_name(&profile.spouse_id),
        }
    }
}

fn called(account: &Account) -> String {
    profile::name(account.kind, &account.name, &account.profile)
}

fn with_id(account: &Account) -> String {
    let spouse_id = &account.profile.spouse_id;
    let name = called(account);
    let id = |name: &str, id: &str| {
        format!("{} ({})", clean::name(name), clean::login_name(id))
            .trim()
            .to_owned()
    };
    let (own, spouse) = (account.profile.own_name(), account.profile.spouse_name());
    // Only where the name is made of both: somebody's own wording cannot be taken apart.
    let made = name == profile::name(account.kind, "", &account.profile);
    let both = account.kind == Kind::Joint && made && ![&own, &spouse, spouse_id].iter().any(|text| text.is_empty());
    if both {
        format!("{} & {}", id(&own, &account.id), id(&spouse, spouse_id))
    } else {
        id(&name, &account.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::profile::Profile;
    use crate::account::{Role, SignIn, Status};

    fn account(kind: Kind, name: &str, profile: Profile) -> Account {
        Account {
            id: "10724".into(),
            login_name: "lovelace".into(),
            email: Some("ada@example.org".into()),
            name: name.into(),
            profile,
            kind,
            sign_in: SignIn::Password,
            status: Status::Active,
            role: Role::User,
            locale: "en".into(),
            password_hash: "never said".into(),
            credential_version: 1,
            recovery_locked_at: 0,
            created_at: 0,
        }
    }

    fn ada_and_charles() -> Profile {
        Profile {
            title: "Dr".into(),
            given_name: "Augusta Ada".into(),
            preferred_name: "Ada".into(),
            surname: "Lovelace".into(),
            mobile_phone: "+44 20 7946 0018".into(),
            spouse_id: "10815".into(),
            spouse_title: "Mr".into(),
            spouse_given_name: "Charles".into(),
            spouse_preferred_name: "Charlie".into(),
            spouse_surname: "Lovelace".into(),
            spouse_email: "charles@example.org".into(),
            spouse_mobile_phone: "+44 20 7946 0019".into(),
        }
    }

    fn table(person: &Person) -> Vec<(String, String)> {
        let values = serde_json::to_value(person).unwrap();
        let values = values.as_object().unwrap().clone();
        let text = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        values.into_iter().map(|(name, value)| (name, text(value))).collect()
    }

    fn expect(person: &Person, rows: &[(&str, &str)]) {
        let mut expected: Vec<_> = rows
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut found = table(person);
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }

    // F16, M4
    #[test]
    fn every_placeholder_of_a_joint_account_has_its_value() {
        expect(
            &Person::of(&account(Kind::Joint, "", ada_and_charles())),
            &[
                ("name", "Ada & Charlie Lovelace"),
                ("name_with_id", "Ada Lovelace (10724) & Charlie Lovelace (10815)"),
                ("id", "10724"),
                ("login_name", "lovelace"),
                ("email", "ada@example.org"),
                ("title", "Dr"),
                ("given_name", "Augusta Ada"),
                ("preferred_name", "Ada"),
                ("surname", "Lovelace"),
                ("mobile_phone", "+44 20 7946 0018"),
                ("spouse_title", "Mr"),
                ("spouse_given_name", "Charles"),
                ("spouse_preferred_name", "Charlie"),
                ("spouse_surname", "Lovelace"),
                ("spouse_email", "charles@example.org"),
                ("spouse_mobile_phone", "+44 20 7946 0019"),
                ("spouse_id", "10815"),
            ],
        );
    }

    #[test]
    fn every_placeholder_of_a_single_account_has_its_value_or_is_empty() {
        let profile = Profile {
            surname: "Turing".into(),
            ..Profile::default()
        };
        expect(
            &Person::of(&account(Kind::Person, "Alan Turing", profile)),
            &[
                ("name", "Alan Turing"),
                ("name_with_id", "Alan Turing (10724)"),
                ("id", "10724"),
                ("login_name", "lovelace"),
                ("email", "ada@example.org"),
                ("title", ""),
                ("given_name", ""),
                ("preferred_name", ""),
                ("surname", "Turing"),
                ("mobile_phone", ""),
                ("spouse_title", ""),
                ("spouse_given_name", ""),
                ("spouse_preferred_name", ""),
                ("spouse_surname", ""),
                ("spouse_email", ""),
                ("spouse_mobile_phone", ""),
                ("spouse_id", ""),
            ],
        );
    }

    #[test]
    fn an_own_wording_is_not_taken_apart_and_a_spouse_elsewhere_is_no_part_of_the_name() {
        let of = |kind, name| Person::of(&account(kind, name, ada_and_charles()));
        let own_words = of(Kind::Joint, "The Lovelaces & sons");
        assert_eq!(own_words.name_with_id, "The Lovelaces & sons (10724)");
        let apart = of(Kind::Person, "");
        assert_eq!(
            (apart.name.as_str(), apart.name_with_id.as_str()),
            ("Ada Lovelace", "Ada Lovelace (10724)")
        );
        assert_eq!(apart.spouse_preferred_name, "Charlie");
    }

    // security 132, 134
    #[test]
    fn no_value_can_become_a_link_or_a_line() {
        let hostile = "www.evil.example/x http://evil.example <a href=x>\r\nBcc: a";
        let profile = Profile::of(|_| hostile);
        let mut account = account(Kind::Joint, hostile, profile);
        account.login_name = hostile.into();
        account.email = Some(hostile.into());
        account.id = "10724".into();
        for (name, value) in table(&Person::of(&account)) {
            for bad in ["http:", "://", "www.", "<", ">", "\r", "\n", "example/"] {
                assert!(!value.contains(bad), "{name}: {value}");
            }
        }
    }
}
