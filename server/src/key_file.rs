//! The file with the master key. Kept apart from the database, so that neither is worth anything alone (security 17).

use crate::refused::Fault;
use crate::secret::random;
use app::phrase;
use app::words::Phrase;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// Reads the key, or makes one where there is no file.
///
/// # Errors
/// When the file cannot be read or made, is readable by others, or holds no key.
pub fn load(path: &Path) -> Result<[u8; 32], Fault> {
    if let Some(key) = read(path)? {
        return Ok(key);
    }
    match make(path) {
        // A second server starting at the same moment was first: its key counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => load(path),
        made => made.map_err(|error| fault(path, Phrase::verbatim(error.to_string()))),
    }
}

/// Reads the key; nothing where there is no file.
///
/// # Errors
/// As [`load`].
pub fn read(path: &Path) -> Result<Option<[u8; 32]>, Fault> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path, Phrase::verbatim(error.to_string()))),
    };
    require_private(path).map_err(|problem| fault(path, problem))?;
    let key = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    let key = key.and_then(|key| key.try_into().ok());
    key.map(Some)
        .ok_or_else(|| fault(path, phrase!(trouble.key_file_malformed)))
}

fn fault(path: &Path, problem: Phrase) -> Fault {
    phrase!(trouble.key_file, file = path.display().to_string(), problem = problem).into()
}

/// Written whole under another name first: a crash leaves no half key behind.
fn make(path: &Path) -> std::io::Result<[u8; 32]> {
    let key = random::<32>();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.new", data_encoding::HEXLOWER.encode(&random::<4>())));
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{}", data_encoding::HEXLOWER.encode(&key))?;
    file.sync_all()?;
    // Not over a key that somebody else has made meanwhile.
    match std::fs::hard_link(&draft, path) {
        Ok(()) => {
            std::fs::remove_file(&draft)?;
            Ok(key)
        }
        Err(error) => {
            std::fs::remove_file(&draft)?;
            Err(error)
        }
    }
}

/// Whether nobody but its owner may read a file that is there.
#[must_use]
pub fn is_private(path: &Path) -> bool {
    require_private(path).is_ok()
}

fn require_private(path: &Path) -> Result<(), Phrase> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path)
            .map_err(|error| Phrase::verbatim(error.to_string()))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(phrase!(trouble.key_file_readable, file = path.display().to_string()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/latchkey.key");
        let made = load(&path).unwrap();
        assert_eq!(load(&path).unwrap(), made);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn servers_that_start_together_share_the_key_that_was_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        let keys: std::collections::HashSet<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| load(&path).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert_eq!(keys.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        load(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load(&path).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_broken_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        load(&path).unwrap();
        std::fs::write(&path, "oops").unwrap();
        assert!(load(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "oops");
    }
}
