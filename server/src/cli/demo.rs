//! `latchkey demo`: a whole installation to play with. Sample accounts, mails to files, a mailbox page; nothing leaves the machine.

use super::serve::{start_logging, stop_on_signal, with_test_clock};
use crate::account::add::{Draft, DraftPassword, add, exists};
use crate::account::{Kind, Role, SignIn};
use crate::config::Config;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::startup::{Application, Parts};
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
    for (login_name, email, name, sign_in, role) in PEOPLE {
        person(&application.latchkey, login_name, email, name, sign_in, role).await?;
    }
    let address = application.address()?;
    println!(
        "\n  Latchkey demo\n\n    Open      http://{address}/\n    Mailbox   http://{address}/dev/mailbox\n    \
         Console   http://{address}/admin\n\n  \
         Sample people: ada and grace, alan (signs in elsewhere), emmy (has no address);\n  \
         for the console margaret (administrator) and hedy (helpdesk).\n  Password of all: {PASSWORD}. Stop with Ctrl-C.\n"
    );
    application.run_until_stopped(stop_on_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn person(
    latchkey: &Latchkey,
    login_name: &str,
    email: Option<&str>,
    name: &str,
    sign_in: SignIn,
    role: Role,
) -> Result<(), Fault> {
    if exists(latchkey, login_name).await? {
        return Ok(());
    }
    let password = match sign_in {
        SignIn::Password => DraftPassword::Plain(PASSWORD.to_owned()),
        SignIn::Sso => DraftPassword::None,
    };
    let draft = Draft {
        login_name: login_name.to_owned(),
        email: email.map(str::to_owned),
        name: name.to_owned(),
        kind: Kind::Person,
        sign_in,
        role,
        locale: "en".to_owned(),
        password,
    };
    add(latchkey, draft)
        .await
        .map(drop)
        .map_err(|error| Fault::Other(format!("sample account {login_name}: {error}")))
}
