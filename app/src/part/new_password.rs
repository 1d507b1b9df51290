//! Everything for choosing a password: the two fields, the rules, the estimate. The same on every screen that sets one.

use crate::outcome::Refusal;
use crate::part::checklist::Checklist;
use crate::part::judge::Judge;
use crate::part::meter::Meter;
use crate::part::password::Password;
use crate::part::told::Told;
use crate::policy::{MAX_LENGTH, Policy};
use crate::view::Site;
use crate::words::{lang, say};
use leptos::prelude::*;

#[component]
pub fn NewPassword(site: Site, told: Told) -> impl IntoView {
    let lang = lang();
    let policy = site.policy;
    let judge = Judge::new(policy);
    let shown = RwSignal::new(false);
    view! {
        <Password
            name="password"
            label=say!(lang, password.new)
            autocomplete="new-password"
            shown
            rules=manager_rules(policy)
            explained=true
            problem=told.about(lang, &[Refusal::PasswordRefused])
            heard=Callback::new(move |text| judge.hear(text))
        />
        <Meter judge />
        <Checklist name="password" policy product=site.product_name judge violations=told.violations />
        <Password
            name="confirmation"
            label=say!(lang, password.repeat)
            autocomplete="new-password"
            shown
            toggle=false
            rules=manager_rules(policy)
            problem=told.about(lang, &[Refusal::ConfirmationDiffers])
        />
    }
}

/// What password managers may generate (security 208).
fn manager_rules(policy: Policy) -> String {
    format!(
        "minlength: {}; maxlength: {MAX_LENGTH}; allowed: unicode;",
        policy.min_length
    )
}
