//! Editable templates: what staff do with them (M3). Each kind of mail has one in every language; what nobody edited is ours.
//!
//! An edit is checked as a whole before it counts (`check`), counts at once on every server (`in_force`), and stays in the history,
//! from which any of the last [`version::KEPT`] versions can be taken back.

pub mod address;
mod carried;
pub mod check;
mod grammar;
mod html;
pub mod import;
pub mod in_force;
mod mask;
pub mod problem;
pub mod sample;
pub mod version;

#[cfg(test)]
mod tests;

use super::message::MailKind;
use super::render::{Rendered, Source, default_source};
use super::test::{self, Verdict};
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::refused::Refused;
use crate::staff::{Permission, Staff};
use crate::store::{MailTemplateRow, Write};
use app::outcome::Refusal;
use app::phrase;
use app::words::Locale;
use check::Ground;
use sample::Sample;
use serde_json::json;

/// A template as staff see it.
#[derive(Clone, Debug)]
pub struct Template {
    pub kind: MailKind,
    pub language: Locale,
    /// What counts: the edited words, or ours.
    pub source: Source,
    pub edited: bool,
    /// Of the last change; 0 while there was none.
    pub version: i64,
    /// As the audit trail names them; empty while nobody changed anything.
    pub edited_by: String,
    /// 0 while there was no change.
    pub edited_at: i64,
}

impl Template {
    fn of(kind: MailKind, language: Locale, row: Option<MailTemplateRow>) -> Self {
        let (version, edited_by, edited_at) = row
            .as_ref()
            .map(|row| (row.version, row.edited_by.clone(), row.edited_at))
            .unwrap_or_default();
        let edited = row.and_then(version::source);
        Self {
            kind,
            language,
            edited: edited.is_some(),
            source: edited.unwrap_or_else(|| default_source(language, kind.as_str())),
            version,
            edited_by,
            edited_at,
        }
    }
}

/// Every template, by kind and language.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn list(latchkey: &Latchkey, staff: &Staff) -> Result<Vec<Template>, Refused> {
    staff.require(Permission::ReadMail)?;
    let mut rows = latchkey.store.mail_templates().await?;
    let mut all = Vec::new();
    for kind in MailKind::ALL {
        for language in Locale::ALL {
            let own = |row: &MailTemplateRow| row.kind == kind.as_str() && row.locale == language.code();
            let row = rows.iter().position(own).map(|place| rows.swap_remove(place));
            all.push(Template::of(*kind, language, row));
        }
    }
    Ok(all)
}

/// One template.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn show(latchkey: &Latchkey, staff: &Staff, kind: MailKind, language: Locale) -> Result<Template, Refused> {
    staff.require(Permission::ReadMail)?;
    let row = latchkey.store.mail_template(kind.as_str(), language.code()).await?;
    Ok(Template::of(kind, language, row))
}

/// Its versions that are kept, the newest first; without words where the default counted again.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn versions(
    latchkey: &Latchkey,
    staff: &Staff,
    kind: MailKind,
    language: Locale,
) -> Result<Vec<Template>, Refused> {
    staff.require(Permission::ReadMail)?;
    let rows = latchkey
        .store
        .mail_template_versions(kind.as_str(), language.code())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Template::of(kind, language, Some(row)))
        .collect())
}

/// As it is stored: lines end in one way, whatever a browser made of them.
#[must_use]
pub fn tidy(source: &Source) -> Source {
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    Source {
        subject: lines(&source.subject).trim().to_owned(),
        text: lines(&source.text),
        html: lines(&source.html),
    }
}

/// Puts edited words in force. `seen` is the version that they were made from, where the caller knows it.
///
/// # Errors
/// [`Refused::Template`] with everything that is wrong; [`Refusal::Conflict`] when somebody else changed it since; [`Refusal::Forbidden`].
pub async fn save(
    latchkey: &Latchkey,
    staff: &Staff,
    kind: MailKind,
    language: Locale,
    source: &Source,
    seen: Option<i64>,
) -> Result<Template, Refused> {
    staff.require(Permission::ChangeMail)?;
    let source = checked(latchkey, kind, language, source).await?;
    let mut write = latchkey.store.write().await?;
    let change = Change {
        kind,
        language,
        source: Some(&source),
        event: Event::MailTemplateChanged,
        from: None,
    };
    let row = change.store(latchkey, staff, &mut write, seen).await?;
    write.commit().await?;
    Ok(Template::of(kind, language, Some(row)))
}

