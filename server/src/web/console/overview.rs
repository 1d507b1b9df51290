//! The console's first page.

use super::desk::AtDesk;
use super::settings::missing_view;
use crate::overview::{Overview, Series, overview};
use crate::refused::Refused;
use crate::staff::Permission;
use crate::store::Engine;
use app::admin::frame::Section;
use app::admin::overview::{self as pages, Counted, Mail};
use axum::response::Response;

pub async fn show(desk: AtDesk) -> Response {
    match content(&desk).await {
        Ok(content) => {
            let title = Section::Overview.name(desk.lang);
            desk.page(Section::Overview, title, None, |lang| pages::page(lang, content))
        }
        Err(refused) => desk.refuse(Section::Overview, &refused),
    }
}

async fn content(desk: &AtDesk) -> Result<pages::Overview, Refused> {
    let Overview {
        day,
        month,
        mail,
        engine,
        limited,
        ..
    } = overview(&desk.latchkey, &desk.staff).await?;
    let settings = desk.latchkey.settings().await?;
    // Whoever may not change settings is not sent there.
    let todos = if desk.staff.may(Permission::ReadSettings) {
        missing_view(desk.lang, &desk.latchkey, &settings)
    } else {
        Vec::new()
    };
    Ok(pages::Overview {
        todos,
        mail: match (mail.retrying, mail.last_sent) {
            (0, None) => Mail::Unproven,
            (0, Some(_)) => Mail::Well,
            (count, _) => Mail::Trouble {
                count,
                reply: mail.trouble,
            },
        },
        waiting: mail.waiting,
        oldest: mail.oldest.unwrap_or_default(),
        last_sent: mail.last_sent.unwrap_or_default(),
        failed: mail.failed,
        database: match engine {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        },
        limited,
        outbox: desk.staff.may(Permission::ReadMail),
        day: counted(day),
        month: counted(month),
    })
}

fn counted(series: Series) -> Counted {
    Counted {
        requested: series.requested,
        sent: series.sent,
        completed: series.completed,
        failed: series.failed,
        start: series.start,
        slot: series.slot,
    }
}
