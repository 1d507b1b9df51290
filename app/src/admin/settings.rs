//! Settings: all groups, one group, the mail server. Made from the settings' declarations, which the server hands over as plain
//! values; what a secret is, no page ever learns.

use super::part::{Mood, Row, own_password, tag};
use super::setting_words::{group_words, setting_words};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// Something without which there is no reset, and where to settle it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    pub text: String,
    /// What the field is called.
    pub setting: String,
    /// The field on its page.
    pub href: String,
}

/// Why a reset is not possible yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    SwitchedOff,
    LinkLifetime,
    PublicUrl,
    SenderAddress,
    MailServer,
}

impl ToDo {
    /// For what is missing, and the name of the setting that fixes it.
    #[must_use]
    pub fn new(lang: Locale, lack: Lack, setting: &str) -> Self {
        let text = match lack {
            Lack::SwitchedOff => say!(lang, admin_settings.missing_switched_off),
            Lack::LinkLifetime => say!(lang, admin_settings.missing_lifetime),
            Lack::PublicUrl => say!(lang, admin_settings.missing_public_url),
            Lack::SenderAddress => say!(lang, admin_settings.missing_sender),
            Lack::MailServer => say!(lang, admin_settings.missing_mail_server),
        };
        let group = setting.split('.').next().unwrap_or_default();
        Self {
            text: text.to_owned(),
            setting: setting_words(lang, setting).label.to_owned(),
            href: format!("/admin/settings/{group}#{setting}"),
        }
    }
}

