//! From the parts that an old system had to a whole template: the part it lacked is made from the one it had, and the link can be
//! clicked and read in both.

use super::{Item, Note};
use crate::mail::message::MailKind;
use crate::mail::render::{Source, default_source};
use crate::mail::template::mask::mask;
use crate::mail::template::{address::Allowed, html};
use app::words::Locale;
use html5gum::{DefaultEmitter, Token, Tokenizer};

const LINK: &str = "{{ link }}";

/// The whole template. Notes go to the item that each is about.
#[must_use]
pub fn whole(items: &mut [Item], parts: Source, current: &Source, language: Locale) -> Source {
    let Source {
        mut subject,
        mut text,
        mut html,
    } = parts;
    if subject.is_empty() {
        subject.clone_from(&current.subject);
    }
    match (text.is_empty(), html.is_empty()) {
        (true, true) => {
            text.clone_from(&current.text);
            html.clone_from(&current.html);
        }
        (false, true) => {
            html = html_of(&text);
            note(items, " text", Note::HtmlMadeFromText);
        }
        (true, false) => {
            text = text_of(&html);
            note(items, " html", Note::TextMadeFromHtml);
        }
        (false, false) => {}
    }
    if !html.is_empty() && !is_readable(&html) {
        html = with_plain_link(&html, language);
        note(items, " html", Note::PlainLinkAdded);
    }
    Source { subject, text, html }
}

fn note(items: &mut [Item], part: &str, note: Note) {
    let item = items.iter_mut().rev().find(|item| item.becomes.ends_with(part));
    if let Some(item) = item {
        item.notes.push((note, String::new()));
    }
}

/// Whether the link can be read, and not only be clicked.
fn is_readable(source: &str) -> bool {
    let seen = html::read(&mask(source), &Allowed::default());
    let marked: String = mask(LINK);
    let name = marked.trim_end_matches(super::super::mask::FILL);
    seen.text.contains(name) || source.contains("plain_link(link")
}

/// With the address to copy, in the words of our own mail, before the end of the page.
fn with_plain_link(source: &str, language: Locale) -> String {
    let ours = default_source(language, MailKind::ResetLink.as_str()).html;
    let line = ours.lines().find(|line| line.starts_with("{{ plain_link(link,"));
    let line = line.unwrap_or("<p>{{ link }}</p>");
    let end = source.to_ascii_lowercase().rfind("</body");
    let (before, after) = source
        .split_at_checked(end.unwrap_or(source.len()))
        .unwrap_or((source, ""));
    format!("{}\n{line}\n{after}", before.trim_end())
}

/// Paragraphs, with what means something in HTML written out.
fn html_of(text: &str) -> String {
    let link = format!("<a href=\"{LINK}\">{LINK}</a>");
    let paragraphs = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty());
    let paragraphs = paragraphs.map(|paragraph| {
        let escaped = paragraph
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let lines = escaped.lines().map(str::trim).collect::<Vec<_>>().join("<br>\n");
        format!(
            "{{% call paragraph() %}}{}{{% endcall %}}\n",
            lines.replace(LINK, &link)
        )
    });
    paragraphs.collect()
}

/// What can be read of a page, and where its links lead.
fn text_of(html: &str) -> String {
    let mut emitter = DefaultEmitter::<()>::new_with_span();
    emitter.naively_switch_states(true);
    let (mut text, mut href, mut silent) = (String::new(), String::new(), false);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::String(words) if !silent => {
                let words = String::from_utf8_lossy(&words).into_owned();
                let flat = words.split_whitespace().collect::<Vec<_>>().join(" ");
                let spaced = words.starts_with(char::is_whitespace) && !text.is_empty() && !text.ends_with('\n');
                text.push_str(if spaced { " " } else { "" });
                text.push_str(&flat);
                text.push_str(if words.ends_with(char::is_whitespace) && !flat.is_empty() {
                    " "
                } else {
                    ""
                });
            }
            Token::StartTag(tag) => {
                silent = matches!(&**tag.name, b"style" | b"title" | b"script" | b"head");
                if &**tag.name == b"a" {
                    let value = tag.attributes.iter().find(|(name, _)| &****name == b"href");
                    href = value
                        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
                        .unwrap_or_default();
                } else if matches!(&**tag.name, b"p" | b"div" | b"br" | b"tr" | b"h1" | b"h2" | b"li") {
                    text.truncate(text.trim_end_matches(' ').len());
                    text.push_str(if text.is_empty() { "" } else { "\n" });
                }
            }
            Token::EndTag(tag) => {
                silent = false;
                if &**tag.name == b"a" && !href.is_empty() && !text.trim_end().ends_with(&href) {
                    text = format!("{} {href}", text.trim_end());
                    href.clear();
                }
            }
            _ => {}
        }
    }
    text.trim().to_owned() + "\n"
}
