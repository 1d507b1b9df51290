//! Changing an account for its owner: names, address, language, kind, sign-in, status, role. Never the password (A6).
//!
//! Whatever a mailed link relied on dies with the change (security 23), and the owner is told of it, at the old address and at the
//! new one (A4, M8).

use super::add::{Draft, DraftPassword, keys_of, refused, taken};
use super::profile::{self, Patch, Profile};
use super::search::existing;
use super::{Account, Kind, Role, SignIn, Status};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::mail::message::{StaffAction, masked};
use crate::mail::notice;
use crate::refused::Refused;
use crate::staff::confirm::confirm;
use crate::staff::{Permission, Staff, Who};
use crate::store::Write;
use app::phrase;

/// What is to be different. `None` leaves a value as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub login_name: Option<String>,
    pub email: NewAddress,
    /// Empty: made of the profile.
    pub name: Option<String>,
    pub profile: Patch,
    pub kind: Option<Kind>,
    pub sign_in: Option<SignIn>,
    pub status: Option<Status>,
    pub role: Option<Role>,
    pub locale: Option<String>,
}

/// What becomes of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NewAddress {
    #[default]
    Keep,
    Remove,
    Set(String),
}

impl Change {
    /// The account as it will be.
    fn applied(&self, old: &Account, profile: Profile) -> Account {
        let kind = self.kind.unwrap_or(old.kind);
        Account {
            login_name: self.login_name.clone().unwrap_or_else(|| old.login_name.clone()),
            email: match &self.email {
                NewAddress::Keep => old.email.clone(),
                NewAddress::Remove => None,
                NewAddress::Set(address) => Some(address.clone()),
            },
            name: profile::name(kind, self.written_name(old), &profile),
            profile,
            kind,
            sign_in: self.sign_in.unwrap_or(old.sign_in),
            status: self.status.unwrap_or(old.status),
            role: self.role.unwrap_or(old.role),
            locale: self.locale.clone().unwrap_or_else(|| old.locale.clone()),
            ..old.clone()
        }
    }

    /// A name that was made of the profile goes on following it; one of somebody's own wording stays.
    fn written_name<'a>(&'a self, old: &'a Account) -> &'a str {
        let followed = old.name == profile::name(old.kind, "", &old.profile);
        match &self.name {
            Some(name) if *name != old.name => name,
            _ if followed => "",
            _ => &old.name,
        }
    }
}

/// Changes an account and answers it as it is now. A change of role needs an administrator, who confirms it with their own password.
///
/// # Errors
/// [`Refused::Because`] forbidden or not found, what [`confirm`] refuses; [`Refused::Field`] naming what is impossible, taken, or
/// would leave nobody in charge.
pub async fn change(
    latchkey: &Latchkey,
    staff: &Staff,
    id: &str,
    change: &Change,
    password: Option<&str>,
) -> Result<Account, Refused> {
    staff.require(Permission::ChangeAccounts)?;
    let old = existing(latchkey, id).await?;
    staff.require_touch(&old)?;
    let profile = profile::checked(&old.profile.with(&change.profile));
    let profile = profile.map_err(|(field, problem)| Refused::invalid(field, problem))?;
    let mut new = change.applied(&old, profile);
    let keys = keys_of(&draft(&new)).map_err(|error| refused(error, new.email.as_deref()))?;
    new.email.clone_from(&keys.deliverable);
    if same(&old, &new) {
        return Ok(old);
    }
    if new.role != old.role {
        staff.require_admin()?;
        refuse_own(staff, &old, "role")?;
        confirm(latchkey, staff, password).await?;
    }
    if new.status != old.status || new.sign_in != old.sign_in {
        refuse_own(staff, &old, "status")?;
    }

    let mut write = latchkey.store.write().await?;
    let still_admin = new.role == Role::Admin && new.status == Status::Active;
    if old.role == Role::Admin && !still_admin {
        require_another_admin(&mut write, latchkey, &old.id).await?;
    }
    if new.login_name != old.login_name || new.email != old.email {
        // Who asks for the old name must not wait for this to be undone.
        write.release_identifiers(&old.id).await?;
    }
    let credential = new.email != old.email || new.status != old.status || new.sign_in != old.sign_in;
    if !write.change_account(&old, &new, credential).await? {
        return Err(Refused::conflict("", phrase!(problem.changed_meanwhile)));
    }
    if let Some(key) = write.claim_identifiers(&old.id, &keys.keys).await? {
        return Err(taken(&key, new.email.as_deref()));
    }
    if new.status == Status::Disabled || new.sign_in != old.sign_in {
        write.end_sessions(&old.id).await?;
    }
    if credential {
        write.end_open_recoveries(&old.id, latchkey.now()).await?;
    }
    if new.email != old.email {
        write.forget_undo(&old.id).await?;
    }
    record(latchkey, &mut write, staff, &old, &new);
    tell(latchkey, &mut write, &old, &new).await?;
    write.commit().await?;
    latchkey.mail_queued.notify_one();
    existing(latchkey, id).await
}

