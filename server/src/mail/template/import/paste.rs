//! Old settings as people paste them: a name, then `=`, `:` or a tab, then a value that goes on until the next name.

use super::names::looks_like_name;

/// Names and values.
#[must_use]
pub fn items(pasted: &str) -> Vec<(String, String)> {
    let mut items: Vec<(String, String)> = Vec::new();
    for line in pasted.lines() {
        match (begins(line), items.last_mut()) {
            (Some((name, value)), _) => items.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(line);
            }
            // What stands before the first name belongs to nothing.
            (None, None) => {}
        }
    }
    let trimmed = items.into_iter().map(|(name, value)| (name, value.trim().to_owned()));
    trimmed.collect()
}

fn begins(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(['=', ':', '\t']).unwrap_or((line, ""));
    looks_like_name(name).then_some((name.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // M5
    #[test]
    fn a_value_goes_on_until_the_next_name() {
        let pasted = "my notes\nCommunityPortal|PortalName = My: Portal\nCommunityPortal|Email|ForgottenPassword|BodyTextWithLink:\n\
            Dear {UserName},\n\nsee: {UserPassword}\nRESET_PASSWORD_NEW\tx\n";
        let items = items(pasted);
        let names: Vec<&str> = items.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "CommunityPortal|PortalName",
                "CommunityPortal|Email|ForgottenPassword|BodyTextWithLink",
                "RESET_PASSWORD_NEW"
            ]
        );
        assert_eq!(items[0].1, "My: Portal");
        assert_eq!(items[1].1, "Dear {UserName},\n\nsee: {UserPassword}");
    }
}
