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

/// Login name, address, name, how they sign in.
const PEOPLE: [(&str, Option<&str>, &str, SignIn); 4] = [
    ("ada", Some("ada@example.org"), "Ada Lovelace", SignIn::Password),
    ("grace", Some("grace@example.org"), "Grace Hopper", SignIn::Password),
    ("alan", Some("alan@example.org"), "Alan Turing", SignIn::Sso),
    ("emmy", None, "Emmy Noether", SignIn::Password),
];

pub async fn run(config: Config) -> Result<ExitCode, Fault> {
    start_logging("warn");
    let parts = Parts {
        demo: true,
        ..Parts::default()
    };
    let application = Application::build(config, with_test_clock(parts)).await?;
    for (login_name, email, name, sign_in) in PEOPLE {
        person(&application.latchkey, login_name, email, name, sign_in).await?;
    }
    let address = application.address()?;
    println!(
        "\n  Latchkey demo\n\n    Open      http://{address}/\n    Mailbox   http://{address}/dev/mailbox\n\n  \
         Sample people: ada and grace (password: {PASSWORD}),\n  alan (signs in elsewhere), emmy (has no address). Stop with Ctrl-C.\n"
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
        role: Role::User,
        locale: "en".to_owned(),
        password,
    };
    add(latchkey, draft)
        .await
        .map(drop)
        .map_err(|error| Fault::Other(format!("sample account {login_name}: {error}")))
}
