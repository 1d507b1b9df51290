//! What surrounds every page of the console: the document, the sections, who is signed in, what the last form came to.

use crate::part::languages::Languages;
use crate::words::{Locale, say};
use leptos::prelude::*;

/// Where in the console a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Overview,
    Accounts,
    Requests,
    Recoveries,
    Outbox,
    Templates,
    Settings,
    Limits,
    Keys,
    Audit,
}

impl Section {
    pub const ALL: [Self; 10] = [
        Self::Overview,
        Self::Accounts,
        Self::Requests,
        Self::Recoveries,
        Self::Outbox,
        Self::Templates,
        Self::Settings,
        Self::Limits,
        Self::Keys,
        Self::Audit,
    ];

    /// The address of its first page.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Accounts => "/admin/accounts",
            Self::Requests => "/admin/requests",
            Self::Recoveries => "/admin/recoveries",
            Self::Outbox => "/admin/outbox",
            Self::Templates => "/admin/mail-templates",
            Self::Settings => "/admin/settings",
            Self::Limits => "/admin/limits",
            Self::Keys => "/admin/keys",
            Self::Audit => "/admin/audit",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self, lang: Locale) -> &'static str {
        match self {
            Self::Overview => say!(lang, admin.overview),
            Self::Accounts => say!(lang, admin.accounts),
            Self::Requests => say!(lang, admin.requests),
            Self::Recoveries => say!(lang, admin.recoveries),
            Self::Outbox => say!(lang, admin.outbox),
            Self::Templates => say!(lang, admin.templates),
            Self::Settings => say!(lang, admin.settings),
            Self::Limits => say!(lang, admin.limits),
            Self::Keys => say!(lang, admin.keys),
            Self::Audit => say!(lang, admin.audit),
        }
    }
}

/// Who looks, and what the frame shows of it.
#[derive(Clone, Debug)]
pub struct Desk {
    pub lang: Locale,
    pub product_name: String,
    /// The installation's own style sheet, if it has one.
    pub style: Option<String>,
    pub login_name: String,
    /// The page's own address.
    pub here: String,
    /// The sections this person may open.
    pub sections: Vec<Section>,
}

/// What the last form came to.
#[derive(Clone, Debug)]
pub enum Told {
    Done(String),
    Problem(String),
}

/// One page to be put into the frame.
pub struct Sheet {
    pub here: Section,
    pub title: String,
    pub told: Option<Told>,
    /// Seconds after which the browser asks again, for pages that watch something.
    pub again: Option<u32>,
}

/// A page as text. Leptos puts a mark behind a text that could change; in a title it would be read.
pub(super) fn whole(page: impl IntoView) -> String {
    let page = page.into_view().to_html();
    format!("<!DOCTYPE html>{}", page.replacen("<!></title>", "</title>", 1))
}

/// The whole document. `content` is called with the language in context.
pub fn document(desk: &Desk, sheet: Sheet, content: impl FnOnce(Locale) -> AnyView) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(desk.lang);
        let lang = desk.lang;
        let failed = matches!(sheet.told, Some(Told::Problem(_)));
        let title = if failed {
            say!(
                lang,
                common.title_failed,
                page = sheet.title.clone(),
                product = desk.product_name.clone()
            )
        } else {
            say!(
                lang,
                common.title,
                page = sheet.title.clone(),
                product = desk.product_name.clone()
            )
        };
        let content = content(lang);
        let page = view! {
            <html lang=lang.to_string() dir=lang.direction()>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="robots" content="noindex" />
                    {sheet.again.map(|seconds| view! { <meta http-equiv="refresh" content=seconds.to_string() /> })}
                    <title>{title}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <link rel="stylesheet" href="/pkg/latchkey.css" />
                    {desk.style.clone().map(|href| view! { <link rel="stylesheet" href=href /> })}
                </head>
                <body class="console">
                    <a class="skip" href="#content">{say!(lang, common.skip)}</a>
                    {header(desk, sheet.here)}
                    <main id="content" tabindex="-1">
                        <h1>{sheet.title}</h1>
                        {sheet.told.map(|told| notice(lang, told))}
                        {content}
                    </main>
                    <footer class="console-foot"><Languages here=desk.here.clone() /></footer>
                </body>
            </html>
        };
        whole(page)
    })
}

fn header(desk: &Desk, here: Section) -> AnyView {
    let lang = desk.lang;
    let sections = desk.sections.clone();
    view! {
        <header class="console-top">
            <a class="brand" href="/admin">
                <img src="/latchkey.svg" alt="" width="32" height="32" />
                <span>{desk.product_name.clone()}</span>
            </a>
            <nav aria-label=say!(lang, admin.sections)>
                <ul>
                    {sections
                        .into_iter()
                        .map(|section| view! {
                            <li>
                                <a href=section.path() aria-current=(section == here).then_some("page")>{section.name(lang)}</a>
                            </li>
                        })
                        .collect_view()}
                </ul>
            </nav>
            <form class="console-me" method="post" action="/form/sign_out">
                <a href="/account"><bdi>{desk.login_name.clone()}</bdi></a>
                <button class="button quiet small" type="submit">{say!(lang, account.sign_out)}</button>
            </form>
        </header>
    }
    .into_any()
}

fn notice(lang: Locale, told: Told) -> AnyView {
    match told {
        Told::Done(text) => {
            view! { <p class="notice done" role="status" tabindex="-1" autofocus>{text}</p> }.into_any()
        }
        Told::Problem(text) => view! {
            <div class="notice problem" role="alert" tabindex="-1" autofocus>
                <h2>{say!(lang, common.problem)}</h2>
                <p>{text}</p>
            </div>
        }
        .into_any(),
    }
}
