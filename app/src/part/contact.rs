//! The support contact, which an administrator wrote as an address, a URL or plain words.

use crate::words::{lang, say};
use leptos::prelude::*;

/// What a contact links to, if anything. Only schemes we write ourselves: the text is never trusted to be one.
fn target(contact: &str) -> Option<String> {
    if contact.contains(char::is_whitespace) {
        None
    } else if contact.starts_with("https://") || contact.starts_with("http://") {
        Some(contact.to_owned())
    } else if contact.split('@').filter(|part| !part.is_empty()).count() == 2 {
        Some(format!("mailto:{contact}"))
    } else {
        None
    }
}

/// No referrer: the page it leaves may be one that a mailed link opened (security 33, 34).
#[component]
pub fn Contact(contact: String) -> impl IntoView {
    match target(&contact) {
        Some(href) => view! { <a href=href rel="noreferrer external"><bdi>{contact}</bdi></a> }.into_any(),
        None => view! { <bdi>{contact}</bdi> }.into_any(),
    }
}

/// The people who help where the page cannot, by their contact or without one.
#[component]
pub fn WhoHelps(contact: String) -> impl IntoView {
    let lang = lang();
    if contact.is_empty() {
        view! { <p>{say!(lang, forgot.no_contact)}</p> }.into_any()
    } else {
        view! { <p>{say!(lang, forgot.contact)} " " <Contact contact /></p> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_web_pages_become_links_and_nothing_else_does() {
        assert_eq!(target("help@example.org").as_deref(), Some("mailto:help@example.org"));
        assert_eq!(
            target("https://example.org/help").as_deref(),
            Some("https://example.org/help")
        );
        for plain in [
            "",
            "@",
            "Room 12, ask for Ann@desk",
            "javascript:alert(1)",
            "+1 555 0100",
        ] {
            assert_eq!(target(plain), None, "{plain}");
        }
    }
}
