//! The words of mail templates: what is wrong with one, what its placeholders mean, and what became of an imported one. For the
//! console, REST and the manual alike.

use crate::words::{Locale, say};

/// What can be wrong with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    Empty,
    TooLong,
    NotOneLine,
    InvisibleCharacter,
    Syntax,
    NotAllowed,
    UnknownPlaceholder,
    SecretInSubject,
    ComponentMisused,
    Missing,
    LinkNotClickable,
    LinkNotReadable,
    ElementNotAllowed,
    AttributeNotAllowed,
    AddressNotAllowed,
    StyleNotAllowed,
    PlaceholderInTag,
    Unfinished,
    ConditionalComment,
    Fails,
}

impl Flaw {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::NotOneLine => "not_one_line",
            Self::InvisibleCharacter => "invisible_character",
            Self::Syntax => "syntax",
            Self::NotAllowed => "not_allowed",
            Self::UnknownPlaceholder => "unknown_placeholder",
            Self::SecretInSubject => "secret_in_subject",
            Self::ComponentMisused => "component_misused",
            Self::Missing => "missing",
            Self::LinkNotClickable => "link_not_clickable",
            Self::LinkNotReadable => "link_not_readable",
            Self::ElementNotAllowed => "element_not_allowed",
            Self::AttributeNotAllowed => "attribute_not_allowed",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::StyleNotAllowed => "style_not_allowed",
            Self::PlaceholderInTag => "placeholder_in_tag",
            Self::Unfinished => "unfinished",
            Self::ConditionalComment => "conditional_comment",
            Self::Fails => "fails",
        }
    }

    /// In words; `what` is the placeholder, element or address that it is about.
    #[must_use]
    pub fn words(self, lang: Locale, what: &str) -> String {
        let what = what.to_owned();
        match self {
            Self::Empty => say!(lang, admin_templates.flaw_empty).to_owned(),
            Self::TooLong => say!(lang, admin_templates.flaw_too_long, what = what),
            Self::NotOneLine => say!(lang, admin_templates.flaw_not_one_line).to_owned(),
            Self::InvisibleCharacter => say!(lang, admin_templates.flaw_invisible_character, what = what),
            Self::Syntax => say!(lang, admin_templates.flaw_syntax, what = what),
            Self::NotAllowed => say!(lang, admin_templates.flaw_not_allowed, what = what),
            Self::UnknownPlaceholder => say!(lang, admin_templates.flaw_unknown_placeholder, what = what),
            Self::SecretInSubject => say!(lang, admin_templates.flaw_secret_in_subject, what = what),
            Self::ComponentMisused => say!(lang, admin_templates.flaw_component_misused, what = what),
            Self::Missing => say!(lang, admin_templates.flaw_missing, what = what),
            Self::LinkNotClickable => say!(lang, admin_templates.flaw_link_not_clickable, what = what),
            Self::LinkNotReadable => say!(lang, admin_templates.flaw_link_not_readable, what = what),
            Self::ElementNotAllowed => say!(lang, admin_templates.flaw_element_not_allowed, what = what),
            Self::AttributeNotAllowed => say!(lang, admin_templates.flaw_attribute_not_allowed, what = what),
            Self::AddressNotAllowed => say!(lang, admin_templates.flaw_address_not_allowed, what = what),
            Self::StyleNotAllowed => say!(lang, admin_templates.flaw_style_not_allowed, what = what),
            Self::PlaceholderInTag => say!(lang, admin_templates.flaw_placeholder_in_tag, what = what),
            Self::Unfinished => say!(lang, admin_templates.flaw_unfinished).to_owned(),
            Self::ConditionalComment => say!(lang, admin_templates.flaw_conditional_comment).to_owned(),
            Self::Fails => say!(lang, admin_templates.flaw_fails).to_owned(),
        }
    }
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an imported item became what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportNote {
    UnknownName,
    PasswordsAreNeverMailed,
    NotNeeded,
    UnknownPlaceholder,
    CannotCompute,
    LinkInsteadOfPassword,
    PlainLinkAdded,
    HtmlMadeFromText,
    TextMadeFromHtml,
    ValueNotPossible,
    Pinned,
    NotRightYet,
}

