//! Where a mail may lead: this installation, the sites that an administrator listed, and what placeholders stand for. A mail with any
//! other address in it would look like the phishing that people are told to watch for.

use crate::reset::target::origin_of;

/// What is allowed in one check.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// `https://host[:port]`.
    pub origins: Vec<String>,
    /// Whole addresses, and the beginnings of addresses that go on with a slash.
    pub addresses: Vec<String>,
}

impl Allowed {
    /// Whether a link may lead there.
    #[must_use]
    pub fn leads(&self, address: &str) -> bool {
        let known = self.addresses.iter().any(|own| {
            let rest = address.strip_prefix(own.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let mail = ["mailto:", "tel:"].iter().any(|scheme| starts_with(address, scheme));
        known || mail || origin_of(address).is_some_and(|origin| self.origins.contains(&origin))
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|given| given.eq_ignore_ascii_case(start))
}

/// The first address in a text that is not allowed there, and the byte where it begins. Mail programs make links of them by themselves.
#[must_use]
pub fn foreign(text: &str, allowed: &Allowed) -> Option<(usize, String)> {
    text.match_indices("://").find_map(|(middle, _)| {
        let before = text.get(..middle)?;
        let scheme = before
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let start = middle - scheme.len();
        let word = text.get(start..)?;
        let end = word.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ')' | ']' | '»' | '”'));
        let word = word.get(..end.unwrap_or(word.len()))?;
        let word = word.trim_end_matches(['.', ',', ';', '!', '?', ':']);
        (!allowed.leads(word)).then(|| (start, word.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // security 129, 134
    #[test]
    fn a_mail_leads_here_or_where_an_administrator_listed() {
        let allowed = Allowed {
            origins: vec!["https://school.example".into()],
            addresses: vec!["https://accounts.example.org".into()],
        };
        for good in [
            "https://accounts.example.org",
            "https://accounts.example.org/forgot",
            "https://school.example/help?x=1",
            "mailto:it@school.example",
            "TEL:+49-1",
        ] {
            assert!(allowed.leads(good), "{good}");
        }
        for bad in [
            "https://accounts.example.org.evil.example/",
            "https://school.example@evil.example/",
            "http://school.example/",
            "//evil.example",
            "javascript:alert(1)",
            "JavaScript:alert(1)//https://school.example",
            "data:text/html,x",
            "/reset",
            "",
        ] {
            assert!(!allowed.leads(bad), "{bad}");
        }
        assert_eq!(foreign("See https://school.example/help. Bye", &allowed), None);
        assert_eq!(
            foreign("ü http://evil.example, bye", &allowed),
            Some((3, "http://evil.example".into()))
        );
    }
}
