//! One `.eml` file per mail, for development and the demo: any mail program opens them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::macros::format_description;

use super::compose::Letter;
use super::{Failure, Outgoing, Reply, TransportError};

/// Longest part of a message id in a file name; file systems allow 255 bytes for all of it.
const LONGEST_ID: usize = 120;

#[derive(Clone, Debug)]
pub struct Files {
    directory: PathBuf,
}

impl Files {
    /// The files hold working links, so a directory made here is its owner's alone.
    pub(super) fn new(directory: PathBuf) -> Result<Self, TransportError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&directory) {
            Ok(()) => Ok(Self { directory }),
            Err(error) => Err(TransportError::Directory {
                path: directory.display().to_string(),
                reason: error.to_string(),
            }),
        }
    }

    /// Whether mails could be written, without writing any.
    pub(super) fn greet(&self) -> Result<Reply, Failure> {
        let folder = self.directory.display();
        match fs::metadata(&self.directory) {
            Ok(found) if found.is_dir() && !found.permissions().readonly() => Ok(Reply::new(&format!(
                "mails are written to {folder}, where nobody gets them"
            ))),
            _ => Err(Failure::retryable(&format!("mails cannot be written to {folder}"))),
        }
    }

    /// The same mail sent twice is the same file: the name is made of its date and message id.
    pub(super) async fn keep(&self, mail: &Outgoing, letter: Letter) -> Result<Reply, Failure> {
        let name = file_name(mail);
        let directory = self.directory.clone();
        let reply = format!("250 written to {name}");
        let written = tokio::task::spawn_blocking(move || write(&directory, &name, &letter.bytes)).await;
        match written.map_err(io::Error::other).flatten() {
            Ok(()) => Ok(Reply::new(&reply)),
            Err(error) => Err(Failure::retryable(&format!(
                "the mail could not be written to its directory: {error}"
            ))),
        }
    }
}

/// Written beside and moved into place after it is on the disk: a file with the right name is always a whole mail.
fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = directory.join(format!(".{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, directory.join(name))?;
    File::open(directory)?.sync_all()
}

/// Sorts by date; holds nothing that could lead out of the directory.
fn file_name(mail: &Outgoing) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(mail.date) * 1_000_000);
    let digits = format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:3]Z");
    let date = at.ok().and_then(|at| at.format(&digits).ok()).unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-@".contains(c) {
            c
        } else {
            '_'
        }
    };
    let id: String = mail.message_id.chars().take(LONGEST_ID).map(plain).collect();
    format!("{date}-{id}.eml")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::render::Rendered;
    use crate::mail::transport::{Addressee, Sender, Transport};

    fn mail(message_id: &str, date: i64) -> Outgoing {
        Outgoing {
            message_id: message_id.into(),
            date,
            from: Sender {
                name: "Example".into(),
                address: "no-reply@example.org".into(),
            },
            reply_to: None,
            to: Addressee {
                address: "ada@example.org".into(),
                name: "Ada".into(),
            },
            rendered: Rendered {
                subject: "Hello".into(),
                text: "Text".into(),
                html: "<p>Text</p>".into(),
            },
        }
    }

    #[tokio::test]
    async fn a_mail_is_one_file_of_its_owner_and_stays_one_when_sent_again() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("mails");
        let transport = Transport::from_url(&format!("file://{}", directory.display()), None).unwrap();
        transport
            .send(&mail("two@example.org", 1_773_065_107_001))
            .await
            .unwrap();
        transport
            .send(&mail("one@example.org", 1_773_065_107_000))
            .await
            .unwrap();
        let reply = transport
            .send(&mail("one@example.org", 1_773_065_107_000))
            .await
            .unwrap();
        assert_eq!(reply.text, "250 written to 20260309T140507.000Z-one@example.org.eml");

        let mut names: Vec<_> = fs::read_dir(&directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "20260309T140507.000Z-one@example.org.eml",
                "20260309T140507.001Z-two@example.org.eml"
            ]
        );
        let content = fs::read_to_string(directory.join(&names[0])).unwrap();
        assert!(content.contains("To: \"Ada\" <ada@example.org>") || content.contains("To: Ada <ada@example.org>"));
        #[cfg(unix)]
        for path in [directory.clone(), directory.join(&names[0])] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "nobody else reads working links");
        }
    }

    #[tokio::test]
    async fn a_directory_that_vanished_is_worth_another_attempt() {
        let home = tempfile::tempdir().unwrap();
        let transport = Transport::from_url(&format!("file://{}/mails", home.path().display()), None).unwrap();
        fs::remove_dir(home.path().join("mails")).unwrap();
        let failure = transport.send(&mail("one@example.org", 0)).await.unwrap_err();
        assert!(!failure.permanent, "{failure:?}");
    }

    #[test]
    fn a_file_name_never_leads_out_of_the_directory() {
        let name = file_name(&mail("../../etc/x\0y", 0));
        assert_eq!(name, "19700101T000000.000Z-.._.._etc_x_y.eml");
        assert!(matches!(
            Transport::from_url("file:///dev/null/mails", None),
            Err(TransportError::Directory { .. })
        ));
    }
}