/// Lets our own words count again. What was edited stays in the history.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Conflict`].
pub async fn restore_default(
    latchkey: &Latchkey,
    staff: &Staff,
    kind: MailKind,
    language: Locale,
) -> Result<(), Refused> {
    staff.require(Permission::ChangeMail)?;
    let row = latchkey.store.mail_template(kind.as_str(), language.code()).await?;
    if row.is_none_or(|row| row.edited == 0) {
        return Ok(());
    }
    let mut write = latchkey.store.write().await?;
    let change = Change {
        kind,
        language,
        source: None,
        event: Event::MailTemplateRestored,
        from: None,
    };
    change.store(latchkey, staff, &mut write, None).await?;
    write.commit().await?;
    Ok(())
}

/// Puts an earlier version in force again, as a new one. It is checked like any other: what was right then need not be now.
///
/// # Errors
/// [`Refusal::NotFound`] for a version that is not kept; as [`save`].
pub async fn restore(
    latchkey: &Latchkey,
    staff: &Staff,
    kind: MailKind,
    language: Locale,
    number: i64,
) -> Result<Template, Refused> {
    staff.require(Permission::ChangeMail)?;
    let rows = latchkey
        .store
        .mail_template_versions(kind.as_str(), language.code())
        .await?;
    let row = rows.into_iter().find(|row| row.version == number);
    let earlier = version::source(row.ok_or(Refusal::NotFound)?);
    let source = match &earlier {
        Some(source) => Some(checked(latchkey, kind, language, source).await?),
        None => None,
    };
    let mut write = latchkey.store.write().await?;
    let change = Change {
        kind,
        language,
        source: source.as_ref(),
        event: Event::MailTemplateRestored,
        from: Some(number),
    };
    let row = change.store(latchkey, staff, &mut write, None).await?;
    write.commit().await?;
    Ok(Template::of(kind, language, Some(row)))
}

/// A mail to a made-up person, from words that need not be stored.
///
/// # Errors
/// [`Refused::Template`], [`Refusal::Forbidden`].
pub async fn preview(
    latchkey: &Latchkey,
    staff: &Staff,
    kind: MailKind,
    language: Locale,
    draft: Option<&Source>,
    sample: Sample,
) -> Result<Rendered, Refused> {
    staff.require(Permission::ReadMail)?;
    let source = match draft {
        Some(draft) => tidy(draft),
        None => show(latchkey, staff, kind, language).await?.source,
    };
    let settings = latchkey.settings().await?;
    let ground = Ground::of(&settings, latchkey.now());
    ground
        .preview(kind, language, &source, sample)
        .map_err(Refused::Template)
}

/// Sends the preview to whoever asks for it. Its link opens nothing.
///
/// # Errors
/// As [`preview`] and [`test::send`].
pub async fn send_test(
    latchkey: &Latchkey,
    staff: &Staff,
    kind: MailKind,
    language: Locale,
    draft: Option<&Source>,
    sample: Sample,
) -> Result<Verdict, Refused> {
    let rendered = preview(latchkey, staff, kind, language, draft, sample).await?;
    test::send_this(latchkey, staff, None, |_, _| Ok(rendered)).await
}

async fn checked(latchkey: &Latchkey, kind: MailKind, language: Locale, source: &Source) -> Result<Source, Refused> {
    let source = tidy(source);
    let settings = latchkey.settings().await?;
    let ground = Ground::of(&settings, latchkey.now());
    let problems = ground.check(kind, language, &source);
    if problems.is_empty() {
        Ok(source)
    } else {
        Err(Refused::Template(problems))
    }
}

/// A version about to be stored.
struct Change<'a> {
    kind: MailKind,
    language: Locale,
    source: Option<&'a Source>,
    event: Event,
    /// The version whose words these are.
    from: Option<i64>,
}

impl Change<'_> {
    async fn store(
        &self,
        latchkey: &Latchkey,
        staff: &Staff,
        write: &mut Write,
        seen: Option<i64>,
    ) -> Result<MailTemplateRow, Refused> {
        let (kind, language) = (self.kind.as_str(), self.language.code());
        let newest = write.newest_mail_template(kind, language).await?;
        let meanwhile = || Refused::conflict("version", phrase!(problem.template_changed_meanwhile));
        if seen.is_some_and(|seen| seen != newest) {
            return Err(meanwhile());
        }
        let now = latchkey.now();
        let version = newest + 1;
        let row = version::row(self.kind, self.language, version, self.source, &staff.actor(), now);
        if !write.add_mail_template(&row).await? {
            return Err(meanwhile());
        }
        write
            .forget_mail_templates(kind, language, version - version::KEPT)
            .await?;
        let about = format!("{kind}/{language}");
        let detail = match self.from {
            Some(from) => json!({ "version": version, "from": from }),
            None => json!({ "version": version }),
        };
        let entry = Entry::success(self.event, "").about(&about);
        audit::record_staff(write, staff, now, entry.saying(&detail.to_string()));
        Ok(row)
    }
}
