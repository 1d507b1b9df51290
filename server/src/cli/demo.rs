//! `latchkey demo`: a whole installation to play with. Sample accounts, mails to files, a mailbox page; nothing leaves the machine.

use super::serve::{start_logging, stop_on_signal, with_test_clock};
use crate::account::add::{Draft, DraftPassword, add, exists};
use crate::account::profile::Profile;
use crate::account::{Kind, Role, SignIn};
use crate::config::Config;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::startup::{Application, Parts};
use app::phrase;
use std::process::ExitCode;

/// What the demo's people sign in with until they reset it.
const PASSWORD: &str = "seven otters juggle plums";

/// Login name, address, name, how they sign in, what they may.
const PEOPLE: [(&str, Option<&str>, &str, SignIn, Role); 6] = [
    (
        "ada",
        Some("ada@example.org"),
        "Ada Lovelace",
        SignIn::Password,
        Role::User,
    ),
    (
        "grace",
        Some("grace@example.org"),
        "Grace Hopper",
        SignIn::Password,
        Role::User,
    ),
    ("alan", Some("alan@example.org"), "Alan Turing", SignIn::Sso, Role::User),
    ("emmy", None, "Emmy Noether", SignIn::Password, Role::User),
    (
        "margaret",
        Some("margaret@example.org"),
        "Margaret Hamilton",
        SignIn::Password,
        Role::Admin,
    ),
    (
        "hedy",
        Some("hedy@example.org"),
        "Hedy Lamarr",
        SignIn::Password,
        Role::Helpdesk,
    ),
];

pub async fn run(config: Config) -> Result<ExitCode, Fault> {
    start_logging("warn");
    let parts = Parts {
        demo: true,
        ..Parts::default()
    };
    let application = Application::build(config, with_test_clock(parts)).await?;
    let latchkey = &application.latchkey;
    for (login_name, email, name, sign_in, role) in PEOPLE {
        let draft = Draft {
            email: email.map(str::to_owned),
            name: name.to_owned(),
            sign_in,
            role,
            ..draft(login_name)
        };
        person(latchkey, draft).await?;
    }
    person(latchkey, couple()).await?;
    let address = application.address()?;
    println!(
        "\n  Latchkey demo\n\n    Open      http://{address}/\n    Mailbox   http://{address}/dev/mailbox\n    \
         Console   http://{address}/admin\n\n  \
         Sample people: ada and grace, alan (signs in elsewhere), emmy (has no address), curie (two share it);\n  \
         for the console margaret (administrator) and hedy (helpdesk).\n  Password of all: {PASSWORD}. Stop with Ctrl-C.\n"
    );
    application.run_until_stopped(stop_on_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Somebody with an address, who signs in with the demo's password.
fn draft(login_name: &str) -> Draft {
    Draft {
        login_name: login_name.to_owned(),
        email: Some(format!("{login_name}@example.org")),
        name: String::new(),
        profile: Profile::default(),
        kind: Kind::Person,
        sign_in: SignIn::Password,
        role: Role::User,
        locale: "en".to_owned(),
        password: DraftPassword::Plain(PASSWORD.to_owned()),
    }
}

/// Two persons who share one login (F16).
fn couple() -> Draft {
    let text = str::to_owned;
    Draft {
        kind: Kind::Joint,
        profile: Profile {
            title: text("Prof."),
            given_name: text("Maria"),
            preferred_name: text("Marie"),
            surname: text("Curie"),
            spouse_title: text("Prof."),
            spouse_given_name: text("Pierre"),
            spouse_surname: text("Curie"),
            spouse_email: text("pierre@example.org"),
            ..Profile::default()
        },
        ..draft("curie")
    }
}

async fn person(latchkey: &Latchkey, draft: Draft) -> Result<(), Fault> {
    let login_name = draft.login_name.clone();
    if exists(latchkey, &login_name).await? {
        return Ok(());
    }
    let password = match draft.sign_in {
        SignIn::Password => draft.password,
        SignIn::Sso => DraftPassword::None,
    };
    add(latchkey, Draft { password, ..draft })
        .await
        .map(drop)
        .map_err(|error| phrase!(cli.sample_account, login = login_name, why = error.in_words()).into())
}
