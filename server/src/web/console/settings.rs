//! Settings in the console.

mod form;
mod recovery;
mod server;

use super::desk::{self, AtDesk};
use super::overview::captcha_health;
use crate::doctor::dns::Server;
use crate::doctor::{Examined, Finding, Level, deliverability};
use crate::guard::captcha::probe;
use crate::latchkey::Latchkey;
use crate::mail::test;
use crate::refused::Refused;
use crate::reset::availability::{Missing, missing};
use crate::settings::change::{Shown, change, current};
use crate::settings::{Declaration, Settings, declarations};
use app::admin::frame::{Section, Sheet, Told};
use app::admin::settings::{self as pages, Card, Found, How, Lack, Preset, Tested, ToDo};
use app::admin::{group_words, setting_words};
use app::outcome::Refusal;
use app::words::Locale;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use form::Typed;
use leptos::prelude::{AnyView, IntoAny as _};
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// The last form worked.
    done: Option<String>,
    /// A provider to begin with.
    preset: Option<String>,
}

/// Everything that makes a reset impossible, in words, each with the field that settles it.
#[must_use]
pub fn missing_view(lang: Locale, latchkey: &Latchkey, settings: &Settings) -> Vec<ToDo> {
    let lacks = missing(latchkey, settings).into_iter();
    lacks.map(|what| ToDo::new(lang, lack(what), what.setting())).collect()
}

const fn lack(missing: Missing) -> Lack {
    match missing {
        Missing::SwitchedOff => Lack::SwitchedOff,
        Missing::LinkLifetime => Lack::LinkLifetime,
        Missing::PublicUrl => Lack::PublicUrl,
        Missing::SenderAddress => Lack::SenderAddress,
        Missing::MailTransport => Lack::MailServer,
    }
}

/// All groups, and what is missing.
pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let shown = match current(&desk.latchkey, &desk.staff).await {
        Ok(shown) => shown,
        Err(refused) => return desk.refuse(Section::Settings, &refused),
    };
    let settings = match desk.latchkey.settings().await {
        Ok(settings) => settings,
        Err(fault) => return desk.refuse(Section::Settings, &fault.into()),
    };
    let todos = missing_view(desk.lang, &desk.latchkey, &settings);
    let cards = groups()
        .into_iter()
        .map(|group| card(desk.lang, &settings, &shown, group))
        .collect();
    let title = Section::Settings.name(desk.lang);
    desk.page(Section::Settings, title, told(&desk, &asked), |lang| {
        pages::index(lang, todos, cards)
    })
}

fn told(desk: &AtDesk, asked: &Asked) -> Option<Told> {
    (asked.done.as_deref() == Some("saved")).then(|| Told::Done(pages::saved(desk.lang).to_owned()))
}

/// Names of the groups, in the order in which they are declared.
fn groups() -> Vec<&'static str> {
    let mut groups: Vec<_> = declarations().map(Declaration::group).collect();
    groups.dedup();
    groups
}

fn card(lang: Locale, settings: &Settings, shown: &[Shown], group: &'static str) -> Card {
    let changed = shown
        .iter()
        .filter(|shown| shown.declared.group() == group)
        .filter(|shown| {
            if shown.declared.secret {
                !shown.value.is_null()
            } else {
                shown.value != shown.default
            }
        })
        .map(|shown| {
            let label = setting_words(lang, shown.declared.name).label;
            (label, form::in_words(lang, settings, shown))
        });
    Card {
        group,
        changed: changed.collect(),
    }
}

/// The form of one group.
pub async fn show(desk: AtDesk, Path(group): Path<String>, Query(asked): Query<Asked>) -> Response {
    let told = told(&desk, &asked);
    let typed = Typed::preset(asked.preset.as_deref().and_then(Preset::from_code));
    page(&desk, &group, told, typed, None, Looked::default()).await
}

/// Changes what the form of a group says differently.
pub async fn save(desk: AtDesk, Path(group): Path<String>, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let typed = Typed::posted(fields);
    let saved = match known(&group) {
        Some(group) => save_group(&desk, group, &typed).await,
        None => Err(Refusal::NotFound.into()),
    };
    match saved {
        Ok(()) => desk::back(&format!("/admin/settings/{group}"), "saved"),
        Err(refused) => page(&desk, &group, None, typed, Some(&refused), Looked::default()).await,
    }
}

async fn save_group(desk: &AtDesk, group: &'static str, typed: &Typed) -> Result<(), Refused> {
    let shown = current(&desk.latchkey, &desk.staff).await?;
    let settings = desk.latchkey.settings().await?;
    let patch = form::patch(group, &settings, &shown, typed)?;
    change(&desk.latchkey, &desk.staff, &patch, typed.field("current_password")).await
}

