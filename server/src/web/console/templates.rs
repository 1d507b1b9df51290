//! Mail templates in the console: all of them, one to edit, its preview in a frame, its test, its history.

mod import;

pub use import::{form as import_form, run as import};

use super::desk::{self, AtDesk};
use crate::mail::message::MailKind;
use crate::mail::placeholder::Placeholder;
use crate::mail::render::Source;
use crate::mail::template::problem::Problem;
use crate::mail::template::sample::Sample;
use crate::mail::template::{self, Template};
use crate::refused::Refused;
use crate::staff::Permission;
use app::admin::frame::{Section, Sheet, Told};
use app::admin::templates::{self as pages, Edit, Line, Version};
use app::outcome::Refusal;
use app::words::Locale;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;

/// What a frame with a mail may do: show it. No script, no form, no address leads anywhere.
const MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox";

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
    part: Option<String>,
}

/// The form as it was posted.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Posted {
    subject: String,
    text: String,
    html: String,
    version: Option<i64>,
    sample: String,
    sure: String,
}

impl Posted {
    fn source(&self) -> Source {
        template::tidy(&Source {
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
        })
    }

    fn sample(&self) -> Sample {
        self.sample.parse().unwrap_or(Sample::Single)
    }
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let all = match template::list(&desk.latchkey, &desk.staff).await {
        Ok(all) => all,
        Err(refused) => return desk.refuse(Section::Templates, &refused),
    };
    let lines = MailKind::ALL.iter().map(|kind| Line {
        kind: kind.as_str(),
        languages: all
            .iter()
            .filter(|template| template.kind == *kind)
            .map(|template| (template.language, template.edited))
            .collect(),
    });
    let lines = lines.collect();
    let may_change = desk.staff.may(Permission::ChangeMail);
    let told = told(&desk, &asked);
    let title = Section::Templates.name(desk.lang);
    desk.page(Section::Templates, title, told, |lang| {
        pages::index(lang, lines, may_change)
    })
}

fn told(desk: &AtDesk, asked: &Asked) -> Option<Told> {
    let text = pages::done(desk.lang, asked.done.as_deref()?)?;
    Some(Told::Done(text.to_owned()))
}

pub async fn show(desk: AtDesk, Path(path): Path<(String, String)>, Query(asked): Query<Asked>) -> Response {
    let told = told(&desk, &asked);
    page(&desk, path, None, told, None).await
}

pub async fn save(desk: AtDesk, Path(path): Path<(String, String)>, Form(posted): Form<Posted>) -> Response {
    let saved = match of_path(&path) {
        Ok((kind, language)) => {
            let source = posted.source();
            template::save(&desk.latchkey, &desk.staff, kind, language, &source, posted.version).await
        }
        Err(refused) => Err(refused),
    };
    match saved {
        Ok(saved) => desk::back(&pages::address(saved.kind.as_str(), saved.language), "saved"),
        Err(refused) => page(&desk, path, Some(posted), None, Some(refused)).await,
    }
}

/// The typed words as a mail, in the frame of the page.
pub async fn preview(
    desk: AtDesk,
    Path(path): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Form(posted): Form<Posted>,
) -> Response {
    let made = match of_path(&path) {
        Ok((kind, language)) => {
            let (source, sample) = (posted.source(), posted.sample());
            template::preview(&desk.latchkey, &desk.staff, kind, language, Some(&source), sample).await
        }
        Err(refused) => Err(refused),
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL)),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    match made {
        Ok(mail) if asked.part.as_deref() == Some("text") => {
            (headers, format!("{}\n\n{}", mail.subject, mail.text)).into_response()
        }
        Ok(mail) => (headers, Html(mail.html)).into_response(),
        Err(Refused::Template(problems)) => {
            let problems: Vec<_> = problems.into_iter().map(shown).collect();
            let html = pages::no_preview(desk.lang, &problems);
            (StatusCode::UNPROCESSABLE_ENTITY, headers, Html(html)).into_response()
        }
        Err(refused) => desk.refuse(Section::Templates, &refused),
    }
}

/// Sends the typed words to whoever asks for it.
pub async fn test(desk: AtDesk, Path(path): Path<(String, String)>, Form(posted): Form<Posted>) -> Response {
    let sent = match (desk.staff.require(Permission::ChangeMail), of_path(&path)) {
        (Ok(()), Ok((kind, language))) => {
            let (source, sample) = (posted.source(), posted.sample());
            template::send_test(&desk.latchkey, &desk.staff, kind, language, Some(&source), sample).await
        }
        (Err(refused), _) | (_, Err(refused)) => Err(refused),
    };
    match sent {
        Ok(verdict) => {
            let advice = verdict.advice.map(|advice| advice.say(desk.lang)).unwrap_or_default();
            let text = pages::tested(desk.lang, verdict.sent, &verdict.reply, &advice);
            let told = if verdict.sent {
                Told::Done(text)
            } else {
                Told::Problem(text)
            };
            page(&desk, path, Some(posted), Some(told), None).await
        }
        Err(refused) => page(&desk, path, Some(posted), None, Some(refused)).await,
    }
}