/// Nobody locks themselves out by mistake (security 170): somebody else has to do that.
///
/// # Errors
/// [`Refused::Field`], a conflict.
pub fn refuse_own(staff: &Staff, account: &Account, field: &str) -> Result<(), Refused> {
    match &staff.who {
        Who::Person { account: own, .. } if own.id == account.id => {
            Err(Refused::conflict(field, phrase!(problem.own_account)))
        }
        _ => Ok(()),
    }
}

/// The last administrator who can sign in stays one. The lock makes two administrators who remove each other at once take turns.
///
/// # Errors
/// [`Refused::Field`], a conflict.
pub async fn require_another_admin(write: &mut Write, latchkey: &Latchkey, but: &str) -> Result<(), Refused> {
    write.lock_staff(latchkey.now()).await?;
    if write.other_admins(but).await? == 0 {
        return Err(Refused::conflict("role", phrase!(problem.last_administrator)));
    }
    Ok(())
}

fn draft(account: &Account) -> Draft {
    Draft {
        login_name: account.login_name.clone(),
        email: account.email.clone(),
        name: account.name.clone(),
        profile: account.profile.clone(),
        kind: account.kind,
        sign_in: account.sign_in,
        role: account.role,
        locale: account.locale.clone(),
        password: DraftPassword::None,
    }
}

fn same(old: &Account, new: &Account) -> bool {
    differences(old, new).is_empty()
}

/// What differs, as the audit trail says it: the address masked.
fn differences(old: &Account, new: &Account) -> Vec<String> {
    let address = |account: &Account| account.email.as_deref().map_or_else(|| "none".to_owned(), masked);
    let text = |name: &str, old: &str, new: &str| format!("{name}: {old} → {new}");
    let mut found = Vec::new();
    if old.login_name != new.login_name {
        found.push(text("login_name", &old.login_name, &new.login_name));
    }
    if old.email != new.email {
        found.push(text("email", &address(old), &address(new)));
    }
    if old.name != new.name {
        found.push("name".to_owned());
    }
    // Which of them, never what they say: the trail outlasts the person.
    found.extend(old.profile.differences(&new.profile).map(str::to_owned));
    for (name, old, new) in [
        ("kind", old.kind.as_str(), new.kind.as_str()),
        ("sign_in", old.sign_in.as_str(), new.sign_in.as_str()),
        ("status", old.status.as_str(), new.status.as_str()),
        ("role", old.role.as_str(), new.role.as_str()),
        ("locale", &old.locale, &new.locale),
    ] {
        if old != new {
            found.push(text(name, old, new));
        }
    }
    found
}

fn record(latchkey: &Latchkey, write: &mut Write, staff: &Staff, old: &Account, new: &Account) {
    let now = latchkey.now();
    let detail = differences(old, new).join("; ");
    let event = if old.email == new.email {
        Event::AccountChanged
    } else {
        Event::EmailChanged
    };
    audit::record_staff(write, staff, now, Entry::success(event, &old.id).saying(&detail));
}

/// The owner is told of what concerns getting in; a new spelling of the name is no alarm.
async fn tell(latchkey: &Latchkey, write: &mut Write, old: &Account, new: &Account) -> Result<(), Refused> {
    if old.email != new.email {
        notice::email_changed(latchkey, write, old, new).await?;
    }
    let mut actions = Vec::new();
    match (old.status, new.status) {
        (Status::Active, Status::Disabled) => actions.push(StaffAction::Disabled),
        (Status::Disabled, Status::Active) => actions.push(StaffAction::Enabled),
        _ => {}
    }
    if old.sign_in != new.sign_in {
        actions.push(match new.sign_in {
            SignIn::Sso => StaffAction::SignInBySso,
            SignIn::Password => StaffAction::SignInByPassword,
        });
    }
    if old.role != new.role {
        actions.push(StaffAction::RoleChanged);
    }
    if old.login_name != new.login_name {
        actions.push(StaffAction::LoginNameChanged);
    }
    for action in actions {
        notice::staff_acted(latchkey, write, new, action).await?;
    }
    Ok(())
}
