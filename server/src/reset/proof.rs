//! What proves the mailbox: the token of the link, or receipt and code. Both lead to the same living token, or to the one refusal
//! that names no reason (security 37).

use super::receipt::typed_receipt;
use super::token::{CODE_TRIES, code_matches, has_token_shape, token, token_digest};
use crate::account::Account;
use crate::audit::{self, Entry, Event};
use crate::clock::UnixMillis;
use crate::guard::limits::{CODE_BY_IDENTIFIER, PROOF_BY_CLIENT, spend};
use crate::guard::visitor::Visitor;
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::settings::limits::Limits;
use app::outcome::Refusal;

/// What a visitor holds. Debug shows no secret.
#[derive(Clone)]
pub enum Proof {
    Token(String),
    Code { receipt: String, code: String },
}

/// Whose mailbox was proved, how long that counts, and the token that proves it again.
pub struct Proved {
    pub token: String,
    pub owner: Account,
    pub expires_at: UnixMillis,
}

/// Checks a proof. A token is not spent by this; a wrong code costs a try, whoever the receipt belongs to.
///
/// # Errors
/// [`Refusal::LinkNotValid`] for every reason there is; [`Refused::TooMany`] for the client's own budget.
pub async fn prove(latchkey: &Latchkey, visitor: &Visitor, proof: &Proof) -> Result<Proved, Refused> {
    let settings = latchkey.settings().await?;
    spend(
        &latchkey.store,
        &settings.limits,
        PROOF_BY_CLIENT,
        visitor,
        latchkey.now(),
    )
    .await?;
    match proof {
        Proof::Token(token) => by_token(latchkey, token).await,
        Proof::Code { receipt, code } => by_code(latchkey, visitor, &settings.limits, receipt, code).await,
    }
}

/// What a token opens at the moment. Reads only: for showing a page.
///
/// # Errors
/// [`Refusal::LinkNotValid`].
pub async fn by_token(latchkey: &Latchkey, token: &str) -> Result<Proved, Refused> {
    if !has_token_shape(token) {
        return Err(Refusal::LinkNotValid.into());
    }
    let living = latchkey
        .store
        .living_token(&token_digest(token), latchkey.now())
        .await?
        .ok_or(Refusal::LinkNotValid)?;
    Ok(Proved {
        token: token.to_owned(),
        owner: living.owner,
        expires_at: living.expires_at,
    })
}

async fn by_code(
    latchkey: &Latchkey,
    visitor: &Visitor,
    limits: &Limits,
    receipt: &str,
    typed_code: &str,
) -> Result<Proved, Refused> {
    let now = latchkey.now();
    let receipt = typed_receipt(receipt).ok_or(Refusal::LinkNotValid)?;

    // The try is taken and committed before anything is compared: of fifty at once no more than five are looked at (security 19).
    let mut write = latchkey.store.write().await?;
    let request = write.take_code_try(&receipt, CODE_TRIES).await?;
    let within = match &request {
        Some(request) if limits.enabled => limits
            .of(CODE_BY_IDENTIFIER)
            .take(&mut write, &request.identifier_mac, now)
            .await?
            .within(),
        _ => true,
    };
    write.commit().await?;
    let (Some(request), true) = (request, within) else {
        return Err(Refusal::LinkNotValid.into());
    };

    // A request that named nobody has no token; it still walks the same path and counts the same tries (security 158).
    let living = latchkey.store.living_token_of_request(&request.id, now).await?;
    let stored_digest = living.as_ref().map_or("", |living| living.code_digest.as_str());
    let matches = code_matches(&latchkey.keys, &request.id, typed_code, stored_digest);
    let account_id = request.account_id.as_deref().unwrap_or_default();

    let mut write = latchkey.store.write().await?;
    let proved = match living {
        Some(living) if matches => {
            write.return_code_try(&request.id).await?;
            audit::record(
                &mut write,
                visitor,
                now,
                Entry::success(Event::ResetCodeTried, account_id).about(&request.id),
            );
            Ok(Proved {
                token: token(&latchkey.keys, &living.request_id, &living.salt),
                owner: living.owner,
                expires_at: living.expires_at,
            })
        }
        _ => {
            let entry = Entry::failure(Event::ResetCodeTried, "refused", account_id).about(&request.id);
            audit::record(&mut write, visitor, now, entry);
            Err(Refusal::LinkNotValid.into())
        }
    };
    write.commit().await?;
    proved
}
