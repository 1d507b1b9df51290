//! Who may act on what is not their own: people with a role, programs with a key, and the operator at the server's command line.
//! Decided again for every request from what is stored, so a demoted administrator loses access at once (security 168).
//!
//! | | user | helpdesk | admin | key |
//! |---|---|---|---|---|
//! | own account | yes | yes | yes | – |
//! | look at accounts and requests, start a reset, end sessions, unlock recovery | – | yes, not of admins | yes | by scope, not of staff |
//! | everything else in [`Permission`] | – | – | yes | by scope |

pub mod confirm;
pub mod key;
mod recognise;

pub use recognise::recognise;

use crate::account::{Account, Role};
use crate::closed;
use crate::guard::visitor::Visitor;
use crate::refused::Refused;
use crate::session::Session;
use app::outcome::Refusal;

closed!(
    /// What an API key is allowed to be used for.
    Scope {
        AccountsRead = "accounts:read",
        AccountsWrite = "accounts:write",
        ResetsStart = "resets:start",
        ResetsRead = "resets:read",
        ResetsRequest = "resets:request",
        RecoveriesDecide = "recoveries:decide",
        SettingsRead = "settings:read",
        SettingsWrite = "settings:write",
        MailRead = "mail:read",
        MailWrite = "mail:write",
        AuditRead = "audit:read",
        KeysWrite = "keys:write",
    }
);

/// What staff can be allowed to do; finer than scopes, because helpdesk may do a part of what a scope covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    ReadAccounts,
    ChangeAccounts,
    EndSessions,
    StartResets,
    ReadRequests,
    UnlockRecovery,
    DecideRecoveries,
    ReadSettings,
    ChangeSettings,
    ReadMail,
    ChangeMail,
    ReadAudit,
    ManageKeys,
}

impl Permission {
    /// The scope that includes it.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::ReadAccounts => Scope::AccountsRead,
            Self::ChangeAccounts | Self::EndSessions | Self::UnlockRecovery => Scope::AccountsWrite,
            Self::StartResets => Scope::ResetsStart,
            Self::ReadRequests => Scope::ResetsRead,
            Self::DecideRecoveries => Scope::RecoveriesDecide,
            Self::ReadSettings => Scope::SettingsRead,
            Self::ChangeSettings => Scope::SettingsWrite,
            Self::ReadMail => Scope::MailRead,
            Self::ChangeMail => Scope::MailWrite,
            Self::ReadAudit => Scope::AuditRead,
            Self::ManageKeys => Scope::KeysWrite,
        }
    }

    const fn role_has_it(self, role: Role) -> bool {
        match role {
            Role::Admin => true,
            Role::User => false,
            Role::Helpdesk => matches!(
                self,
                Self::ReadAccounts | Self::EndSessions | Self::StartResets | Self::ReadRequests | Self::UnlockRecovery
            ),
        }
    }
}

/// Somebody who acts for the organisation, and from where.
#[derive(Clone, Debug)]
pub struct Staff {
    pub who: Who,
    pub visitor: Visitor,
}

#[derive(Clone, Debug)]
pub enum Who {
    /// A signed-in helpdesk member or administrator.
    Person {
        account: Box<Account>,
        session: Box<Session>,
    },
    /// A program. Its key was made by somebody who confirmed it with a password.
    Key {
        id: String,
        name: String,
        scopes: Vec<Scope>,
    },
    /// Whoever can run commands on the server.
    Operator,
}

impl Staff {
    #[must_use]
    pub fn operator() -> Self {
        Self {
            who: Who::Operator,
            visitor: Visitor::operator(),
        }
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match &self.who {
            Who::Person { account, .. } => permission.role_has_it(account.role),
            Who::Key { scopes, .. } => scopes.contains(&permission.scope()),
            Who::Operator => true,
        }
    }

    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<(), Refused> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Refusal::Forbidden.into())
        }
    }

    /// Whether they may act on this very account: helpdesk on nobody above them, keys on nobody who is staff — otherwise either
    /// could make itself an administrator by taking over one (security 170).
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn require_touch(&self, account: &Account) -> Result<(), Refused> {
        let may = match (&self.who, account.role) {
            (Who::Operator, _) | (_, Role::User) => true,
            (Who::Person { account: own, .. }, Role::Helpdesk) => own.role != Role::User,
            (Who::Person { account: own, .. }, Role::Admin) => own.role == Role::Admin,
            (Who::Key { .. }, Role::Helpdesk | Role::Admin) => false,
        };
        if may { Ok(()) } else { Err(Refusal::Forbidden.into()) }
    }

    /// Only people with the highest role, and the operator, decide who is staff.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn require_admin(&self) -> Result<(), Refused> {
        match &self.who {
            Who::Operator => Ok(()),
            Who::Person { account, .. } if account.role == Role::Admin => Ok(()),
            _ => Err(Refusal::Forbidden.into()),
        }
    }

    /// As the audit trail names them.
    #[must_use]
    pub fn actor(&self) -> String {
        match &self.who {
            Who::Person { account, .. } => format!("account:{}", account.id),
            Who::Key { id, .. } => format!("key:{id}"),
            Who::Operator => "operator".to_owned(),
        }
    }

    /// Their own account, where they are a person.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match &self.who {
            Who::Person { account, .. } => Some(account),
            Who::Key { .. } | Who::Operator => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scopes: &[Scope]) -> Staff {
        Staff {
            who: Who::Key {
                id: String::new(),
                name: String::new(),
                scopes: scopes.to_vec(),
            },
            visitor: Visitor::operator(),
        }
    }

    // security 168
    #[test]
    fn a_key_may_what_its_scopes_say_and_no_more() {
        let reader = key(&[Scope::AccountsRead]);
        assert!(reader.may(Permission::ReadAccounts));
        assert!(!reader.may(Permission::ChangeAccounts));
        assert!(reader.require_admin().is_err());
        assert!(!key(&[]).may(Permission::ReadAudit));
    }

    #[test]
    fn helpdesk_has_a_part_and_users_have_nothing() {
        let helpdesk = [
            Permission::ReadAccounts,
            Permission::EndSessions,
            Permission::StartResets,
            Permission::ReadRequests,
            Permission::UnlockRecovery,
        ];
        for permission in helpdesk {
            assert!(permission.role_has_it(Role::Helpdesk));
            assert!(!permission.role_has_it(Role::User));
        }
        for permission in [
            Permission::ChangeAccounts,
            Permission::DecideRecoveries,
            Permission::ReadSettings,
            Permission::ChangeSettings,
            Permission::ReadMail,
            Permission::ChangeMail,
            Permission::ReadAudit,
            Permission::ManageKeys,
        ] {
            assert!(!permission.role_has_it(Role::Helpdesk));
            assert!(permission.role_has_it(Role::Admin));
        }
    }
}
