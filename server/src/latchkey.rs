//! Everything a use-case may touch, in one value: use-cases take `&Latchkey` and nothing global.

use crate::clock::{SharedClock, UnixMillis};
use crate::config::Config;
use crate::fact::key::Ring;
use crate::guard::captcha::probe::Probe;
use crate::guard::captcha::siteverify::Line;
use crate::mail::transports::Transports;
use crate::metrics::Metrics;
use crate::password::hash::Hasher;
use crate::refused::Fault;
use crate::secret::{Keys, Purpose};
use crate::settings::snapshot::Made;
use crate::settings::{self, Pinned, Settings};
use crate::store::Store;
use app::phrase;
use std::sync::Arc;
use tokio::sync::Notify;

pub struct Latchkey {
    pub store: Store,
    pub keys: Arc<Keys>,
    /// What facts are stored under.
    pub fact_keys: Ring,
    pub clock: SharedClock,
    pub hasher: Hasher,
    pub pinned: Pinned,
    /// What was last made of the stored settings.
    pub made: Made,
    /// How mail leaves; without it there is no reset.
    pub transports: Transports,
    /// How a captcha's provider is reached, and how it was doing when last asked.
    pub captcha_line: Line,
    pub captcha_probe: Probe,
    /// Rung when a mail was queued, so that it does not wait for the worker's next look.
    pub mail_queued: Notify,
    /// What monitoring may know.
    pub metrics: Arc<Metrics>,
    /// Whether this is the demo, with its mailbox page.
    pub demo: bool,
    pub config: Config,
}

pub type SharedLatchkey = Arc<Latchkey>;

/// The name under which the fingerprint of the master key is stored.
const KEY_CHECK: &str = "internal.key_check";

impl Latchkey {
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn settings(&self) -> Result<Arc<Settings>, Fault> {
        settings::load(&self.store, &self.pinned, &self.keys, &self.made).await
    }

    /// Refuses to run on a database that was written under another master key: nothing sealed would open, no password would match,
    /// and every try would look like a wrong one (security 63).
    ///
    /// # Errors
    /// When the key is another one, or the database does not answer.
    pub async fn check_key(&self) -> Result<(), Fault> {
        let ours = self.keys.mac_text(Purpose::KeyCheck, &[]);
        let mut write = self.store.write().await?;
        let stored = write.setting_or_insert(KEY_CHECK, &ours, self.now()).await?;
        write.commit().await?;
        if stored == ours {
            return Ok(());
        }
        Err(phrase!(trouble.wrong_key, file = self.config.key_file().display().to_string()).into())
    }
}
