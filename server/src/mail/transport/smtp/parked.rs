//! A few connections kept open between mails, because a TLS handshake costs more than a mail.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::{Instant, timeout};

/// More than this is never needed: the outbox sends a few mails at a time.
const MOST: usize = 4;

/// Mail servers close idle connections, some after a minute.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

#[derive(Default)]
pub struct Parked {
    connections: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl Parked {
    /// A connection that still answers, if there is one. Others are dropped, which closes them.
    pub async fn take(&self, patience: Duration) -> Option<AsyncSmtpConnection> {
        while let Some((since, mut connection)) = self.pop() {
            let fresh = since.elapsed() < LONGEST_IDLE;
            if fresh && timeout(patience, connection.test_connected()).await.unwrap_or(false) {
                return Some(connection);
            }
        }
        None
    }

    /// Takes a connection whose last conversation was complete.
    pub fn put(&self, connection: AsyncSmtpConnection) {
        let mut connections = self.open();
        connections.retain(|(since, _)| since.elapsed() < LONGEST_IDLE);
        if connections.len() < MOST {
            connections.push((Instant::now(), connection));
        }
    }

    fn pop(&self) -> Option<(Instant, AsyncSmtpConnection)> {
        self.open().pop()
    }

    fn open(&self) -> MutexGuard<'_, Vec<(Instant, AsyncSmtpConnection)>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
