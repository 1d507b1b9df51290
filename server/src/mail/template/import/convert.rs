//! Placeholders of other systems become ours: `{UserName}`, `${link}`, `{{action_url}}`.

use super::Note;
use crate::mail::placeholder::Placeholder;

/// A converted text.
#[derive(Debug, Default)]
pub struct Converted {
    pub text: String,
    /// What was done.
    pub notes: Vec<(Note, String)>,
    /// What could not be: it stays as it was.
    pub left: Vec<(Note, String)>,
}

/// `{Name}` of the school portal. Its password placeholder stood for the link in these mails.
const PORTAL: [(&str, Placeholder); 20] = [
    ("UserPassword", Placeholder::Link),
    ("UserLoginName", Placeholder::LoginName),
    ("UserName", Placeholder::Name),
    ("UserNameWithID", Placeholder::NameWithId),
    ("ID", Placeholder::Id),
    ("Title", Placeholder::Title),
    ("Given1", Placeholder::GivenName),
    ("Preferred", Placeholder::PreferredName),
    ("Surname", Placeholder::Surname),
    ("DefaultEmail", Placeholder::Email),
    ("DefaultMobilePhone", Placeholder::MobilePhone),
    ("SpouseID", Placeholder::SpouseId),
    ("SpouseTitle", Placeholder::SpouseTitle),
    ("SpouseGiven1", Placeholder::SpouseGivenName),
    ("SpousePreferred", Placeholder::SpousePreferredName),
    ("SpouseSurname", Placeholder::SpouseSurname),
    ("SpouseDefaultEmail", Placeholder::SpouseEmail),
    ("SpouseDefaultMobilePhone", Placeholder::SpouseMobilePhone),
    ("PortalName", Placeholder::ProductName),
    ("SchoolSystemCode", Placeholder::OrganisationCode),
];

/// `{{name}}` of the widely copied transactional templates.
const MUSTACHE: [(&str, Placeholder); 7] = [
    ("action_url", Placeholder::Link),
    ("support_url", Placeholder::SupportContact),
    ("support_email", Placeholder::SupportContact),
    ("company_name", Placeholder::ProductName),
    ("operating_system", Placeholder::Device),
    ("browser_name", Placeholder::Device),
    ("username", Placeholder::LoginName),
];

/// Converts every placeholder that is known.
#[must_use]
pub fn convert(text: &str) -> Converted {
    let mut done = Converted::default();
    let mut rest = text;
    while let Some(start) = rest.find(['{', '$']) {
        let (plain, tag) = rest.split_at(start);
        done.text.push_str(plain);
        rest = done.one(tag);
    }
    done.text.push_str(rest);
    done
}

impl Converted {
    /// Takes what stands at the beginning, and answers what follows it.
    fn one<'a>(&mut self, tag: &'a str) -> &'a str {
        if let Some(inner) = tag.strip_prefix("${") {
            return self.expression(tag, inner);
        }
        if let Some(inner) = tag.strip_prefix("{{") {
            let inner = inner.strip_prefix('{').unwrap_or(inner);
            if let Some((name, after)) = inner.split_once("}}") {
                let found = known(&MUSTACHE, name.trim()).or_else(|| name.trim().parse().ok());
                return self.put(found, name.trim(), after.strip_prefix('}').unwrap_or(after), tag);
            }
        } else if let Some((name, after)) = tag.strip_prefix('{').and_then(|inner| inner.split_once('}'))
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return self.put(known(&PORTAL, name), name, after, tag);
        }
        self.keep(tag, 1)
    }

    /// `${…}` holds an expression; only its simplest one means something here.
    fn expression<'a>(&mut self, tag: &'a str, inner: &'a str) -> &'a str {
        match inner.split_once('}') {
            Some((name, after)) if name.trim() == "link" => self.put(Some(Placeholder::Link), "link", after, tag),
            Some((expression, _)) => {
                self.left.push((Note::CannotCompute, format!("${{{expression}}}")));
                self.keep(tag, expression.len() + 3)
            }
            None => self.keep(tag, 2),
        }
    }

    fn put<'a>(&mut self, found: Option<Placeholder>, name: &str, after: &'a str, tag: &'a str) -> &'a str {
        let Some(found) = found else {
            self.left.push((Note::UnknownPlaceholder, name.to_owned()));
            return self.keep(tag, tag.len() - after.len());
        };
        if name == "UserPassword" {
            let note = (Note::LinkInsteadOfPassword, name.to_owned());
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self.text.push_str("{{ ");
        self.text.push_str(found.as_str());
        self.text.push_str(" }}");
        after
    }

    fn keep<'a>(&mut self, tag: &'a str, bytes: usize) -> &'a str {
        let (kept, after) = tag.split_at_checked(bytes).unwrap_or((tag, ""));
        self.text.push_str(kept);
        after
    }
}

fn known(table: &[(&str, Placeholder)], name: &str) -> Option<Placeholder> {
    table.iter().find(|(known, _)| *known == name).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // M5
    #[test]
    fn known_placeholders_become_ours_and_others_stay_with_a_note() {
        let done = convert(
            "Dear {UserNameWithID} & {Nobody}, <a href='${link}'>x</a> {{{action_url}}} ${concat('a', me.name)} {} $5 {",
        );
        assert_eq!(
            done.text,
            "Dear {{ name_with_id }} & {Nobody}, <a href='{{ link }}'>x</a> {{ link }} ${concat('a', me.name)} {} $5 {"
        );
        let left: Vec<_> = done.left.iter().map(|(note, what)| (*note, what.as_str())).collect();
        assert_eq!(
            left,
            [
                (Note::UnknownPlaceholder, "Nobody"),
                (Note::CannotCompute, "${concat('a', me.name)}")
            ]
        );
    }

    #[test]
    fn every_placeholder_of_the_portal_is_known() {
        for (name, ours) in PORTAL {
            assert_eq!(convert(&format!("{{{name}}}")).text, format!("{{{{ {ours} }}}}"));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_nothing_else_is_lost(text in "[${}a-zA-Z é]{0,40}") {
            let done = convert(&text);
            let letters = |text: &str| text.chars().filter(|c| *c == 'é').count();
            prop_assert_eq!(letters(&done.text), letters(&text));
        }
    }
}