/// The panel with everything that is missing; nothing where nothing is.
pub fn to_do(lang: Locale, todos: Vec<ToDo>) -> AnyView {
    if todos.is_empty() {
        return ().into_any();
    }
    let items = todos.into_iter().map(|todo| {
        view! {
            <li>
                <span>{todo.text}</span>
                <a class="button small" href=todo.href>{say!(lang, admin_settings.fix, setting = todo.setting)}</a>
            </li>
        }
    });
    view! {
        <section class="panel missing" aria-labelledby="missing">
            <h2 id="missing">{say!(lang, admin_settings.missing)}</h2>
            <p>{say!(lang, admin_settings.missing_lead)}</p>
            <ul>{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// A group on the first page.
pub struct Card {
    pub group: &'static str,
    /// Labels and values of what is not as delivered.
    pub changed: Vec<(&'static str, String)>,
}

/// All groups.
pub fn index(lang: Locale, todos: Vec<ToDo>, cards: Vec<Card>) -> AnyView {
    let complete = todos
        .is_empty()
        .then(|| view! { <p>{tag(Mood::Good, say!(lang, admin_settings.all_there))}</p> });
    view! {
        {to_do(lang, todos)}
        {complete}
        <div class="panels">{cards.into_iter().map(|card| self::card(lang, card)).collect_view()}</div>
    }
    .into_any()
}

fn card(lang: Locale, card: Card) -> AnyView {
    let words = group_words(lang, card.group);
    let count = match card.changed.len() {
        0 => say!(lang, admin_settings.all_default).to_owned(),
        count => say!(lang, admin_settings.changed_count, count = count),
    };
    let facts = card
        .changed
        .into_iter()
        .map(|(label, value)| view! { <dt>{label}</dt><dd>{value}</dd> })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby=format!("group-{}", card.group)>
            <h2 id=format!("group-{}", card.group)>{words.label}</h2>
            <p>{words.help}</p>
            <p class="hint">{count}</p>
            <dl class="facts">{facts}</dl>
            <p>
                <a class="button small" href=format!("/admin/settings/{}", card.group)>
                    {say!(lang, admin_settings.open)} <span class="aside-text">": " {words.label}</span>
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// How a setting is typed in.
pub enum Control {
    /// Values, and what they are called.
    Select(Vec<(String, String)>),
    Number {
        min: i64,
        max: i64,
    },
    /// `text`, `email` or `url`.
    Line(&'static str),
    /// Never shown.
    Secret {
        set: bool,
    },
    /// A list, one entry a line.
    Lines,
    /// Some of these.
    Checks(Vec<Check>),
    /// Languages and the texts in them, each a field of its own.
    Texts(Vec<(String, String)>),
    Server(Box<Server>),
    /// Several lines, never shown; whether there is one.
    SigningKey {
        set: bool,
    },
}

/// One of several that may be chosen together.
pub struct Check {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub chosen: bool,
}

/// A setting in a form.
pub struct Field {
    pub name: &'static str,
    pub control: Control,
    /// As it stands in the field.
    pub value: String,
    pub default: String,
    pub pinned: bool,
    pub problem: Option<String>,
}

/// The form of one group.
pub struct Form {
    pub group: &'static str,
    pub fields: Vec<Field>,
    /// Some of it asks for the person's own password.
    pub guarded: bool,
    pub password_problem: Option<String>,
}

/// One group.
pub fn group(lang: Locale, form: Form) -> AnyView {
    let action = format!("/admin/settings/{}", form.group);
    let help = group_words(lang, form.group).help;
    let guarded = form.guarded.then(|| {
        view! {
            <p class="hint">{say!(lang, admin_settings.guarded)}</p>
            {own_password(lang, form.password_problem)}
        }
    });
    let fields = form
        .fields
        .into_iter()
        .map(|field| self::field(lang, field))
        .collect_view();
    view! {
        <p><a href="/admin/settings">{say!(lang, admin_settings.back)}</a></p>
        <p>{help}</p>
        <form class="panel" method="post" action=action>
            {fields}
            {guarded}
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_settings.save)}</button></div>
        </form>
    }
    .into_any()
}

fn field(lang: Locale, field: Field) -> AnyView {
    let words = setting_words(lang, field.name);
    if field.pinned {
        return view! {
            <dl class="facts" id=field.name>
                <dt>{words.label}</dt>
                <dd>
                    <p>{field.value}</p>
                    <p class="hint">{say!(lang, admin_settings.pinned)}</p>
                </dd>
            </dl>
        }
        .into_any();
    }
    let mut help = words.help.to_owned();
    if !field.default.is_empty() {
        help = format!("{help} {}", say!(lang, admin_settings.default, value = field.default));
    }
    let row = Row {
        id: field.name,
        label: words.label.to_owned(),
        help,
        problem: field.problem,
    };
    match field.control {
        Control::Select(options) => row.select(options, &field.value),
        Control::Number { min, max } => number(row, min, max, field.value),
        Control::Line(kind) => row.input(kind, field.value, "off"),
        Control::Secret { set } => {
            let help = format!("{} {}", row.help, secret_help(lang, set));
            Row { help, ..row }.input("password", String::new(), "new-password")
        }
        Control::Lines => {
            let help = format!("{} {}", row.help, say!(lang, admin_settings.one_a_line));
            Row { help, ..row }.area(4, &field.value)
        }
        Control::Checks(checks) => self::checks(row, checks),
        Control::Texts(texts) => self::texts(row, texts),
        Control::Server(server) => self::server(lang, row, *server),
        Control::SigningKey { set } => signing_key(lang, row, set),
    }
}

fn secret_help(lang: Locale, set: bool) -> &'static str {
    if set {
        say!(lang, admin_settings.secret_kept)
    } else {
        say!(lang, admin_settings.secret_none)
    }
}

fn number(row: Row<'_>, min: i64, max: i64, value: String) -> AnyView {
    let (id, described, invalid) = (row.id.to_owned(), row.described(), row.problem.is_some());
    let control = view! {
        <input
            id=id.clone()
            name=id
            type="number"
            inputmode="numeric"
            min=min.to_string()
            max=max.to_string()
            step="1"
            value=value
            aria-invalid=invalid.then_some("true")
            aria-describedby=described
        />
    };
    row.around(control.into_any())
}

/// Something to put in, and to remove again. What is typed is not shown a second time.
fn signing_key(lang: Locale, row: Row<'_>, set: bool) -> AnyView {
    let remove = format!("{}.remove", row.id);
    let help = if set {
        format!("{} {}", row.help, say!(lang, admin_settings.signing_key_set))
    } else {
        row.help.clone()
    };
    let remove = set.then(|| {
        view! {
            <p class="check">
                <input type="checkbox" id=remove.clone() name=remove.clone() value="1" />
                <label for=remove>{say!(lang, admin_settings.secret_remove)}</label>
            </p>
        }
    });
    view! { {Row { help, ..row }.area(4, "")} {remove} }.into_any()
}

/// Boxes to tick. The empty value says that the form had them, also where none is ticked.
fn checks(row: Row<'_>, checks: Vec<Check>) -> AnyView {
    let name = row.id.to_owned();
    let boxes = checks.into_iter().map(|check| {
        let id = format!("{name}.{}", check.value);
        let hint = format!("{id}-hint");
        view! {
            <p class="check">
                <input
                    type="checkbox"
                    id=id.clone()
                    name=name.clone()
                    value=check.value
                    checked=check.chosen
                    aria-describedby=hint.clone()
                />
                <label for=id>{check.label}</label>
                <span class="hint" id=hint>{check.hint}</span>
            </p>
        }
    });
    let boxes = boxes.collect_view();
    let (described, present) = (row.described(), name.clone());
    view! {
        <fieldset id=name.clone() aria-describedby=described>
            <legend>{row.label}</legend>
            <p class="hint" id=format!("{name}-help")>{row.help}</p>
            {row.problem.map(|problem| view! { <p class="field-problem" id=format!("{name}-problem")>{problem}</p> })}
            <input type="hidden" name=present value="" />
            {boxes}
        </fieldset>
    }
    .into_any()
}

/// A text area for each language, under one heading.
fn texts(row: Row<'_>, texts: Vec<(String, String)>) -> AnyView {
    let name = row.id.to_owned();
    let areas = texts.into_iter().map(|(language, text)| {
        let row = Row {
            id: &format!("{name}.{language}"),
            label: Locale::of_tag(&language).map_or(language.clone(), |own| own.name().to_owned()),
            help: String::new(),
            problem: None,
        };
        row.area(3, &text)
    });
    let areas = areas.collect_view();
    let described = row.described();
    view! {
        <fieldset id=name.clone() aria-describedby=described>
            <legend>{row.label}</legend>
            <p class="hint" id=format!("{name}-help")>{row.help}</p>
            {row.problem.map(|problem| view! { <p class="field-problem" id=format!("{name}-problem")>{problem}</p> })}
            {areas}
        </fieldset>
    }
    .into_any()
}

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

fn server(lang: Locale, about: Row<'_>, server: Server) -> AnyView {
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

/// Of a secret, where others show their value.
#[must_use]
pub fn secret_in_words(lang: Locale, set: bool) -> &'static str {
    if set {
        say!(lang, admin_settings.secret_is_set)
    } else {
        nothing(lang)
    }
}

/// Words of the console for what the server composes.
#[must_use]
pub fn saved(lang: Locale) -> &'static str {
    say!(lang, admin_settings.saved)
}

/// How a value is told that is empty.
#[must_use]
pub fn nothing(lang: Locale) -> &'static str {
    say!(lang, admin_settings.nothing)
}

/// How a switch stands.
#[must_use]
pub fn on_off(lang: Locale, on: bool) -> &'static str {
    if on {
        say!(lang, admin_settings.on)
    } else {
        say!(lang, admin_settings.off)
    }
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
