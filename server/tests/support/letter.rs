//! A mail as its reader sees it.

use server::mail::transport::Outgoing;

#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub message_id: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl From<Outgoing> for Letter {
    fn from(mail: Outgoing) -> Self {
        Self {
            to: mail.to.address,
            message_id: mail.message_id,
            subject: mail.rendered.subject,
            text: mail.rendered.text,
            html: mail.rendered.html,
        }
    }
}

impl From<&super::smtp::Mail> for Letter {
    fn from(mail: &super::smtp::Mail) -> Self {
        Self {
            to: mail.to.join(", "),
            message_id: mail.header("Message-ID"),
            subject: mail.subject(),
            text: mail.text(),
            html: mail.html(),
        }
    }
}

impl Letter {
    /// The link, whole on a line of its own; a notice has another address there.
    pub fn link(&self) -> Option<&str> {
        self.text
            .lines()
            .map(str::trim)
            .find(|line| line.contains("/reset?key="))
    }

    /// The token in the link.
    pub fn token(&self) -> String {
        let link = self.link().expect("a mail with a link");
        link.split_once("key=").expect("a key").1.to_owned()
    }

    /// The code as shown: `XXXX-XXXX` on a line of its own.
    pub fn shown_code(&self) -> Option<&str> {
        self.text.lines().map(str::trim).find(|line| {
            let shape = line.len() == 9 && line.as_bytes().get(4) == Some(&b'-');
            shape && line.chars().all(|c| c == '-' || c.is_ascii_alphanumeric())
        })
    }

    pub fn code(&self) -> String {
        self.shown_code().expect("a mail with a code").to_owned()
    }
}