impl ImportNote {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownName => "unknown_name",
            Self::PasswordsAreNeverMailed => "passwords_are_never_mailed",
            Self::NotNeeded => "not_needed",
            Self::UnknownPlaceholder => "unknown_placeholder",
            Self::CannotCompute => "cannot_compute",
            Self::LinkInsteadOfPassword => "link_instead_of_password",
            Self::PlainLinkAdded => "plain_link_added",
            Self::HtmlMadeFromText => "html_made_from_text",
            Self::TextMadeFromHtml => "text_made_from_html",
            Self::ValueNotPossible => "value_not_possible",
            Self::Pinned => "pinned",
            Self::NotRightYet => "not_right_yet",
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self, lang: Locale, what: &str) -> String {
        let what = what.to_owned();
        match self {
            Self::UnknownName => say!(lang, admin_templates.note_unknown_name).to_owned(),
            Self::PasswordsAreNeverMailed => say!(lang, admin_templates.note_passwords_are_never_mailed).to_owned(),
            Self::NotNeeded => say!(lang, admin_templates.note_not_needed).to_owned(),
            Self::UnknownPlaceholder => say!(lang, admin_templates.note_unknown_placeholder, what = what),
            Self::CannotCompute => say!(lang, admin_templates.note_cannot_compute, what = what),
            Self::LinkInsteadOfPassword => say!(lang, admin_templates.note_link_instead_of_password, what = what),
            Self::PlainLinkAdded => say!(lang, admin_templates.note_plain_link_added).to_owned(),
            Self::HtmlMadeFromText => say!(lang, admin_templates.note_html_made_from_text).to_owned(),
            Self::TextMadeFromHtml => say!(lang, admin_templates.note_text_made_from_html).to_owned(),
            Self::ValueNotPossible => say!(lang, admin_templates.note_value_not_possible, what = what),
            Self::Pinned => say!(lang, admin_templates.note_pinned).to_owned(),
            Self::NotRightYet => say!(lang, admin_templates.note_not_right_yet).to_owned(),
        }
    }
}

/// What a placeholder stands for; empty for a name that is none.
#[must_use]
pub fn meaning(lang: Locale, placeholder: &str) -> &'static str {
    match placeholder {
        "link" => say!(lang, admin_templates.means_link),
        "code" => say!(lang, admin_templates.means_code),
        "lifetime" => say!(lang, admin_templates.means_lifetime),
        "time" => say!(lang, admin_templates.means_time),
        "origin" => say!(lang, admin_templates.means_origin),
        "device" => say!(lang, admin_templates.means_device),
        "login_name" => say!(lang, admin_templates.means_login_name),
        "name" => say!(lang, admin_templates.means_name),
        "name_with_id" => say!(lang, admin_templates.means_name_with_id),
        "id" => say!(lang, admin_templates.means_id),
        "title" => say!(lang, admin_templates.means_title),
        "given_name" => say!(lang, admin_templates.means_given_name),
        "preferred_name" => say!(lang, admin_templates.means_preferred_name),
        "surname" => say!(lang, admin_templates.means_surname),
        "email" => say!(lang, admin_templates.means_email),
        "mobile_phone" => say!(lang, admin_templates.means_mobile_phone),
        "spouse_id" => say!(lang, admin_templates.means_spouse_id),
        "spouse_title" => say!(lang, admin_templates.means_spouse_title),
        "spouse_given_name" => say!(lang, admin_templates.means_spouse_given_name),
        "spouse_preferred_name" => say!(lang, admin_templates.means_spouse_preferred_name),
        "spouse_surname" => say!(lang, admin_templates.means_spouse_surname),
        "spouse_email" => say!(lang, admin_templates.means_spouse_email),
        "spouse_mobile_phone" => say!(lang, admin_templates.means_spouse_mobile_phone),
        "product_name" => say!(lang, admin_templates.means_product_name),
        "organisation_code" => say!(lang, admin_templates.means_organisation_code),
        "support_contact" => say!(lang, admin_templates.means_support_contact),
        "support_link" => say!(lang, admin_templates.means_support_link),
        "public_url" => say!(lang, admin_templates.means_public_url),
        "forgot_link" => say!(lang, admin_templates.means_forgot_link),
        "sign_in_link" => say!(lang, admin_templates.means_sign_in_link),
        "provider" => say!(lang, admin_templates.means_provider),
        "new_address" => say!(lang, admin_templates.means_new_address),
        "reason" => say!(lang, admin_templates.means_reason),
        "headline" => say!(lang, admin_templates.means_headline),
        "what_happened" => say!(lang, admin_templates.means_what_happened),
        "what_next" => say!(lang, admin_templates.means_what_next),
        "by_staff" => say!(lang, admin_templates.means_by_staff),
        "by_reset" => say!(lang, admin_templates.means_by_reset),
        "to_new" => say!(lang, admin_templates.means_to_new),
        _ => "",
    }
}
