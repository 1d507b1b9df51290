//! What settings and their groups are called, and what they do: for the console in every language, and in English for the REST
//! schema and the manual. A test checks that no declared setting is missing.

use crate::words::{Locale, say};

/// Label and help.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words {
    pub label: &'static str,
    pub help: &'static str,
}

/// Of a setting, by its full name; empty for an unknown one.
#[must_use]
pub fn setting_words(lang: Locale, name: &str) -> Words {
    macro_rules! words {
        ($label:ident, $help:ident) => {
            Words {
                label: say!(lang, admin_settings.$label),
                help: say!(lang, admin_settings.$help),
            }
        };
    }
    match name {
        "reset.enabled" => words!(reset_enabled, reset_enabled_help),
        "reset.public_url" => words!(reset_public_url, reset_public_url_help),
        "reset.link_expiry_minutes" => words!(reset_link_expiry_minutes, reset_link_expiry_minutes_help),
        "reset.delivery" => words!(reset_delivery, reset_delivery_help),
        "reset.sign_in" => words!(reset_sign_in, reset_sign_in_help),
        "reset.generic_response" => words!(reset_generic_response, reset_generic_response_help),
        "reset.key_parameter" => words!(reset_key_parameter, reset_key_parameter_help),
        "reset.target_parameter" => words!(reset_target_parameter, reset_target_parameter_help),
        "reset.target_page" => words!(reset_target_page, reset_target_page_help),
        "reset.allowed_targets" => words!(reset_allowed_targets, reset_allowed_targets_help),
        "password.min_length" => words!(password_min_length, password_min_length_help),
        "password.min_non_alphanumeric" => words!(password_min_non_alphanumeric, password_min_non_alphanumeric_help),
        "password.min_digits" => words!(password_min_digits, password_min_digits_help),
        "mail.url" => words!(mail_url, mail_url_help),
        "mail.sender_name" => words!(mail_sender_name, mail_sender_name_help),
        "mail.sender_address" => words!(mail_sender_address, mail_sender_address_help),
        "mail.resolver" => words!(mail_resolver, mail_resolver_help),
        "mail.dkim_selector" => words!(mail_dkim_selector, mail_dkim_selector_help),
        "mail.dkim_domain" => words!(mail_dkim_domain, mail_dkim_domain_help),
        "mail.dkim_private_key" => words!(mail_dkim_private_key, mail_dkim_private_key_help),
        "mail.reply_to" => words!(mail_reply_to, mail_reply_to_help),
        "captcha.provider" => words!(captcha_provider, captcha_provider_help),
        "captcha.site_key" => words!(captcha_site_key, captcha_site_key_help),
        "captcha.secret_key" => words!(captcha_secret_key, captcha_secret_key_help),
        "captcha.verify_url" => words!(captcha_verify_url, captcha_verify_url_help),
        "captcha.score_threshold" => words!(captcha_score_threshold, captcha_score_threshold_help),
        "captcha.when_provider_is_down" => words!(captcha_when_provider_is_down, captcha_when_provider_is_down_help),
        "captcha.on_forgot" => words!(captcha_on_forgot, captcha_on_forgot_help),
        "captcha.on_recovery" => words!(captcha_on_recovery, captcha_on_recovery_help),
        "captcha.on_sign_in_after_failures" => {
            words!(
                captcha_on_sign_in_after_failures,
                captcha_on_sign_in_after_failures_help
            )
        }
        "limits.budgets" => words!(limits_budgets, limits_budgets_help),
        "limits.enabled" => words!(limits_enabled, limits_enabled_help),
        "branding.product_name" => words!(branding_product_name, branding_product_name_help),
        "branding.support_contact" => words!(branding_support_contact, branding_support_contact_help),
        "branding.organisation_code" => words!(branding_organisation_code, branding_organisation_code_help),
        "branding.accent_light" => words!(branding_accent_light, branding_accent_light_help),
        "branding.accent_dark" => words!(branding_accent_dark, branding_accent_dark_help),
        "branding.default_locale" => words!(branding_default_locale, branding_default_locale_help),
        "retention.interval_minutes" => words!(retention_interval_minutes, retention_interval_minutes_help),
        "retention.request_days" => words!(retention_request_days, retention_request_days_help),
        "retention.outbox_days" => words!(retention_outbox_days, retention_outbox_days_help),
        "retention.audit_days" => words!(retention_audit_days, retention_audit_days_help),
        "session.idle_minutes" => words!(session_idle_minutes, session_idle_minutes_help),
        "session.absolute_hours" => words!(session_absolute_hours, session_absolute_hours_help),
        "recovery.enabled" => words!(recovery_enabled, recovery_enabled_help),
        "recovery.facts" => words!(recovery_facts, recovery_facts_help),
        "recovery.max_attempts" => words!(recovery_max_attempts, recovery_max_attempts_help),
        "recovery.min_difficulty_bits" => words!(recovery_min_difficulty_bits, recovery_min_difficulty_bits_help),
        "recovery.approval" => words!(recovery_approval, recovery_approval_help),
        "recovery.four_eyes" => words!(recovery_four_eyes, recovery_four_eyes_help),
        "recovery.undo_hours" => words!(recovery_undo_hours, recovery_undo_hours_help),
        "recovery.sign_in" => words!(recovery_sign_in, recovery_sign_in_help),
        "grants.recovery" => words!(grants_recovery, grants_recovery_help),
        "sso.hint" => words!(sso_hint, sso_hint_help),
        "sso.provider_name" => words!(sso_provider_name, sso_provider_name_help),
        "sso.sign_in_url" => words!(sso_sign_in_url, sso_sign_in_url_help),
        "grants.password_reset" => words!(grants_password_reset, grants_password_reset_help),
        "grants.password_reset_verify" => words!(grants_password_reset_verify, grants_password_reset_verify_help),
        "grants.password_reset_complete" => words!(grants_password_reset_complete, grants_password_reset_complete_help),
        "grants.password_policy" => words!(grants_password_policy, grants_password_policy_help),
        "grants.sessions" => words!(grants_sessions, grants_sessions_help),
        _ => Words::default(),
    }
}

/// Of a group of settings; empty for an unknown one.
#[must_use]
pub fn group_words(lang: Locale, group: &str) -> Words {
    macro_rules! words {
        ($label:ident, $help:ident) => {
            Words {
                label: say!(lang, admin_settings.$label),
                help: say!(lang, admin_settings.$help),
            }
        };
    }
    match group {
        "reset" => words!(group_reset, group_reset_help),
        "password" => words!(group_password, group_password_help),
        "mail" => words!(group_mail, group_mail_help),
        "captcha" => words!(group_captcha, group_captcha_help),
        "limits" => words!(group_limits, group_limits_help),
        "branding" => words!(group_branding, group_branding_help),
        "retention" => words!(group_retention, group_retention_help),
        "session" => words!(group_session, group_session_help),
        "sso" => words!(group_sso, group_sso_help),
        "recovery" => words!(group_recovery, group_recovery_help),
        "grants" => words!(group_grants, group_grants_help),
        _ => Words::default(),
    }
}
