//! Statements on `accounts` and `account_identifiers`.

use super::{After, Store, Write};
use crate::account::profile::Profile;
use crate::account::search::Wanted;
use crate::account::{Account, Kind, Role, SignIn, Status};
use crate::clock::UnixMillis;
use crate::refused::Fault;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, FromRow as _, Row as _};

/// An account as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AccountRow {
    pub id: String,
    pub login_name: String,
    pub email: Option<String>,
    pub name: String,
    /// JSON.
    pub profile: String,
    pub kind: String,
    pub sign_in: String,
    pub status: String,
    pub role: String,
    pub locale: String,
    pub password_hash: String,
    pub credential_version: i64,
    pub recovery_locked_at: UnixMillis,
    pub created_at: UnixMillis,
}

/// An account about to be stored; `keys` are the canonical forms of its login name and address.
pub struct NewAccount<'a> {
    pub id: &'a str,
    pub login_name: &'a str,
    pub email: Option<&'a str>,
    pub keys: &'a [String],
    pub name: &'a str,
    pub profile: &'a Profile,
    pub kind: Kind,
    pub sign_in: SignIn,
    pub role: Role,
    pub locale: &'a str,
    pub password_hash: &'a str,
    pub created_at: UnixMillis,
}

/// A password in place of the one that `version` of the credentials names.
pub struct NewPassword<'a> {
    pub account_id: &'a str,
    pub hash: &'a str,
    pub version: i64,
}

impl NewPassword<'_> {
    /// Stores it; answers the number of sessions, or nothing when the version is another one. Raising it kills every link, code and
    /// pending change issued before (security 23). Tries of recovery against the old password are forgotten with it, and what they locked
    /// is open again (R9).
    pub(super) fn storing(&self) -> Query<'_, Any, AnyArguments> {
        sqlx::query(
            "update accounts set password_hash = $1, credential_version = credential_version + 1, recovery_tries = 0, \
             recovery_failures = 0, recovery_open_until = 0, recovery_locked_at = 0 \
             where id = $2 and credential_version = $3 and status = 'active' and sign_in = 'password' \
             returning (select count(*) from sessions where sessions.account_id = accounts.id)",
        )
        .bind(self.hash)
        .bind(self.account_id)
        .bind(self.version)
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = Fault;

    fn try_from(row: AccountRow) -> Result<Self, Fault> {
        Ok(Account {
            kind: row.kind.parse::<Kind>()?,
            sign_in: row.sign_in.parse::<SignIn>()?,
            status: row.status.parse::<Status>()?,
            role: row.role.parse::<Role>()?,
            id: row.id,
            login_name: row.login_name,
            email: row.email,
            name: row.name,
            profile: serde_json::from_str(&row.profile)?,
            locale: row.locale,
            password_hash: row.password_hash,
            credential_version: row.credential_version,
            recovery_locked_at: row.recovery_locked_at,
            created_at: row.created_at,
        })
    }
}

/// The columns of an account, each with the name of its table before it.
macro_rules! account_columns {
    ($table:literal) => {
        concat!(
            $table,
            "id, ",
            $table,
            "login_name, ",
            $table,
            "email, ",
            $table,
            "name, ",
            $table,
            "profile, ",
            $table,
            "kind, ",
            $table,
            "sign_in, ",
            $table,
            "status, ",
            $table,
            "role, ",
            $table,
            "locale, ",
            $table,
            "password_hash, ",
            $table,
            "credential_version, ",
            $table,
            "recovery_locked_at, ",
            $table,
            "created_at"
        )
    };
}
pub(super) use account_columns;

const BY_ID: &str = concat!("select ", account_columns!("a."), " from accounts a where a.id = $1");

macro_rules! key_or_next {
    () => {
        "coalesce((select min(identifier_key) from account_identifiers where identifier_key >= $1), \
         (select min(identifier_key) from account_identifiers))"
    };
}

/// Finds the identifier asked for or, where it is nobody's, the next one, and the first one behind the last: an account is read
/// either way, so that the time it takes does not tell that there is none (security 157). [`owner_of`] leaves somebody else's out.
const BY_KEY_OR_NEXT: &str = concat!(
    "select i.identifier_key, ",
    account_columns!("a."),
    " from account_identifiers i join accounts a on a.id = i.account_id where i.identifier_key = ",
    key_or_next!()
);

/// The same where the id is enough.
const ID_BY_KEY_OR_NEXT: &str = concat!(
    "select identifier_key, account_id from account_identifiers where identifier_key = ",
    key_or_next!()
);

/// The account found by [`BY_KEY_OR_NEXT`], if the key is its own.
fn owner_of(key: &str, found: Option<&AnyRow>) -> Result<Option<Account>, Fault> {
    let Some(row) = found else {
        return Ok(None);
    };
    let account = AccountRow::from_row(row)?.try_into();
    if row.try_get::<String, _>("identifier_key")? == key {
        account.map(Some)
    } else {
        Ok(None)
    }
}

