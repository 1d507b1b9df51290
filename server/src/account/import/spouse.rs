//! Who the spouse is, where a row only names the spouse's own account: another row's, or one that is there already.

use super::{FileEntry, Row, RowError};
use crate::account::identifier::LoginName;
use crate::account::profile::Profile;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use app::phrase;
use std::collections::HashMap;

/// Somebody as another row can name them.
#[derive(Clone)]
struct Known {
    id: String,
    email: Option<String>,
    name: String,
    profile: Profile,
}

/// Rows with what is known of each spouse filled in. What a row says of the spouse itself, it keeps.
///
/// # Errors
/// When the database does not answer.
pub async fn taken_over(latchkey: &Latchkey, mut rows: Vec<Row>) -> Result<Vec<Row>, Fault> {
    let wanted = |row: &Row| matches!(row, Ok(entry) if entry.spouse_login_name.is_some());
    if !rows.iter().any(wanted) {
        return Ok(rows);
    }
    let in_file = in_file(&rows);
    for row in &mut rows {
        let Ok(entry) = row else { continue };
        let Some(login_name) = entry.spouse_login_name.take() else {
            continue;
        };
        match find(latchkey, &in_file, &login_name).await? {
            Some(spouse) if spouse.id != entry.id => fill(&mut entry.draft.profile, spouse),
            _ => {
                let problem = phrase!(problem.spouse_unknown);
                *row = Err(RowError {
                    line: entry.line,
                    problem,
                });
            }
        }
    }
    Ok(rows)
}

/// Everybody in the file by the key of their login name, each with the id that the account will have.
fn in_file(rows: &[Row]) -> HashMap<String, Known> {
    let entries = rows.iter().filter_map(|row| row.as_ref().ok());
    let known = entries.filter_map(|entry: &FileEntry| {
        let key = LoginName::parse(&entry.draft.login_name).ok()?.key().to_owned();
        let known = Known {
            id: entry.id.clone(),
            email: entry.draft.email.clone(),
            name: entry.draft.name.clone(),
            profile: entry.draft.profile.clone(),
        };
        Some((key, known))
    });
    known.collect()
}

/// Who is there already comes first: a row of the same name will be refused.
async fn find(latchkey: &Latchkey, in_file: &HashMap<String, Known>, login_name: &str) -> Result<Option<Known>, Fault> {
    let Ok(login_name) = LoginName::parse(login_name) else {
        return Ok(None);
    };
    let stored = latchkey.store.account_by_key(login_name.key()).await?;
    Ok(match stored {
        Some(account) => Some(Known {
            id: account.id,
            email: account.email,
            name: account.name,
            profile: account.profile,
        }),
        None => in_file.get(login_name.key()).cloned(),
    })
}

fn fill(profile: &mut Profile, spouse: Known) {
    let unnamed = profile.spouse_name().is_empty();
    // Somebody of whom only the whole name is known is called by it.
    let whole_name = if spouse.profile.own_name().is_empty() {
        spouse.name
    } else {
        String::new()
    };
    let theirs = spouse.profile;
    if unnamed {
        profile.spouse_given_name = theirs.given_name;
        profile.spouse_preferred_name = if whole_name.is_empty() {
            theirs.preferred_name
        } else {
            whole_name
        };
        profile.spouse_surname = theirs.surname;
    }
    for (own, theirs) in [
        (&mut profile.spouse_id, spouse.id),
        (&mut profile.spouse_title, theirs.title),
        (&mut profile.spouse_email, spouse.email.unwrap_or_default()),
        (&mut profile.spouse_mobile_phone, theirs.mobile_phone),
    ] {
        if own.is_empty() {
            *own = theirs;
        }
    }
}
