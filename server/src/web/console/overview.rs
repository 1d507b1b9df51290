//! The console's first page.

use super::desk::AtDesk;
use super::listing::PAGE;
use super::settings::missing_view;
use crate::guard::captcha::probe::State;
use crate::overview::{Overview, Series, overview};
use crate::recovery::case;
use crate::refused::Refused;
use crate::staff::Permission;
use crate::store::{After, Engine};
use app::admin::frame::Section;
use app::admin::overview::{self as pages, Captcha, Counted, Mail};
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
        captcha,
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
        captcha: captcha_health(captcha),
        recoveries: waiting_recoveries(desk).await?,
        outbox: desk.staff.may(Permission::ReadMail),
        day: counted(day),
        month: counted(month),
    })
}

/// As pages call it.
pub const fn captcha_health(state: State) -> Captcha {
    match state {
        State::Off => Captcha::Off,
        State::Working => Captcha::Working,
        State::KeyMissing => Captcha::KeyMissing,
        State::KeyRefused => Captcha::KeyRefused,
        State::Unreachable => Captcha::Unreachable,
    }
}

/// Recoveries that wait for a decision; none for whoever may not decide.
async fn waiting_recoveries(desk: &AtDesk) -> Result<usize, Refused> {
    if !desk.staff.may(Permission::DecideRecoveries) {
        return Ok(0);
    }
    let waiting = case::list(
        &desk.latchkey,
        &desk.staff,
        Some(crate::recovery::State::Awaiting),
        &After::start(),
        PAGE,
    )
    .await?;
    Ok(waiting.len())
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
