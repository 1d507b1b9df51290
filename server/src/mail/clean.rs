//! Makes text that somebody else chose harmless before it meets a header, a template or a log line.
//!
//! Escaping for HTML is the template engine's work; this is about what escaping cannot stop: mail programs that turn
//! anything resembling an address into a link, characters that reorder the line, and line breaks (security 132, 134).

/// Longest name shown or put into a header. Nobody's name needs more, and a page of text posing as a name is an attack.
const LONGEST_NAME: usize = 100;

/// Longest device description: it stems from the browser of whoever asked, who need not be the owner of the mailbox.
const LONGEST_DEVICE: usize = 60;

/// Longest part of a mail server's reply that is kept.
pub const LONGEST_REPLY: usize = 200;

/// A person's name that no mail program turns into a link.
///
/// Brackets, slashes, colons and the like become spaces, and a dot is always followed by one, so neither
/// `http://evil.example`, `www.evil.example` nor `evil.example/x` survives as an address ("J.R. Doe" reads "J. R. Doe").
#[must_use]
pub fn name(raw: &str) -> String {
    shorten(&without_links(raw), LONGEST_NAME)
}

/// A description of a device, as harmless as a name.
#[must_use]
pub fn device(raw: &str) -> String {
    shorten(&without_links(raw), LONGEST_DEVICE)
}

/// A login name. It keeps its dots and `@`, because its owner must recognise it; whatever could make it an address with
/// a scheme or a path is gone.
#[must_use]
pub fn login_name(raw: &str) -> String {
    shorten(&without_schemes(raw), LONGEST_NAME)
}

/// One line of text without control, invisible or direction-changing characters; spaces are collapsed.
#[must_use]
pub fn line(raw: &str) -> String {
    let visible: String = raw
        .chars()
        .filter_map(|c| {
            if c.is_whitespace() || c.is_control() {
                Some(' ')
            } else {
                (!is_deceptive(c)).then_some(c)
            }
        })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `longest` characters, the last one an ellipsis when something was cut.
#[must_use]
pub fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn without_links(raw: &str) -> String {
    // The three look-alikes count as dots in host names (UTS #46).
    let spaced = without_schemes(raw).replace(['.', '。', '．', '｡'], ". ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_schemes(raw: &str) -> String {
    let spaced = line(raw).replace(opens_link, " ");
    let words = spaced
        .split_whitespace()
        .map(without_www)
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// `www.` alone is enough for some mail programs to make a link; repeated, because cutting one may uncover the next.
fn without_www(word: &str) -> &str {
    let mut rest = word;
    while let Some((start, end)) = rest.split_at_checked(4)
        && start.eq_ignore_ascii_case("www.")
    {
        rest = end;
    }
    rest
}

/// Characters without which there is no scheme, no path, no tag and no bracketed address.
fn opens_link(character: char) -> bool {
    matches!(
        character,
        '<' | '>' | '/' | '\\' | ':' | '[' | ']' | '|' | '^' | '`' | '"' | '⁄' | '∕' | '／' | '：'
    )
}

/// Direction overrides, isolates and marks, invisible separators and tags. Joiners (U+200C, U+200D) stay: Persian and
/// several Indian scripts need them to spell names.
fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_and_loses_whatever_could_become_a_link() {
        assert_eq!(name("Ada Lovelace"), "Ada Lovelace");
        assert_eq!(name("Ann & Bob O’Neill-Ñandú"), "Ann & Bob O’Neill-Ñandú");
        assert_eq!(name("J.R. Doe"), "J. R. Doe");
        assert_eq!(
            name("<a href=//evil>Click</a> http://evil"),
            "a href= evil Click a http evil"
        );
        assert_eq!(name("www.evil.example/x"), "evil. example x");
        assert_eq!(name("evil。example"), "evil. example");
    }

    #[test]
    fn line_breaks_and_invisible_characters_never_survive() {
        assert_eq!(name("Ada\r\nBcc: evil@example.org"), "Ada Bcc evil@example. org");
        assert_eq!(name("A\u{202E}dA\u{200B}\u{2066}x"), "AdAx");
        assert_eq!(line("one\u{2028}two\tthree\u{0000}four"), "one two three four");
    }

    #[test]
    fn a_login_name_stays_recognisable() {
        assert_eq!(login_name("ada.lovelace"), "ada.lovelace");
        assert_eq!(login_name("ada@example.org"), "ada@example.org");
        assert_eq!(login_name("http://evil.example/x"), "http evil.example x");
        assert_eq!(login_name("WWW.www.evil"), "evil");
    }

    #[test]
    fn too_long_text_is_cut_with_an_ellipsis() {
        assert_eq!(name(&"x".repeat(500)).chars().count(), 100);
        assert!(device(&"y".repeat(500)).ends_with('…'));
        assert_eq!(shorten("kept", 4), "kept");
    }
}
