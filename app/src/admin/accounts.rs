//! Accounts: the list, and the form that adds one.

use super::part::{self, Mood, Row, own_password, tag, when};
use super::profile::{self, Profile};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// An account as listed. Codes are those of REST.
pub struct Account {
    pub id: String,
    pub login_name: String,
    pub name: String,
    pub profile: Profile,
    pub email: Option<String>,
    pub kind: &'static str,
    pub sign_in: &'static str,
    pub status: &'static str,
    pub role: &'static str,
    pub locale: String,
    pub created_at: i64,
}

/// What was searched for.
#[derive(Default)]
pub struct Filter {
    pub search: String,
    pub search_problem: Option<String>,
    pub status: String,
    pub role: String,
    pub sign_in: String,
}

pub struct Accounts {
    pub filter: Filter,
    pub accounts: Vec<Account>,
    pub next: Option<String>,
    /// May this person add accounts?
    pub may_change: bool,
}

/// A closed list of REST, and what its codes are called.
#[derive(Clone, Copy)]
pub enum List {
    Kind,
    SignIn,
    Status,
    Role,
}

impl List {
    const fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Kind => &["person", "joint", "organisation"],
            Self::SignIn => &["password", "sso"],
            Self::Status => &["active", "disabled"],
            Self::Role => &["user", "helpdesk", "admin"],
        }
    }

    fn label(self, lang: Locale) -> &'static str {
        match self {
            Self::Kind => say!(lang, admin_accounts.kind),
            Self::SignIn => say!(lang, admin_accounts.sign_in),
            Self::Status => say!(lang, admin_accounts.status),
            Self::Role => say!(lang, admin_accounts.role),
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::SignIn => "sign_in",
            Self::Status => "status",
            Self::Role => "role",
        }
    }

    /// A choice among the codes, or of any of them.
    pub fn select(self, lang: Locale, chosen: &str, or_any: bool, problem: Option<String>) -> AnyView {
        let any = or_any.then(|| (String::new(), say!(lang, admin_accounts.any).to_owned()));
        let codes = self.codes().iter();
        let options = codes.map(|code| ((*code).to_owned(), word(lang, code).to_owned()));
        let row = Row {
            id: self.id(),
            label: self.label(lang).to_owned(),
            help: String::new(),
            problem,
        };
        row.select(any.into_iter().chain(options).collect(), chosen)
    }
}

/// What a code is called.
pub fn word(lang: Locale, code: &str) -> &'static str {
    match code {
        "person" => say!(lang, admin_accounts.person),
        "joint" => say!(lang, admin_accounts.joint),
        "organisation" => say!(lang, admin_accounts.organisation),
        "password" => say!(lang, admin_accounts.password),
        "sso" => say!(lang, admin_accounts.sso),
        "active" => say!(lang, admin_accounts.active),
        "disabled" => say!(lang, admin_accounts.disabled),
        "helpdesk" => say!(lang, admin_accounts.helpdesk),
        "admin" => say!(lang, admin_accounts.admin),
        _ => say!(lang, admin_accounts.user),
    }
}

/// Status as a plate.
pub fn status(lang: Locale, code: &str) -> AnyView {
    let mood = if code == "active" { Mood::Good } else { Mood::Bad };
    tag(mood, word(lang, code))
}

pub fn page(lang: Locale, page: Accounts) -> AnyView {
    let list = if page.accounts.is_empty() {
        part::nothing(say!(lang, admin_accounts.none))
    } else {
        table(lang, page.accounts)
    };
    let add = page.may_change.then(|| {
        view! {
            <p class="bar">
                <a class="button" href="/admin/accounts/new">{say!(lang, admin_accounts.add)}</a>
                <a class="button" href="/admin/accounts/import">{say!(lang, admin_accounts.import)}</a>
            </p>
        }
    });
    view! {
        {add}
        {filter(lang, page.filter)}
        {list}
        {part::more(lang, page.next)}
    }
    .into_any()
}

fn filter(lang: Locale, filter: Filter) -> AnyView {
    let search = Row {
        id: "search",
        label: say!(lang, admin_accounts.search).to_owned(),
        help: String::new(),
        problem: filter.search_problem,
    };
    view! {
        <form class="panel" method="get" action="/admin/accounts" role="search">
            <div class="bar">
                {search.input("search", filter.search, "off")}
                {List::Status.select(lang, &filter.status, true, None)}
                {List::Role.select(lang, &filter.role, true, None)}
                {List::SignIn.select(lang, &filter.sign_in, true, None)}
                <button class="button" type="submit">{say!(lang, admin_accounts.find)}</button>
            </div>
        </form>
    }
    .into_any()
}