pub async fn restore(desk: AtDesk, Path((kind, language, number)): Path<(String, String, String)>) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ChangeMail) {
        return desk.refuse(Section::Templates, &refused);
    }
    let path = (kind, language);
    let restored = match (of_path(&path), number.parse()) {
        (Ok((kind, language)), Ok(number)) => {
            template::restore(&desk.latchkey, &desk.staff, kind, language, number).await
        }
        (Err(refused), _) => Err(refused),
        (_, Err(_)) => Err(Refusal::NotFound.into()),
    };
    match restored {
        Ok(restored) => desk::back(&pages::address(restored.kind.as_str(), restored.language), "restored"),
        Err(refused) => page(&desk, path, None, None, Some(refused)).await,
    }
}

pub async fn restore_default(desk: AtDesk, Path(path): Path<(String, String)>, Form(posted): Form<Posted>) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ChangeMail) {
        return desk.refuse(Section::Templates, &refused);
    }
    if posted.sure != "true" {
        let told = Told::Problem(pages::not_sure(desk.lang).to_owned());
        return page(&desk, path, None, Some(told), None).await;
    }
    let restored = match of_path(&path) {
        Ok((kind, language)) => template::restore_default(&desk.latchkey, &desk.staff, kind, language).await,
        Err(refused) => Err(refused),
    };
    match restored {
        Ok(()) => desk::back(&format!("/admin/mail-templates/{}/{}", path.0, path.1), "defaulted"),
        Err(refused) => page(&desk, path, None, None, Some(refused)).await,
    }
}

fn of_path((kind, language): &(String, String)) -> Result<(MailKind, Locale), Refused> {
    let kind = kind.parse().map_err(|_| Refusal::NotFound)?;
    Ok((kind, Locale::of_code(language).ok_or(Refusal::NotFound)?))
}

/// A template's page, with what was typed where something was.
async fn page(
    desk: &AtDesk,
    path: (String, String),
    typed: Option<Posted>,
    told: Option<Told>,
    refused: Option<Refused>,
) -> Response {
    let found = match of_path(&path) {
        Ok((kind, language)) => find(desk, kind, language).await,
        Err(missing) => Err(missing),
    };
    let (template, versions) = match found {
        Ok(found) => found,
        Err(missing) => return desk.refuse(Section::Templates, &missing),
    };
    let status = refused.as_ref().map_or(StatusCode::OK, desk::status);
    let told = match &refused {
        Some(Refused::Template(_)) => Some(Told::Problem(pages::not_saved(desk.lang).to_owned())),
        Some(refused) => Some(Told::Problem(desk.words(refused))),
        None => told,
    };
    let sheet = Sheet {
        here: Section::Templates,
        title: pages::named(desk.lang, template.kind.as_str(), template.language),
        told,
        again: None,
    };
    let problems = match refused {
        Some(Refused::Template(problems)) => problems.into_iter().map(shown).collect(),
        _ => Vec::new(),
    };
    let edit = edit(desk, template, versions, typed, problems);
    desk.framing(status, sheet, |lang| pages::edit(lang, edit))
}

fn edit(
    desk: &AtDesk,
    template: Template,
    versions: Vec<Version>,
    typed: Option<Posted>,
    problems: Vec<pages::Problem>,
) -> Edit {
    let (kind, sample) = (
        template.kind,
        typed.as_ref().map_or_else(String::new, |typed| typed.sample.clone()),
    );
    let version = typed
        .as_ref()
        .and_then(|typed| typed.version)
        .unwrap_or(template.version);
    let source = typed.map_or(template.source, |typed| typed.source());
    let needed = Placeholder::needed(kind);
    let placeholders = Placeholder::of(kind).map(|name| pages::Placeholder {
        name: name.as_str(),
        needed: needed == Some(name),
        may_be_empty: name.may_be_absent(kind),
    });
    Edit {
        kind: kind.as_str(),
        language: template.language,
        subject: source.subject,
        text: source.text,
        html: source.html,
        version,
        edited: template.edited,
        problems,
        sample,
        placeholders: placeholders.collect(),
        versions,
        may_change: desk.staff.may(Permission::ChangeMail),
    }
}

async fn find(desk: &AtDesk, kind: MailKind, language: Locale) -> Result<(Template, Vec<Version>), Refused> {
    let template = template::show(&desk.latchkey, &desk.staff, kind, language).await?;
    let mut versions = Vec::new();
    for version in template::versions(&desk.latchkey, &desk.staff, kind, language).await? {
        versions.push(Version {
            number: version.version,
            edited: version.edited,
            at: version.edited_at,
            by: named(desk, &version.edited_by).await?,
        });
    }
    Ok((template, versions))
}

/// People by their login name, while there is one.
async fn named(desk: &AtDesk, actor: &str) -> Result<String, Refused> {
    let Some(id) = actor.strip_prefix("account:") else {
        return Ok(actor.to_owned());
    };
    let account = desk.latchkey.store.account(id).await?;
    Ok(account.map_or_else(|| actor.to_owned(), |account| account.login_name))
}

fn shown(problem: Problem) -> pages::Problem {
    pages::Problem {
        part: problem.part.as_str(),
        line: problem.line,
        column: problem.column,
        flaw: problem.flaw,
        what: problem.what,
    }
}
