//! The console's door: one file a section, each handler a straight line — who is it, what do they ask for, call the use-case, show
//! the outcome. Forms post to these same paths; a form that worked answers with a redirect, one that did not with the page again.

mod account;
mod accounts;
mod audit;
mod branding;
mod desk;
mod facts;
mod import;
mod keys;
mod limits;
mod listing;
mod outbox;
mod overview;
mod recoveries;
mod requests;
mod settings;
mod templates;

pub use settings::missing_view;

use crate::router::Doors;
use axum::Router;
use axum::routing::{get, post};

/// Every path of the console and the methods it answers to. The test of who may do what reads this list.
pub const PATHS: &[(&str, &[&str])] = &[
    ("/admin", &["GET"]),
    ("/admin/accounts", &["GET"]),
    ("/admin/accounts/new", &["GET", "POST"]),
    ("/admin/accounts/import", &["GET", "POST"]),
    ("/admin/accounts/import/{id}", &["GET"]),
    ("/admin/accounts/import/{id}/errors.csv", &["GET"]),
    ("/admin/accounts/{id}", &["GET", "POST"]),
    ("/admin/accounts/{id}/reset", &["POST"]),
    ("/admin/accounts/{id}/end-sessions", &["POST"]),
    ("/admin/accounts/{id}/remove", &["POST"]),
    ("/admin/accounts/{id}/facts", &["POST"]),
    ("/admin/accounts/{id}/facts/remove", &["POST"]),
    ("/admin/accounts/{id}/unlock-recovery", &["POST"]),
    ("/admin/requests", &["GET"]),
    ("/admin/recoveries", &["GET"]),
    ("/admin/recoveries/{id}", &["GET"]),
    ("/admin/recoveries/{id}/approve", &["POST"]),
    ("/admin/recoveries/{id}/refuse", &["POST"]),
    ("/admin/facts", &["GET", "POST"]),
    ("/admin/facts/{id}", &["GET", "POST"]),
    ("/admin/facts/{id}/remove", &["POST"]),
    ("/admin/mail-templates", &["GET"]),
    ("/admin/mail-templates/import", &["GET", "POST"]),
    ("/admin/mail-templates/{kind}/{locale}", &["GET", "POST"]),
    ("/admin/mail-templates/{kind}/{locale}/preview", &["POST"]),
    ("/admin/mail-templates/{kind}/{locale}/test", &["POST"]),
    ("/admin/mail-templates/{kind}/{locale}/default", &["POST"]),
    ("/admin/mail-templates/{kind}/{locale}/versions/{version}", &["POST"]),
    ("/admin/settings", &["GET"]),
    ("/admin/settings/{group}", &["GET", "POST"]),
    ("/admin/settings/mail/test", &["POST"]),
    ("/admin/settings/mail/dns", &["POST"]),
    ("/admin/branding", &["GET", "POST"]),
    ("/admin/branding/preview.css", &["GET"]),
    ("/admin/branding/{id}", &["POST"]),
    ("/admin/branding/{id}/remove", &["POST"]),
    ("/admin/limits", &["GET", "POST"]),
    ("/admin/limits/{id}/release", &["POST"]),
    ("/admin/keys", &["GET", "POST"]),
    ("/admin/keys/{id}/remove", &["POST"]),
    ("/admin/outbox", &["GET"]),
    ("/admin/outbox/{id}/retry", &["POST"]),
    ("/admin/outbox/{id}/cancel", &["POST"]),
    ("/admin/audit", &["GET"]),
    ("/admin/audit/export", &["GET"]),
    ("/admin/audit/verify", &["POST"]),
];

pub fn router() -> Router<Doors> {
    Router::new()
        .route("/admin", get(overview::show))
        .route("/admin/accounts", get(accounts::index))
        .route("/admin/accounts/new", get(accounts::new).post(accounts::add))
        .route("/admin/accounts/import", get(import::form).post(import::begin))
        .route("/admin/accounts/import/{id}", get(import::watch))
        .route("/admin/accounts/import/{id}/errors.csv", get(import::errors))
        .route("/admin/accounts/{id}", get(account::show).post(account::save))
        .route("/admin/accounts/{id}/reset", post(account::start_reset))
        .route("/admin/accounts/{id}/end-sessions", post(account::end_sessions))
        .route("/admin/accounts/{id}/remove", post(account::remove))
        .route("/admin/accounts/{id}/facts", post(account::set_fact))
        .route("/admin/accounts/{id}/facts/remove", post(account::remove_fact))
        .route("/admin/accounts/{id}/unlock-recovery", post(account::unlock_recovery))
        .route("/admin/requests", get(requests::index))
        .route("/admin/recoveries", get(recoveries::index))
        .route("/admin/recoveries/{id}", get(recoveries::show))
        .route("/admin/recoveries/{id}/approve", post(recoveries::approve))
        .route("/admin/recoveries/{id}/refuse", post(recoveries::refuse))
        .route("/admin/facts", get(facts::index).post(facts::add))
        .route("/admin/facts/{id}", get(facts::show).post(facts::save))
        .route("/admin/facts/{id}/remove", post(facts::remove))
        .route("/admin/mail-templates", get(templates::index))
        .route(
            "/admin/mail-templates/import",
            get(templates::import_form).post(templates::import),
        )
        .route(
            "/admin/mail-templates/{kind}/{locale}",
            get(templates::show).post(templates::save),
        )
        .route(
            "/admin/mail-templates/{kind}/{locale}/preview",
            post(templates::preview),
        )
        .route("/admin/mail-templates/{kind}/{locale}/test", post(templates::test))
        .route(
            "/admin/mail-templates/{kind}/{locale}/default",
            post(templates::restore_default),
        )
        .route(
            "/admin/mail-templates/{kind}/{locale}/versions/{version}",
            post(templates::restore),
        )
        .route("/admin/settings", get(settings::index))
        .route("/admin/settings/{group}", get(settings::show).post(settings::save))
        .route("/admin/settings/mail/test", post(settings::test_mail))
        .route("/admin/settings/mail/dns", post(settings::look_at_dns))
        .route("/admin/branding", get(branding::show).post(branding::save))
        .route("/admin/branding/preview.css", get(branding::preview))
        .route("/admin/branding/{id}", post(branding::put))
        .route("/admin/branding/{id}/remove", post(branding::remove))
        .route("/admin/limits", get(limits::index).post(limits::save))
        .route("/admin/limits/{id}/release", post(limits::give_back))
        .route("/admin/keys", get(keys::index).post(keys::add))
        .route("/admin/keys/{id}/remove", post(keys::remove))
        .route("/admin/outbox", get(outbox::index))
        .route("/admin/outbox/{id}/retry", post(outbox::retry))
        .route("/admin/outbox/{id}/cancel", post(outbox::cancel))
        .route("/admin/audit", get(audit::index))
        .route("/admin/audit/export", get(audit::export))
        .route("/admin/audit/verify", post(audit::check))
}
