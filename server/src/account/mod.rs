//! Accounts: who can sign in, and how. The only place where a person's name, address and role are decided.

pub mod add;
pub mod change;
pub mod identifier;
pub mod import;
pub mod language;
pub mod profile;
pub mod remove;
pub mod search;
pub mod sessions;

use crate::clock::UnixMillis;
use crate::closed;
use profile::Profile;

closed!(
    /// Whom an account stands for.
    Kind {
        Person = "person",
        /// Two persons who share one login (F16).
        Joint = "joint",
        Organisation = "organisation",
    }
);
closed!(
    /// What proves the owner. Nobody can reset a password that does not exist here: `Sso` accounts have none.
    SignIn { Password = "password", Sso = "sso" }
);
closed!(Status { Active = "active", Disabled = "disabled" });
closed!(Role { User = "user", Helpdesk = "helpdesk", Admin = "admin" });

/// An account. `password_hash` is empty where no password was ever set.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub login_name: String,
    pub email: Option<String>,
    /// Both names of a joint account.
    pub name: String,
    pub profile: Profile,
    pub kind: Kind,
    pub sign_in: SignIn,
    pub status: Status,
    pub role: Role,
    pub locale: String,
    pub password_hash: String,
    pub credential_version: i64,
    /// Since when too many tries switched recovery by facts off; 0 while they have not.
    pub recovery_locked_at: UnixMillis,
    pub created_at: UnixMillis,
}

impl Account {
    /// Whether recovery by facts is switched off, by failures or by the owner's undoing one (R8).
    #[must_use]
    pub fn recovery_locked(&self) -> bool {
        self.recovery_locked_at > 0
    }

    /// Whether a password can open this account at all.
    #[must_use]
    pub fn takes_password(&self) -> bool {
        self.status == Status::Active && self.sign_in == SignIn::Password
    }

    /// The stored hash to compare with; `None` costs the caller the same work (security 157).
    #[must_use]
    pub fn comparable_hash(&self) -> Option<&str> {
        (self.takes_password() && !self.password_hash.is_empty()).then_some(self.password_hash.as_str())
    }
}
