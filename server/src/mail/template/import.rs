//! Templates and settings of the systems that people come from (M5): what becomes of each, said item by item, and done when asked.
//!
//! Known are the settings of a school portal (`CommunityPortal|Email|ForgottenPassword|…`, `System|Password|…`) and of a document server
//! (`RESET_PASSWORD_…`). Nothing is guessed: what cannot be said in Latchkey's words is left for a hand, and a mail with a password in it
//! is refused.

mod convert;
mod names;
mod paste;
mod rewrite;

use app::phrase;
pub use paste::items;

use super::check::Ground;
use super::mask::{FILL, NAME, mask};
use super::problem::Problem;
use super::{Template, save, tidy};
use crate::clock::UnixMillis;
use crate::closed;
use crate::latchkey::Latchkey;
use crate::mail::message::MailKind;
use crate::mail::placeholder::Placeholder;
use crate::mail::render::Source;
use crate::refused::Refused;
use crate::settings::change::change;
use crate::settings::{Pinned, SettingError, Settings, declaration, grouped};
use crate::staff::{Permission, Staff};
pub use app::admin::template_words::ImportNote as Note;
use app::view::Delivery;
use app::words::Locale;
use names::Target;
use serde_json::{Map, Value, json};

closed!(
    /// What became of an old setting.
    Outcome { Converted = "converted", NeedsAHand = "needs_a_hand", Refused = "refused" }
);

/// Items that are looked at at once.
pub const MOST_ITEMS: usize = 100;

/// What became of one item.
#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    pub outcome: Outcome,
    /// The setting or part of the template that it becomes; empty where it becomes none.
    pub becomes: String,
    pub value: String,
    /// Why, and what it is about.
    pub notes: Vec<(Note, String)>,
}

/// What an import comes to.
#[derive(Clone, Debug)]
pub struct Report {
    pub items: Vec<Item>,
    /// The template as it would be saved, where there is one among the items.
    pub template: Option<Source>,
    /// What is still wrong with it.
    pub problems: Vec<Problem>,
    /// Settings as `PATCH /settings` takes them.
    pub settings: Map<String, Value>,
    pub applied: bool,
}

/// How an import is wanted.
pub struct Wanted<'a> {
    pub language: Locale,
    pub apply: bool,
    /// Of the acting person, where settings change that much depends on.
    pub current_password: Option<&'a str>,
}

/// Converts items, and puts the result in force when asked.
///
/// # Errors
/// [`Refused::Template`] when it is to be applied and the template is not right yet; what changing settings refuses; then nothing counts.
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden).
pub async fn import(
    latchkey: &Latchkey,
    staff: &Staff,
    items: &[(String, String)],
    wanted: &Wanted<'_>,
) -> Result<Report, Refused> {
    staff.require(Permission::ChangeMail)?;
    if items.len() > MOST_ITEMS {
        return Err(Refused::invalid("items", phrase!(problem.at_most, most = MOST_ITEMS)));
    }
    let settings = latchkey.settings().await?;
    let row = latchkey
        .store
        .mail_template(MailKind::ResetLink.as_str(), wanted.language.code())
        .await?;
    let here = Here {
        settings: &settings,
        pinned: &latchkey.pinned,
        language: wanted.language,
        current: &Template::of(MailKind::ResetLink, wanted.language, row).source,
        now: latchkey.now(),
    };
    let mut report = here.convert(items);
    if wanted.apply {
        apply(latchkey, staff, &mut report, wanted).await?;
    }
    Ok(report)
}

/// What an import meets.
pub struct Here<'a> {
    pub settings: &'a Settings,
    pub pinned: &'a Pinned,
    pub language: Locale,
    /// The template that counts: what the old one lacks is taken from it.
    pub current: &'a Source,
    pub now: UnixMillis,
}

impl Here<'_> {
    /// What becomes of each item. Nothing is put in force.
    #[must_use]
    pub fn convert(&self, items: &[(String, String)]) -> Report {
        let mut work = Work {
            here: self,
            values: Vec::new(),
            parts: Source::default(),
        };
        let mut report = Report {
            items: items
                .iter()
                .map(|(name, value)| work.item(name, value.trim()))
                .collect(),
            template: None,
            problems: Vec::new(),
            settings: Map::new(),
            applied: false,
        };
        if work.parts != Source::default() {
            let made = rewrite::whole(&mut report.items, work.parts, self.current, self.language);
            let made = tidy(&made);
            report.problems = Ground::of(self.settings, self.now).check(MailKind::ResetLink, self.language, &made);
            if self.settings.reset.delivery == Delivery::Both
                && !has_code(&made)
                && self.pinned.get("reset.delivery").is_none()
            {
                // The old mail has a link only; a page that asks for a code nobody was sent would be a riddle.
                work.values.push(("reset.delivery", json!("link")));
            }
            report.template = Some(made);
        }
        if !report.problems.is_empty() {
            mark_broken(&mut report.items);
        }
        report.settings = grouped(work.values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        report
    }
}

fn has_code(source: &Source) -> bool {
    mask(&source.text).contains(&format!("{NAME}{}{FILL}", Placeholder::Code))
}

