//! Adding an account.

use super::identifier::{EmailAddress, Identifier, LoginName};
use super::profile::{self, LONGEST_NAME, Profile};
use super::{Account, Kind, Role, SignIn, Status};
use crate::audit::{self, Entry, Event};
use crate::clock::UnixMillis;
use crate::latchkey::Latchkey;
use crate::password::hash::importable;
use crate::password::judge;
use crate::refused::{Fault, Refused, rules_in_words};
use crate::secret::new_id;
use crate::settings::Settings;
use crate::staff::confirm::confirm;
use crate::staff::{Permission, Staff};
use crate::store::{NewAccount, Write};
use app::phrase;
use app::policy::Violation;
use app::words::Phrase;

/// What is known of a new account.
#[derive(Clone, Debug)]
pub struct Draft {
    pub login_name: String,
    pub email: Option<String>,
    /// Empty: made of the profile.
    pub name: String,
    pub profile: Profile,
    pub kind: Kind,
    pub sign_in: SignIn,
    pub role: Role,
    pub locale: String,
    pub password: DraftPassword,
}

/// How the password of a new account is given, if at all. Without one the owner sets it through "forgot password".
#[derive(Clone)]
pub enum DraftPassword {
    None,
    Plain(String),
    /// A hash from another system; upgraded when its owner signs in (security 64).
    Hash(String),
}

impl std::fmt::Debug for DraftPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Why a draft cannot become an account. Shown to operators, so it names the value where that is not a secret.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.in_words())]
pub enum AddError {
    LoginName(String, Phrase),
    Email(String, Phrase),
    Name,
    Profile(&'static str, Phrase),
    Locale(String),
    Taken(String),
    Password(Vec<Violation>),
    Hash(Phrase),
    SsoPassword,
    Fault(#[from] Fault),
}

impl AddError {
    /// In words, with what was typed where that is no secret.
    #[must_use]
    pub fn in_words(&self) -> Phrase {
        let quoted = |text: &String| format!("{text:?}");
        match self {
            Self::LoginName(text, why) => phrase!(problem.login_name_is, text = quoted(text), why = why.clone()),
            Self::Email(text, why) => phrase!(problem.email_is, text = quoted(text), why = why.clone()),
            Self::Name => phrase!(trouble.in_field, field = "name", problem = name_problem()),
            Self::Profile(field, why) => phrase!(trouble.in_field, field = *field, problem = why.clone()),
            Self::Locale(text) => phrase!(problem.locale_is, text = quoted(text)),
            Self::Taken(text) => phrase!(problem.taken_is, text = quoted(text)),
            Self::Password(violations) => rules_in_words(violations),
            Self::Hash(why) => phrase!(problem.hash_is, why = why.clone()),
            Self::SsoPassword => phrase!(problem.sso_password),
            Self::Fault(fault) => fault.in_words(),
        }
    }
}

fn name_problem() -> Phrase {
    phrase!(problem.at_most_plain_characters, count = LONGEST_NAME)
}

/// A draft that was checked, with its password hashed: ready to be stored.
pub struct Prepared {
    pub id: String,
    pub draft: Draft,
    keys: Vec<String>,
    hash: String,
}

/// Checks a draft and hashes its password. Stores nothing.
///
/// # Errors
/// [`AddError`], except that an identifier is taken.
pub async fn prepare(latchkey: &Latchkey, settings: &Settings, draft: Draft) -> Result<Prepared, AddError> {
    let profile = profile::checked(&draft.profile).map_err(|(field, problem)| AddError::Profile(field, problem))?;
    let draft = Draft {
        name: profile::name(draft.kind, &draft.name, &profile),
        profile,
        ..draft
    };
    let keys = keys_of(&draft)?;
    let hash = hash(latchkey, settings, &draft).await?;
    Ok(Prepared {
        id: new_id(),
        draft: Draft {
            email: keys.deliverable,
            ..draft
        },
        keys: keys.keys,
        hash,
    })
}

/// What an account is found by, and where its mail goes.
pub struct Keys {
    pub keys: Vec<String>,
    /// In the form every mail server understands, so that what is stored is what is sent to, byte for byte (security 6).
    pub deliverable: Option<String>,
}

/// Checks names, address and language of an account, new or changed.
///
/// # Errors
/// [`AddError`] naming the value.
pub fn keys_of(draft: &Draft) -> Result<Keys, AddError> {
    let login = LoginName::parse(&draft.login_name)
        .map_err(|error| AddError::LoginName(draft.login_name.clone(), error.in_words()))?;
    let email = draft
        .email
        .as_deref()
        .map(|text| EmailAddress::parse(text).map_err(|error| AddError::Email(text.to_owned(), error.in_words())));
    let email = email.transpose()?;
    if draft.name.chars().count() > LONGEST_NAME || draft.name.chars().any(char::is_control) {
        return Err(AddError::Name);
    }
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if draft.locale.is_empty() || draft.locale.len() > 35 || !draft.locale.chars().all(is_tag) {
        return Err(AddError::Locale(draft.locale.clone()));
    }
    let mut keys = vec![login.key().to_owned()];
    keys.extend(email.as_ref().map(|address| address.key().to_owned()));
    keys.dedup();
    let deliverable = email.map(|address| address.deliverable().to_owned());
    Ok(Keys { keys, deliverable })
}

async fn hash(latchkey: &Latchkey, settings: &Settings, draft: &Draft) -> Result<String, AddError> {
    match (&draft.password, draft.sign_in) {
        (DraftPassword::None, _) => Ok(String::new()),
        (_, SignIn::Sso) => Err(AddError::SsoPassword),
        (DraftPassword::Hash(hash), _) => match importable(hash) {
            Ok(()) => Ok(hash.clone()),
            Err(error) => Err(AddError::Hash(error.in_words())),
        },
        (DraftPassword::Plain(text), _) => {
            let owner = stand_in(draft);
            judge::hashed(&latchkey.hasher, settings, &owner, text)
                .await
                .map_err(|refused| match refused {
                    Refused::Password(violations) => AddError::Password(violations),
                    Refused::Fault(fault) => AddError::Fault(fault),
                    other => AddError::Fault(other.in_words().into()),
                })
        }
    }
}

/// The account as it will be, so that the password is judged with its owner's words.
fn stand_in(draft: &Draft) -> Account {
    Account {
        id: String::new(),
        login_name: draft.login_name.clone(),
        email: draft.email.clone(),
        name: draft.name.clone(),
        profile: draft.profile.clone(),
        kind: draft.kind,
        sign_in: draft.sign_in,
        status: Status::Active,
        role: draft.role,
        locale: draft.locale.clone(),
        password_hash: String::new(),
        credential_version: 0,
        recovery_locked_at: 0,
        created_at: 0,
    }
}

/// Stores a prepared account within the caller's transaction.
///
/// # Errors
/// [`AddError::Taken`]: then the transaction must not be committed.
pub async fn store(write: &mut Write, staff: &Staff, prepared: &Prepared, now: UnixMillis) -> Result<(), AddError> {
    let draft = &prepared.draft;
    let taken = write
        .add_account(&NewAccount {
            id: &prepared.id,
            login_name: &draft.login_name,
            email: draft.email.as_deref(),
            keys: &prepared.keys,
            name: &draft.name,
            profile: &draft.profile,
            kind: draft.kind,
            sign_in: draft.sign_in,
            role: draft.role,
            locale: &draft.locale,
            password_hash: &prepared.hash,
            created_at: now,
        })
        .await?;
    if let Some(key) = taken {
        return Err(AddError::Taken(key));
    }
    let detail = format!("role {}", draft.role);
    let entry = Entry::success(Event::AccountAdded, &prepared.id).saying(&detail);
    audit::record_staff(write, staff, now, entry);
    Ok(())
}

/// Checks and stores one account for the operator. Answers its id.
///
/// # Errors
/// [`AddError`]; then nothing is stored.
pub async fn add(latchkey: &Latchkey, draft: Draft) -> Result<String, AddError> {
    add_by(latchkey, &Staff::operator(), draft).await
}

async fn add_by(latchkey: &Latchkey, staff: &Staff, draft: Draft) -> Result<String, AddError> {
    let settings = latchkey.settings().await?;
    let prepared = prepare(latchkey, &settings, draft).await?;
    let mut write = latchkey.store.write().await?;
    store(&mut write, staff, &prepared, latchkey.now()).await?;
    write.commit().await?;
    Ok(prepared.id)
}

/// What staff say of a new account. There is no password in it: its owner chooses one (A6).
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub login_name: String,
    pub email: Option<String>,
    /// Empty: made of the profile.
    pub name: String,
    pub profile: Profile,
    pub kind: Kind,
    pub sign_in: SignIn,
    pub role: Role,
    pub locale: String,
}

/// Adds an account for staff. Whoever makes staff is an administrator, and confirms it with their own password (security 171).
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), what [`confirm`] refuses, [`Refused::Field`] naming what is wrong.
pub async fn create(
    latchkey: &Latchkey,
    staff: &Staff,
    new: NewPerson,
    password: Option<&str>,
) -> Result<String, Refused> {
    staff.require(Permission::ChangeAccounts)?;
    if new.role != Role::User {
        staff.require_admin()?;
        confirm(latchkey, staff, password).await?;
    }
    let email = new.email.clone();
    let draft = Draft {
        login_name: new.login_name,
        email: new.email,
        name: new.name,
        profile: new.profile,
        kind: new.kind,
        sign_in: new.sign_in,
        role: new.role,
        locale: new.locale,
        password: DraftPassword::None,
    };
    add_by(latchkey, staff, draft)
        .await
        .map_err(|error| refused(error, email.as_deref()))
}

