//! The settings that one request works with. They are read when they are first needed, and a request is judged by them to its end: it
//! neither sees half of a change, nor asks the database again for what it has been told. Mails that go out together count as one.
//!
//! What was made of the stored rows is kept as long as the rows stay the same. They are read all the same: a change counts for the
//! next request on every server that shares the database.

use super::Settings;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static OF_REQUEST: RefCell<Option<Arc<Settings>>>;
}

/// Runs what belongs to one request.
pub async fn in_request<F: Future>(work: F) -> F::Output {
    OF_REQUEST.scope(RefCell::default(), work).await
}

/// Runs what belongs to a request that has its settings already.
pub async fn under<F: Future>(settings: Arc<Settings>, work: F) -> F::Output {
    OF_REQUEST.scope(RefCell::new(Some(settings)), work).await
}

/// The settings of the request under way, once it has asked for them.
#[must_use]
pub fn of_request() -> Option<Arc<Settings>> {
    OF_REQUEST.try_with(|settings| settings.borrow().clone()).ok().flatten()
}

/// Keeps them for the rest of the request. Outside of one nothing is kept.
pub fn keep(settings: &Arc<Settings>) {
    let _ = OF_REQUEST.try_with(|kept| kept.replace(Some(Arc::clone(settings))));
}

/// After a change of its own a request sees the new ones.
pub fn forget() {
    let _ = OF_REQUEST.try_with(RefCell::take);
}

/// Name and value as stored, sorted or not: the same statement answers the same rows in the same order, and where it does not, they
/// are only read anew.
pub type Rows = Vec<(String, String)>;

/// What was last made of stored rows.
#[derive(Default)]
pub struct Made(Mutex<Option<(Rows, Arc<Settings>)>>);

impl Made {
    pub fn of(&self, rows: &Rows) -> Option<Arc<Settings>> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.as_ref()
            .filter(|(from, _)| from == rows)
            .map(|(_, settings)| Arc::clone(settings))
    }

    pub fn keep(&self, rows: Rows, settings: &Arc<Settings>) {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *made = Some((rows, Arc::clone(settings)));
    }
}