/// Every filter is one that may be empty; a search looks into what is found by, which is folded alike on both engines, and into names.
const WANTED: &str = concat!(
    "select ",
    account_columns!("a."),
    " from accounts a \
    where (a.created_at < $1 or (a.created_at = $1 and a.id < $2)) and ($3 = '' or a.status = $3) and ($4 = '' or a.role = $4) \
    and ($5 = '' or a.sign_in = $5) and ($6 = '' or lower(a.name) like $6 escape '!' \
    or exists (select 1 from account_identifiers i where i.account_id = a.id and i.identifier_key like $6 escape '!')) \
    order by a.created_at desc, a.id desc limit $7"
);

impl Store {
    /// Which account a canonical address or name belongs to.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_id_by_key(&self, key: &str) -> Result<Option<String>, Fault> {
        let row: Option<(String, String)> = sqlx::query_as(ID_BY_KEY_OR_NEXT)
            .bind(key)
            .fetch_optional(&mut self.read().await?)
            .await?;
        Ok(row.filter(|(found, _)| found == key).map(|(_, id)| id))
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn count_accounts(&self) -> Result<i64, Fault> {
        let row: (i64,) = sqlx::query_as("select count(*) from accounts")
            .fetch_one(&mut self.read().await?)
            .await?;
        Ok(row.0)
    }

    /// Accounts that match, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts(&self, wanted: &Wanted, after: &After, limit: i64) -> Result<Vec<Account>, Fault> {
        let search = wanted.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let rows: Vec<AccountRow> = sqlx::query_as(WANTED)
            .bind(after.at)
            .bind(&after.id)
            .bind(wanted.status.map_or("", Status::as_str))
            .bind(wanted.role.map_or("", Role::as_str))
            .bind(wanted.sign_in.map_or("", SignIn::as_str))
            .bind(search.map(containing).unwrap_or_default())
            .bind(limit)
            .fetch_all(&mut self.read().await?)
            .await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn account(&self, id: &str) -> Result<Option<Account>, Fault> {
        let row: Option<AccountRow> = sqlx::query_as(BY_ID)
            .bind(id)
            .fetch_optional(&mut self.read().await?)
            .await?;
        row.map(Account::try_from).transpose()
    }

    /// The account that a canonical login name or address belongs to.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_by_key(&self, key: &str) -> Result<Option<Account>, Fault> {
        let row = sqlx::query(BY_KEY_OR_NEXT)
            .bind(key)
            .fetch_optional(&mut self.read().await?)
            .await?;
        owner_of(key, row.as_ref())
    }
}

