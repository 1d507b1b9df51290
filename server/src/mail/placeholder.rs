//! What a template may name: every placeholder, the mails it has a value in, and whether it may be empty there.
//!
//! Values are made in `render/values.rs`; what each means in words is in `app::admin::template_words`, for the console, REST and
//! `docs/mail-templates.md` alike.

use super::message::MailKind;
use crate::closed;

closed!(
    /// A name that stands for a value.
    Placeholder {
        Link = "link",
        Code = "code",
        Lifetime = "lifetime",
        Time = "time",
        Origin = "origin",
        Device = "device",
        LoginName = "login_name",
        Name = "name",
        NameWithId = "name_with_id",
        Id = "id",
        Title = "title",
        GivenName = "given_name",
        PreferredName = "preferred_name",
        Surname = "surname",
        Email = "email",
        MobilePhone = "mobile_phone",
        SpouseId = "spouse_id",
        SpouseTitle = "spouse_title",
        SpouseGivenName = "spouse_given_name",
        SpousePreferredName = "spouse_preferred_name",
        SpouseSurname = "spouse_surname",
        SpouseEmail = "spouse_email",
        SpouseMobilePhone = "spouse_mobile_phone",
        ProductName = "product_name",
        OrganisationCode = "organisation_code",
        SupportContact = "support_contact",
        SupportLink = "support_link",
        PublicUrl = "public_url",
        ForgotLink = "forgot_link",
        SignInLink = "sign_in_link",
        Provider = "provider",
        NewAddress = "new_address",
        Reason = "reason",
        Headline = "headline",
        WhatHappened = "what_happened",
        WhatNext = "what_next",
        ByStaff = "by_staff",
        ByReset = "by_reset",
        ToNew = "to_new",
    }
);

impl Placeholder {
    /// Those with a value in mails of a kind, in the order in which people look for them.
    pub fn of(kind: MailKind) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |name| name.is_in(kind))
    }

    #[must_use]
    pub fn is_in(self, kind: MailKind) -> bool {
        use MailKind as Mail;
        match self {
            Self::Time
            | Self::ProductName
            | Self::OrganisationCode
            | Self::SupportContact
            | Self::SupportLink
            | Self::PublicUrl => true,
            Self::Link => matches!(kind, Mail::ResetLink | Mail::RecoveryStarted | Mail::RecoveryCompleted),
            Self::Code => matches!(kind, Mail::ResetLink | Mail::RecoveryCode),
            Self::Lifetime => matches!(kind, Mail::ResetLink | Mail::RecoveryCode | Mail::RecoveryCompleted),
            // Where support sits is nothing the owner needs to know.
            Self::Origin | Self::Device => {
                !matches!(kind, Mail::EmailChanged | Mail::StaffActed | Mail::RecoveryDenied)
            }
            Self::ForgotLink => matches!(kind, Mail::PasswordChanged | Mail::RecoverySaid),
            Self::SignInLink | Self::Provider => kind == Mail::SsoHint,
            Self::NewAddress | Self::ToNew => matches!(kind, Mail::EmailChanged | Mail::RecoveryCompleted),
            Self::Reason => kind == Mail::RecoveryDenied,
            Self::Headline | Self::WhatNext => kind == Mail::RecoverySaid,
            Self::WhatHappened => matches!(kind, Mail::RecoverySaid | Mail::StaffActed),
            Self::ByStaff => kind == Mail::ResetLink,
            Self::ByReset => kind == Mail::PasswordChanged,
            // That mail goes to an address that is not proven: whoever reads it learns nothing about anybody.
            person => person.is_about_a_person() && kind != Mail::RecoveryCode,
        }
    }

    /// Whether it tells something about the owner of the account.
    #[must_use]
    pub fn is_about_a_person(self) -> bool {
        matches!(
            self,
            Self::LoginName
                | Self::Name
                | Self::NameWithId
                | Self::Id
                | Self::Title
                | Self::GivenName
                | Self::PreferredName
                | Self::Surname
                | Self::Email
                | Self::MobilePhone
                | Self::SpouseId
                | Self::SpouseTitle
                | Self::SpouseGivenName
                | Self::SpousePreferredName
                | Self::SpouseSurname
                | Self::SpouseEmail
                | Self::SpouseMobilePhone
        )
    }

    /// Whether it is empty in some mails of the kind; then it belongs into `{% if … %}`.
    #[must_use]
    pub fn may_be_absent(self, kind: MailKind) -> bool {
        match self {
            Self::Code => kind == MailKind::ResetLink,
            Self::Lifetime => kind == MailKind::RecoveryCompleted,
            Self::ForgotLink => kind == MailKind::RecoverySaid,
            Self::Time
            | Self::LoginName
            | Self::Email
            | Self::ProductName
            | Self::PublicUrl
            | Self::Reason
            | Self::Headline
            | Self::WhatHappened
            | Self::WhatNext
            | Self::ByStaff
            | Self::ByReset
            | Self::ToNew => false,
            _ => true,
        }
    }

    /// A web address, and therefore what a link may lead to.
    #[must_use]
    pub fn is_address(self) -> bool {
        matches!(
            self,
            Self::Link | Self::ForgotLink | Self::SignInLink | Self::SupportLink | Self::PublicUrl
        )
    }

    /// Yes or no: for `{% if … %}` only.
    #[must_use]
    pub fn is_switch(self) -> bool {
        matches!(self, Self::ByStaff | Self::ByReset | Self::ToNew)
    }

    /// What a mail of the kind is sent for: without it the mail would be useless.
    #[must_use]
    pub fn needed(kind: MailKind) -> Option<Self> {
        match kind {
            MailKind::ResetLink | MailKind::RecoveryStarted | MailKind::RecoveryCompleted => Some(Self::Link),
            MailKind::RecoveryCode => Some(Self::Code),
            MailKind::PasswordChanged => Some(Self::ForgotLink),
            MailKind::SsoHint
            | MailKind::EmailChanged
            | MailKind::StaffActed
            | MailKind::RecoveryDenied
            | MailKind::RecoverySaid => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_to_an_address_that_is_not_proven_tells_nothing_about_anybody() {
        assert!(Placeholder::of(MailKind::RecoveryCode).all(|name| !name.is_about_a_person()));
        assert!(Placeholder::of(MailKind::ResetLink).any(|name| name == Placeholder::SpouseSurname));
    }

    #[test]
    fn what_a_mail_needs_has_a_value_in_it() {
        for kind in MailKind::ALL {
            assert!(
                Placeholder::needed(*kind).is_none_or(|name| name.is_in(*kind)),
                "{kind}"
            );
        }
    }

    // M4
    #[test]
    fn the_manual_lists_every_placeholder_with_its_meaning() {
        let manual = include_str!("../../../docs/mail-templates.md");
        for name in Placeholder::ALL {
            let meaning = app::admin::template_words::meaning(app::words::Locale::En, name.as_str());
            assert!(
                !meaning.is_empty() && manual.contains(&format!("| `{name}` | {meaning} |")),
                "{name}"
            );
        }
        for kind in MailKind::ALL {
            assert!(manual.contains(&format!("| `{kind}` |")), "{kind}");
        }
    }
}
