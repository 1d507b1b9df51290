//! The key file: there, private, and a key. Whether it is the database's own, starting shows.

use super::{Examined, Finding};
use crate::config::Config;
use crate::key_file;

/// Looks without making one.
pub fn look(config: &Config) -> Finding {
    let path = config.key_file();
    match key_file::read(&path) {
        Ok(Some(_)) => Finding::ok(
            Examined::KeyFile,
            format!("{} is private and holds a key", path.display()),
        ),
        Ok(None) if config.database_exists() => Finding::problem(
            Examined::KeyFile,
            format!("{} is not there, but the database may be", path.display()),
            "restore the key file that was made with this database; without it no stored password matches",
        ),
        Ok(None) => Finding::warning(
            Examined::KeyFile,
            format!("{} is not there yet", path.display()),
            "latchkey migrate makes it; back it up apart from the database",
        ),
        Err(fault) => {
            let text = fault.to_string();
            let (found, next) = text
                .rsplit_once("; run ")
                .unwrap_or((text.as_str(), "restore the key file from its backup"));
            Finding::problem(Examined::KeyFile, found, next)
        }
    }
}
