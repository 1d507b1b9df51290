//! The list of accounts, and adding one.

use super::desk::{self, AtDesk};
use super::listing::{self, PAGE};
use crate::account::add::{NewPerson, create};
use crate::account::profile::Profile;
use crate::account::search::{Wanted, list};
use crate::account::{self, Kind, Role, SignIn};
use crate::refused::Refused;
use crate::staff::Permission;
use crate::store::After;
use app::admin::accounts::{self as pages, Account, Accounts, Fields, Filter};
use app::admin::frame::{Section, Sheet, Told};
use app::outcome::Refusal;
use app::phrase;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// What a page's address says.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    sign_in: String,
    cursor: Option<String>,
    done: Option<String>,
}

pub async fn index(desk: AtDesk, Query(asked): Query<Asked>) -> Response {
    let (status, problem, accounts, next) = match find(&desk, &asked).await {
        Ok((accounts, next)) => (StatusCode::OK, None, accounts, next),
        Err(Refused::Field { field, problem, .. }) if field == "search" => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(problem.say(desk.lang)),
            Vec::new(),
            None,
        ),
        Err(refused) => return desk.refuse(Section::Accounts, &refused),
    };
    let removed = asked.done.as_deref() == Some("removed");
    let sheet = Sheet {
        here: Section::Accounts,
        title: Section::Accounts.name(desk.lang).to_owned(),
        told: removed.then(|| Told::Done(pages::removed(desk.lang).to_owned())),
        again: None,
    };
    let page = Accounts {
        filter: Filter {
            search: asked.search,
            search_problem: problem,
            status: asked.status,
            role: asked.role,
            sign_in: asked.sign_in,
        },
        accounts,
        next,
        may_change: desk.staff.may(Permission::ChangeAccounts),
    };
    desk.sheet(status, sheet, |lang| pages::page(lang, page))
}

async fn find(desk: &AtDesk, asked: &Asked) -> Result<(Vec<Account>, Option<String>), Refused> {
    // A code that is none of ours filters nothing.
    let wanted = Wanted {
        search: listing::given(&asked.search),
        status: asked.status.parse().ok(),
        role: asked.role.parse().ok(),
        sign_in: asked.sign_in.parse().ok(),
    };
    let after = crate::api::after(asked.cursor.as_deref())?;
    let mut rows = list(&desk.latchkey, &desk.staff, &wanted, &after, PAGE + 1).await?;
    let filters = [
        ("search", asked.search.as_str()),
        ("status", &asked.status),
        ("role", &asked.role),
        ("sign_in", &asked.sign_in),
    ];
    let place = |account: &account::Account| After {
        at: account.created_at,
        id: account.id.clone(),
    };
    let next = listing::next(&mut rows, place, "/admin/accounts", &filters);
    Ok((rows.into_iter().map(shown).collect(), next))
}

/// An account as a page shows it.
pub fn shown(account: account::Account) -> Account {
    Account {
        id: account.id,
        login_name: account.login_name,
        name: account.name,
        profile: fields_of(&account.profile),
        email: account.email,
        kind: account.kind.as_str(),
        sign_in: account.sign_in.as_str(),
        status: account.status.as_str(),
        role: account.role.as_str(),
        locale: account.locale,
        created_at: account.created_at,
    }
}

fn fields_of(profile: &Profile) -> app::admin::profile::Profile {
    let fields = profile.values();
    fields.map(|(field, value)| (field, value.to_owned())).collect()
}

/// The form of an account, as it was posted.
#[derive(Deserialize)]
pub struct Posted {
    pub login_name: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub name: String,
    pub kind: String,
    pub sign_in: String,
    #[serde(default)]
    pub status: String,
    pub locale: String,
    pub role: String,
    #[serde(default)]
    pub current_password: String,
    #[serde(flatten)]
    pub profile: Profile,
}

impl Posted {
    /// The same form again; passwords are typed again.
    pub fn fields(&self, problem: Option<(String, String)>) -> Fields {
        Fields {
            login_name: self.login_name.clone(),
            email: self.email.clone(),
            name: self.name.clone(),
            profile: fields_of(&self.profile),
            kind: self.kind.clone(),
            sign_in: self.sign_in.clone(),
            status: self.status.clone(),
            role: self.role.clone(),
            locale: self.locale.clone(),
            problem,
        }
    }

    pub fn password(&self) -> Option<&str> {
        Some(self.current_password.as_str()).filter(|password| !password.is_empty())
    }
}

/// A choice that a form has, or the refusal of one that it has not.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn choice<T: std::str::FromStr>(field: &str, code: &str) -> Result<T, Refused> {
    code.parse()
        .map_err(|_| Refused::invalid(field, phrase!(problem.not_a_choice)))
}

/// Where in the form a refusal belongs.
pub fn at_field(desk: &AtDesk, refused: &Refused) -> Option<(String, String)> {
    match refused {
        Refused::Field { field, problem, .. } => Some((field.clone(), problem.say(desk.lang))),
        other
            if matches!(
                other.refusal(),
                Refusal::ConfirmationNeeded | Refusal::CurrentPasswordWrong
            ) =>
        {
            Some(("current_password".to_owned(), desk.words(refused)))
        }
        _ => None,
    }
}

/// The form that adds an account.
pub async fn new(desk: AtDesk) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ChangeAccounts) {
        return desk.refuse(Section::Accounts, &refused);
    }
    let settings = desk.latchkey.settings().await;
    let language = settings
        .map(|settings| settings.branding.default_locale)
        .unwrap_or_default();
    let fields = Fields {
        profile: fields_of(&Profile::default()),
        kind: Kind::Person.to_string(),
        sign_in: SignIn::Password.to_string(),
        role: Role::User.to_string(),
        locale: language.to_string(),
        ..Fields::default()
    };
    form(&desk, StatusCode::OK, None, &fields)
}

pub async fn add(desk: AtDesk, posted: Result<Form<Posted>, axum::extract::rejection::FormRejection>) -> Response {
    if let Err(refused) = desk.staff.require(Permission::ChangeAccounts) {
        return desk.refuse(Section::Accounts, &refused);
    }
    let Ok(Form(posted)) = posted else {
        return desk.refuse(
            Section::Accounts,
            &Refused::invalid("", phrase!(problem.form_incomplete)),
        );
    };
    match add_posted(&desk, &posted).await {
        Ok(id) => desk::back(&format!("/admin/accounts/{id}"), "added"),
        Err(refused) => {
            let fields = posted.fields(at_field(&desk, &refused));
            let told = Told::Problem(desk.words(&refused));
            form(&desk, desk::status(&refused), Some(told), &fields)
        }
    }
}

async fn add_posted(desk: &AtDesk, posted: &Posted) -> Result<String, Refused> {
    let person = NewPerson {
        login_name: posted.login_name.trim().to_owned(),
        email: listing::given(&posted.email),
        name: posted.name.trim().to_owned(),
        profile: posted.profile.clone(),
        kind: choice("kind", &posted.kind)?,
        sign_in: choice("sign_in", &posted.sign_in)?,
        role: choice("role", &posted.role)?,
        locale: posted.locale.trim().to_owned(),
    };
    create(&desk.latchkey, &desk.staff, person, posted.password()).await
}

fn form(desk: &AtDesk, status: StatusCode, told: Option<Told>, fields: &Fields) -> Response {
    let sheet = Sheet {
        here: Section::Accounts,
        title: pages::add_title(desk.lang).to_owned(),
        told,
        again: None,
    };
    desk.sheet(status, sheet, |lang| pages::new(lang, fields))
}
