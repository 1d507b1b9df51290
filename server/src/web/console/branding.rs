//! How the installation looks: accent colours with a preview, logo and background.

use super::desk::{self, AtDesk};
use crate::branding::colour::{Colour, LEAST, Scheme};
use crate::branding::look::{Accents, current, path};
use crate::branding::picture::Picture;
use crate::branding::upload;
use crate::refused::Refused;
use crate::settings::change::change;
use crate::staff::Permission;
use app::admin::branding::{self as pages, Contrast, Page, Shown};
use app::admin::frame::{Section, Sheet, Told};
use app::outcome::Refusal;
use app::phrase;
use axum::Form;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

const PATH: &str = "/admin/branding";

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
}

/// Colours as they were typed, and what is to become of them.
#[derive(Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    accent_light: String,
    #[serde(default)]
    accent_dark: String,
    /// Only to be looked at.
    #[serde(default)]
    preview: Option<String>,
}

impl Typed {
    fn accents(&self) -> Accents {
        Accents {
            light: Colour::parse(&self.accent_light),
            dark: Colour::parse(&self.accent_dark),
        }
    }
}

pub async fn show(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let told = asked.done.as_deref().and_then(|code| pages::done(desk.lang, code));
    page(&desk, None, told.map(Told::Done), None).await
}

/// Shows how typed colours look, or makes them count.
pub async fn save(desk: AtDesk, typed: Result<Form<Typed>, axum::extract::rejection::FormRejection>) -> Response {
    let Form(typed) = typed.unwrap_or_default();
    if typed.preview.is_some() {
        return page(&desk, Some(typed), None, None).await;
    }
    let patch =
        json!({ "branding": { "accent_light": typed.accent_light.trim(), "accent_dark": typed.accent_dark.trim() } });
    let patch = patch.as_object().cloned().unwrap_or_default();
    match change(&desk.latchkey, &desk.staff, &patch, None).await {
        Ok(()) => desk::back(PATH, "saved"),
        Err(refused) => page(&desk, Some(typed), None, Some(refused)).await,
    }
}

pub async fn put(desk: AtDesk, Path(name): Path<String>, posted: Result<Multipart, MultipartRejection>) -> Response {
    let stored = async {
        desk.staff.require(Permission::ChangeSettings)?;
        let picture = named(&name)?;
        let unreadable = || {
            let problem = phrase!(problem.upload_picture, size = picture.limit() / 1024);
            Refused::invalid(picture.as_str(), problem)
        };
        let mut posted = posted.map_err(|_| unreadable())?;
        let part = posted.next_field().await.map_err(|_| unreadable())?;
        let part = part.filter(|part| part.name() == Some("file")).ok_or_else(unreadable)?;
        let bytes = part.bytes().await.map_err(|_| unreadable())?;
        if bytes.is_empty() {
            return Err(Refused::invalid(picture.as_str(), phrase!(problem.upload_nothing)));
        }
        upload::put(&desk.latchkey, &desk.staff, picture, bytes.to_vec()).await
    };
    match stored.await {
        Ok(_) => desk::back(PATH, "picture_set"),
        Err(refused) => page(&desk, None, None, Some(refused)).await,
    }
}

pub async fn remove(desk: AtDesk, Path(name): Path<String>) -> Response {
    let removed = async {
        desk.staff.require(Permission::ChangeSettings)?;
        upload::remove(&desk.latchkey, &desk.staff, named(&name)?).await
    };
    match removed.await {
        Ok(()) => desk::back(PATH, "picture_removed"),
        Err(refused) => page(&desk, None, None, Some(refused)).await,
    }
}

fn named(name: &str) -> Result<Picture, Refused> {
    name.parse().map_err(|_| Refusal::NotFound.into())
}

/// The style sheet of a preview: pages of the console take no inline style either.
pub async fn preview(desk: AtDesk, Query(typed): Query<Typed>) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ReadSettings) {
        return desk.refuse(Section::Settings, &refused);
    }
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        typed.accents().preview(),
    )
        .into_response()
}

async fn page(desk: &AtDesk, typed: Option<Typed>, told: Option<Told>, refused: Option<Refused>) -> Response {
    let page = match content(desk, typed, refused.as_ref()).await {
        Ok(page) => page,
        Err(refused) => return desk.refuse(Section::Settings, &refused),
    };
    let sheet = Sheet {
        here: Section::Settings,
        title: pages::title(desk.lang).to_owned(),
        told: refused
            .as_ref()
            .map(|refused| Told::Problem(desk.words(refused)))
            .or(told),
        again: None,
    };
    let status = refused.as_ref().map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::page(lang, page))
}

async fn content(desk: &AtDesk, typed: Option<Typed>, refused: Option<&Refused>) -> Result<Page, Refused> {
    desk.staff.require(Permission::ReadSettings)?;
    let branding = desk.latchkey.settings().await?.branding.clone();
    let look = current(&desk.latchkey).await?;
    let typed = typed.unwrap_or(Typed {
        accent_light: branding.accent_light,
        accent_dark: branding.accent_dark,
        preview: None,
    });
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("accent_light", &typed.accent_light)
        .append_pair("accent_dark", &typed.accent_dark)
        .finish();
    let accents = typed.accents();
    let problem = match refused {
        Some(Refused::Field { field, problem, .. }) => Some((field.clone(), problem.say(desk.lang))),
        _ => None,
    };
    let shown = |picture: Picture| {
        let row = match picture {
            Picture::Logo => look.logo.as_ref(),
            Picture::Background => look.background.as_ref(),
        };
        Shown {
            name: picture.as_str(),
            path: row.map(|row| path(picture, &row.digest)),
            size: row
                .map(|row| format!("{} × {}", row.width, row.height))
                .unwrap_or_default(),
        }
    };
    Ok(Page {
        product_name: branding.product_name,
        contrasts: [
            contrast(accents.light, Scheme::Light),
            contrast(accents.dark, Scheme::Dark),
        ],
        accent_light: typed.accent_light,
        accent_dark: typed.accent_dark,
        preview: format!("{PATH}/preview.css?{query}"),
        pictures: vec![shown(Picture::Logo), shown(Picture::Background)],
        may_change: desk.staff.may(Permission::ChangeSettings),
        problem,
    })
}

/// Of the typed accent, or of the built-in one; rounded down, as it is compared.
fn contrast(accent: Option<Colour>, scheme: Scheme) -> Contrast {
    let (ratio, _) = accent.unwrap_or(scheme.built_in()).worst(scheme);
    Contrast {
        ratio: format!("{:.2}", (ratio * 100.0).floor() / 100.0),
        enough: ratio >= LEAST,
    }
}
