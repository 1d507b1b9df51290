//! What must be right with a template before it counts: it can be read, names only what its mail has a value for, loads and runs
//! nothing, leads nowhere else, and its mail carries the link.

use super::address::{Allowed, foreign};
use super::mask::{NAME, is_mark, mask};
use super::problem::{Flaw, Part, Problem, place};
use super::{carried, grammar, html, sample};
use crate::mail::message::MailKind;
use crate::mail::outbox::brand;
use crate::mail::render::{Brand, Rendered, Secrets, Source, Values, render_edited};
use crate::settings::Settings;
use app::view::Delivery;
use app::words::Locale;

/// Largest part, in bytes.
pub const LARGEST: usize = 64 * 1024;

/// Longest subject, in characters.
pub const LONGEST_SUBJECT: usize = 200;

/// Problems told at once.
const MOST: usize = 50;

/// What a mail of this installation is written with.
pub struct Ground {
    pub brand: Brand,
    allowed: Allowed,
    /// Resets are mailed as codes only.
    code_only: bool,
    now: i64,
}

/// What links in samples begin with while no public URL is set.
const NO_PUBLIC_URL: &str = "https://accounts.example.org";

impl Ground {
    #[must_use]
    pub fn of(settings: &Settings, now: i64) -> Self {
        let mut brand = brand(settings);
        if brand.public_url.is_empty() {
            NO_PUBLIC_URL.clone_into(&mut brand.public_url);
        }
        let allowed = Allowed {
            origins: settings.reset.allowed_targets.clone(),
            addresses: vec![brand.public_url.clone()],
        };
        Self {
            brand,
            allowed,
            code_only: settings.reset.delivery == Delivery::Code,
            now,
        }
    }

    /// Sample mails that matter here.
    fn samples(&self, kind: MailKind) -> Vec<(crate::mail::message::Message, Secrets)> {
        let all = sample::mails(kind, self.now, &self.brand.public_url).into_iter();
        // A template without the code is fine while there is always a link.
        all.filter(|(_, secrets)| kind != MailKind::ResetLink || secrets.link.is_some() || self.code_only)
            .collect()
    }

    /// A mail to a made-up person.
    ///
    /// # Errors
    /// What is wrong with the template.
    pub fn preview(
        &self,
        kind: MailKind,
        language: Locale,
        source: &Source,
        sample: sample::Sample,
    ) -> Result<Rendered, Vec<Problem>> {
        let problems = self.check(kind, language, source);
        if !problems.is_empty() {
            return Err(problems);
        }
        let fails = || vec![Problem::at(Part::Html, (1, 1), Flaw::Fails, "")];
        let (message, secrets) = self.samples(kind).into_iter().next().ok_or_else(fails)?;
        let values = Values::of(&message, &sample.person(), language, &self.brand, &secrets);
        let rendered = values.and_then(|values| render_edited(source, kind, language, &values));
        rendered.map_err(|_| fails())
    }

    /// Everything that is wrong with a template, in the order of its parts and lines.
    #[must_use]
    pub fn check(&self, kind: MailKind, language: Locale, source: &Source) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (part, text) in parts(source) {
            self.check_part(kind, part, text, &mut problems);
        }
        if problems.is_empty() {
            self.check_mails(kind, language, source, &mut problems);
        }
        problems.sort_by_key(|problem| (problem.part as u8, problem.line, problem.column));
        problems.dedup();
        problems.truncate(MOST);
        problems
    }

    fn check_part(&self, kind: MailKind, part: Part, text: &str, problems: &mut Vec<Problem>) {
        let before = problems.len();
        if text.trim().is_empty() {
            problems.push(Problem::at(part, (1, 1), Flaw::Empty, ""));
        }
        if text.len() > LARGEST {
            problems.push(Problem::at(part, (1, 1), Flaw::TooLong, &LARGEST.to_string()));
            return;
        }
        if part == Part::Subject {
            if let Some(at) = text.find('\n') {
                problems.push(Problem::at(part, place(text, at), Flaw::NotOneLine, ""));
            }
            if text.chars().count() > LONGEST_SUBJECT {
                problems.push(Problem::at(part, (1, 1), Flaw::TooLong, &LONGEST_SUBJECT.to_string()));
            }
        }
        if let Some((at, character)) = text.char_indices().find(|(_, c)| is_deceptive(*c)) {
            let what = format!("U+{:04X}", u32::from(character));
            problems.push(Problem::at(part, place(text, at), Flaw::InvisibleCharacter, &what));
        }
        grammar::check(kind, part, text, &self.allowed, problems);
        if problems.len() > before {
            return;
        }
        let masked = mask(text);
        if part == Part::Html {
            for (at, flaw, what) in html::read(&masked, &self.allowed).problems {
                problems.push(Problem::at(part, place(&masked, at), flaw, &what));
            }
        } else if let Some((at, address)) = foreign(&masked, &self.allowed) {
            let shown: String = address.chars().map(|c| if is_mark(c) { '…' } else { c }).collect();
            problems.push(Problem::at(part, place(&masked, at), Flaw::AddressNotAllowed, &shown));
        }
    }

    /// What only the finished mails show.
    fn check_mails(&self, kind: MailKind, language: Locale, source: &Source, problems: &mut Vec<Problem>) {
        let person = sample::Sample::Single.person();
        for (message, secrets) in self.samples(kind) {
            let Ok(values) = Values::of(&message, &person, language, &self.brand, &secrets) else {
                problems.push(Problem::at(Part::Html, (1, 1), Flaw::Fails, ""));
                continue;
            };
            let Ok(rendered) = render_edited(source, kind, language, &values) else {
                problems.push(Problem::at(Part::Html, (1, 1), Flaw::Fails, ""));
                continue;
            };
            for (part, flaw, what) in carried::lost(kind, &values, &rendered) {
                problems.push(Problem::at(part, mention(source, part, what), flaw, what));
            }
            let mut allowed = self.allowed.clone();
            allowed.addresses.extend(values.addresses());
            for (_, flaw, what) in html::read(&rendered.html, &allowed).problems {
                problems.push(Problem::at(Part::Html, (1, 1), flaw, &what));
            }
            if let Some((_, address)) = foreign(&rendered.text, &allowed) {
                problems.push(Problem::at(Part::Text, (1, 1), Flaw::AddressNotAllowed, &address));
            }
        }
    }
}

/// Where a placeholder is named first; the beginning of the part where it is not.
fn mention(source: &Source, part: Part, name: &str) -> (usize, usize) {
    let text = parts(source).into_iter().find(|(known, _)| *known == part);
    let masked = mask(text.map_or("", |(_, text)| text));
    let at = masked.find(&format!("{NAME}{name}")).or_else(|| masked.find(name));
    at.map_or((1, 1), |at| place(&masked, at))
}

/// The parts in the order in which people read them.
#[must_use]
pub fn parts(source: &Source) -> [(Part, &str); 3] {
    [
        (Part::Subject, source.subject.as_str()),
        (Part::Text, source.text.as_str()),
        (Part::Html, source.html.as_str()),
    ]
}

/// Control characters, and those that turn the direction of what follows: what is read would not be what is there. Marks and isolates
/// stay, because texts in Arabic need them. What the checks mark placeholders with cannot be typed either.
fn is_deceptive(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
        || matches!(
            character,
            '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}'
        )
        || is_mark(character)
}
