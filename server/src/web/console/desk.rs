//! Who sits at the console, and how pages get to them.

use crate::branding::look;
use crate::latchkey::SharedLatchkey;
use crate::refused::Refused;
use crate::staff::{self, Permission, Staff};
use crate::web::port::told;
use crate::web::visit::Visit;
use app::admin::frame::{Desk, Section, Sheet, Told, document};
use app::admin::setting_words;
use app::outcome::Refusal;
use app::phrase;
use app::words::{Locale, refusal_text};
use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::prelude::{AnyView, ElementChild as _, IntoAny as _};

/// No script, no frame, nothing from elsewhere: whatever a page of the console shows, it cannot act (security 112, 117).
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; report-uri /csp-report; report-to csp";

/// The same for a page that shows another one of ours in a frame.
const FRAMING: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; frame-src 'self'";

/// A member of staff, signed in with the browser's cookie. Keys do not open the console.
pub struct AtDesk {
    pub staff: Staff,
    pub latchkey: SharedLatchkey,
    pub lang: Locale,
    product_name: String,
    style: Option<String>,
    /// The page to come back to.
    here: String,
}

impl<S> FromRequestParts<S> for AtDesk
where
    S: Send + Sync,
    SharedLatchkey: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let latchkey = SharedLatchkey::from_ref(state);
        let Ok(visit) = Visit::from_request_parts(parts, state).await;
        match Self::open(latchkey, &visit, here(parts)).await {
            Ok(desk) => Ok(desk),
            Err(refused) if refused.refusal() == Refusal::NotSignedIn => Err(sign_in_first(&here(parts))),
            Err(refused) => Err(plain(visit.lang, &refused)),
        }
    }
}

impl AtDesk {
    async fn open(latchkey: SharedLatchkey, visit: &Visit, here: String) -> Result<Self, Refused> {
        let token = visit.session_token.as_deref().ok_or(Refusal::NotSignedIn)?;
        let staff = staff::recognise(&latchkey, &visit.visitor, token).await?;
        let product_name = latchkey.settings().await?.branding.product_name.clone();
        let style = look::current(&latchkey).await?.style_path();
        Ok(Self {
            staff,
            latchkey,
            lang: visit.lang,
            product_name,
            style,
            here,
        })
    }

    fn frame(&self) -> Desk {
        let login_name = self.staff.account().map(|account| account.login_name.clone());
        Desk {
            lang: self.lang,
            product_name: self.product_name.clone(),
            style: self.style.clone(),
            login_name: login_name.unwrap_or_default(),
            here: self.here.clone(),
            sections: Section::ALL
                .into_iter()
                .filter(|section| self.staff.may(permission(*section)))
                .collect(),
        }
    }

    /// One page.
    pub fn page(
        &self,
        here: Section,
        title: &str,
        told: Option<Told>,
        content: impl FnOnce(Locale) -> AnyView,
    ) -> Response {
        self.sheet(
            StatusCode::OK,
            Sheet {
                here,
                title: title.to_owned(),
                told,
                again: None,
            },
            content,
        )
    }

    pub fn sheet(&self, status: StatusCode, sheet: Sheet, content: impl FnOnce(Locale) -> AnyView) -> Response {
        self.under(POLICY, status, sheet, content)
    }

    /// One page with a frame in it, which may show nothing but pages of ours.
    pub fn framing(&self, status: StatusCode, sheet: Sheet, content: impl FnOnce(Locale) -> AnyView) -> Response {
        self.under(FRAMING, status, sheet, content)
    }

    fn under(
        &self,
        policy: &'static str,
        status: StatusCode,
        sheet: Sheet,
        content: impl FnOnce(Locale) -> AnyView,
    ) -> Response {
        let html = document(&self.frame(), sheet, content);
        (
            status,
            [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))],
            Html(html),
        )
            .into_response()
    }

    /// A page that only says why there is no other.
    pub fn refuse(&self, here: Section, refused: &Refused) -> Response {
        let text = self.words(refused);
        let sheet = Sheet {
            here,
            title: refusal_text(self.lang, Refusal::NotFound).to_owned(),
            told: Some(Told::Problem(text)),
            again: None,
        };
        let sheet = match refused.refusal() {
            Refusal::NotFound => sheet,
            refusal => Sheet {
                title: refusal_text(self.lang, refusal).to_owned(),
                ..sheet
            },
        };
        self.sheet(status(refused), sheet, |_| ().into_any())
    }

    /// Why something was refused, in words for staff.
    #[must_use]
    pub fn words(&self, refused: &Refused) -> String {
        let general = refusal_text(self.lang, told(refused));
        match refused {
            Refused::Field { field, problem, .. } if field.is_empty() => {
                format!("{general} {}", problem.say(self.lang))
            }
            Refused::Field { field, problem, .. } => {
                let label = setting_words(self.lang, field).label;
                let field = if label.is_empty() { field } else { label };
                let problem = phrase!(trouble.in_field, field = field, problem = problem.clone());
                format!("{general} {}", problem.say(self.lang))
            }
            _ => general.to_owned(),
        }
    }
}

/// What is needed to see a section at all.
const fn permission(section: Section) -> Permission {
    match section {
        Section::Overview | Section::Requests => Permission::ReadRequests,
        Section::Accounts => Permission::ReadAccounts,
        Section::Recoveries => Permission::DecideRecoveries,
        Section::Outbox | Section::Templates => Permission::ReadMail,
        Section::Settings | Section::Limits => Permission::ReadSettings,
        Section::Keys => Permission::ManageKeys,
        Section::Audit => Permission::ReadAudit,
    }
}

/// The status of a page that shows this refusal.
#[must_use]
pub fn status(refused: &Refused) -> StatusCode {
    crate::api::status(refused.refusal())
}

/// The page asked for: to come back to a page, never into a form that was posted.
fn here(parts: &Parts) -> String {
    let uri = parts
        .extensions
        .get::<OriginalUri>()
        .map_or(&parts.uri, |OriginalUri(uri)| uri);
    match (&parts.method, uri.path_and_query()) {
        (&axum::http::Method::GET, Some(page)) => page.to_string(),
        _ => "/admin".to_owned(),
    }
}

fn sign_in_first(here: &str) -> Response {
    let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}

/// For somebody without any desk: nothing of the console is shown.
fn plain(lang: Locale, refused: &Refused) -> Response {
    let desk = Desk {
        lang,
        product_name: "Latchkey".to_owned(),
        style: None,
        login_name: String::new(),
        here: String::new(),
        sections: Vec::new(),
    };
    let sheet = Sheet {
        here: Section::Overview,
        title: refusal_text(lang, told(refused)).to_owned(),
        told: None,
        again: None,
    };
    let html = document(&desk, sheet, |_| {
        leptos::view! { <p><a class="button quiet" href="/">"Latchkey"</a></p> }.into_any()
    });
    (
        status(refused),
        [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))],
        Html(html),
    )
        .into_response()
}

/// After a form that worked: back to a page, with the code of what it says there.
#[must_use]
pub fn back(path: &str, done: &str) -> Response {
    let separator = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{separator}done={done}")).into_response()
}
