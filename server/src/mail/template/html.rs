//! What an edited mail may be made of, and what a reader sees of it. Read by the rules browsers read HTML by (`html5gum`), so that a
//! comment, an attribute that is never closed or a hidden element hides from this check what it hides from people.
//!
//! Allowed are structure, text, tables and inline styles. Not allowed is whatever loads, runs, sends or covers: a mail that fetches
//! nothing tells nobody that it was read (security 117, 129, 137).

use super::address::{Allowed, foreign};
use super::mask::{FILL, NAME, STATEMENT, WORDS, address_of, is_mark};
use super::problem::Flaw;
use html5gum::{DefaultEmitter, Error, StartTag, Token, Tokenizer};

/// What may be in a mail.
const ELEMENTS: [&str; 60] = [
    "html",
    "head",
    "title",
    "meta",
    "style",
    "body",
    "div",
    "span",
    "p",
    "br",
    "hr",
    "wbr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "small",
    "sub",
    "sup",
    "big",
    "font",
    "center",
    "a",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
    "colgroup",
    "col",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "code",
    "bdi",
    "bdo",
    "abbr",
    "address",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "time",
];

/// Elements without an end.
const VOID: [&str; 6] = ["br", "hr", "wbr", "meta", "col", "img"];

/// Elements within a line: what stands on both sides of them is one word.
const INLINE: [&str; 14] = [
    "a", "b", "strong", "em", "i", "u", "s", "span", "font", "small", "code", "bdi", "bdo", "wbr",
];

/// Elements whose content nobody reads.
const UNSEEN: [&str; 4] = ["head", "title", "style", "script"];

/// Attributes that load, run or send something; and all that begin with `on`.
const ATTRIBUTES: [&str; 19] = [
    "src",
    "srcset",
    "srcdoc",
    "background",
    "action",
    "formaction",
    "ping",
    "poster",
    "data",
    "xlink:href",
    "dynsrc",
    "lowsrc",
    "codebase",
    "classid",
    "archive",
    "cite",
    "longdesc",
    "manifest",
    "contenteditable",
];

/// What styles must not say, without spaces and in small letters: they would load something, or run it.
const STYLES: [&str; 8] = [
    "url(",
    "@import",
    "image(",
    "image-set(",
    "expression(",
    "-moz-binding",
    "behavior:",
    "\\",
];

/// How styles hide what they are about.
const HIDING: [&str; 9] = [
    "display:none",
    "visibility:hidden",
    "opacity:0;",
    "font-size:0;",
    "font-size:0px",
    "max-height:0;",
    "max-height:0px",
    "mso-hide:all",
    "text-indent:-",
];

/// What was found.
#[derive(Debug, Default)]
pub struct Seen {
    /// Bytes, flaws, and what they are about.
    pub problems: Vec<(usize, Flaw, String)>,
    /// Where links lead that can be seen and have words.
    pub links: Vec<String>,
    /// What can be read.
    pub text: String,
}

/// Reads a mail, or a masked template.
#[must_use]
pub fn read(html: &str, allowed: &Allowed) -> Seen {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut reader = Reader {
        html,
        allowed,
        seen: Seen::default(),
        open: Vec::new(),
        anchor: None,
    };
    for (at, _) in html.match_indices('<') {
        reader.opened(at);
    }
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&lossy(&tag.name)),
            Token::String(text) => reader.words(&lossy(&text.value), text.span.start),
            Token::Comment(comment) => {
                let text = lossy(&comment.value);
                if text.trim_start().starts_with("[if") || text.contains("[endif]") {
                    reader.problem(comment.span.start, Flaw::ConditionalComment, "");
                }
            }
            Token::Error(error) if is_unfinished(error.value) => {
                reader.problem(error.span.start.min(html.len()), Flaw::Unfinished, "");
            }
            Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.seen
}

fn is_unfinished(error: Error) -> bool {
    matches!(
        error,
        Error::EofInTag | Error::EofInComment | Error::EofInDoctype | Error::EofBeforeTagName | Error::EofInCdata
    )
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

struct Open {
    name: String,
    hides: bool,
}

struct Anchor {
    href: String,
    seen: bool,
    words: bool,
}

struct Reader<'a> {
    html: &'a str,
    allowed: &'a Allowed,
    seen: Seen,
    open: Vec<Open>,
    anchor: Option<Anchor>,
}