/// Sends a test mail to the person who asks for it, and shows what became of it.
pub async fn test_mail(desk: AtDesk) -> Response {
    let outcome = test::send(&desk.latchkey, &desk.staff, None).await;
    let (tested, refused) = match outcome {
        Ok(verdict) => (
            Some(Tested {
                sent: verdict.sent,
                reply: verdict.reply,
                advice: verdict.advice.map(|advice| advice.say(desk.lang)).unwrap_or_default(),
            }),
            None,
        ),
        Err(refused) => (None, Some(refused)),
    };
    let looked = Looked { tested, found: None };
    page(&desk, "mail", None, Typed::default(), refused.as_ref(), looked).await
}

/// Looks at the records of the sender's domain, and shows what was found.
pub async fn look_at_dns(desk: AtDesk) -> Response {
    let (found, refused) = match deliverability::check(&desk.latchkey, &desk.staff).await {
        Ok(findings) => (
            Some(findings.iter().map(|finding| found(finding, desk.lang)).collect()),
            None,
        ),
        Err(refused) => (None, Some(refused)),
    };
    let looked = Looked { tested: None, found };
    page(&desk, "mail", None, Typed::default(), refused.as_ref(), looked).await
}

fn found(finding: &Finding, lang: Locale) -> Found {
    Found {
        name: match finding.check {
            Examined::Dkim => "DKIM",
            Examined::Dmarc => "DMARC",
            _ => "SPF",
        },
        how: match finding.level {
            Level::Ok => How::Ok,
            Level::Skipped => How::Skipped,
            Level::Warning => How::Warning,
            Level::Problem => How::Problem,
        },
        text: finding.found.say(lang),
        next: finding.next.as_ref().map(|next| next.say(lang)),
    }
}

/// What was just tried, shown on the page it was tried from.
#[derive(Default)]
struct Looked {
    tested: Option<Tested>,
    found: Option<Vec<Found>>,
}

fn known(group: &str) -> Option<&'static str> {
    groups().into_iter().find(|known| *known == group)
}

async fn page(
    desk: &AtDesk,
    group: &str,
    told: Option<Told>,
    typed: Typed,
    refused: Option<&Refused>,
    looked: Looked,
) -> Response {
    let made = match known(group) {
        Some(group) => content(desk, group, &typed, refused).await,
        None => Err(Refusal::NotFound.into()),
    };
    // Only who is asked can be looked at.
    let resolver = match desk.latchkey.settings().await {
        Ok(settings) => Server::read(&settings.mail.resolver).is_some(),
        Err(_) => false,
    };
    let (group, form, about) = match made {
        Ok(made) => made,
        Err(refused) => return desk.refuse(Section::Settings, &refused),
    };
    let sheet = Sheet {
        here: Section::Settings,
        title: group_words(desk.lang, group).label.to_owned(),
        told: refused.map(|refused| Told::Problem(desk.words(refused))).or(told),
        again: None,
    };
    let status = refused.map_or(StatusCode::OK, desk::status);
    let captcha = if group == "captcha" {
        captcha_state(desk).await
    } else {
        None
    };
    desk.sheet(status, sheet, |lang| -> AnyView {
        let health = captcha.map(|captcha| app::admin::overview::captcha_line(lang, captcha));
        let form = pages::group(lang, form);
        match about {
            Some(about) => leptos::view! { {app::admin::recovery::risk(lang, about)} {form} }.into_any(),
            None if group == "limits" => leptos::view! { {form} {app::admin::limits::way(lang)} }.into_any(),
            None if group == "captcha" => leptos::view! { {health} {form} }.into_any(),
            None if group == "branding" => leptos::view! { {app::admin::branding::link(lang)} {form} }.into_any(),
            None if group == "mail" => {
                let dns = resolver.then(|| pages::dns(lang, looked.found));
                leptos::view! { {form} {pages::test(lang, looked.tested)} {dns} }.into_any()
            }
            None => form,
        }
    })
}

/// Found out by asking, also where it was just changed.
async fn captcha_state(desk: &AtDesk) -> Option<app::admin::overview::Captcha> {
    let settings = desk.latchkey.settings().await.ok()?;
    let state = probe::state(&desk.latchkey, &settings.captcha).await;
    Some(captcha_health(state))
}

async fn content(
    desk: &AtDesk,
    group: &'static str,
    typed: &Typed,
    refused: Option<&Refused>,
) -> Result<(&'static str, pages::Form, Option<app::admin::recovery::About>), Refused> {
    let shown = current(&desk.latchkey, &desk.staff).await?;
    let settings = desk.latchkey.settings().await?;
    let (facts, about) = if group == "recovery" {
        (
            recovery::facts(desk).await?,
            Some(recovery::about(desk, &settings).await?),
        )
    } else {
        (Vec::new(), None)
    };
    let form = form::form(desk.lang, group, &settings, &shown, &facts, typed, refused);
    Ok((group, form, about))
}