/// The same error, as staff see it: with the field that is to be corrected.
#[must_use]
pub fn refused(error: AddError, email: Option<&str>) -> Refused {
    match error {
        AddError::LoginName(_, problem) => Refused::invalid("login_name", problem),
        AddError::Email(_, problem) => Refused::invalid("email", problem),
        AddError::Name => Refused::invalid("name", name_problem()),
        AddError::Profile(field, problem) => Refused::invalid(field, problem),
        AddError::Locale(_) => Refused::invalid("locale", phrase!(problem.language_tag)),
        AddError::Taken(key) => taken(&key, email),
        AddError::Password(violations) => Refused::Password(violations),
        AddError::Hash(problem) => Refused::invalid("password_hash", problem),
        AddError::SsoPassword => Refused::invalid("sign_in", phrase!(problem.sso_password)),
        AddError::Fault(fault) => Refused::Fault(fault),
    }
}

/// An identifier that is another account's: which of the two, and nothing of whose it is.
#[must_use]
pub fn taken(key: &str, email: Option<&str>) -> Refused {
    let is_email = email
        .and_then(|text| EmailAddress::parse(text).ok())
        .is_some_and(|address| address.key() == key);
    let field = if is_email { "email" } else { "login_name" };
    Refused::conflict(field, phrase!(problem.taken))
}

/// Whether an account with this login name or address exists.
///
/// # Errors
/// When the database does not answer.
pub async fn exists(latchkey: &Latchkey, typed: &str) -> Result<bool, Fault> {
    match Identifier::parse(typed) {
        Ok(identifier) => Ok(crate::directory::find(&latchkey.store, &identifier).await?.is_some()),
        Err(_) => Ok(false),
    }
}
