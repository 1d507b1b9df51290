//! The key file: there, private, and a key. Whether it is the database's own, starting shows.

use super::{Examined, Finding};
use crate::config::Config;
use crate::key_file;
use app::phrase;
use app::words::Phrase;

/// Looks without making one.
pub fn look(config: &Config) -> Finding {
    let path = config.key_file();
    let file = path.display().to_string();
    match key_file::read(&path) {
        Ok(Some(_)) => Finding::ok(Examined::KeyFile, phrase!(doctor.key_well, file = file)),
        Ok(None) if config.database_exists() => Finding::problem(
            Examined::KeyFile,
            phrase!(doctor.key_gone, file = file),
            phrase!(doctor.key_gone_next),
        ),
        Ok(None) => Finding::warning(
            Examined::KeyFile,
            phrase!(doctor.key_none, file = file),
            phrase!(doctor.key_none_next),
        ),
        Err(_) if !key_file::is_private(&path) => Finding::problem(
            Examined::KeyFile,
            phrase!(doctor.readable, file = file.as_str()),
            Phrase::verbatim(format!("chmod 600 {file}")),
        ),
        Err(fault) => {
            let next = phrase!(doctor.key_broken_next);
            Finding::problem(Examined::KeyFile, fault.in_words(), next)
        }
    }
}
