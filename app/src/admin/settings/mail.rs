//! The mail server: its parts and presets, a test mail, the records of the sender's domain.

use crate::admin::part::{Mood, Row, tag};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// The mail server as its parts. The password is not among them.
#[derive(Default)]
pub struct Server {
    pub host: String,
    pub port: String,
    /// `starttls`, `tls` or `none`.
    pub security: String,
    pub user: String,
    pub has_password: bool,
    /// Something is set that cannot be told in these parts.
    pub other: Option<String>,
    pub preset: Option<Preset>,
    pub password_problem: Option<String>,
}

/// Providers whose host and port are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    Ses,
    Sendgrid,
    Postmark,
    Own,
}

impl Preset {
    pub const ALL: [Self; 4] = [Self::Ses, Self::Sendgrid, Self::Postmark, Self::Own];

    /// As in the page's address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Sendgrid => "sendgrid",
            Self::Postmark => "postmark",
            Self::Own => "own",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.code() == code)
    }

    fn words(self, lang: Locale) -> (&'static str, &'static str) {
        match self {
            Self::Ses => (
                say!(lang, admin_settings.preset_ses),
                say!(lang, admin_settings.preset_ses_help),
            ),
            Self::Sendgrid => (
                say!(lang, admin_settings.preset_sendgrid),
                say!(lang, admin_settings.preset_sendgrid_help),
            ),
            Self::Postmark => (
                say!(lang, admin_settings.preset_postmark),
                say!(lang, admin_settings.preset_postmark_help),
            ),
            Self::Own => (
                say!(lang, admin_settings.preset_own),
                say!(lang, admin_settings.preset_own_help),
            ),
        }
    }

    /// What the form begins with.
    #[must_use]
    pub fn server(self) -> Server {
        let (host, user) = match self {
            Self::Ses => ("email-smtp.eu-central-1.amazonaws.com", ""),
            Self::Sendgrid => ("smtp.sendgrid.net", "apikey"),
            Self::Postmark => ("smtp.postmarkapp.com", ""),
            Self::Own => ("", ""),
        };
        Server {
            host: host.to_owned(),
            port: "587".to_owned(),
            security: "starttls".to_owned(),
            user: user.to_owned(),
            preset: Some(self),
            ..Server::default()
        }
    }
}

/// The fields of the server's parts.
pub(super) fn server(lang: Locale, about: Row<'_>, server: Server) -> AnyView {
    let presets = Preset::ALL
        .into_iter()
        .map(|preset| {
            let here = (server.preset == Some(preset)).then_some("true");
            let href = format!("/admin/settings/mail?preset={}", preset.code());
            view! { <li><a class="button quiet small" href=href aria-current=here>{preset.words(lang).0}</a></li> }
        })
        .collect_view();
    let row = |id, label: &str, help: &str, problem| Row {
        id,
        label: label.to_owned(),
        help: help.to_owned(),
        problem,
    };
    let encryption = vec![
        (
            "starttls".to_owned(),
            say!(lang, admin_settings.security_starttls).to_owned(),
        ),
        ("tls".to_owned(), say!(lang, admin_settings.security_tls).to_owned()),
        ("none".to_owned(), say!(lang, admin_settings.security_none).to_owned()),
    ];
    let password_help = if server.has_password {
        say!(lang, admin_settings.password_set)
    } else {
        say!(lang, admin_settings.password_unset)
    };
    view! {
        <fieldset id=about.id.to_owned()>
            <legend>{say!(lang, admin_settings.server)}</legend>
            <p class="hint">{about.help}</p>
            {server.other.map(|other| view! { <p>{say!(lang, admin_settings.server_set, host = other)}</p> })}
            <p>{say!(lang, admin_settings.presets)}</p>
            <ul class="bar">{presets}</ul>
            {server.preset.map(|preset| view! { <p class="hint">{preset.words(lang).1}</p> })}
            {row("mail_host", say!(lang, admin_settings.host), say!(lang, admin_settings.host_help), about.problem)
                .input("text", server.host, "off")}
            {row("mail_port", say!(lang, admin_settings.port), say!(lang, admin_settings.port_help), None)
                .input("text", server.port, "off")}
            {row("mail_security", say!(lang, admin_settings.security), "", None).select(encryption, &server.security)}
            {row("mail_user", say!(lang, admin_settings.user), say!(lang, admin_settings.user_help), None)
                .input("text", server.user, "off")}
            {row("mail_password", say!(lang, admin_settings.password), password_help, server.password_problem)
                .input("password", String::new(), "new-password")}
        </fieldset>
    }
    .into_any()
}