/// A pattern for `like … escape '!'` that finds a text anywhere: its own signs mean themselves.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn account(&mut self, id: &str) -> Result<Option<Account>, Fault> {
        let row: Option<AccountRow> = sqlx::query_as(BY_ID).bind(id).fetch_optional(&mut self.tx).await?;
        row.map(Account::try_from).transpose()
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn account_by_key(&mut self, key: &str) -> Result<Option<Account>, Fault> {
        let row = sqlx::query(BY_KEY_OR_NEXT)
            .bind(key)
            .fetch_optional(&mut self.tx)
            .await?;
        owner_of(key, row.as_ref())
    }

    /// Stores an account and claims its identifiers. Answers the key that is already somebody else's, if one is; then the
    /// transaction must not be committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_account(&mut self, account: &NewAccount<'_>) -> Result<Option<String>, Fault> {
        sqlx::query(
            "insert into accounts (id, login_name, email, name, kind, sign_in, status, role, locale, password_hash, \
             credential_version, created_at, profile) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12)",
        )
        .bind(account.id)
        .bind(account.login_name)
        .bind(account.email)
        .bind(account.name)
        .bind(account.kind.as_str())
        .bind(account.sign_in.as_str())
        .bind(Status::Active.as_str())
        .bind(account.role.as_str())
        .bind(account.locale)
        .bind(account.password_hash)
        .bind(account.created_at)
        .bind(serde_json::to_string(account.profile)?)
        .execute(&mut self.tx)
        .await?;
        self.claim_identifiers(account.id, account.keys).await
    }

    /// Claims what an account is found by. Answers the key that is already somebody else's, if one is; then the transaction must
    /// not be committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_identifiers(&mut self, account_id: &str, keys: &[String]) -> Result<Option<String>, Fault> {
        for key in keys {
            if !self.claim_identifier(account_id, key).await? {
                return Ok(Some(key.clone()));
            }
        }
        Ok(None)
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn release_identifiers(&mut self, account_id: &str) -> Result<(), Fault> {
        let query = sqlx::query("delete from account_identifiers where account_id = $1").bind(account_id);
        self.tx.later(query).await
    }

    /// Changes all of an account but its password; with `credential`, what was issued before is dead (security 23), and with another
    /// kind of sign-in the password is gone. False when the account is not as it was read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn change_account(&mut self, old: &Account, new: &Account, credential: bool) -> Result<bool, Fault> {
        let changed = sqlx::query(
            "update accounts set login_name = $1, email = $2, name = $3, kind = $4, sign_in = $5, status = $6, role = $7, \
             locale = $8, credential_version = credential_version + $9, \
             password_hash = case when $5 = 'sso' then '' else password_hash end, profile = $13 \
             where id = $10 and credential_version = $11 and role = $12",
        )
        .bind(&new.login_name)
        .bind(&new.email)
        .bind(&new.name)
        .bind(new.kind.as_str())
        .bind(new.sign_in.as_str())
        .bind(new.status.as_str())
        .bind(new.role.as_str())
        .bind(&new.locale)
        .bind(i64::from(credential))
        .bind(&old.id)
        .bind(old.credential_version)
        .bind(old.role.as_str())
        .bind(serde_json::to_string(&new.profile)?)
        .execute(&mut self.tx)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Another language for pages and mails. False where it was this one already.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_locale(&mut self, id: &str, locale: &str) -> Result<bool, Fault> {
        let changed = sqlx::query("update accounts set locale = $1 where id = $2 and locale <> $1")
            .bind(locale)
            .bind(id)
            .execute(&mut self.tx)
            .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Lets those who change who is staff take turns: one row that all of them write.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_staff(&mut self, now: UnixMillis) -> Result<(), Fault> {
        self.setting_or_insert("internal.staff_lock", "\"\"", now).await?;
        Ok(())
    }

    /// How many administrators could still sign in without this account.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn other_admins(&mut self, but: &str) -> Result<i64, Fault> {
        let row: (i64,) =
            sqlx::query_as("select count(*) from accounts where role = 'admin' and status = 'active' and id <> $1")
                .bind(but)
                .fetch_one(&mut self.tx)
                .await?;
        Ok(row.0)
    }

    /// False when the key belongs to another account.
    async fn claim_identifier(&mut self, account_id: &str, key: &str) -> Result<bool, Fault> {
        let claimed: Option<(String,)> = sqlx::query_as(
            "insert into account_identifiers (identifier_key, account_id) values ($1, $2) \
             on conflict (identifier_key) do update set identifier_key = excluded.identifier_key \
             where account_identifiers.account_id = excluded.account_id returning account_id",
        )
        .bind(key)
        .bind(account_id)
        .fetch_optional(&mut self.tx)
        .await?;
        Ok(claimed.is_some())
    }

    /// Stores a new password and ends every session of the account. Answers how many there were; nothing when something was faster: a
    /// change under way with the old password must not undo the owner's reset, so the caller's transaction must not be committed
    /// (security 44).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_password(&mut self, new: &NewPassword<'_>) -> Result<Option<i64>, Fault> {
        let stored = new.storing().fetch_optional(&mut self.tx).await?;
        self.end_sessions_of_before(new, stored.as_ref()).await
    }

    /// The second half, once the first has answered.
    pub(super) async fn end_sessions_of_before(
        &mut self,
        new: &NewPassword<'_>,
        stored: Option<&AnyRow>,
    ) -> Result<Option<i64>, Fault> {
        let Some(stored) = stored else {
            return Ok(None);
        };
        let query = sqlx::query("delete from sessions where account_id = $1").bind(new.account_id);
        self.tx.later(query).await?;
        Ok(Some(stored.try_get(0)?))
    }

    /// Holds an account as it is until the transaction ends. False when password, address, status or sign-in kind have changed since
    /// `version` was read. An update rather than a read: a reset that comes meanwhile waits, and then ends the session that this
    /// transaction opens (security 44).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hold_account(&mut self, account_id: &str, version: i64) -> Result<bool, Fault> {
        let held = sqlx::query(
            "update accounts set credential_version = credential_version \
             where id = $1 and credential_version = $2 and status = 'active' and sign_in = 'password'",
        )
        .bind(account_id)
        .bind(version)
        .execute(&mut self.tx)
        .await?;
        Ok(held.rows_affected() == 1)
    }

    /// Replaces the hash of an unchanged password by a stronger one, unless the password changed meanwhile. Kills no link.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn upgrade_hash(&mut self, account_id: &str, old: &str, new: &str) -> Result<(), Fault> {
        let query = sqlx::query("update accounts set password_hash = $1 where id = $2 and password_hash = $3")
            .bind(new)
            .bind(account_id)
            .bind(old);
        self.tx.later(query).await
    }

    /// Enables or disables an account; what was issued before is dead.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_status(&mut self, account_id: &str, status: Status) -> Result<(), Fault> {
        let query =
            sqlx::query("update accounts set status = $1, credential_version = credential_version + 1 where id = $2")
                .bind(status.as_str())
                .bind(account_id);
        self.tx.later(query).await
    }

    /// Removes an account and everything that hangs on it. False when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_account(&mut self, id: &str) -> Result<bool, Fault> {
        let removed = sqlx::query("delete from accounts where id = $1")
            .bind(id)
            .execute(&mut self.tx)
            .await?;
        Ok(removed.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests;
