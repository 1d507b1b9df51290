//! The old settings by name, and what each becomes.

/// What an old setting becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Subject,
    TextBody,
    HtmlBody,
    /// Text or HTML, to be seen from the value.
    Body,
    /// Subject or body of a mail that carried the password itself.
    MailWithPassword,
    /// Whether a link is mailed instead of the password. Here it always is.
    SendLink,
    GenericResponse,
    AfterReset,
    /// The setting takes the text as it is…
    Text(&'static str),
    /// …or as a number.
    Number(&'static str),
}

/// Where links led that signed people in to change their password: here the link opens that form by itself.
pub const OLD_FORM: &str = "/reset-password";

const NAMES: [(&str, Target); 22] = [
    ("CommunityPortal|Email|ForgottenPassword|SendLink", Target::SendLink),
    (
        "CommunityPortal|Email|ForgottenPassword|GenericResponse",
        Target::GenericResponse,
    ),
    (
        "CommunityPortal|Email|ForgottenPassword|SubjectTextWithLink",
        Target::Subject,
    ),
    ("CommunityPortal|Email|ForgottenPassword|BodyTextWithLink", Target::Body),
    (
        "CommunityPortal|Email|ForgottenPassword|LinkExpiryMinutes",
        Target::Number("reset.link_expiry_minutes"),
    ),
    (
        "CommunityPortal|Email|ForgottenPassword|SubjectText",
        Target::MailWithPassword,
    ),
    (
        "CommunityPortal|Email|ForgottenPassword|BodyText",
        Target::MailWithPassword,
    ),
    ("CommunityPortal|PortalName", Target::Text("branding.product_name")),
    ("SchoolSystemCode", Target::Text("branding.organisation_code")),
    ("System|Password|MinLength", Target::Number("password.min_length")),
    (
        "System|Password|MinNonAlphaNumCount",
        Target::Number("password.min_non_alphanumeric"),
    ),
    ("System|Password|MinNumericCount", Target::Number("password.min_digits")),
    ("RESET_PASSWORD_SUBJECT", Target::Subject),
    ("RESET_PASSWORD_SENDER_NAME", Target::Text("mail.sender_name")),
    ("RESET_PASSWORD_SENDER_ADDRESS", Target::Text("mail.sender_address")),
    // Its documentation spells it like this.
    ("RESET_PASSWORD_SENDER_ADDRESSS", Target::Text("mail.sender_address")),
    ("RESET_PASSWORD_TEXT_BODY", Target::TextBody),
    ("RESET_PASSWORD_HTML_BODY", Target::HtmlBody),
    ("RESET_PASSWORD_BASE_URL", Target::Text("reset.public_url")),
    ("RESET_PASSWORD_CONFIRM_KEY_KEY", Target::Text("reset.key_parameter")),
    ("RESET_PASSWORD_TARGET_PAGE_KEY", Target::Text("reset.target_parameter")),
    ("RESET_PASSWORD_TARGET_PAGE", Target::AfterReset),
];

/// What a setting of this name becomes.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
    known.map(|(_, target)| *target)
}

/// Whether a text could be the name of an old setting, known or not.
#[must_use]
pub fn looks_like_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '|' | '_' | '.');
    let text = text.trim();
    target(text).is_some() || text.chars().all(plain) && (text.contains('|') || text.starts_with("RESET_PASSWORD_"))
}
