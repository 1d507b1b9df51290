//! The outbox in the console.

use super::desk::{self, AtDesk};
use super::listing::{self, PAGE};
use crate::mail::queue::{self, Wanted};
use crate::refused::Refused;
use crate::staff::Permission;
use crate::store::{After, SeenMail};
use app::admin::frame::{Section, Sheet, Told};
use app::admin::outbox::{self as pages, Mail, Outbox};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    state: String,
    cursor: Option<String>,
    done: Option<String>,
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let done = asked.done.as_deref().and_then(|code| pages::done(desk.lang, code));
    page(&desk, asked, done.map(|text| Told::Done(text.to_owned())), None).await
}

pub async fn retry(desk: AtDesk, Path(id): Path<String>) -> Response {
    match queue::retry(&desk.latchkey, &desk.staff, &id).await {
        Ok(()) => desk::back("/admin/outbox", "retried"),
        Err(refused) => again(&desk, &refused).await,
    }
}

pub async fn cancel(desk: AtDesk, Path(id): Path<String>) -> Response {
    match queue::cancel(&desk.latchkey, &desk.staff, &id).await {
        Ok(()) => desk::back("/admin/outbox", "cancelled"),
        Err(refused) => again(&desk, &refused).await,
    }
}

async fn again(desk: &AtDesk, refused: &Refused) -> Response {
    let told = Told::Problem(desk.words(refused));
    page(desk, Asked::default(), Some(told), Some(refused)).await
}

async fn page(desk: &AtDesk, asked: Asked, told: Option<Told>, refused: Option<&Refused>) -> Response {
    let (mails, next) = match find(desk, &asked).await {
        Ok(found) => found,
        Err(refused) => return desk.refuse(Section::Outbox, &refused),
    };
    let page = Outbox {
        state: asked.state,
        mails,
        next,
        may_change: desk.staff.may(Permission::ChangeMail),
    };
    let sheet = Sheet {
        here: Section::Outbox,
        title: Section::Outbox.name(desk.lang).to_owned(),
        told,
        again: None,
    };
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::page(lang, page))
}

async fn find(desk: &AtDesk, asked: &Asked) -> Result<(Vec<Mail>, Option<String>), Refused> {
    // A code that is none of ours filters nothing.
    let wanted = Wanted {
        state: asked.state.parse().ok(),
    };
    let after = crate::api::after(asked.cursor.as_deref())?;
    let mut rows = queue::list(&desk.latchkey, &desk.staff, wanted, &after, PAGE + 1).await?;
    let place = |row: &SeenMail| After {
        at: row.created_at,
        id: row.id.clone(),
    };
    let next = listing::next(&mut rows, place, "/admin/outbox", &[("state", &asked.state)]);
    let now = desk.latchkey.now();
    Ok((rows.into_iter().map(|row| shown(row, now)).collect(), next))
}

fn shown(row: SeenMail, now: i64) -> Mail {
    let open = matches!(row.state.as_str(), "queued" | "failed") && row.lease_until <= now;
    Mail {
        may_retry: open && row.expires_at >= now,
        may_cancel: open,
        id: row.id,
        kind: row.kind,
        state: row.state,
        reason: row.reason,
        reply: row.reply,
        recipient: row.recipient,
        account_id: row.account_id,
        receipt: row.receipt,
        attempts: row.attempts,
        created_at: row.created_at,
        next_attempt_at: if row.finished_at == 0 { row.next_attempt_at } else { 0 },
        finished_at: row.finished_at,
    }
}
