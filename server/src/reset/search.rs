//! What became of requests, for staff: by receipt, by account, or those that led to no mail (F15, A5).

use super::Outcome;
use super::receipt::typed_receipt;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::secret::has_id_shape;
use crate::staff::{Permission, Staff};
use crate::store::{After, SeenRequest};
use app::phrase;

/// Which requests are wanted. Nothing given means all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// As the person reads it from the page, in any spelling.
    pub receipt: Option<String>,
    pub account_id: Option<String>,
    pub outcome: Option<Outcome>,
    /// Only those that led to no mail, or whose mail did not go out.
    pub not_mailed: bool,
}

/// Requests, the newest first. What was typed is not among what staff see.
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), [`Refused::Field`] for what cannot be a receipt or an id.
pub async fn list(
    latchkey: &Latchkey,
    staff: &Staff,
    wanted: &Wanted,
    after: &After,
    limit: i64,
) -> Result<Vec<SeenRequest>, Refused> {
    staff.require(Permission::ReadRequests)?;
    let receipt = match wanted.receipt.as_deref() {
        None => None,
        Some(text) => Some(typed_receipt(text).ok_or_else(|| Refused::invalid("receipt", phrase!(problem.receipt)))?),
    };
    if wanted.account_id.as_deref().is_some_and(|id| !has_id_shape(id)) {
        return Err(Refused::invalid("account_id", phrase!(problem.no_id)));
    }
    let wanted = Wanted {
        receipt,
        ..wanted.clone()
    };
    Ok(latchkey.store.requests(&wanted, after, limit).await?)
}
