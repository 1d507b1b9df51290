//! The way out that the settings of the moment name. Built when it is first needed and kept as long as the setting stays, so that
//! connections are shared and a change counts for the next mail.

use super::dkim::{KeyError, Signer, Signing};
use super::transport::{Transport, TransportError};
use crate::settings::Settings;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Builds transports, and keeps the last one.
#[derive(Default)]
pub struct Transports {
    /// Used whatever the settings say: tests bring their own mailbox.
    fixed: Option<Transport>,
    ca_file: Option<PathBuf>,
    /// By the text of its URL.
    built: Mutex<Option<(String, Transport)>>,
    /// By the settings it was made of; reading a key takes longer than signing.
    signing: Mutex<Option<([String; 4], Option<Signer>)>>,
}

impl Transports {
    #[must_use]
    pub fn new(fixed: Option<Transport>, ca_file: Option<PathBuf>) -> Self {
        Self {
            fixed,
            ca_file,
            built: Mutex::default(),
            signing: Mutex::default(),
        }
    }

    /// Whether mail has a way out at all.
    #[must_use]
    pub fn configured(&self, settings: &Settings) -> bool {
        self.fixed.is_some() || !settings.mail.url.is_empty()
    }

    /// The way out, or nothing where none is configured.
    ///
    /// # Errors
    /// When the setting cannot be used on this server, for want of a certificate file for example.
    pub fn current(&self, settings: &Settings) -> Result<Option<Transport>, TransportError> {
        if let Some(fixed) = &self.fixed {
            return Ok(Some(fixed.clone()));
        }
        let url = settings.mail.url.reveal();
        if url.is_empty() {
            return Ok(None);
        }
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        match &*built {
            Some((of, transport)) if of == url => Ok(Some(transport.clone())),
            _ => {
                let transport = Transport::from_url(url, self.ca_file.as_deref())?;
                *built = Some((url.to_owned(), transport.clone()));
                Ok(Some(transport))
            }
        }
    }

    /// Who signs, or nothing where nobody does.
    ///
    /// # Errors
    /// When the key cannot be used: stored by another version, or pinned.
    pub fn signer(&self, settings: &Settings) -> Result<Option<Signer>, KeyError> {
        let mail = &settings.mail;
        let of = [
            &mail.dkim_selector,
            &mail.dkim_domain,
            &mail.sender_address,
            mail.dkim_private_key.reveal(),
        ]
        .map(str::to_owned);
        let mut signing = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        match &*signing {
            Some((known, signer)) if *known == of => Ok(signer.clone()),
            _ => {
                let signer = match Signing::of(settings)? {
                    Some(signing) => Some(signing.signer()?),
                    None => None,
                };
                *signing = Some((of, signer.clone()));
                Ok(signer)
            }
        }
    }

    /// A way out of its own for one mail: no connection from before hides what a new one would meet.
    ///
    /// # Errors
    /// As [`Transports::current`].
    pub fn fresh(
        &self,
        settings: &Settings,
        patience: super::transport::Patience,
    ) -> Result<Option<Transport>, TransportError> {
        match (&self.fixed, settings.mail.url.reveal()) {
            (Some(fixed), _) => Ok(Some(fixed.clone())),
            (None, "") => Ok(None),
            (None, url) => Transport::with_patience(url, self.ca_file.as_deref(), patience).map(Some),
        }
    }
}
