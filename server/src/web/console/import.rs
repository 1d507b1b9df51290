//! Importing accounts in the console: choose a file, watch it, take the errors along.

use super::desk::{self, AtDesk};
use crate::account::import::job::{Job, State, errors_csv, show as show_job, start};
use crate::account::import::{Format, columns};
use crate::guard::body::IMPORT_LIMIT;
use crate::refused::Refused;
use crate::staff::Permission;
use app::admin::frame::{Section, Sheet, Told};
use app::admin::import::{self as pages, Progress};
use app::phrase;
use axum::extract::{Multipart, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

/// Errors shown on the page; the file has all of them.
const SHOWN: usize = 100;

/// Seconds after which the page of a running job asks again.
const AGAIN: u32 = 1;

pub async fn form(desk: AtDesk) -> Response {
    match desk.staff.require(Permission::ChangeAccounts) {
        Ok(()) => form_page(&desk, None),
        Err(refused) => desk.refuse(Section::Accounts, &refused),
    }
}

fn form_page(desk: &AtDesk, refused: Option<&Refused>) -> Response {
    let sheet = Sheet {
        here: Section::Accounts,
        title: pages::title(desk.lang).to_owned(),
        told: refused.map(|refused| Told::Problem(desk.words(refused))),
        again: None,
    };
    let status = refused.map_or(StatusCode::OK, desk::status);
    desk.sheet(status, sheet, |lang| pages::form(lang, columns()))
}

pub async fn begin(desk: AtDesk, upload: Result<Multipart, axum::extract::multipart::MultipartRejection>) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ChangeAccounts) {
        return desk.refuse(Section::Accounts, &refused);
    }
    let begun = async {
        let (name, bytes, keep_good) = uploaded(upload.map_err(|_| unreadable())?).await?;
        let format = if has_ending(&name, &["jsonl", "ndjson"]) {
            Format::JsonLines
        } else {
            Format::Csv
        };
        start(&desk.latchkey, &desk.staff, format, &bytes, keep_good, desk.lang).await
    };
    match begun.await {
        Ok(job) => Redirect::to(&format!("/admin/accounts/import/{job}")).into_response(),
        Err(refused) => form_page(&desk, Some(&refused)),
    }
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default();
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn unreadable() -> Refused {
    Refused::invalid("file", phrase!(problem.upload, size = IMPORT_LIMIT / 1024 / 1024))
}

/// Name and content of the file, and whether good rows are kept.
async fn uploaded(mut upload: Multipart) -> Result<(String, Vec<u8>, bool), Refused> {
    let (mut file, mut keep_good) = (None, false);
    while let Some(part) = upload.next_field().await.map_err(|_| unreadable())? {
        match part.name() {
            Some("file") => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(|_| unreadable())?;
                file = Some((name, bytes.to_vec()));
            }
            Some("keep_good") => keep_good = true,
            _ => {}
        }
    }
    let (name, bytes) = file
        .filter(|(_, bytes)| !bytes.is_empty())
        .ok_or_else(|| Refused::invalid("file", phrase!(problem.upload_nothing)))?;
    Ok((name, bytes, keep_good))
}

pub async fn watch(desk: AtDesk, Path(id): Path<String>) -> Response {
    let job = match show_job(&desk.latchkey, &desk.staff, &id).await {
        Ok(job) => job,
        Err(refused) => return desk.refuse(Section::Accounts, &refused),
    };
    let sheet = Sheet {
        here: Section::Accounts,
        title: pages::title(desk.lang).to_owned(),
        told: None,
        again: (job.state == State::Running).then_some(AGAIN),
    };
    let progress = progress(job);
    desk.sheet(StatusCode::OK, sheet, |lang| pages::progress(lang, progress))
}

fn progress(job: Job) -> Progress {
    let errors = job.report.errors.into_iter().take(SHOWN);
    Progress {
        id: job.id,
        state: job.state.as_str(),
        total: job.total,
        done: job.done,
        stored: job.stored,
        refused: job.refused,
        errors: errors.map(|error| (error.line, error.problem)).collect(),
    }
}

/// The whole report as a file.
pub async fn errors(desk: AtDesk, Path(id): Path<String>) -> Response {
    let written = match show_job(&desk.latchkey, &desk.staff, &id).await {
        Ok(job) => errors_csv(&job.report).map_err(Refused::from),
        Err(refused) => Err(refused),
    };
    match written {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"latchkey-import-errors.csv\"",
                ),
            ];
            (headers, text).into_response()
        }
        Err(refused) => desk.refuse(Section::Accounts, &refused),
    }
}