fn table(lang: Locale, accounts: Vec<Account>) -> AnyView {
    let heads = [
        say!(lang, admin_accounts.login_name),
        say!(lang, admin_accounts.name),
        say!(lang, admin_accounts.email),
        say!(lang, admin_accounts.status),
        say!(lang, admin_accounts.role),
        say!(lang, admin_accounts.sign_in),
        say!(lang, admin_accounts.created),
    ];
    let rows = accounts.into_iter().map(|account| {
        view! {
            <tr>
                <th scope="row"><a href=format!("/admin/accounts/{}", account.id)><bdi>{account.login_name}</bdi></a></th>
                <td><bdi>{account.name}</bdi></td>
                <td><bdi>{account.email.unwrap_or_else(|| "–".to_owned())}</bdi></td>
                <td>{status(lang, account.status)}</td>
                <td>{word(lang, account.role)}</td>
                <td>{word(lang, account.sign_in)}</td>
                <td>{when(account.created_at)}</td>
            </tr>
        }
        .into_any()
    });
    part::table(say!(lang, admin.accounts), &heads, rows.collect())
}

/// The fields of an account as they stand in a form, and what is wrong with one of them.
#[derive(Clone, Default)]
pub struct Fields {
    pub login_name: String,
    pub email: String,
    pub name: String,
    pub profile: Profile,
    pub kind: String,
    pub sign_in: String,
    pub status: String,
    pub role: String,
    pub locale: String,
    /// Name of the field, and the problem.
    pub problem: Option<(String, String)>,
}

impl Fields {
    fn problem(&self, field: &str) -> Option<String> {
        let problem = self.problem.as_ref().filter(|(name, _)| name == field);
        problem.map(|(_, problem)| problem.clone())
    }

    fn line(&self, lang: Locale, id: &'static str, kind: &'static str) -> AnyView {
        let (label, help, value) = match id {
            "login_name" => (say!(lang, admin_accounts.login_name), "", &self.login_name),
            "email" => (
                say!(lang, admin_accounts.email),
                say!(lang, admin_accounts.email_help),
                &self.email,
            ),
            "name" => (
                say!(lang, admin_accounts.name),
                say!(lang, admin_accounts.name_help),
                &self.name,
            ),
            _ => (
                say!(lang, admin_accounts.locale),
                say!(lang, admin_accounts.locale_help),
                &self.locale,
            ),
        };
        let row = Row {
            id,
            label: label.to_owned(),
            help: help.to_owned(),
            problem: self.problem(id),
        };
        row.input(kind, value.clone(), "off")
    }

    /// All of them; the status only where there is one already.
    pub fn view(&self, lang: Locale, with_status: bool) -> AnyView {
        let status = with_status.then(|| List::Status.select(lang, &self.status, false, self.problem("status")));
        view! {
            {self.line(lang, "login_name", "text")}
            {self.line(lang, "email", "email")}
            {self.line(lang, "name", "text")}
            {List::Kind.select(lang, &self.kind, false, self.problem("kind"))}
            {profile::inputs(lang, &self.profile, self.problem.as_ref())}
            {List::SignIn.select(lang, &self.sign_in, false, self.problem("sign_in"))}
            {status}
            {self.line(lang, "locale", "text")}
            {List::Role.select(lang, &self.role, false, self.problem("role"))}
            <p class="hint">{say!(lang, admin_accounts.role_help)}</p>
            {own_password(lang, self.problem("current_password"))}
        }
        .into_any()
    }
}

/// The form that adds an account.
pub fn new(lang: Locale, fields: &Fields) -> AnyView {
    view! {
        <p><a href="/admin/accounts">{say!(lang, admin_accounts.back)}</a></p>
        <p>{say!(lang, admin_accounts.new_lead)}</p>
        <form class="panel" method="post" action="/admin/accounts/new">
            {fields.view(lang, false)}
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_accounts.add)}</button></div>
        </form>
    }
    .into_any()
}

/// What the page with the form is called.
pub fn add_title(lang: Locale) -> &'static str {
    say!(lang, admin_accounts.add)
}

/// What the list says after a removal.
pub fn removed(lang: Locale) -> &'static str {
    say!(lang, admin_accounts.removed)
}