/// How a test mail went.
pub struct Tested {
    pub sent: bool,
    pub reply: String,
    pub advice: String,
}

/// The panel that tests what is saved.
pub fn test(lang: Locale, tested: Option<Tested>) -> AnyView {
    let verdict = tested.map(|tested| {
        let (class, role, text) = if tested.sent {
            ("notice done", "status", say!(lang, admin_settings.test_sent))
        } else {
            ("notice problem", "alert", say!(lang, admin_settings.test_not_sent))
        };
        let fact =
            |name: &'static str, value: String| (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd>{value}</dd> });
        view! {
            <div class=class role=role id="verdict" tabindex="-1" autofocus>
                <p>{text}</p>
                <dl class="facts">
                    {fact(say!(lang, admin_settings.test_reply), tested.reply)}
                    {fact(say!(lang, admin_settings.test_advice), tested.advice)}
                </dl>
            </div>
        }
    });
    view! {
        <section class="panel" aria-labelledby="test">
            <h2 id="test">{say!(lang, admin_settings.test)}</h2>
            <p>{say!(lang, admin_settings.test_lead)}</p>
            {verdict}
            <form class="press" method="post" action="/admin/settings/mail/test#verdict">
                <button class="button" type="submit">{say!(lang, admin_settings.test_button)}</button>
            </form>
        </section>
    }
    .into_any()
}

/// What was found of one kind of record.
pub struct Found {
    /// `SPF`, `DKIM`, `DMARC`.
    pub name: &'static str,
    pub how: How,
    pub text: String,
    pub next: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Ok,
    Skipped,
    Warning,
    Problem,
}

impl How {
    fn plate(self, lang: Locale) -> AnyView {
        match self {
            Self::Ok => tag(Mood::Good, say!(lang, admin_settings.level_ok)),
            Self::Skipped => tag(Mood::Plain, say!(lang, admin_settings.level_skipped)),
            Self::Warning => tag(Mood::Bad, say!(lang, admin_settings.level_warning)),
            Self::Problem => tag(Mood::Bad, say!(lang, admin_settings.level_problem)),
        }
    }
}

/// The panel that looks at the records of the sender's domain.
pub fn dns(lang: Locale, found: Option<Vec<Found>>) -> AnyView {
    let rows = found.map(|found| {
        let rows = found.into_iter().map(|found| {
            let next = found.next.map(|next| {
                view! { <p>{say!(lang, admin_settings.dns_next)} ": " <code dir="ltr">{next}</code></p> }
            });
            view! {
                <dt>{found.name} " " {found.how.plate(lang)}</dt>
                <dd>
                    <p dir="auto">{found.text}</p>
                    {next}
                </dd>
            }
        });
        let rows = rows.collect_view();
        view! { <dl class="facts records" role="status" id="records" tabindex="-1" autofocus>{rows}</dl> }
    });
    view! {
        <section class="panel" aria-labelledby="dns">
            <h2 id="dns">{say!(lang, admin_settings.dns)}</h2>
            <p>{say!(lang, admin_settings.dns_lead)}</p>
            {rows}
            <form class="press" method="post" action="/admin/settings/mail/dns#records">
                <button class="button" type="submit">{say!(lang, admin_settings.dns_button)}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Whether a mail server is set, and which.
#[must_use]
pub fn server_in_words(lang: Locale, host: Option<&str>) -> String {
    match host {
        Some(host) => say!(lang, admin_settings.server_set, host = host.to_owned()),
        None => say!(lang, admin_settings.server_unset).to_owned(),
    }
}

/// Subject and words of a test mail.
#[must_use]
pub fn test_mail(lang: Locale, product: &str) -> (String, String) {
    let subject = say!(lang, admin_settings.test_subject, product = product.to_owned());
    (
        subject,
        say!(lang, admin_settings.test_text, product = product.to_owned()),
    )
}