impl Reader<'_> {
    fn problem(&mut self, at: usize, flaw: Flaw, what: &str) {
        self.seen.problems.push((at, flaw, what.to_owned()));
    }

    fn hidden(&self) -> bool {
        self.open.iter().any(|open| open.hides)
    }

    /// A sign that could open a tag, also within a comment, a value or a broken end: programs that show mail are less careful than
    /// browsers, and some would find a script there.
    fn opened(&mut self, at: usize) {
        let rest = self.html.get(at + 1..).unwrap_or_default().trim_start_matches('/');
        if rest.starts_with(is_mark) {
            self.problem(at, Flaw::PlaceholderInTag, "<");
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) && !ELEMENTS.contains(&name.as_str()) {
            self.problem(at, Flaw::ElementNotAllowed, &name);
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let (name, at) = (lossy(&tag.name), tag.span.start);
        if !ELEMENTS.contains(&name.as_str()) {
            self.problem(at, Flaw::ElementNotAllowed, &name);
        }
        if unquoted_mark(self.html.get(at..tag.span.end).unwrap_or_default()) {
            self.problem(at, Flaw::PlaceholderInTag, &name);
        }
        let mut hides = UNSEEN.contains(&name.as_str());
        let mut href = None;
        for (attribute, value) in &tag.attributes {
            let (attribute, at, value) = (lossy(attribute), value.span.start, lossy(&value.value));
            hides |= attribute == "hidden" || attribute == "style" && hides_itself(&value);
            self.attribute(&name, &attribute, &value, at);
            if attribute == "href" {
                href = Some(value);
            }
        }
        if !INLINE.contains(&name.as_str()) {
            self.seen.text.push('\n');
        }
        if !VOID.contains(&name.as_str()) {
            let name = name.clone();
            self.open.push(Open { name, hides });
        }
        if name == "a" {
            let seen = !self.hidden();
            self.anchor = href.map(|href| Anchor {
                href,
                seen,
                words: false,
            });
        }
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str, at: usize) {
        match name {
            "href" if element != "a" => self.problem(at, Flaw::AttributeNotAllowed, name),
            "href" => {
                let value = value.trim();
                if address_of(value).is_none() && (value.contains(is_mark) || !self.allowed.leads(value)) {
                    self.problem(at, Flaw::AddressNotAllowed, &shown(value));
                }
            }
            "style" => self.style(value, at),
            "http-equiv" => {
                if !["content-type", "x-ua-compatible"].contains(&value.to_ascii_lowercase().as_str()) {
                    self.problem(at, Flaw::AttributeNotAllowed, name);
                }
            }
            _ if name.starts_with("on") || ATTRIBUTES.contains(&name) => {
                self.problem(at, Flaw::AttributeNotAllowed, name);
            }
            _ => {}
        }
    }

    fn style(&mut self, style: &str, at: usize) {
        let flat = flat(style);
        if let Some(bad) = STYLES.iter().find(|bad| flat.contains(**bad)) {
            self.problem(at, Flaw::StyleNotAllowed, bad);
        }
        // Our frame decides by language where lines begin; nothing else has a reason to.
        if style.contains(is_mark) {
            self.problem(at, Flaw::PlaceholderInTag, "style");
        }
    }

    fn words(&mut self, text: &str, at: usize) {
        if self.open.last().is_some_and(|open| open.name == "style") {
            return self.style(text, at);
        }
        if self.hidden() {
            return;
        }
        if let Some((_, address)) = foreign(text, self.allowed) {
            self.problem(at, Flaw::AddressNotAllowed, &shown(&address));
        }
        if let Some(anchor) = &mut self.anchor {
            anchor.words |= !text.trim().is_empty();
        }
        self.seen.text.push_str(text);
    }

    fn end(&mut self, name: &str) {
        if let Some(place) = self.open.iter().rposition(|open| open.name == name) {
            self.open.truncate(place);
        }
        if !INLINE.contains(&name) {
            self.seen.text.push('\n');
        }
        if name == "a"
            && let Some(anchor) = self.anchor.take()
            && anchor.seen
            && anchor.words
        {
            self.seen.links.push(anchor.href);
        }
    }
}

/// Something between braces in a tag that is not within quotes: its value could become an attribute.
fn unquoted_mark(tag: &str) -> bool {
    let mut quote = None;
    for character in tag.chars() {
        match (quote, character) {
            (Some(open), c) if c == open => quote = None,
            // Between quotes only a placeholder by itself: what else there is could be anything.
            (Some(_), STATEMENT | WORDS) | (None, NAME | FILL | STATEMENT | WORDS) => return true,
            (None, '"' | '\'') => quote = Some(character),
            _ => {}
        }
    }
    false
}

fn flat(style: &str) -> String {
    let mut flat = String::new();
    let mut rest = style;
    // Comments hide from this check what they do not hide from a browser.
    while let Some((before, after)) = rest.split_once("/*") {
        flat.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    flat.push_str(rest);
    flat.retain(|c| !c.is_whitespace());
    flat.make_ascii_lowercase();
    flat
}

fn hides_itself(style: &str) -> bool {
    let flat = format!("{};", flat(style));
    HIDING.iter().any(|hiding| flat.contains(hiding))
}

/// As it was typed, as far as that is known.
fn shown(masked: &str) -> String {
    masked.chars().map(|c| if is_mark(c) { '…' } else { c }).collect()
}