async fn apply(latchkey: &Latchkey, staff: &Staff, report: &mut Report, wanted: &Wanted<'_>) -> Result<(), Refused> {
    if !report.problems.is_empty() {
        return Err(Refused::Template(report.problems.clone()));
    }
    // Settings first: they may be refused, while the template has been checked.
    if !report.settings.is_empty() {
        change(latchkey, staff, &report.settings, wanted.current_password).await?;
    }
    if let Some(source) = &report.template {
        save(latchkey, staff, MailKind::ResetLink, wanted.language, source, None).await?;
    }
    report.applied = true;
    Ok(())
}

/// The parts of a template that is not right yet want a hand, however well each was converted.
fn mark_broken(items: &mut [Item]) {
    for item in items {
        if item.outcome == Outcome::Converted && item.becomes.starts_with(MailKind::ResetLink.as_str()) {
            item.outcome = Outcome::NeedsAHand;
            item.notes.push((Note::NotRightYet, String::new()));
        }
    }
}

struct Work<'a> {
    here: &'a Here<'a>,
    values: Vec<(&'static str, Value)>,
    /// Converted parts of the template; empty where there is none.
    parts: Source,
}

impl Work<'_> {
    fn item(&mut self, name: &str, value: &str) -> Item {
        let item = |outcome, becomes: &str, value: &str, notes| Item {
            name: name.to_owned(),
            outcome,
            becomes: becomes.to_owned(),
            value: value.to_owned(),
            notes,
        };
        let Some(target) = names::target(name) else {
            return item(Outcome::Refused, "", "", vec![(Note::UnknownName, String::new())]);
        };
        match target {
            Target::MailWithPassword => {
                let notes = vec![(Note::PasswordsAreNeverMailed, String::new())];
                item(Outcome::Refused, "", "", notes)
            }
            Target::SendLink if is_true(value) => {
                item(Outcome::Converted, "", "", vec![(Note::NotNeeded, String::new())])
            }
            Target::SendLink => item(
                Outcome::Refused,
                "",
                "",
                vec![(Note::PasswordsAreNeverMailed, String::new())],
            ),
            Target::AfterReset if value == names::OLD_FORM => {
                item(Outcome::Converted, "", "", vec![(Note::NotNeeded, String::new())])
            }
            Target::AfterReset => self.setting(name, "reset.target_page", &json!(value)),
            Target::GenericResponse => {
                let mut texts = self.here.settings.reset.generic_response.clone();
                texts.insert(self.here.language.code().to_owned(), unquoted(value).to_owned());
                self.setting(name, "reset.generic_response", &json!(texts))
            }
            Target::Text(setting) => self.setting(name, setting, &json!(value)),
            Target::Number(setting) => match value.parse::<i64>() {
                Ok(number) => self.setting(name, setting, &json!(number)),
                Err(_) => item(
                    Outcome::NeedsAHand,
                    setting,
                    "",
                    vec![(Note::ValueNotPossible, value.to_owned())],
                ),
            },
            Target::Subject => self.part(name, "subject", value, |parts| &mut parts.subject),
            Target::TextBody => self.part(name, "text", value, |parts| &mut parts.text),
            Target::HtmlBody => self.part(name, "html", value, |parts| &mut parts.html),
            // It was a text or a page, whatever had been typed.
            Target::Body if looks_like_html(value) => self.part(name, "html", value, |parts| &mut parts.html),
            Target::Body => self.part(name, "text", value, |parts| &mut parts.text),
        }
    }

    fn setting(&mut self, name: &str, setting: &'static str, value: &Value) -> Item {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut item = Item {
            name: name.to_owned(),
            outcome: Outcome::NeedsAHand,
            becomes: setting.to_owned(),
            value: shown.clone(),
            notes: Vec::new(),
        };
        if self.here.pinned.get(setting).is_some() {
            item.notes.push((Note::Pinned, String::new()));
        } else if shown.contains("${") {
            item.notes.push((Note::CannotCompute, shown));
        } else {
            match declaration(setting).and_then(|declared| declared.check(value)) {
                Ok(checked) => {
                    self.values.push((setting, checked));
                    item.outcome = Outcome::Converted;
                }
                Err(SettingError::Refused { problem, .. }) => {
                    item.notes.push((Note::ValueNotPossible, problem.to_string()));
                }
                Err(error) => item.notes.push((Note::ValueNotPossible, error.to_string())),
            }
        }
        item
    }

    fn part(&mut self, name: &str, part: &str, value: &str, place: fn(&mut Source) -> &mut String) -> Item {
        let converted = convert::convert(unquoted(value));
        let left: Vec<_> = converted.left.into_iter().collect();
        let outcome = if left.is_empty() {
            Outcome::Converted
        } else {
            Outcome::NeedsAHand
        };
        place(&mut self.parts).clone_from(&converted.text);
        Item {
            name: name.to_owned(),
            outcome,
            becomes: format!("{}/{} {part}", MailKind::ResetLink, self.here.language),
            value: converted.text,
            notes: converted.notes.into_iter().chain(left).collect(),
        }
    }
}

fn is_true(value: &str) -> bool {
    ["true", "1", "yes", "on"]
        .iter()
        .any(|yes| value.eq_ignore_ascii_case(yes))
}

/// As documents quote: with the marks around it that they print.
fn unquoted(value: &str) -> &str {
    for (open, close) in [('“', '”'), ('"', '"'), ('“', '“')] {
        if let Some(inner) = value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inner;
        }
    }
    value
}

fn looks_like_html(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    ["<p", "<br", "<div", "<a ", "<html", "<table", "<span", "<b>", "<strong"]
        .iter()
        .any(|tag| small.contains(tag))
}
